"""Applies a plan: its rows are written (writing.py), with the reach, the log and the journal that belong to them.

The caller commits: all of it or nothing. The same roster twice writes nothing the second time (R105).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import Group, Location, Person
from app.services import audit
from app.services.access import Actor
from app.services.bulk import pieces
from app.services.login.own_address import address_changed
from app.services.reach import recompute_reach
from app.services.roster.plan.changes import PEOPLE, Change, Plan
from app.services.roster.plan.known import EMAIL, PERSON_FIELDS, KnownSchool
from app.services.roster.rows.new_rows import COLUMNS, name_keys, row_makers, type_Ids
from app.services.roster.rows.writing import TableRows, reserve_ids, type_Row, write_rows


def apply_plan(
    session: Session,
    now: datetime,
    actor: Actor,
    known: KnownSchool,
    plan: Plan,
    school_year: int,
    run_id: int | None = None,
) -> None:
    """Writes all changes, and a line in the audit log for each changed person, group and location (R89).

    With `run_id` the lines name the run, and its journal is kept so that it can be undone.
    """
    if plan.is_empty:
        return
    ids = _reserved_ids(session, plan)
    institution_id = known.institution_id
    tables = {}
    for table, make in row_makers(ids, now, school_year).items():
        rows = plan.rows[table.__tablename__]
        changed = _person_changes(known, plan) if table is Person else rows.changed
        tables[table] = TableRows(
            new=[(COLUMNS[table], _made(make, rows.new))],
            changed=[(key, _with_ids(ids, values)) for key, values in changed],
            gone=rows.gone,
        )
    write_rows(session, now, institution_id, tables, run_id)
    recompute_reach(session, institution_id)
    address_changed(session, now, _moved(known, plan))
    write_audit(session, now, actor, plan.changes, institution_id, run_id, ids)


def _made(make: Callable[..., tuple[Any, ...]], rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    return (make(*row) for row in rows)


def _reserved_ids(session: Session, plan: Plan) -> type_Ids:
    """Turns refs into ids; those of new rows are reserved together, before anything is written."""
    new: dict[str, dict[int, int]] = {}
    for table in (Location, Group, Person):
        refs = [row[0] for row in plan.rows[table.__tablename__].new]
        new[table.__tablename__] = dict(zip(refs, reserve_ids(session, table, len(refs)), strict=True))
    return lambda table, ref: new[table][ref] if ref is not None and ref < 0 else ref


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


def write_audit(
    session: Session,
    now: datetime,
    actor: Actor,
    told: Iterable[Change],
    institution_id: int,
    run_id: int | None = None,
    ids: type_Ids = lambda _table, ref: ref,
) -> None:
    """One line per change, with old and new values."""
    sorts: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in told:
        sorts[change.what, change.kind].append(change)
    tables = {"group": "school_group", "location": "location"}
    for (what, kind), changes in sorts.items():
        subject, table = ("person", "person") if kind in PEOPLE else (kind, tables[kind])
        for piece in pieces(changes):
            lines = ((ids(table, change.ref), fields_as_json(change)) for change in piece)
            audit.record_many(session, now, actor, f"roster-{what}", subject, lines, institution_id, run_id)


def fields_as_json(change: Change) -> dict[str, list[Any]]:
    """The changed fields as {field: [old, new]}; more changes of one field one after the other."""
    fields: dict[str, list[Any]] = {}
    for name, old, new in change.fields:
        fields.setdefault(name, []).extend((as_json(old), as_json(new)))
    return fields


def as_json(value: Any) -> Any:
    """A date as text; the rest as it is."""
    return value.isoformat() if isinstance(value, date) else value
