"""A merge undone: both persons are there again as they were, under the same ids.

What changed since is left as it is, and named: a row that a run took away, or gave other values.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import (
    Account,
    AccountLocation,
    GroupPupil,
    Location,
    Merge,
    NotTheSame,
    Person,
    PersonKey,
    PlaceSet,
    Route,
)
from app.services.access import Actor
from app.services.audit import record

from .accounts import readdressed, rehouse
from .merge import DROPPED, MOVED, fields_touched, lock_people, settle_people
from .merges import merge_in_reach
from .rows import BY_TIE, Step, Tie, carry_out, from_json, has_id, key_of, read_dicts, type_Row
from .who_left import PLACES, Leaver, join_classes, leave_groups, leavers_of, let_go
from .words import row_in_words


@dataclass(slots=True)
class SplitPlan:
    """What a split does, and in words what it leaves because that changed since the merge."""

    steps: list[Step] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    leavers: list[Leaver] = field(default_factory=list)


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
    join_classes(session, {kept.id, absorbed_id} - {one.person_id for one in plan.leavers})
    settle_people(session, institution_id, kept.id, absorbed_id)
    let_go(session, institution_id, plan.leavers)
    session.expire_all()
    names = kept.list_name, session.get_one(Person, absorbed_id).list_name
    for subject, name, more in ((kept.id, names[1], touched), (absorbed_id, names[0], {})):
        told = {"name": [None, name], "skipped": len(plan.skipped)} | more
        record(session, now, actor, "persons-split", "person", subject, told, institution_id)
    return plan.skipped


def plan_split(session: Session, done: Merge) -> SplitPlan:
    """What splitting these two would do and skip."""
    kept = session.get_one(Person, done.kept_id)
    plan = SplitPlan(leavers=leavers_of(session, done, kept))
    plan.steps.extend(_person_steps(session, done, kept, plan.leavers))
    leaving, classes = {one.person_id for one in plan.leavers}, _classes_put_back(done)
    for name, rows in done.rows["rows"].items():
        if name == PLACES:
            continue
        for fate, column, saved in sorted(rows, key=lambda one: one[0] != MOVED):  # first what goes back, then the rest
            tie = BY_TIE[name, column]
            step = _step_back(session, done, tie, fate, from_json(tie.table, saved))
            if step is not None:
                plan.steps.append(step)
            elif tie.table is not GroupPupil or saved["group_id"] not in classes or done.absorbed_id in leaving:
                plan.skipped.append(row_in_words(session, tie, saved))
    if kept.id in leaving:
        plan.steps.extend(leave_groups(session, done, kept))
    return plan


def _classes_put_back(done: Merge) -> set[int | None]:
    """The classes that come with the enrolments of the other (join_classes), whatever a run did to those rows."""
    return {row["group_id"] for fate, _column, row in done.rows["rows"].get("enrolment", ()) if fate == DROPPED}


def _person_steps(session: Session, done: Merge, kept: Person, leavers: Iterable[Leaver]) -> Iterator[Step]:
    """The row of the other as it was; who left since the merge leaves when the reach of the links is known."""
    was = from_json(Person, done.rows["person"])
    for name, table in (("place_set_id", PlaceSet), ("route_id", Route)):
        if was[name] is not None and session.get(table, was[name]) is None:
            was[name] = None
    yield Step(Person, {"id": done.absorbed_id}, {name: value for name, value in was.items() if name != "id"})
    before = done.rows["kept"]["version"]
    yield Step(Person, {"id": kept.id}, {"version": before if kept.version == before + 1 else kept.version + 1})
    for one in leavers:
        yield Step(Person, {"id": one.person_id}, {"left_on": None if one.by_links else one.left_on})


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
