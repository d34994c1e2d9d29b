"""Writes a plan: table after table, with one statement for many rows. The caller commits: all of it or nothing.

The same roster twice writes nothing the second time (R105).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..models import (
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Location,
    LocationKey,
    Mentor,
    Person,
    PersonKey,
    names,
)
from . import audit
from .access import Actor
from .reach import recompute_reach
from .roster_changes import PEOPLE, Change, Plan
from .roster_known import EMAIL, FIRST_NAME, INITIALS, LAST_NAME, NUMBER, PERSON_FIELDS, PREFIX, KnownSchool

PIECE: Final = 5000  # rows per statement: bounds the memory
type_Ids = Callable[[str, Any], Any]
type_Row = dict[str, Any]


def apply_plan(session: Session, now: datetime, actor: Actor, known: KnownSchool, plan: Plan, school_year: int) -> None:
    """Writes all changes, and a line in the audit log for each changed person, group and location (R89)."""
    if plan.is_empty:
        return
    ids = _reserved_ids(session, plan)
    base = {"institution_id": known.institution_id}
    shapes = _shapes(ids, now, school_year)
    for table, shape in shapes.items():
        rows = plan.rows[table.__tablename__]
        _delete(session, table, rows.gone)
        _insert(session, table, (base | shape(*row) for row in rows.new))
        changed = _person_changes(known, plan) if table is Person else rows.changed
        _update(session, table, ((key, _with_ids(ids, values)) for key, values in changed), base)
    recompute_reach(session, known.institution_id)
    _write_audit(session, now, actor, plan, ids, known.institution_id)


def _shapes(ids: type_Ids, now: datetime, school_year: int) -> dict[type[Any], Callable[..., type_Row]]:
    """How a new row of the plan becomes a row of its table; in the order in which they can refer to each other."""

    def group(ref: int, location: int, name: str, is_home: bool, source: str, key: str | None) -> type_Row:
        return {
            "id": ids("school_group", ref),
            "location_id": ids("location", location),
            "school_year": school_year,
            "name": name,
            "sort_key": names.fold(name)[:128],
            "is_home": is_home,
            "source": source,
            "source_key": key,
        }

    def person(ref: int, kind: str, *fields: Any) -> type_Row:
        row = dict(zip(PERSON_FIELDS, fields, strict=True), id=ids("person", ref), kind=kind, created_at=now)
        return row | {"hand_made": False, "left_on": None, "version": 1} | name_keys(fields)

    def person_key(ref: int, source: str, kind: str, key: str | None, number: str | None) -> type_Row:
        person_id = ids("person", ref)
        # "#" marks a key that recognises nobody: it only says where the person came from.
        return {"person_id": person_id, "source": source, "kind": kind, "key": key or f"#{person_id}", "number": number}

    def enrolment(ref: int, year: int, location: int, group: int | None, *more: Any) -> type_Row:
        places = {"location_id": ids("location", location), "group_id": ids("school_group", group)}
        more_names = ("year_of_study", "programme_code", "leaving_date")
        return (
            {"person_id": ids("person", ref), "school_year": year} | places | dict(zip(more_names, more, strict=True))
        )

    def member(group: int, ref: int) -> type_Row:
        return {"group_id": ids("school_group", group), "person_id": ids("person", ref)}

    def pair(guardian: int, pupil: int, relation: str | None, post: bool | None, rank: int | None) -> type_Row:
        who = {"guardian_id": ids("person", guardian), "pupil_id": ids("person", pupil)}
        return who | {"relation": relation, "receives_post": post, "rank": rank}

    return {
        Location: lambda ref, code, name: {"id": ids("location", ref), "code": code, "name": name, "sync_on": True},
        LocationKey: lambda ref, source, key: {"location_id": ids("location", ref), "source": source, "key": key},
        Group: group,
        Person: person,
        PersonKey: person_key,
        Enrolment: enrolment,
        GroupPupil: member,
        GroupStaff: member,
        Mentor: lambda pupil, staff: {"pupil_id": ids("person", pupil), "staff_id": ids("person", staff)},
        Guardianship: pair,
    }


def name_keys(fields: tuple[Any, ...]) -> type_Row:
    """The stored sort and search key of a person with these fields."""
    called = fields[FIRST_NAME] or names.dotted(fields[INITIALS])
    last, prefix = fields[LAST_NAME], fields[PREFIX]
    return {
        "sort_key": names.sort_key(last, called, prefix),
        "search_key": names.search_key(last, called, prefix, fields[NUMBER], fields[EMAIL]),
    }


def _reserved_ids(session: Session, plan: Plan) -> type_Ids:
    """Turns refs into ids; those of new rows are reserved together, before anything is written."""
    new: dict[str, dict[int, int]] = {}
    for table in (Location, Group, Person):
        refs = [row[0] for row in plan.rows[table.__tablename__].new]
        new[table.__tablename__] = dict(zip(refs, reserve_ids(session, table, len(refs)), strict=True))
    return lambda table, ref: new[table][ref] if ref is not None and ref < 0 else ref


def reserve_ids(session: Session, table: type[Any], count: int) -> list[int]:
    """So many free ids. On SQLite our write lock keeps them ours; on PostgreSQL the sequence does."""
    if not count:
        return []
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(sa.select(sa.func.max(table.id))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = sa.func.pg_get_serial_sequence(table.__tablename__, "id")
    numbers = sa.func.generate_series(1, count).table_valued("n")
    return list(session.scalars(sa.select(sa.func.nextval(sequence)).select_from(numbers)))


def _with_ids(ids: type_Ids, values: type_Row) -> type_Row:
    """New values that point to a new row get its id."""
    tables = {"location_id": "location", "group_id": "school_group"}
    return {name: ids(tables[name], value) if name in tables else value for name, value in values.items()}


def _person_changes(known: KnownSchool, plan: Plan) -> Iterator[tuple[int, type_Row]]:
    """The changed fields, with the sort and search key made from them."""
    for person_id, values in plan.rows["person"].changed:
        fields = known.persons[person_id].fields
        if not values.keys() <= {"left_on"}:
            merged = tuple(values.get(name, old) for name, old in zip(PERSON_FIELDS, fields, strict=True))
            values = values | name_keys(merged)
        yield person_id, values


def pieces(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows in lists of at most PIECE."""
    left = iter(rows)
    while piece := list(islice(left, PIECE)):
        yield piece


