"""The rows that belong to a person, kept as JSON exactly as they were, and the few things that can happen to a row."""

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.extensions import Moment
from app.models import (
    AccessBlock,
    BatchItem,
    Enrolment,
    FormerUsername,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Mentor,
    NotTheSame,
    PersonKey,
    PersonLocation,
    Pin,
)

type_Row = dict[str, Any]


class Tie(NamedTuple):
    """A column that names a person, and with which other columns it is unique: two persons may both have that row."""

    table: type[Any]
    column: str
    unique: tuple[str, ...] = ()


TIES: Final = (
    Tie(PersonKey, "person_id"),
    Tie(Enrolment, "person_id", ("school_year",)),
    Tie(GroupPupil, "person_id", ("group_id",)),
    Tie(GroupStaff, "person_id", ("group_id",)),
    Tie(Mentor, "pupil_id", ("staff_id",)),
    Tie(Mentor, "staff_id", ("pupil_id",)),
    Tie(Guardianship, "guardian_id", ("pupil_id",)),
    Tie(Guardianship, "pupil_id", ("guardian_id",)),
    Tie(Pin, "person_id", ("field",)),
    Tie(AccessBlock, "guardian_id", ("pupil_id",)),
    Tie(AccessBlock, "pupil_id", ("guardian_id",)),
    Tie(BatchItem, "person_id"),
    Tie(FormerUsername, "person_id"),
    Tie(NotTheSame, "first_id", ("second_id",)),
    Tie(NotTheSame, "second_id", ("first_id",)),
    Tie(PersonLocation, "person_id", ("location_id",)),
)
BY_TIE: Final = {(tie.table.__tablename__, tie.column): tie for tie in TIES}
MEMBERS: Final = (GroupPupil, GroupStaff, Mentor)  # who left is in none of these of this year


class Step(NamedTuple):
    """What happens to one row: `values` set (`key` and values), put there (values alone), or taken away (key alone)."""

    table: type[Any]
    key: type_Row | None = None
    values: type_Row | None = None


def read_dicts(session: Session, table: type[Any], *which: sa.ColumnElement[bool]) -> list[type_Row]:
    """These rows as the columns of the table have them, in the order of their keys."""
    columns = table.__table__
    chosen = sa.select(columns).where(*which).order_by(*columns.primary_key)
    return [dict(row) for row in session.execute(chosen).mappings()]


def members_of(session: Session, person_id: int) -> list[list[Any]]:
    """In which groups somebody is, and who mentors whom: [table, column that names the person, key] of each row."""
    return [
        [tie.table.__tablename__, tie.column, key_of(tie.table, row)]
        for tie in TIES
        if tie.table in MEMBERS
        for row in read_dicts(session, tie.table, tie.table.__table__.c[tie.column] == person_id)
    ]


def key_of(table: type[Any], row: Mapping[str, Any]) -> type_Row:
    """The primary key of a row."""
    return {column.name: row[column.name] for column in table.__table__.primary_key}


def has_id(table: type[Any]) -> bool:
    """Whether a row of this table is known by an id of its own."""
    return "id" in table.__table__.c


def carry_out(session: Session, steps: Iterable[Step]) -> None:
    """Do these steps, in this order. The caller expires what the session holds."""
    session.flush()
    for table, key, values in steps:
        columns = table.__table__
        same = [columns.c[name] == value for name, value in (key or {}).items()]
        if key is None:
            session.execute(sa.insert(columns).values(values))
        elif values is None:
            session.execute(sa.delete(columns).where(*same))
        else:
            session.execute(sa.update(columns).where(*same).values(values))


def to_json(row: Mapping[str, Any]) -> type_Row:
    """The row with dates and codes as text."""
    return {name: _plain(value) for name, value in row.items()}


def from_json(table: type[Any], row: Mapping[str, Any]) -> type_Row:
    """The row again as the columns of the table want it; columns that exist no more are left out."""
    columns = table.__table__.c
    return {name: _typed(columns[name].type, value) for name, value in row.items() if name in columns}


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return kind.enum_class(value) if isinstance(kind, sa.Enum) and kind.enum_class else value
