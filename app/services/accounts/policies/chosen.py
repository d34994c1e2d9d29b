"""The policies of a school, per kind of person: what happens on arrival and on leaving."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import PersonKind
from app.services.access import Actor
from app.services.accounts.settings import choose_settings, settings_at

PART: Final = "policies"
BY_ROSTER: Final = (PersonKind.PUPIL, PersonKind.GUARDIAN, PersonKind.STAFF)  # other parties come and go by hand
STANDARD_DAYS, MOST_DAYS = 30, 365


class Arriving(enum.StrEnum):
    """When somebody is new."""

    ASK = "ask"  # the welcome screen tells; an administrator makes the account
    MAKE = "make"


class Leaving(enum.StrEnum):
    """When somebody left."""

    NOTHING = "nothing"
    ASK = "ask"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class Policy:
    """For one kind. `days`: how long after leaving an account is made inactive."""

    arriving: Arriving = Arriving.ASK
    leaving: Leaving = Leaving.ASK
    days: int = STANDARD_DAYS


def policies_from(values: Mapping[str, Any]) -> dict[PersonKind, Policy]:
    """The choice as it is stored; what is not there is asked."""
    found = {}
    for kind in BY_ROSTER:
        told = values.get(kind.value) or {}
        found[kind] = Policy(
            Arriving(told.get("arriving", Arriving.ASK)),
            Leaving(told.get("leaving", Leaving.ASK)),
            int(told.get("days", STANDARD_DAYS)),
        )
    return found


def policies_of(session: Session, institution_id: int | None) -> dict[PersonKind, Policy]:
    """What this school chose. One query."""
    return policies_from(settings_at(session, institution_id, PART))


def choose_policies(
    session: Session, now: datetime, actor: Actor, typed: Mapping[PersonKind, Mapping[str, str]]
) -> bool:
    """Keep these; whether they are others. Raises InvalidInput with its field. The caller commits."""
    values: dict[str, Any] = {}
    for kind in BY_ROSTER:
        told = typed.get(kind) or {}
        days = told.get("days", "")
        if told.get("arriving") not in set(Arriving) or told.get("leaving") not in set(Leaving):
            raise InvalidInput(_("Choose again: this form is not complete."))
        if not (days.isascii() and days.isdecimal() and int(days[:4]) <= MOST_DAYS):
            raise InvalidInput(_("Fill in a number of days from 0 to %(most)s.", most=MOST_DAYS), field=kind.value)
        values[kind.value] = {"arriving": told["arriving"], "leaving": told["leaving"], "days": int(days)}
    return choose_settings(session, now, actor, PART, values)
