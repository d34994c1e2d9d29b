"""By which keys a source knows the persons of a school, read into what the plan compares with."""

from collections.abc import Callable
from sys import intern

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import PersonKey
from app.services.bulk import read_rows
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
