"""Place sets: which combination of locations each person is seen from, kept in line with person_location."""

from collections import defaultdict
from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..models import Person, PersonLocation, PlaceSet, PlaceSetLocation

PIECE = 1_000  # ids in one statement


def renew_place_sets(session: Session, institution_id: int, person_ids: Collection[int]) -> None:
    """Give these persons the place set that fits their rows in person_location. The caller commits."""
    if not person_ids:
        return
    session.flush()
    places: dict[int, list[int]] = {person: [] for person in person_ids}
    for piece in _pieces(sorted(person_ids)):
        rows = sa.select(PersonLocation.person_id, PersonLocation.location_id)
        rows = rows.where(PersonLocation.person_id.in_(piece)).order_by(PersonLocation.location_id)
        for person_id, location_id in session.execute(rows):
            places[person_id].append(location_id)
    members: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for person_id, location_ids in places.items():
        members[tuple(location_ids)].append(person_id)
    sets = _place_sets(session, institution_id, [combination for combination in members if combination])
    table = Person.__table__
    for combination, persons in members.items():
        for piece in _pieces(persons):
            session.connection().execute(
                sa.update(table).where(table.c.id.in_(piece)).values(place_set_id=sets.get(combination))
            )


def _place_sets(
    session: Session, institution_id: int, combinations: list[tuple[int, ...]]
) -> dict[tuple[int, ...], int]:
    """The id of the place set of each combination, made where it does not exist yet."""
    known = _known(session, institution_id)
    fresh = [combination for combination in combinations if combination not in known]
    if not fresh:
        return known
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    keys = [{"institution_id": institution_id, "key": " ".join(map(str, combination))} for combination in fresh]
    # Somebody else may be making the same combination; then ours waits and finds it.
    session.connection().execute(insert(PlaceSet.__table__).on_conflict_do_nothing(), keys)
    known = _known(session, institution_id)
    links = [
        {"place_set_id": known[combination], "location_id": location_id, "institution_id": institution_id}
        for combination in fresh
        for location_id in combination
    ]
    session.connection().execute(insert(PlaceSetLocation.__table__).on_conflict_do_nothing(), links)
    return known


def _known(session: Session, institution_id: int) -> dict[tuple[int, ...], int]:
    rows = session.execute(sa.select(PlaceSet.key, PlaceSet.id).where(PlaceSet.institution_id == institution_id))
    return {tuple(map(int, key.split())): id for key, id in rows}


def _pieces(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]
