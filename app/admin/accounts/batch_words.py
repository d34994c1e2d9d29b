"""What the pages of a batch say: one row of words per task, so that the pages themselves need no branches."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.templating import number

from .words import Count, _n

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
    button_look: str = "btn-primary"


def _plain(name: Any, check: Count, gets: Any, effect: Any, button: Count, result: Count) -> Words:
    """The words of a task that sends nothing and is done quickly."""
    return Words(
        name=name,
        check=check,
        chosen=_l("accounts"),
        gets=gets,
        note=_l("the others stay as they are"),
        heading=_l("Which accounts change"),
        promise=lambda _count: str(effect),
        button=button,
        working=_n("%(count)s account is being changed", "%(count)s accounts are being changed"),
        done=lambda done, total: _("%(done)s of %(total)s accounts done", done=number(done), total=number(total)),
        result=result,
    )


WORDS: Final = {
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
    "remind": Words(
        name=_l("Remind"),
        check=_n("Check before you remind %(count)s person", "Check before you remind %(count)s persons"),
        chosen=_l("accounts"),
        gets=_l("Is reminded"),
        note=_l("only who did not choose a password yet; the old details lapse"),
        heading=_l("Who is reminded"),
        promise=_n("You remind %(count)s person", "You remind %(count)s persons"),
        button=_n("Remind %(count)s person", "Remind %(count)s persons"),
        working=_n("%(count)s person is being reminded", "%(count)s persons are being reminded"),
        done=lambda done, total: _("%(done)s of %(total)s reminded", done=number(done), total=number(total)),
        result=_n("%(count)s person was reminded", "%(count)s persons were reminded"),
    ),
    "print": Words(
        name=_l("Print letters"),
        check=_n("Check before you print %(count)s letter", "Check before you print %(count)s letters"),
        chosen=_l("accounts"),
        gets=_l("Gets a letter"),
        note=_l("with new details; earlier ones lapse"),
        heading=_l("Who gets a letter"),
        promise=_n("You make %(count)s letter", "You make %(count)s letters"),
        button=_n("Make %(count)s letter", "Make %(count)s letters"),
        working=_n("%(count)s letter is being made", "%(count)s letters are being made"),
        done=lambda done, total: _("%(done)s of %(total)s letters made", done=number(done), total=number(total)),
        result=_n("%(count)s letter is ready", "%(count)s letters are ready"),
    ),
    "block": _plain(
        _l("Block"),
        _n("Check before you block %(count)s account", "Check before you block %(count)s accounts"),
        _l("Is blocked"),
        _l("Nobody can use a blocked account: who is logged in now is logged out at once."),
        _n("Block %(count)s account", "Block %(count)s accounts"),
        _n("%(count)s account is blocked.", "%(count)s accounts are blocked."),
    ),
    "unblock": _plain(
        _l("Unblock"),
        _n("Check before you unblock %(count)s account", "Check before you unblock %(count)s accounts"),
        _l("Is unblocked"),
        _l("An account that is active can be used again."),
        _n("Unblock %(count)s account", "Unblock %(count)s accounts"),
        _n("%(count)s account is not blocked any more.", "%(count)s accounts are not blocked any more."),
    ),
    "deactivate": _plain(
        _l("Make inactive"),
        _n("Check before you make %(count)s account inactive", "Check before you make %(count)s accounts inactive"),
        _l("Becomes inactive"),
        _l("Nobody can use an inactive account. The list hides it until you ask for inactive accounts."),
        _n("Make %(count)s account inactive", "Make %(count)s accounts inactive"),
        _n("%(count)s account is inactive now.", "%(count)s accounts are inactive now."),
    ),
    "activate": _plain(
        _l("Make active"),
        _n("Check before you make %(count)s account active", "Check before you make %(count)s accounts active"),
        _l("Becomes active"),
        _l("An account that is not blocked can be used again."),
        _n("Make %(count)s account active", "Make %(count)s accounts active"),
        _n("%(count)s account is active now.", "%(count)s accounts are active now."),
    ),
    "care-manager": _plain(
        _l("Make (care) manager"),
        _n(
            "Check before you make %(count)s staff member (care) manager",
            "Check before you make %(count)s staff members (care) manager",
        ),
        _l("Becomes (care) manager"),
        _l("This cannot be turned back. Couple a location to each of them afterwards, at the staff member."),
        _n("Make %(count)s (care) manager", "Make %(count)s (care) managers"),
        _n(
            "%(count)s staff member is (care) manager now. Check that a location is coupled.",
            "%(count)s staff members are (care) manager now. Check that a location is coupled to each.",
        ),
    ),
    "delete": _plain(
        _l("Delete"),
        _n("Check before you delete %(count)s account", "Check before you delete %(count)s accounts"),
        _l("Is deleted"),
        _l("Only the account goes: the person stays, and so do filled-in questionnaires. Nobody can log in with it."),
        _n("Delete %(count)s account", "Delete %(count)s accounts"),
        _n("%(count)s account was deleted.", "%(count)s accounts were deleted."),
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
