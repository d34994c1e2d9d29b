"""Rows of the tables that a roster fills: what each is known by, and reading many of them at once."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Enrolment, LocationKey, Person, PersonLocation
from app.services.bulk import read_rows
from app.services.roster.rows.new_rows import COLUMNS, KEYS

# What a row is known by for ever, also when it was away and got another id.
IDENTITY: Final[dict[type[Any], tuple[str, ...]]] = {
    **KEYS,
    Enrolment: ("person_id", "school_year"),
    LocationKey: ("source", "key"),
    PersonLocation: ("person_id", "location_id"),
}
DERIVED: Final = {Person: frozenset({"place_set_id", "route_id", "has_account"})}  # kept by others, never put back
TABLES: Final = {table.__tablename__: table for table in (*COLUMNS, PersonLocation)}
SOME: Final = 1_000  # keys in one statement
MANY: Final = 5_000  # from here on all rows of the school are read, and those that are not asked for let go

type_Key = tuple[Any, ...]


def identity_of(table: type[Any]) -> tuple[str, ...]:
    """The columns that a row of this table is known by."""
    return IDENTITY.get(table, ("id",))


def key_of(table: type[Any]) -> tuple[str, ...]:
    """The columns by which a plan names a row of this table."""
    return KEYS.get(table, ("id",))


def stored_columns(table: type[Any]) -> tuple[str, ...]:
    """Every column of this table that is not derived from other tables."""
    derived = DERIVED.get(table, frozenset())
    return tuple(column.name for column in table.__table__.columns if column.name not in derived)


def read_by(
    session: Session,
    institution_id: int,
    table: type[Any],
    by: Sequence[str],
    keys: Collection[type_Key],
    columns: Sequence[str],
) -> Iterator[tuple[Any, ...]]:
    """The rows of this school whose columns `by` hold one of these keys, as tuples of `columns`; codes as plain text.

    A handful of queries, whatever the number of keys. Rows without an institution are nobody's here.
    """
    if not keys:
        return
    wanted = frozenset(keys)
    chosen = sa.select(*(_plain(table, name) for name in (*by, *columns)))
    if "institution_id" in table.__table__.c:
        chosen = chosen.where(table.institution_id == institution_id)
    here = sa.tuple_(*(table.__table__.c[name] for name in by)) if len(by) > 1 else table.__table__.c[by[0]]
    left = iter(() if len(wanted) > MANY else wanted)
    statements = [chosen] if len(wanted) > MANY else []
    while some := list(islice(left, SOME)):
        statements.append(chosen.where(here.in_(some if len(by) > 1 else [key[0] for key in some])))
    for statement in statements:
        for row in read_rows(session, statement):
            if tuple(row[: len(by)]) in wanted:
                yield tuple(row[len(by) :])


def _plain(table: type[Any], name: str) -> sa.ColumnElement[Any]:
    column = table.__table__.c[name]
    return sa.type_coerce(column, sa.String) if isinstance(column.type, sa.Enum) else column
