"""Certificates of a made-up authority, for servers on loopback and for us."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PLAIN = serialization.NoEncryption()


class Authority:
    """Hands out certificates; `pem` is its own."""

    def __init__(self, name="Gezag"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        whole = x509.BasicConstraints(ca=True, path_length=None)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        built = self._builder(self.name, self.key).add_extension(whole, True).add_extension(usage, True)
        self.certificate = built.sign(self.key, hashes.SHA256())
        self.pem = pem_of(self.certificate)

    def _builder(self, name, key, days=90):
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(own, False)
        return builder.not_valid_before(now - timedelta(days=100)).not_valid_after(now + timedelta(days=days))

    def pair(self, days=90, password=None):
        """(certificate, private key) as PEM, for 127.0.0.1 or a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zicht")])
        here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = self._builder(name, key, days).add_extension(here, False).sign(self.key, hashes.SHA256())
        locked = PLAIN if password is None else serialization.BestAvailableEncryption(password)
        form = serialization.PrivateFormat.PKCS8
        return pem_of(certificate), key.private_bytes(serialization.Encoding.PEM, form, locked).decode()

    def server(self, folder):
        """The TLS of a server that wants to see a certificate of this authority."""
        certificate, key = self.pair()
        file = folder / "server.pem"
        file.write_text(certificate + key)
        authority = folder / "authority.pem"
        authority.write_text(self.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
        return context, authority


def pem_of(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
