"""The line to the mail server: bounded in time, and safe or not at all (R116). Without a server: files."""

import os
import smtplib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TIMEOUT = 60  # seconds without a sign of life; some servers think long before they answer


class UnsafeLine(Exception):
    """The settings would send a password of ours in the clear."""


class _InDoubt:
    """Knows whether the server may have taken a mail although its answer never came (R113)."""

    in_doubt = False

    def data(self, msg: bytes) -> tuple[int, bytes]:
        self.in_doubt = True
        try:
            answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]
        except smtplib.SMTPResponseException:
            self.in_doubt = False
            raise
        self.in_doubt = False
        return answer


class PlainSmtp(_InDoubt, smtplib.SMTP):
    """SMTP, with STARTTLS when the settings say so."""


class SslSmtp(_InDoubt, smtplib.SMTP_SSL):
    """SMTP inside TLS from the first byte."""


def open_line(settings: Mapping[str, Any]) -> PlainSmtp | SslSmtp:
    """A line to MAIL_SERVER, its certificate checked. Raises OSError, SMTPException or UnsafeLine.

    With MAIL_USE_TLS a server without STARTTLS gets nothing: there is no way back to clear text.
    """
    server, port = settings["MAIL_SERVER"], settings["MAIL_PORT"]
    # Our own name for EHLO comes from the settings: asking DNS for it can take long.
    how: dict[str, Any] = {
        "timeout": settings.get("MAIL_TIMEOUT", TIMEOUT),
        "local_hostname": urlsplit(settings["PUBLIC_URL"]).hostname or "localhost",
    }
    safe = settings["MAIL_USE_SSL"] or settings["MAIL_USE_TLS"]
    if settings["MAIL_USERNAME"] and not safe and server not in LOOPBACK:
        raise UnsafeLine
    host: PlainSmtp | SslSmtp
    if settings["MAIL_USE_SSL"]:
        host = SslSmtp(server, port, context=ssl.create_default_context(), **how)
    else:
        host = PlainSmtp(server, port, **how)
    try:
        if settings["MAIL_USE_TLS"] and not settings["MAIL_USE_SSL"]:
            host.starttls(context=ssl.create_default_context())
        if settings["MAIL_USERNAME"]:
            host.login(settings["MAIL_USERNAME"], settings["MAIL_PASSWORD"] or "")
    except BaseException:
        host.close()
        raise
    return host


def hang_up(host: smtplib.SMTP) -> None:
    """End the line; a server that does not say goodbye is no problem."""
    with suppress(OSError, smtplib.SMTPException):
        host.quit()
    host.close()


@contextmanager
def at_most(seconds: float, host: smtplib.SMTP) -> Iterator[None]:
    """Cuts the line when what happens inside takes longer, such as an answer of one byte per minute."""

    def cut() -> None:
        with suppress(OSError, AttributeError):  # closed in the meantime
            host.sock.shutdown(2)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def write_file(folder: Path, name: str, message: bytes) -> None:
    """Deliver as a file that only its owner reads: whole or not at all, the same name on every try."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    unfinished = folder / f".{name}.{os.getpid()}"
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / name)
