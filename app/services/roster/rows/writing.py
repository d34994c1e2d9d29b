"""Writes many rows of the tables of a roster: one statement for many rows, and the journal of what was there before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import AuditLine, Group, Location, Person
from app.services.bulk import insert_rows, pieces
from app.services.history.journal import Journal, note_before

from .new_rows import COLUMNS, KEYS

type_Row = dict[str, Any]
SUBJECTS = {Person: "person", Group: "group", Location: "location"}  # what the log calls a row of this table
ASIDE = {Group: ("name", "#{}"), Location: ("code", "#{:05x}")}  # what is unique of a place, and a value nobody has


@dataclass(slots=True)
class TableRows:
    """What happens to one table. Keys are those of KEYS, else ids; `new`: (columns, rows), in batches."""

    new: Sequence[tuple[Sequence[str], Iterable[tuple[Any, ...]]]] = ()
    changed: Sequence[tuple[Any, type_Row]] = ()
    gone: Sequence[Any] = field(default_factory=list)


def write_rows(
    session: Session, now: datetime, institution_id: int, tables: Mapping[type[Any], TableRows], run_id: int | None
) -> None:
    """Delete, change and insert. With a run, its journal is written along. The caller commits.

    Links go first, because they make room. Places and people that go, go last: by then nothing refers to them, and
    deleting one never takes a row along that only moved away. Until then a place steps aside for who gets its name.
    """
    journal = Journal()
    ordered = [(table, tables[table]) for table in COLUMNS if table in tables]
    if run_id is not None:
        gone = {table: rows.gone for table, rows in ordered}
        note_before(session, institution_id, journal, gone, {table: rows.changed for table, rows in ordered})
    for table, rows in reversed(ordered):
        if table in ASIDE:
            _step_aside(session, table, rows)
        elif table not in SUBJECTS:
            _delete(session, table, rows.gone)
    for table, rows in ordered:
        _update(session, table, rows.changed, institution_id)
        for columns, new in rows.new:
            noted = new if run_id is None else journal.note_new(table, columns, new)
            insert_rows(session, table, ("institution_id", *columns), ((institution_id, *row) for row in noted))
    for table, rows in reversed(ordered):
        if table in SUBJECTS:
            _delete(session, table, rows.gone)
    if run_id is not None:
        journal.write(session, now, institution_id, run_id)


def reserve_ids(session: Session, table: type[Any], count: int) -> list[int]:
    """So many free ids. On SQLite our write lock keeps them ours; on PostgreSQL the sequence does.

    An id that the log once named is not free: it would give somebody the history of another.
    """
    if not count:
        return []
    if session.get_bind().dialect.name == "sqlite":
        named = sa.select(sa.func.max(AuditLine.subject_id)).where(AuditLine.subject_kind == SUBJECTS[table])
        last = max(session.scalar(sa.select(sa.func.max(table.id))) or 0, session.scalar(named) or 0)
        return list(range(last + 1, last + 1 + count))
    sequence = sa.func.pg_get_serial_sequence(table.__tablename__, "id")
    numbers = sa.func.generate_series(1, count).table_valued("n")
    return list(session.scalars(sa.select(sa.func.nextval(sequence)).select_from(numbers)))


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


def _step_aside(session: Session, table: type[Any], rows: TableRows) -> None:
    """Places that go give up their name or code when another one may get it."""
    if rows.gone and (rows.changed or rows.new):
        column, form = ASIDE[table]
        named = [{"key_id": id, "aside": form.format(id)} for id in rows.gone]
        session.connection().execute(
            sa.update(table.__table__).where(_same_key(table)).values({column: sa.bindparam("aside")}), named
        )


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
