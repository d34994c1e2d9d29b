"""What an attacker on the line, in the roster or with a copy of the database gets: nothing (R112, R116, R117)."""

import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.clock import now
from app.models import IssuedSecret, PersonKind
from app.services.health import check_all
from app.services.login.credentials import activation_token, readable_password
from app.work.mail.delivery import Delivered, deliver
from app.work.mail.line import UnsafeLine, open_line
from tests.mail import mail_world
from tests.mail.mail_world import KEY, html_of, text_of, use

make_secret, queue = mail_world.make_secret, mail_world.queue
postbox, start_server, post_office = mail_world.postbox, mail_world.start_server, mail_world.post_office
CLEAR = "E-mails mogen niet onversleuteld naar een andere machine. Zet MAIL_USE_TLS of MAIL_USE_SSL aan."
NO_SAFE_LINE = "De mailserver heeft geen veilige verbinding: TLS ontbreekt, of het certificaat is niet geldig."


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that signed itself, with its key: (server side, file to trust)."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


def test_a_server_without_starttls_gets_nothing_r116(app, session, queue, start_server, postbox):
    mail = queue()
    use(app, start_server(), MAIL_USE_TLS=True)
    assert deliver(app.config) == Delivered(sent=0, deferred=1, failed=0, waiting=1)
    session.refresh(mail)
    assert mail.problem == NO_SAFE_LINE
    assert postbox.mails == []


def test_a_server_with_a_certificate_that_nobody_trusts_gets_nothing_r116(
    app, session, queue, start_server, postbox, certificate
):
    mail = queue()
    use(app, start_server(tls_context=certificate[0]), MAIL_USE_TLS=True)
    assert deliver(app.config).sent == 0
    session.refresh(mail)
    assert mail.problem == NO_SAFE_LINE
    assert postbox.mails == []


def test_with_a_trusted_certificate_the_mail_goes_out_encrypted_r116(
    app, queue, start_server, postbox, certificate, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    queue()
    use(app, start_server(tls_context=certificate[0], require_starttls=True), MAIL_USE_TLS=True)
    assert deliver(app.config).sent == 1
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("login", [{}, {"MAIL_USERNAME": "zicht", "MAIL_PASSWORD": "geheim"}])
def test_nothing_travels_in_the_clear_to_another_machine_r116(app, login):
    with pytest.raises(UnsafeLine):
        open_line(app.config | {"MAIL_SERVER": "smtp.school.example"} | login)


def test_mails_wait_with_the_reason_until_the_settings_are_safe_r116(
    app, session, queue, postbox, start_server, certificate, monkeypatch
):
    mail, server = queue(), start_server(tls_context=certificate[0], require_starttls=True)
    app.config.update(MAIL_SERVER="192.0.2.1", MAIL_PORT=server.port)
    for _round in range(30):  # far more tries than a mail gets when a server is to blame
        deliver(app.config, at_once=True)
    session.refresh(mail)
    assert (mail.state, mail.attempts) == ("waiting", 0)
    assert mail.problem == CLEAR
    session.rollback()
    (check,) = [check for check in check_all(session, now(), app.config) if check.name == "mail"]
    assert (check.ok, check.text) == (False, CLEAR)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    use(app, server, MAIL_USE_TLS=True)
    assert deliver(app.config, at_once=True).sent == 1


@pytest.mark.parametrize(
    "name", ["Noor\r\nBcc: everybody@evil.example", "Noor\n\nHello", "Noor,\u2028Bcc: x@evil.example", "N" * 200]
)
def test_a_name_from_a_roster_makes_no_header_and_no_second_recipient_r117(
    app, session, queue, post_office, postbox, make_person, make_account, name
):
    account = make_account(make_person(PersonKind.PUPIL, first_name=name), username="noor")
    mail = queue(account=account)
    assert deliver(app.config).sent == 1
    ((recipients, message),) = postbox.mails
    assert recipients == [mail.recipient]
    assert message["To"] == mail.recipient
    assert message["Bcc"] is None
    assert message["Subject"] == "Uw account bij De Zilverlinde"


def test_the_name_of_a_school_makes_no_header_either_r117(app, session, queue, post_office, postbox, institution):
    institution.name = "De\r\nBcc: x@evil.example\r\n <b>Linde</b> {{ 7*7 }} %(x)s"
    session.commit()
    queue()
    assert deliver(app.config).sent == 1
    message = postbox.mails[0][1]
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Uw account bij De Bcc: x@evil.example <b>Linde</b>")
    assert "<b>Linde" not in html_of(message)
    assert "{{ 7*7 }} %(x)s" in text_of(message)


def test_an_address_with_another_script_in_its_domain_is_encoded_r117(app, queue, post_office, postbox):
    queue(recipient="noor@schöner-schule.example")
    assert deliver(app.config).sent == 1
    assert postbox.mails[0][0] == ["noor@xn--schner-schule-kmb.example"]


def test_the_mail_says_that_a_machine_sent_it(app, queue, post_office, postbox):
    queue()
    deliver(app.config)
    message = postbox.mails[0][1]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "zicht@localhost"
    assert all(len(line) < 999 and line.isascii() for line in message.as_string().splitlines())


def test_no_secret_is_anywhere_but_in_the_mail_r112(app, session, queue, post_office, postbox, tmp_path, caplog):
    """Database, journal and log are searched for the passwords and tokens, while they wait and after they went."""
    mails = [queue() for _mail in range(20)]
    nonces = [session.get(IssuedSecret, mail.secret_id).nonce for mail in mails]
    secrets = [make(KEY, nonce).encode() for make in (readable_password, activation_token) for nonce in nonces]
    session.rollback()

    def found():
        stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
        return [secret for secret in secrets if secret in stored or secret.decode() in caplog.text]

    assert found() == []
    postbox.faults = ["451 later", "554 never"]
    deliver(app.config)
    deliver(app.config, at_once=True)
    assert found() == []
    sent = "".join(text_of(message) for _to, message in postbox.mails).encode()
    assert sum(secret in sent for secret in secrets) == 2 * 19
