"""A merge undone: both persons are there again as they were, under the same ids.

What changed since is left as it is, and named: a row that a run took away, or gave other values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import (
    Account,
    AccountLocation,
    Location,
    Merge,
    NotTheSame,
    Person,
    PersonKey,
    PersonLocation,
    PlaceSet,
    Route,
)
from app.services.access import Actor
from app.services.audit import record
from app.services.reach import restore_places

from .accounts import readdressed, rehouse
from .merge import MOVED, fields_touched, lock_people, settle_people
from .merges import merge_in_reach
from .rows import TIES, Step, Tie, carry_out, from_json, has_id, key_of, read_dicts, type_Row
from .words import row_in_words

BY_TIE = {(tie.table.__tablename__, tie.column): tie for tie in TIES}
PLACES = "person_location"  # follows from the other rows, or from what was known of who left


@dataclass(slots=True)
class SplitPlan:
    """What a split does, and in words what it leaves because that changed since the merge."""

    steps: list[Step] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    places: dict[int, list[type_Row]] = field(default_factory=dict)  # of who has left: from where they are seen


def split(session: Session, now: datetime, actor: Actor, merge_id: int) -> list[str]:
    """Split these two again; gives in words what was skipped because it changed since. The caller commits.

    Raises UnknownName out of reach or when it was split already, Conflict when who stayed was merged itself since.
    """
    lock_people(session, actor)
    done = merge_in_reach(session, actor, merge_id)
    plan = plan_split(session, done)
    kept = session.get_one(Person, done.kept_id, populate_existing=True)
    other = from_json(Person, done.rows["person"])
    email, institution_id, absorbed_id = kept.email, done.institution_id, done.absorbed_id
    touched = {field: counts[::-1] for field, counts in fields_touched(done).items()}
    accounts = _put_back_accounts(session, done)
    carry_out(session, plan.steps)
    if (email or "").casefold() != (other["email"] or "").casefold():
        readdressed(session, now, accounts)
    session.delete(done)
    session.flush()
    settle_people(session, institution_id, kept.id, absorbed_id)
    restore_places(session, institution_id, plan.places, [row for rows in plan.places.values() for row in rows])
    names = kept.list_name, session.get_one(Person, absorbed_id).list_name
    for subject, name, more in ((kept.id, names[1], touched), (absorbed_id, names[0], {})):
        told = {"name": [None, name], "skipped": len(plan.skipped)} | more
        record(session, now, actor, "persons-split", "person", subject, told, institution_id)
    return plan.skipped


def plan_split(session: Session, done: Merge) -> SplitPlan:
    """What splitting these two would do and skip."""
    kept = session.get_one(Person, done.kept_id)
    plan = SplitPlan(places=dict(_places_of_leavers(session, done, kept)))
    plan.steps.extend(_person_steps(session, done, kept))
    for name, rows in done.rows["rows"].items():
        if name == PLACES:
            continue
        for fate, column, saved in sorted(rows, key=lambda one: one[0] != MOVED):  # first what goes back, then the rest
            tie = BY_TIE[name, column]
            step = _step_back(session, done, tie, fate, from_json(tie.table, saved))
            if step is not None:
                plan.steps.append(step)
            else:
                plan.skipped.append(row_in_words(session, tie, saved))
    return plan


def _person_steps(session: Session, done: Merge, kept: Person) -> Iterator[Step]:
    """The row of the other as it was; who stayed has left again when only the merge brought it back."""
    was = from_json(Person, done.rows["person"])
    for name, table in (("place_set_id", PlaceSet), ("route_id", Route)):
        if was[name] is not None and session.get(table, was[name]) is None:
            was[name] = None
    yield Step(Person, {"id": done.absorbed_id}, {name: value for name, value in was.items() if name != "id"})
    before = from_json(Person, done.rows["kept"])
    left = {"left_on": before["left_on"]} if _leaves_again(done, kept) else {}
    version = before["version"] if _is_same(done, kept) else kept.version + 1
    yield Step(Person, {"id": kept.id}, {"version": version} | left)


def _is_same(done: Merge, kept: Person) -> bool:
    """Whether nobody changed who stayed since the merge."""
    return kept.version == done.rows["kept"]["version"] + 1


def _came_back(done: Merge) -> bool:
    """Whether it was the merge that brought back who stayed."""
    return bool(done.rows["kept"]["left_on"]) and done.rows["person"]["left_on"] is None


def _leaves_again(done: Merge, kept: Person) -> bool:
    return _came_back(done) and _is_same(done, kept)


def _places_of_leavers(session: Session, done: Merge, kept: Person) -> Iterator[tuple[int, list[type_Row]]]:
    """From where who has left after the split is seen: as before the merge. Who stayed and left since is seen from
    where it was then, without what only the merge brought, unless nothing else is left of it."""
    brought = [(fate, row) for fate, _column, row in done.rows["rows"].get(PLACES, ())]
    if done.rows["person"]["left_on"]:
        yield done.absorbed_id, [row for _fate, row in brought]
    if kept.left_on is None and not _leaves_again(done, kept):
        return
    if "places" in done.rows and (_is_same(done, kept) or _came_back(done)):
        yield kept.id, done.rows["places"]
        return
    now = read_dicts(session, PersonLocation, PersonLocation.person_id == kept.id)
    others = {row["location_id"] for fate, row in brought if fate == MOVED}
    yield kept.id, [row for row in now if row["location_id"] not in others] or now


def _step_back(session: Session, done: Merge, tie: Tie, fate: str, saved: type_Row) -> Step | None:
    """What puts one row back; None when that is not possible any more."""
    if fate == MOVED:
        return _move_back(session, done, tie, saved)
    # A row that gave way is put back as long as the row of the other is there: else a run took both away.
    columns = tie.table.__table__.c
    shared = [columns[name] == saved[name] for name in tie.unique]
    is_there = read_dicts(session, tie.table, columns[tie.column] == done.kept_id, *shared)
    if not is_there and tie.table is not NotTheSame:
        return None
    row = _pointing_to_what_is(session, tie, saved)
    if row is None:
        return None
    if has_id(tie.table) and session.get(tie.table, saved["id"]) is not None:
        del row["id"]
    return Step(tie.table, None, row)


def _move_back(session: Session, done: Merge, tie: Tie, saved: type_Row) -> Step | None:
    columns = tie.table.__table__.c
    if has_id(tie.table):
        named = {name: saved[name] for name in ("first_id", "second_id")} if tie.table is NotTheSame else None
        found = read_dicts(session, tie.table, columns.id == saved["id"])
        if not found or (named is None and found[0][tie.column] != done.kept_id):
            return None
        back = named or {tie.column: done.absorbed_id}
        return Step(tie.table, {"id": saved["id"]}, back | _absorbed_before(tie, saved))
    key = key_of(tie.table, saved) | {tie.column: done.kept_id}
    if not read_dicts(session, tie.table, *(columns[name] == value for name, value in key.items())):
        return None
    return Step(tie.table, key, {tie.column: done.absorbed_id})


def _absorbed_before(tie: Tie, saved: type_Row) -> type_Row:
    return {"absorbed": saved["absorbed"]} if tie.table is PersonKey else {}


def _pointing_to_what_is(session: Session, tie: Tie, saved: type_Row) -> type_Row | None:
    """The row without what is no more: an enrolment stays one without its class; None when it cannot do without."""
    row = dict(saved)
    for column in tie.table.__table__.c:
        for key in column.foreign_keys:
            if saved[column.name] is None or column.name == tie.column:
                continue
            target = key.column.table
            if session.scalar(sa.select(key.column).where(target.c.id == saved[column.name])) is None:
                if not column.nullable:
                    return None
                row[column.name] = None
    return row


def _put_back_accounts(session: Session, done: Merge) -> list[int]:
    """Every account goes to whom it was of; which of them go to the other."""
    saved = done.rows["accounts"]
    moved, given_up = ([from_json(Account, row) for row in saved[name]] for name in ("moved", "given_up"))
    both = {row["id"]: row for row in moved + given_up}
    there = dict(session.execute(sa.select(Account.id, Account.version).where(Account.id.in_(both))).all())
    same = {id: both[id]["version"] for id, now in there.items() if now == both[id]["version"] + 1}
    rehouse(session, {id: both[id]["person_id"] for id in there}, same)
    for row in given_up:
        if row["id"] in there:
            back = {"institution_id": row["institution_id"], "active": row["active"]}
            carry_out(session, [Step(Account, {"id": row["id"]}, back)])
    places = set(session.scalars(sa.select(Location.id).where(Location.institution_id == done.institution_id)))
    for row in saved["locations"]:
        if row["account_id"] in there and row["location_id"] in places:
            carry_out(session, [Step(AccountLocation, None, from_json(AccountLocation, row))])
    return [row["id"] for row in moved if row["id"] in there]
