"""The certificate with which we make ourselves known to a service (mutual TLS; formats.md 3 and 6.2).

The private key is given to the TLS library from memory: it is never a file.
"""

import os
import re
import ssl
from datetime import date
from typing import Final

import httpx
from cryptography import x509
from flask_babel import gettext as _

from app.errors import RosterUnavailable

_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
CERTIFICATE: Final = "CERTIFICATE"


def tls_context(pem: str | None) -> ssl.SSLContext:
    """The TLS settings for a service, with this certificate and private key when given. Raises RosterUnavailable.

    The service itself is always checked, against the well-known authorities or those in SSL_CERT_FILE of this machine.
    """
    context = httpx.create_ssl_context()
    if not (pem or "").strip():
        return context
    blocks = blocks_of(pem or "")
    kinds = [kind for kind, _body in blocks]
    if not any(kind.endswith("PRIVATE KEY") for kind in kinds) or CERTIFICATE not in kinds:
        raise RosterUnavailable(
            _("The certificate is not complete. Paste the text of the certificate and of its private key (PEM).")
        )
    if any("ENCRYPTED" in kind or "ENCRYPTED" in body for kind, body in blocks):
        raise RosterUnavailable(_("The private key has a password. Take the password off and paste the key again."))
    text = "".join(f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n" for kind, body in blocks)
    file = os.memfd_create("client-certificate")
    try:
        os.write(file, text.encode("ascii", "replace"))
        # Without an answer to give, the library would ask for a password on the screen.
        context.load_cert_chain(f"/proc/self/fd/{file}", password=lambda: "")
    except (ssl.SSLError, ValueError):
        raise RosterUnavailable(
            _("The certificate and the private key cannot be used together. Paste both again.")
        ) from None
    finally:
        os.close(file)
    return context


def ends_on(pem: str | None) -> date | None:
    """The last day of the certificate; None without one that can be read."""
    for kind, body in blocks_of(pem or ""):
        if kind == CERTIFICATE:
            text = f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"
            try:
                return x509.load_pem_x509_certificate(text.encode("ascii", "replace")).not_valid_after_utc.date()
            except ValueError:
                return None
    return None


def blocks_of(pem: str) -> list[tuple[str, str]]:
    """The parts of a PEM text as (kind, body). Text between them is left out; a form field may have lost the lines."""
    found = []
    for kind, body in _BLOCK.findall(pem.replace("\\n", "\n")):
        if ":" in body:  # headers of an old key with a password
            found.append((kind, body.strip()))
        else:
            letters = re.sub(r"\s+", "", body)
            found.append((kind, "\n".join(letters[at : at + 64] for at in range(0, len(letters), 64))))
    return found
