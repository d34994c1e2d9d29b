"""What persons have in common: the combination of their locations (place set) and of their school years (route).

A school has a handful of place sets and some hundreds of routes, however many persons. So a list asks "is yours one of
these few?" where it would otherwise look up the rows of every person. Derived; written here alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.models import Enrolment, Person, PersonLocation, PlaceSet, PlaceSetLocation, Route, RouteYear

from .bulk import read_rows

PIECE: Final = 1_000  # ids in one statement

type_Combination = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of combination: the rows it is made of, where it is kept, and the column of Person that names it."""

    source: type[Any]
    fields: tuple[str, ...]  # of `source`, and of `part`
    whole: type[Any]
    part: type[Any]
    column: str  # of Person, and of `part`


PLACE_SETS: Final = Sort(PersonLocation, ("location_id",), PlaceSet, PlaceSetLocation, "place_set_id")
ROUTES: Final = Sort(Enrolment, ("school_year", "location_id", "year_of_study"), Route, RouteYear, "route_id")


def renew_combinations(session: Session, institution_id: int, whose: Mapping[Sort, Collection[int] | None]) -> None:
    """Give the persons of each sort (None: everybody of the institution) the combination that fits their rows.

    Each changed person is written once: a row has many indexes. The caller commits.
    """
    session.flush()
    changed: dict[int, dict[str, int | None]] = defaultdict(dict)
    for sort, person_ids in whose.items():
        for person_id, id in _moved(session, sort, institution_id, person_ids):
            changed[person_id][sort.column] = id
    alike: dict[tuple[tuple[str, int | None], ...], list[int]] = defaultdict(list)
    for person_id, values in changed.items():
        alike[tuple(values.items())].append(person_id)
    table = Person.__table__
    for values, persons in alike.items():
        for piece in _pieces(persons):
            session.connection().execute(sa.update(table).where(table.c.id.in_(piece)).values(dict(values)))


def forget_places(session: Session, institution_id: int, location_ids: Collection[int]) -> None:
    """Delete the combinations with a location that is about to go. Afterwards renew those of everybody."""
    for sort in (PLACE_SETS, ROUTES) if location_ids else ():
        kept = getattr(sort.part, sort.column)
        ids = sa.select(kept).where(sort.part.location_id.in_(list(location_ids)))
        mine = sort.whole.institution_id == institution_id
        session.execute(
            sa.delete(sort.whole).where(mine, sort.whole.id.in_(ids)).execution_options(synchronize_session=False)
        )


def _moved(
    session: Session, sort: Sort, institution_id: int, person_ids: Collection[int] | None
) -> Iterator[tuple[int, int | None]]:
    """(person, id of the combination) of those who have another one than is kept with them."""
    ids = _known(session, sort, institution_id)
    members: dict[type_Combination, list[int]] = defaultdict(list)
    for person_id, kept, combination in _persons(session, sort, institution_id, person_ids):
        key = _key(combination)
        if kept != ids.get(key) or (combination and key not in ids):
            members[combination].append(person_id)
    ids = _made(session, sort, institution_id, ids, filter(None, members))
    for combination, persons in members.items():
        id = ids.get(_key(combination))
        yield from ((person_id, id) for person_id in persons)


def _persons(
    session: Session, sort: Sort, institution_id: int, person_ids: Collection[int] | None
) -> Iterator[tuple[int, int | None, type_Combination]]:
    """(person, the combination that is kept, the one that fits)."""
    fields = [getattr(sort.source, name) for name in sort.fields]
    chosen = (
        sa.select(Person.id, getattr(Person, sort.column), *fields)
        .outerjoin(sort.source, sort.source.person_id == Person.id)
        .where(Person.institution_id == institution_id)
        .order_by(Person.id, *fields[:1])
    )
    pieces = [chosen] if person_ids is None else (chosen.where(Person.id.in_(p)) for p in _pieces(sorted(person_ids)))
    for piece in pieces:
        for (person_id, kept), rows in groupby(read_rows(session, piece), key=itemgetter(0, 1)):
            yield person_id, kept, tuple(tuple(row[2:]) for row in rows if row[2] is not None)


def _made(
    session: Session, sort: Sort, institution_id: int, ids: dict[str, int], wanted: Iterable[type_Combination]
) -> dict[str, int]:
    """The id of each combination by its key, with those made that did not exist yet."""
    fresh = {_key(combination): combination for combination in wanted if _key(combination) not in ids}
    if not fresh:
        return ids
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    own = {"institution_id": institution_id}
    # Somebody else may be making the same combination; then ours waits and finds it.
    keys = [own | {"key": key} for key in fresh]
    session.connection().execute(insert(sort.whole.__table__).on_conflict_do_nothing(), keys)
    ids = _known(session, sort, institution_id)
    parts = [
        own | {sort.column: ids[key]} | dict(zip(sort.fields, part, strict=True))
        for key, combination in fresh.items()
        for part in combination
    ]
    session.connection().execute(insert(sort.part.__table__).on_conflict_do_nothing(), parts)
    return ids


def _known(session: Session, sort: Sort, institution_id: int) -> dict[str, int]:
    chosen = sa.select(sort.whole.key, sort.whole.id).where(sort.whole.institution_id == institution_id)
    return dict(read_rows(session, chosen))


def _key(combination: type_Combination) -> str:
    """A combination as text: "3 7" for two locations, "2025:3:1 2026:3:2" for two years."""
    return " ".join([":".join([str(value) for value in part]) for part in combination])


def _pieces(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]
