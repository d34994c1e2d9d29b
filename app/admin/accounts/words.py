"""What the pages of a batch say: one row of words per task, so that the pages themselves need no branches."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.models import PersonKind
from app.templating import number

Count = Callable[[int], str]


def _n(one: str, many: str) -> Count:
    """The sentence for a number, written as people write it: 1.468."""
    return lambda count: ngettext(one, many, count, count=number(count))


KINDS = {  # many persons of a kind, as on the menu, and within a sentence
    PersonKind.PUPIL: _l("Pupils"),
    PersonKind.GUARDIAN: _l("Guardians"),
    PersonKind.STAFF: _l("Staff"),
    PersonKind.OTHER: _l("Other parties"),
}
NEW_FOR = {
    PersonKind.PUPIL: _l("New account for pupils"),
    PersonKind.GUARDIAN: _l("New account for guardians"),
    PersonKind.STAFF: _l("New account for staff"),
    PersonKind.OTHER: _l("New account for other parties"),
}
WITHOUT_ACCOUNT = {
    PersonKind.PUPIL: _l("Pupils without an account"),
    PersonKind.GUARDIAN: _l("Guardians without an account"),
    PersonKind.STAFF: _l("Staff without an account"),
    PersonKind.OTHER: _l("Other parties without an account"),
}
ONLY_WITHOUT = {
    PersonKind.PUPIL: _l("You see only pupils without an account. Choose for whom you make one. Nothing happens yet."),
    PersonKind.GUARDIAN: _l(
        "You see only guardians without an account. Choose for whom you make one. Nothing happens yet."
    ),
    PersonKind.STAFF: _l("You see only staff without an account. Choose for whom you make one. Nothing happens yet."),
    PersonKind.OTHER: _l(
        "You see only other parties without an account. Choose for whom you make one. Nothing happens yet."
    ),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A value in a list that stands out: its word, and the tint and icon of its badge."""

    word: str
    tint: str
    icon: str

    def __str__(self) -> str:
        return self.word


STEPS = (_l("Choose"), _l("Check"), _l("Make"), _l("Result"))


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one task; those that count get the number."""

    name: Any  # what it is called among the assignments
    check: Count  # the title of the check page
    chosen: Any  # below the number of those who were chosen
    gets: Any  # above the number of those who get something
    note: Any  # below it
    heading: Any  # above the list
    promise: Count
    button: Count
    working: Count  # the title of the progress page
    done: Callable[[int, int], str]  # how far it is
    result: Count  # the title of the result page


TASKS = {
    "create": Words(
        name=_l("Make accounts"),
        check=_n("Check before you make %(count)s account", "Check before you make %(count)s accounts"),
        chosen=_l("persons"),
        gets=_l("Gets an account"),
        note=_l("the role follows from the person"),
        heading=_l("Who gets which username"),
        promise=_n("You make %(count)s account", "You make %(count)s accounts"),
        button=_n("Make %(count)s account", "Make %(count)s accounts"),
        working=_n("%(count)s account is being made", "%(count)s accounts are being made"),
        done=lambda done, total: _("%(done)s of %(total)s accounts made", done=number(done), total=number(total)),
        result=_n("%(count)s account has been made", "%(count)s accounts have been made"),
    ),
    "reset": Words(
        name=_l("Reset passwords"),
        check=_n("Check before you reset %(count)s password", "Check before you reset %(count)s passwords"),
        chosen=_l("accounts"),
        gets=_l("Gets a new password"),
        note=_l("the old one works until the new one is used"),
        heading=_l("Who gets a new password"),
        promise=_n("You make %(count)s new password", "You make %(count)s new passwords"),
        button=_n("Reset %(count)s password", "Reset %(count)s passwords"),
        working=_n("%(count)s new password is being made", "%(count)s new passwords are being made"),
        done=lambda done, total: _("%(done)s of %(total)s passwords made", done=number(done), total=number(total)),
        result=_n("%(count)s new password has been made", "%(count)s new passwords have been made"),
    ),
}
BATCH_LOOKS = {  # state of a batch: (colour, icon, word)
    "waiting": ("", "clock", _l("Waiting")),
    "running": ("t-blue", "loader-2", _l("In progress")),
    "done": ("t-green", "check", _l("Done")),
    "failed": ("t-red", "alert-triangle", _l("Stopped")),
}
MAIL_LOOKS = {  # state of a mail: (colour, icon, word)
    "sent": ("t-blue", "mail", _l("Sent")),
    "waiting": ("", "clock", _l("Waiting")),
    "failed": ("t-red", "alert-triangle", _l("Failed")),
    "dropped": ("t-amber", "mail-off", _l("Lapsed")),
}


def mails_too(promise: str, mails: int) -> str:
    """'You make 36 accounts and send 31 e-mails.'"""
    if not mails:
        return _("%(promise)s and send no e-mails.", promise=promise)
    return ngettext(
        "%(promise)s and send %(count)s e-mail.",
        "%(promise)s and send %(count)s e-mails.",
        mails,
        promise=promise,
        count=number(mails),
    )


def time_left(seconds: float | None) -> str:
    """'About 5 seconds to go.'; nothing while it cannot be known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return _n("About %(count)s second to go.", "About %(count)s seconds to go.")(max(1, round(seconds)))
    return _n("About %(count)s minute to go.", "About %(count)s minutes to go.")(round(seconds / 60))
