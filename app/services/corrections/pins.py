"""Pins: a field that an administrator corrected by hand, and that a roster leaves until it says the same.

A pin is of a person, also while that person has left. A run drops it when the source agrees or its last day is over
(services/roster/pinned.py); pinning.py sets and lifts it. What the source says meanwhile stands in the log.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import AuditLine, Pin
from app.services.access import Actor
from app.services.audit import record_many
from app.services.bulk import pieces

PINNABLE: Final = ("email",)
SAYS_TOLD: Final = ("pin-set", "pin-told")  # the lines of the log that say what a source said of a pinned field
UNHEARD: Final = "\x00"  # in place of a value: nobody knows what the source says


class KnownPin(NamedTuple):
    """A pin as the plan of a run knows it. `told`: what the source said last; UNHEARD when that is not known."""

    value: str | None
    until: date | None  # inclusive
    told: str | None = UNHEARD

    def is_over(self, today: date) -> bool:
        """Whether its last day is behind us."""
        return self.until is not None and self.until < today


type_Pins = dict[int, dict[str, KnownPin]]
"""Person -> field -> pin."""


def known_pins(session: Session, institution_id: int) -> type_Pins:
    """All pins of a school, also of who has left, and those that are over. One query, two when there are any."""
    rows = sa.select(Pin.person_id, Pin.field, Pin.value, Pin.until).where(Pin.institution_id == institution_id)
    pins: type_Pins = defaultdict(dict)
    for person_id, field, value, until in session.execute(rows):
        pins[person_id][field] = KnownPin(value, until)
    for (person_id, field), (told, _at) in told_of(session, pins).items():
        if field in pins[person_id]:
            pins[person_id][field] = pins[person_id][field]._replace(told=told)
    return dict(pins)


def pins_of(session: Session, institution_id: int, today: date) -> dict[int, dict[str, str | None]]:
    """Person -> field -> the pinned value, of the pins that hold today."""
    rows = sa.select(Pin.person_id, Pin.field, Pin.value).where(
        Pin.institution_id == institution_id, sa.or_(Pin.until.is_(None), Pin.until >= today)
    )
    pins: dict[int, dict[str, str | None]] = defaultdict(dict)
    for person_id, field, value in session.execute(rows):
        pins[person_id][field] = value
    return dict(pins)


def told_of(session: Session, person_ids: Iterable[int]) -> dict[tuple[int, str], tuple[str | None, datetime]]:
    """(person, field) -> (what the source said last of a pinned field, when that was heard)."""
    found: dict[tuple[int, str], tuple[str | None, datetime]] = {}
    for piece in pieces(person_ids):
        lines = (
            sa.select(AuditLine.subject_id, AuditLine.details, AuditLine.at)
            .where(AuditLine.subject_kind == "person", AuditLine.subject_id.in_(piece))
            .where(AuditLine.action.in_(SAYS_TOLD))
            .order_by(AuditLine.id)
        )
        for person_id, details, at in session.execute(lines):
            for field in PINNABLE:
                if f"told_{field}" in details:
                    found[person_id, field] = (details[f"told_{field}"][1], at)
    return found


def remember_told(
    session: Session,
    now: datetime,
    actor: Actor,
    told: Iterable[tuple[int, str, Any, Any]],
    institution_id: int,
    run_id: int | None = None,
) -> None:
    """Write down that a source now says something else of pinned fields: (person, field, before, now)."""
    lines = [(person_id, {f"told_{field}": [_heard(before), new]}) for person_id, field, before, new in told]
    if lines:
        record_many(session, now, actor, "pin-told", "person", lines, institution_id, run_id)


def _heard(value: str | None) -> str | None:
    return None if value == UNHEARD else value


def pin_of(session: Session, person_id: int, field: str = "email") -> Pin | None:
    """The pin on this field of a person who is in reach."""
    return session.scalar(sa.select(Pin).where(Pin.person_id == person_id, Pin.field == field))
