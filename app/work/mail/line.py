"""The line to the mail server: bounded in time, and safe or not at all (R116). Without a server: files."""

import os
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.services.mail.delivery import is_in_the_clear

TIMEOUT = 60  # seconds without a sign of life; some servers think long before they answer


class UnsafeLine(Exception):
    """The settings would send mails, with the passwords in them, in the clear to another machine."""


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
    if is_in_the_clear(settings):
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


class Line:
    """The one line of a round: opened when the first mail needs it, and cut when a mail takes too long."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.host: PlainSmtp | SslSmtp | None = None
        self.deadline: float | None = None
        self.over = threading.Event()

    def open(self) -> PlainSmtp | SslSmtp:
        """The open line. Raises as open_line does."""
        if self.host is None:
            self.host = open_line(self.settings)
            self.over.clear()
            threading.Thread(target=self._watch, args=(self.host,), daemon=True).start()
        return self.host

    @contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """What happens inside is cut off after this time, such as an answer of one byte per minute."""
        self.deadline = time.monotonic() + seconds
        try:
            yield
        finally:
            self.deadline = None

    def _watch(self, host: smtplib.SMTP) -> None:
        while self.host is host and not self.over.wait(self.settings.get("MAIL_TIMEOUT", TIMEOUT) / 10):
            deadline = self.deadline
            if deadline is not None and time.monotonic() > deadline:
                with suppress(OSError, AttributeError):  # closed in the meantime
                    host.sock.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """End the line; a server that does not say goodbye is no problem."""
        if self.host is not None:
            with suppress(OSError, smtplib.SMTPException), self.at_most(self.settings.get("MAIL_TIMEOUT", TIMEOUT)):
                self.host.quit()
            self.over.set()
            self.host.close()
            self.host = None


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