def _insert(session: Session, table: type[Any], rows: Iterable[type_Row]) -> None:
    for piece in pieces(rows):
        session.connection().execute(sa.insert(table.__table__), piece)


# What a row is known by in a plan: the columns, where that is not its id.
KEYS: Final = {
    PersonKey: ("source", "kind", "key"),
    GroupPupil: ("group_id", "person_id"),
    GroupStaff: ("group_id", "person_id"),
    Mentor: ("pupil_id", "staff_id"),
    Guardianship: ("guardian_id", "pupil_id"),
}


def _key_values(table: type[Any], key: Any) -> type_Row:
    columns = KEYS.get(table)
    return {"key_id": key} if columns is None else {f"key_{c}": v for c, v in zip(columns, key, strict=True)}


def _same_key(table: type[Any]) -> sa.ColumnElement[bool]:
    columns = KEYS.get(table, ("id",))
    return sa.and_(*(table.__table__.c[column] == sa.bindparam(f"key_{column}") for column in columns))


def _delete(session: Session, table: type[Any], keys: Iterable[Any]) -> None:
    for piece in pieces(keys):
        gone = sa.delete(table.__table__).where(_same_key(table))
        session.connection().execute(gone, [_key_values(table, key) for key in piece])


def _update(session: Session, table: type[Any], changes: Iterable[tuple[Any, type_Row]], base: type_Row) -> None:
    """One statement per set of changed columns."""
    alike: dict[tuple[str, ...], list[type_Row]] = defaultdict(list)
    for key, values in changes:
        alike[tuple(sorted(values))].append(_key_values(table, key) | {f"new_{n}": v for n, v in values.items()})
    more = {"version": Person.__table__.c.version + 1} if table is Person else {}
    here = table.__table__.c.institution_id == base["institution_id"]
    for columns, rows in alike.items():
        new = {column: sa.bindparam(f"new_{column}") for column in columns} | more
        session.connection().execute(sa.update(table.__table__).where(_same_key(table), here).values(new), rows)


def _write_audit(session: Session, now: datetime, actor: Actor, plan: Plan, ids: type_Ids, institution_id: int) -> None:
    """One line per change, with old and new values."""
    sorts: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in plan.changes:
        sorts[change.what, change.kind].append(change)
    tables = {"group": "school_group", "location": "location"}
    for (what, kind), changes in sorts.items():
        subject, table = ("person", "person") if kind in PEOPLE else (kind, tables[kind])
        for piece in pieces(changes):
            lines = ((ids(table, change.ref), fields_as_json(change)) for change in piece)
            audit.record_many(session, now, actor, f"roster-{what}", subject, lines, institution_id)


def fields_as_json(change: Change) -> dict[str, list[Any]]:
    """The changed fields as {field: [old, new]}; more changes of one field one after the other."""
    fields: dict[str, list[Any]] = {}
    for name, old, new in change.fields:
        fields.setdefault(name, []).extend((as_json(old), as_json(new)))
    return fields


def as_json(value: Any) -> Any:
    """A date as text; the rest as it is."""
    return value.isoformat() if isinstance(value, date) else value
