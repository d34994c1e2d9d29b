"""By which keys a source knows the persons of a school, read into what the plan compares with."""

from collections import defaultdict
from collections.abc import Callable, Collection
from sys import intern

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import PersonKey
from app.roster import Kind
from app.services.bulk import read_rows
from app.services.roster.plan.authority import before, type_Order
from app.services.roster.plan.changes import KIND_OF
from app.services.roster.plan.known import ECKID, KnownKey, KnownSchool


def read_keys(session: Session, known: KnownSchool, source: str, number_of: Callable[[int], str | None]) -> None:
    """Fills the keys, ECK iDs and absorbed keys. `number_of`: the number of a person, so that equal ones are one text.

    Where somebody has more keys, `keyed` holds the own one before one of who was merged into that person.
    """
    chosen = sa.select(
        PersonKey.source,
        sa.type_coerce(PersonKey.kind, sa.String),
        *(PersonKey.key, PersonKey.person_id, PersonKey.number, PersonKey.absorbed),
    ).where(PersonKey.institution_id == known.institution_id, PersonKey.source.in_((source, ECKID)))
    absorbed: list[tuple[str, str]] = []
    for name, kind, key, person_id, number, is_absorbed in read_rows(session, chosen.order_by(PersonKey.id)):
        if name == ECKID:
            known.eckids[kind, key] = person_id
            continue
        own = number_of(person_id)
        number = own if own == number else number
        key = number if key == number else key
        known.keys[intern(kind), key] = KnownKey(person_id, number)
        if is_absorbed:
            absorbed.append((kind, key))
            known.keyed[kind].setdefault(person_id, key)
        else:
            known.keyed[kind][person_id] = key
    known.absorbed = frozenset(absorbed)


def read_left_behind(
    session: Session, known: KnownSchool, retired: Collection[str], order: type_Order, source: str
) -> None:
    """Fills who and what only these retired sources know, of the kinds in which no source goes before this one."""
    people: dict[str, set[int]] = defaultdict(set)
    for kind, person_id in read_rows(session, known_only_to(known.institution_id, retired)):
        if not before(order, KIND_OF[kind], source):
            people[kind].add(person_id)
    known.left_behind = {kind: frozenset(some) for kind, some in people.items()}
    if not before(order, Kind.GROUPS, source):
        known.left_groups = frozenset(group.id for group in known.groups if group.source in retired)


def known_only_to(institution_id: int, sources: Collection[str]) -> sa.Select[tuple[str, int]]:
    """(kind, person) of whom all keys are of these sources; an ECK iD is of no source."""
    mine, other = PersonKey, sa.orm.aliased(PersonKey)
    elsewhere = sa.exists().where(other.person_id == mine.person_id, other.source.not_in((ECKID, *sources)))
    return (
        sa.select(sa.type_coerce(mine.kind, sa.String), mine.person_id)
        .where(mine.institution_id == institution_id, mine.source.in_(sources), ~elsewhere)
        .distinct()
    )
