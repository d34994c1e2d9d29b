"""The words of the mail screen: what a mail is about, and how it stands."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.models import OutboxMail

TEMPLATES = {  # services/mail/outbox.py
    "account-new": _l("New account"),
    "account-reset": _l("New password"),
    "administrator-new": _l("New application administrator"),
    "password-forgotten": _l("Password forgotten"),
    "password-changed": _l("Password changed"),
    "username-changed": _l("Username changed"),
    "address-changed": _l("E-mail address changed"),
    "login-alarm": _l("Many failed logins"),
    "exchange-worry": _l("Synchronisation asks for attention"),
    "sync-held": _l("Synchronisation on hold"),
    "sync-failed": _l("Synchronisation failed"),
}


@dataclass(frozen=True, slots=True)
class State:
    """How a mail stands: its word, and the tint and icon of its badge."""

    word: Any
    tint: str
    icon: str

    def __str__(self) -> str:
        return str(self.word)


STATES = {
    "waiting": State(_l("Waiting"), "t-blue", "clock"),
    "sent": State(_l("Sent"), "", "check"),
    "failed": State(_l("Failed"), "t-red", "mail-off"),
    "dropped": State(_l("Lapsed"), "t-amber", "x"),
}
TRIED = State(_l("Waits for a new try"), "t-amber", "clock")


def state_of(mail: OutboxMail) -> State:
    """The state; a mail that waits after a try deserves attention."""
    return TRIED if mail.state == "waiting" and mail.attempts else STATES[mail.state]
