"""A letter as a message: Dutch, plain text and HTML, for exactly one recipient, the same on every try (R113, R117)."""

from collections.abc import Mapping
from datetime import datetime
from email import charset, policy
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import parseaddr
from typing import Any

from flask import current_app
from flask_mail import Message

from app.services.mail.delivery import Due, Family

from .letter import House, one_line
from .letters import write_letter

SEVEN_BIT = charset.Charset("utf-8")  # quoted-printable: passes every server, and can be read in a raw mail
SEVEN_BIT.body_encoding = charset.QP
SEVEN_BIT.header_encoding = charset.SHORTEST
LINE = 78  # characters (RFC 5322)
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Content-Language": "nl"}


class PlainPolicy(policy.Compat32):
    """Headers that are short and plain already, as nearly all of ours, are written down as they are: much faster."""

    def fold_binary(self, name: str, value: str) -> bytes:
        line = f"{name}: {value}"
        if len(line) <= LINE and line.isascii() and line.isprintable():
            return f"{line}\r\n".encode()
        folded: bytes = super().fold_binary(name, value)
        return folded


PLAIN = PlainPolicy(linesep="\r\n")


class SevenBitMessage(Message):
    """Flask-Mail's message in a form that every server passes on unchanged; byte for byte the same on every try."""

    def __init__(self, message_id: str, sender: str, recipient: str, subject: str, at: datetime) -> None:
        # Message.__init__ asks DNS for the name of this machine, for a Message-ID that we do not use: it can take long.
        self.msgId, self.sender, self.recipients = message_id, sender, [recipient]
        self.subject, self.date = subject, at.timestamp()
        self.body: str | None = None
        self.alts: dict[str, str] = {}
        self.cc, self.bcc, self.attachments, self.mail_options, self.rcpt_options = [], [], [], [], []
        self.reply_to = self.charset = None
        self.extra_headers = HEADERS

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        if subtype == "html":  # letters with accents have a name in HTML: no encoding is needed
            return MIMEText((text or "").encode("ascii", "xmlcharrefreplace").decode(), subtype, "us-ascii")
        return MIMEText(text or "", subtype, SEVEN_BIT)  # type: ignore[arg-type] - a Charset works as its name does

    def _message(self) -> MIMEBase:
        message = super()._message()
        # Without a boundary of its own each part would be searched for a random one, and differ on every try.
        for depth, part in enumerate(part for part in message.walk() if part.is_multipart()):
            part.set_boundary(f"{depth}-{self.msgId.strip('<>').partition('@')[0]}")
            part.policy = PLAIN
        return message


def compose(mail: Due, family: Family, house: House, config: Mapping[str, Any]) -> SevenBitMessage:
    """The message of this mail, with the same Message-ID and date on every try."""
    about, letter = write_letter(mail, family, house)
    templates = current_app.jinja_env
    sender = config["MAIL_DEFAULT_SENDER"]
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    message_id = f"<{mail.message_id}@{domain}>"
    message = SevenBitMessage(message_id, sender, mail.recipient, one_line(letter.subject), mail.created_at)
    message.body = templates.get_template("mail/letter.txt").render(about=about, letter=letter)
    message.html = templates.get_template("mail/letter.html").render(about=about, letter=letter)
    return message
