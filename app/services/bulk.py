"""Reading and writing many rows at once: in pieces, so the memory stays small, and without an object per row.

The ORM is for single records; a whole school goes through here, at close to the speed of the bare driver.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

PIECE: Final = 5000  # rows at a time
PLACEHOLDERS: Final = {"qmark": "?", "format": "%s", "pyformat": "%s"}  # by the driver's style of parameters


def pieces(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows in lists of at most PIECE."""
    left = iter(rows)
    while piece := list(islice(left, PIECE)):
        yield piece


def read_rows(session: Session, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> Iterator[Any]:
    """The rows of a selection of columns, as tuples, fetched in pieces. What is pending in the session is not seen."""
    return iter(session.connection().execute(statement, execution_options={"yield_per": PIECE}))


def insert_rows(session: Session, table: type[Any], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert these values of these columns. Types that need it (moments, JSON) are made ready as in the ORM.

    Unlike the ORM it fills in no defaults, except ids.
    """
    connection = session.connection()
    dialect = connection.dialect
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column) for column in columns)
    marks = ", ".join([PLACEHOLDERS[dialect.paramstyle]] * len(columns))
    insert = f"INSERT INTO {quote(table.__tablename__)} ({names}) VALUES ({marks})"
    types = (table.__table__.c[column].type for column in columns)
    ready = _each(kind.dialect_impl(dialect).bind_processor(dialect) for kind in types)
    for piece in pieces(rows):
        connection.exec_driver_sql(insert, list(map(ready, piece)) if ready else piece)


def _each(processors: Iterable[Callable[[Any], Any] | None]) -> Callable[[Sequence[Any]], tuple[Any, ...]] | None:
    """What turns a row into one with each value processed; None when the driver can do with the values as they are."""
    places = [(place, processor) for place, processor in enumerate(processors) if processor]

    def ready(row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, processor in places:
            if values[place] is not None:
                values[place] = processor(values[place])
        return tuple(values)

    return ready if places else None
