"""Reads what an undo is decided from: the rows as they are now, who is who, and what hangs on what the run made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Set
from datetime import date
from itertools import chain
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.extensions import Base
from app.models import (
    Account,
    AuditLine,
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Location,
    Merge,
    Person,
    PersonLocation,
    names,
)
from app.services.bulk import read_rows

from .past import MEMBERS, OWNERS, GroupNow, Past, Present, Somebody, named_row, owners_of, type_Row
from .table_rows import TABLES, identity_of, read_by, stored_columns, type_Key

SHOWN: Final = ("id", "kind", "number", "first_name", "initials", "prefix", "last_name")
IN_GROUPS: Final = (GroupPupil, GroupStaff, Enrolment)  # what is in a group
WHOLE: Final = frozenset({"roster-gone", "roster-returned", "roster-new", "persons-merged", "persons-split"})
EVERYTHING: Final = "*"


def read_present(
    session: Session, institution_id: int, run_id: int, past: Past, today: date, void: Set[int]
) -> Present:
    """What is there now. A fixed number of queries for a small run, some more for a large one.

    `void`: runs that were undone, and those that undid them: what they changed counts as not changed.
    """
    present = Present(today)
    for name, table in TABLES.items():
        columns = stored_columns(table)
        identity = identity_of(table)
        for row in read_by(session, institution_id, table, identity, past.keys(name), columns):
            key, told = named_row(identity, columns, row)
            present.rows[name][key] = told
        ids = {(row["id"],) for row in past.gone[name].values() if "id" in row}
        taken = (row[0] for row in read_by(session, institution_id, table, ("id",), ids, ("id",)) if ids)
        present.taken_ids[name] = frozenset(taken)
    _read_people(session, institution_id, past, present)
    _read_places(session, institution_id, past, present)
    _read_ties(session, institution_id, past, present)
    _read_merged(session, institution_id, past, present)
    present.since = _changed_since(session, institution_id, run_id, present.people, void)
    return present


def _read_people(session: Session, institution_id: int, past: Past, present: Present) -> None:
    wanted = {
        (owner,)
        for name in OWNERS
        for key in past.keys(name)
        for owner in owners_of(name, key, *(of[name].get(key) for of in (present.rows, past.new, past.gone)))
    }
    for row in past.gone["person"].values():
        present.people[row["id"]] = _somebody(row)
    for row in read_by(session, institution_id, Person, ("id",), wanted, SHOWN):
        told = dict(zip(SHOWN, row, strict=True))
        present.people[told["id"]] = _somebody(told)
        present.there.add(told["id"])
    spots: dict[int, set[int]] = defaultdict(set)
    seen = read_by(session, institution_id, PersonLocation, ("person_id",), wanted, ("person_id", "location_id"))
    for person, location in seen:
        spots[person].add(location)
    present.places = spots


def _somebody(row: type_Row) -> Somebody:
    called = row["first_name"] or names.dotted(row["initials"])
    return Somebody(row["kind"], row["number"] or "", names.list_name(row["last_name"], called, row["prefix"]))


def _read_places(session: Session, institution_id: int, past: Past, present: Present) -> None:
    groups = sa.select(Group.id, Group.location_id, Group.school_year, Group.name, Group.is_home)
    for id, *about in read_rows(session, groups.where(Group.institution_id == institution_id)):
        present.groups[id] = GroupNow(*about)
    places = sa.select(Location.id, Location.code, Location.name).where(Location.institution_id == institution_id)
    present.locations = {id: (code, name) for id, code, name in read_rows(session, places)}
    for table in IN_GROUPS:
        _note_users(session, institution_id, table, "group_id", past.new["school_group"], present.used_groups)


def _note_users(
    session: Session,
    institution_id: int,
    table: type[Any],
    column: str,
    keys: Collection[type_Key],
    users: dict[int, set[tuple[str, type_Key]]],
) -> None:
    """Which rows of a table refer to these new groups or locations."""
    identity = (
        identity_of(table) if table.__tablename__ in TABLES else tuple(c.name for c in table.__table__.primary_key)
    )
    for id, *key in read_by(session, institution_id, table, (column,), keys, (column, *identity)):
        users.setdefault(id, set()).add((table.__tablename__, tuple(key)))


def _read_ties(session: Session, institution_id: int, past: Past, present: Present) -> None:
    """What hangs on new persons and locations besides what the run made itself; and on who came back."""
    people, places = past.new["person"].keys() | past.came_back, past.new["location"].keys()
    for table, column in _referring(Person):
        if table is PersonLocation or not people:
            continue
        own, why = past.new[table.__tablename__], "account" if table is Account else "other"
        identity = identity_of(table) if table.__tablename__ in TABLES else ()
        for person, *key in read_by(session, institution_id, table, (column,), people, (column, *identity)):
            if not identity or tuple(key) not in own:
                present.tied[person] = "account" if "account" in (why, present.tied.get(person)) else "other"
                if table.__tablename__ in MEMBERS:
                    present.joined.setdefault(person, set()).add((table.__tablename__, tuple(key)))
    for table, column in _referring(Location):
        if places and table.__tablename__ not in ("person_location", "place_set_location", "route_year"):
            _note_users(session, institution_id, table, column, places, present.used_places)


def _read_merged(session: Session, institution_id: int, past: Past, present: Present) -> None:
    """Which new groups and locations somebody who was merged comes back to when the two are split."""
    users = (
        ("group_id", past.new["school_group"], present.used_groups),
        ("location_id", past.new["location"], present.used_places),
    )
    if not any(made for _column, made, _used in users):
        return
    merges = sa.select(Merge.id, Merge.rows).where(Merge.institution_id == institution_id)
    for merge_id, kept in read_rows(session, merges):
        for _fate, _column, row in chain.from_iterable(kept["rows"].values()):
            for column, made, used in users:
                if (row.get(column),) in made:
                    used.setdefault(row[column], set()).add(("merge", (merge_id,)))


def _referring(target: type[Any]) -> Iterator[tuple[type[Any], str]]:
    """Every table with a column that refers to this one."""
    for mapper in Base.registry.mappers:
        for column in mapper.local_table.columns:
            if any(key.column.table is target.__table__ for key in column.foreign_keys):
                yield mapper.class_, column.name


def _changed_since(
    session: Session, institution_id: int, run_id: int, people: Collection[int], void: Set[int]
) -> dict[int, set[str]]:
    """Of these persons the fields that the log says changed after this run; "*" for who left or came back."""
    mine = AuditLine.institution_id == institution_id
    last = sa.select(sa.func.max(AuditLine.id)).where(mine, AuditLine.run_id == run_id).scalar_subquery()
    lines = sa.select(AuditLine.subject_id, AuditLine.action, AuditLine.details, AuditLine.run_id).where(
        mine, AuditLine.subject_kind == "person", AuditLine.id > last
    )
    found: dict[int, set[str]] = defaultdict(set)
    for person, action, details, line_run in read_rows(session, lines):
        if person in people and line_run not in void:
            found[person] |= {EVERYTHING} if action in WHOLE else set(details)
    return found


def void_runs(undos: Iterable[tuple[int, int, Any]]) -> frozenset[int]:
    """Runs that were undone as a whole, and those that undid them. `undos`: (id, the run it undid, limits)."""
    undone: set[int] = set()
    doing: set[int] = set()
    for id, target, limits in sorted(undos, reverse=True):  # the newest decides: an undo may be undone
        if id not in undone and not limits:
            undone.add(target)
            doing.add(id)
    return frozenset(undone | doing)
