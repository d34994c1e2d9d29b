"""What typed username schemes would make of real people of the school. Changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import Account, Person, PersonKind, Seat
from app.services.access import Actor
from app.services.reach import visible_persons

from .plan import taken_usernames
from .schemes import parse_scheme, type_Scheme, typed_scheme
from .usernames import Named, choose_username

SHOWN: Final = 5  # of each kind


@dataclass(frozen=True, slots=True)
class Preview:
    """What one kind of person would get: (name, username) of a few, or what is wrong with the pattern."""

    lines: list[tuple[str, str]]
    problem: str | None = None


def name_preview(
    session: Session, actor: Actor, typed: Mapping[PersonKind, str], year: int
) -> dict[PersonKind, Preview]:
    """Per kind a few people in reach with what they would be called, as if they had no account yet."""
    taken = taken_usernames(session)
    return {kind: _preview(session, actor, kind, text, year, taken) for kind, text in typed.items()}


def _preview(session: Session, actor: Actor, kind: PersonKind, text: str, year: int, taken: set[str]) -> Preview:
    scheme: type_Scheme | None = None
    try:
        scheme = parse_scheme(typed_scheme(text)) if text.strip() else None
    except InvalidInput as wrong:
        return Preview([], wrong.message)
    lines = []
    for person, own in _some(session, actor, kind):
        about = (person.first_name, person.initials, person.prefix, person.number, person.email, year)
        free = taken - {own.lower()} if own else taken
        choice = choose_username(Named(kind, person.last_name, *about), free, scheme=scheme)
        lines.append((person.list_name, choice.username))
    return Preview(lines)


def _some(session: Session, actor: Actor, kind: PersonKind) -> list[tuple[Person, str | None]]:
    """First who have a prefix, because a scheme must do well by them too."""
    own = sa.and_(Account.person_id == Person.id, Account.seat == Seat.OWN)
    found = session.execute(
        sa.select(Person, Account.username)
        .outerjoin(Account, own)
        .where(Person.kind == kind, Person.left_on.is_(None), visible_persons(actor, kind))
        .order_by(Person.prefix.is_(None), Person.id)
        .limit(SHOWN)
    )
    return [(person, username) for person, username in found]
