"""Writes a plan: table after table, with one statement for many rows. The caller commits: all of it or nothing.

The same roster twice writes nothing the second time (R105).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ...models import Group, Location, Person
from .. import audit
from ..access import Actor
from ..bulk import insert_rows, pieces
from ..login.own_address import address_changed
from ..reach import recompute_reach
from .changes import PEOPLE, Change, Plan
from .known import EMAIL, PERSON_FIELDS, KnownSchool
from .rows import COLUMNS, KEYS, name_keys, row_makers, type_Ids

type_Row = dict[str, Any]


def apply_plan(session: Session, now: datetime, actor: Actor, known: KnownSchool, plan: Plan, school_year: int) -> None:
    """Writes all changes, and a line in the audit log for each changed person, group and location (R89)."""
    if plan.is_empty:
        return
    ids = _reserved_ids(session, plan)
    institution_id = known.institution_id
    for table, make in row_makers(ids, now, school_year).items():
        rows = plan.rows[table.__tablename__]
        _delete(session, table, rows.gone)
        new = ((institution_id, *make(*row)) for row in rows.new)
        insert_rows(session, table, ("institution_id", *COLUMNS[table]), new)
        changed = _person_changes(known, plan) if table is Person else rows.changed
        _update(session, table, ((key, _with_ids(ids, values)) for key, values in changed), institution_id)
    recompute_reach(session, institution_id)
    address_changed(session, now, _moved(known, plan))
    _write_audit(session, now, actor, plan, ids, institution_id)


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
            sort_key, search_key = name_keys(merged)
            values = values | {"sort_key": sort_key, "search_key": search_key}
        yield person_id, values


def _moved(known: KnownSchool, plan: Plan) -> Iterator[int]:
    """Whose e-mail address is another one, or gone (R32); a first address ends nothing: no mail went elsewhere."""
    for person_id, values in plan.rows["person"].changed:
        old = known.persons[person_id].fields[EMAIL]
        if old and "email" in values and (values["email"] or "").casefold() != old.casefold():
            yield person_id


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


def _update(session: Session, table: type[Any], changes: Iterable[tuple[Any, type_Row]], institution_id: int) -> None:
    """One statement per set of changed columns."""
    alike: dict[tuple[str, ...], list[type_Row]] = defaultdict(list)
    for key, values in changes:
        alike[tuple(sorted(values))].append(_key_values(table, key) | {f"new_{n}": v for n, v in values.items()})
    more = {"version": Person.__table__.c.version + 1} if table is Person else {}
    here = table.__table__.c.institution_id == institution_id
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
