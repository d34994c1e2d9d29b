"""The history of an account in words: one sentence per audit line (R89)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.models import Role
from app.services.accounts.reading import Happening

DONE = {  # what happened, by the code of the audit line
    "account-created": _l("Account made"),
    "account-deleted": _l("Account deleted"),
    "account-merged": _l("Put away: two persons were merged, and another account stays"),
    "login": _l("Logged in"),
    "login-refused": _l("Logging in was refused"),
    "logout": _l("Logged out"),
    "password-change-refused": _l("Changing the password was refused"),
    "password-changed": _l("Password chosen"),
    "password-chosen": _l("Password chosen with the link"),
    "password-forgotten": _l("New password asked for by the user"),
    "password-forgotten-refused": _l("A new password was asked for and not sent"),
    "password-issued": _l("New password made"),
}
NOBODY = {  # whom an audit line names when no account acted
    "command": _l("a command on the server"),
    "scheduler": _l("the weekly synchronisation"),
    "visitor": _l("somebody who was not logged in"),
}
DELIVERED = {"mail": _l("sent by e-mail"), "screen": _l("shown on screen")}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history: what, when, and by whom."""

    text: str
    at: datetime
    by: str


def story(line: Happening) -> Event:
    """The line as an event that a reader understands."""
    by = str(NOBODY.get(line.by or "", line.by or _("a colleague of another location")))
    return Event(_text(line.action, line.details), line.at, by)


def _text(action: str, details: Mapping[str, Any]) -> str:
    """What was done and how it was delivered, or what changed."""
    if action in DONE:
        delivery = DELIVERED.get(details.get("delivery"))
        return f"{DONE[action]}, {delivery}" if delivery else str(DONE[action])
    said = [CHANGED[name](*change) for name, change in details.items() if name in CHANGED and _is_change(change)]
    return ". ".join(said) or _("Changed")


def _is_change(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2


def _username(old: Any, new: Any) -> str:
    return _("Username changed from %(old)s into %(new)s", old=old, new=new)


def _active(_old: Any, new: Any) -> str:
    return _("Made active") if new else _("Made inactive")


def _blocked(_old: Any, new: Any) -> str:
    return _("Blocked") if new else _("Unblocked")


def _role(old: Any, new: Any) -> str:
    return _("Role changed from %(old)s into %(new)s", old=_role_name(old), new=_role_name(new))


def _role_name(code: Any) -> str:
    return Role(code).label if code in set(Role) else str(code)


def _locations(old: Any, new: Any) -> str:
    return _("Locations changed from %(old)s into %(new)s", old=_listed(old), new=_listed(new))


def _person(old: Any, new: Any) -> str:
    return _("Moved from %(old)s to %(new)s, who are one person", old=old, new=new)


def _listed(codes: Any) -> str:
    return ", ".join(map(str, codes or ())) or _("none")


CHANGED: dict[str, Callable[[Any, Any], str]] = {
    "username": _username,
    "active": _active,
    "blocked": _blocked,
    "role": _role,
    "locations": _locations,
    "person": _person,
}
