"""What the pages of a batch say: one row of words per task, so that the pages themselves need no branches."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ..models import PersonKind
from ..templating import number

Count = Callable[[int], str]

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
STEPS = (_l("Choose"), _l("Check"), _l("Make"), _l("Result"))


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one task; those that count get the number."""

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
        check=lambda n: ngettext("Check before you make %(num)s account", "Check before you make %(num)s accounts", n),
        chosen=_l("persons"),
        gets=_l("Gets an account"),
        note=_l("the role follows from the person"),
        heading=_l("Who gets which username"),
        promise=lambda n: ngettext("You make %(num)s account", "You make %(num)s accounts", n),
        button=lambda n: ngettext("Make %(num)s account", "Make %(num)s accounts", n),
        working=lambda n: ngettext("%(num)s account is being made", "%(num)s accounts are being made", n),
        done=lambda done, total: _("%(done)s of %(total)s accounts made", done=number(done), total=number(total)),
        result=lambda n: ngettext("%(num)s account has been made", "%(num)s accounts have been made", n),
    ),
    "reset": Words(
        check=lambda n: ngettext(
            "Check before you reset %(num)s password", "Check before you reset %(num)s passwords", n
        ),
        chosen=_l("accounts"),
        gets=_l("Gets a new password"),
        note=_l("the old one works until the new one is used"),
        heading=_l("Who gets a new password"),
        promise=lambda n: ngettext("You make %(num)s new password", "You make %(num)s new passwords", n),
        button=lambda n: ngettext("Reset %(num)s password", "Reset %(num)s passwords", n),
        working=lambda n: ngettext("%(num)s new password is being made", "%(num)s new passwords are being made", n),
        done=lambda done, total: _("%(done)s of %(total)s passwords made", done=number(done), total=number(total)),
        result=lambda n: ngettext("%(num)s new password has been made", "%(num)s new passwords have been made", n),
    ),
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
        "%(promise)s and send %(num)s e-mail.", "%(promise)s and send %(num)s e-mails.", mails, promise=promise
    )


def time_left(seconds: float | None) -> str:
    """'About 5 seconds to go.'; nothing while it cannot be known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return ngettext("About %(num)s second to go.", "About %(num)s seconds to go.", max(1, round(seconds)))
    return ngettext("About %(num)s minute to go.", "About %(num)s minutes to go.", round(seconds / 60))
