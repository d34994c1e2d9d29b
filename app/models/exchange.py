"""What keeps the exchange with other systems safe: what a run replaced, what people corrected by hand, who is whom."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Moment

from .columns import Code, Id, references


class RunJournal(Base):
    """A part of what a run did, row by row with old and new values, packed; from it the run can be undone."""

    __tablename__ = "run_journal"
    __table_args__ = (sa.UniqueConstraint("run_id", "part"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    run_id: Mapped[int] = references("sync_run.id")
    part: Mapped[int]
    packed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)


class Pin(Base):
    """A field of a person that an administrator corrected by hand: a roster leaves it until it says the same."""

    __tablename__ = "pin"
    __table_args__ = (sa.UniqueConstraint("person_id", "field"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id", index=True)
    person_id: Mapped[int] = references("person.id")
    field: Mapped[str] = mapped_column(sa.String(32))
    value: Mapped[str | None] = mapped_column(sa.String(254))
    reason: Mapped[str] = mapped_column(sa.String(500))
    made_by: Mapped[int | None] = references("account.id", ondelete="SET NULL")
    made_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[date | None]  # inclusive


class AccessBlock(Base):
    """A guardian who may not see a pupil, whatever a roster says of the pair (18 or older, a court order)."""

    __tablename__ = "access_block"
    __table_args__ = (sa.UniqueConstraint("guardian_id", "pupil_id"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id", index=True)
    guardian_id: Mapped[int] = references("person.id")
    pupil_id: Mapped[int] = references("person.id", index=True)
    reason: Mapped[str] = mapped_column(sa.String(500))
    made_by: Mapped[int | None] = references("account.id", ondelete="SET NULL")
    made_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[date | None]  # inclusive


class Merge(Base):
    """Two persons that were one: who stayed, and all rows of the other, so that they can be split again exactly."""

    __tablename__ = "merge"

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id", index=True)
    kept_id: Mapped[int] = references("person.id", index=True)
    absorbed_id: Mapped[int]  # the id that the other had, and gets again
    rows: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # by table: the rows as they were
    made_by: Mapped[int | None] = references("account.id", ondelete="SET NULL")
    made_at: Mapped[datetime] = mapped_column(Moment)


class NotTheSame(Base):
    """Two persons who look alike, and of whom somebody said that they are two; they are not proposed again."""

    __tablename__ = "not_the_same"
    __table_args__ = (sa.UniqueConstraint("first_id", "second_id"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id", index=True)
    first_id: Mapped[int] = references("person.id")  # the lower id
    second_id: Mapped[int] = references("person.id", index=True)
    made_by: Mapped[int | None] = references("account.id", ondelete="SET NULL")
    made_at: Mapped[datetime] = mapped_column(Moment)


class TableMapping(Base):
    """How a school's own table is read: which column is which field; remembered per kind of table."""

    __tablename__ = "table_mapping"
    __table_args__ = (sa.UniqueConstraint("institution_id", "kind"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    kind: Mapped[str] = mapped_column(sa.String(16))
    mapping: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Notice(Base):
    """Something about a school that an administrator was told by mail; gone when it is over, so each is told once."""

    __tablename__ = "notice"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    code: Mapped[Code]
    told_at: Mapped[datetime] = mapped_column(Moment)
