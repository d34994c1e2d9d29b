"""Who has left once two are split: since when, from where they are seen then, and in which groups they are not.

Who was back by the merge alone has left again. When the merged person left since, both have left.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Enrolment, GroupPupil, Merge, Person, PersonLocation
from app.services.reach import restore_places

from .merge import MOVED
from .rows import BY_TIE, Step, carry_out, key_of, members_of, read_dicts, to_json, type_Row

PLACES: Final = "person_location"  # follows from other rows, or from what was known of who left
OF_ITSELF: Final = frozenset({"version", "left_on", "place_set_id", "route_id", "has_account"})


class Leaver(NamedTuple):
    """Somebody who has left after the split, and from where they are seen.

    `by_links`: who left since the merge is seen from where their own links are, and only without any from `places`.
    """

    person_id: int
    left_on: date
    places: list[type_Row]
    by_links: bool = False


def leavers_of(session: Session, done: Merge, kept: Person) -> list[Leaver]:
    """Who has left once these two are split."""
    was_left, before_left = (_day(done.rows[name]["left_on"]) for name in ("person", "kept"))
    brought = done.rows["rows"].get(PLACES, ())
    others = {row["location_id"] for fate, _column, row in brought if fate == MOVED}
    now = read_dicts(session, PersonLocation, PersonLocation.person_id == kept.id)
    own = [row for row in now if row["location_id"] not in others] or now
    found = []
    if left_on := was_left or kept.left_on:
        found.append(Leaver(done.absorbed_id, left_on, [row for _f, _c, row in brought], by_links=was_left is None))
    came_back, same = before_left is not None and was_left is None, is_same(session, done)
    if came_back and (kept.left_on or same):
        found.append(Leaver(kept.id, before_left, done.rows.get("places", own)))
    elif kept.left_on and before_left and same:
        found.append(Leaver(kept.id, kept.left_on, done.rows.get("places", own)))
    elif kept.left_on:
        found.append(Leaver(kept.id, kept.left_on, own, by_links=True))
    return found


def is_same(session: Session, done: Merge) -> bool:
    """Whether who stayed still has the data of before the merge."""
    now = to_json(read_dicts(session, Person, Person.id == done.kept_id)[0])
    return all(now[name] == value for name, value in done.rows["kept"].items() if name in now.keys() - OF_ITSELF)


def leave_groups(session: Session, done: Merge, kept: Person) -> Iterator[Step]:
    """Who leaves again is in no group, and has no mentor, that came since the merge."""
    known: list[list[Any]] = list(done.rows.get("members", ()))
    for name, rows in done.rows["rows"].items():  # those that came by the merge go with the other
        for _fate, column, row in rows:
            table = BY_TIE[name, column].table
            known.append([name, column, key_of(table, row) | {column: kept.id}])
    for one in members_of(session, kept.id):
        if one not in known:
            yield Step(BY_TIE[one[0], one[1]].table, one[2])


def join_classes(session: Session, persons: Iterable[int]) -> None:
    """These are at the school, so in the class of the newest enrolment; a run moved only the merged person."""
    for person in persons:
        rows = read_dicts(session, Enrolment, Enrolment.person_id == person)
        newest = max(rows, key=lambda row: row["school_year"], default=None)
        if newest is None or newest["group_id"] is None:
            continue
        key = {"group_id": newest["group_id"], "person_id": person}
        joined = sa.select(GroupPupil.person_id).filter_by(**key)
        if session.scalar(joined) is None:
            carry_out(session, [Step(GroupPupil, None, key | {"institution_id": newest["institution_id"]})])


def let_go(session: Session, institution_id: int, leavers: Iterable[Leaver]) -> None:
    """Mark who left since the merge, once the reach of their links is known; and show all from where they were."""
    for one in leavers:
        seen = sa.select(PersonLocation.location_id).where(PersonLocation.person_id == one.person_id).limit(1)
        if not one.by_links or session.scalar(seen) is None:
            restore_places(session, institution_id, [one.person_id], one.places)
        carry_out(session, [Step(Person, {"id": one.person_id}, {"left_on": one.left_on})])


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
