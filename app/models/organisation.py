"""The school: institution, locations, where its roster comes from, and its news."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Moment

from .columns import Code, Id, Key, Text, references


class Institution(Base):
    """A school with its main registration code (BRIN, four characters): the wall that nothing crosses."""

    __tablename__ = "institution"

    id: Mapped[Id]
    brin: Mapped[str] = mapped_column(sa.String(4), unique=True)
    name: Mapped[Text]
    is_practice: Mapped[bool] = mapped_column(default=False)
    weekly_day: Mapped[int] = mapped_column(default=6)  # 0 = Monday; Sunday 00:00 by default (domain.md 5.9)
    weekly_hour: Mapped[int] = mapped_column(default=0)
    exchange: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # its own limits of the gate, and order of sources
    accounts: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # see services/accounts/settings
    logo: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)  # PNG or JPEG, for letters
    created_at: Mapped[datetime] = mapped_column(Moment)


class Location(Base):
    """A place of a school ("vestiging"), known by its six-character code."""

    __tablename__ = "location"
    __table_args__ = (sa.UniqueConstraint("institution_id", "code"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    code: Mapped[str] = mapped_column(sa.String(6))
    name: Mapped[Text]
    sync_on: Mapped[bool] = mapped_column(default=True)  # Z-226: counts for service sources

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class LocationKey(Base):
    """By which key a source knows a location."""

    __tablename__ = "location_key"
    __table_args__ = (sa.UniqueConstraint("institution_id", "source", "key"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    location_id: Mapped[int] = references("location.id", index=True)
    source: Mapped[Code]
    key: Mapped[Key]


class SourceConnection(Base):
    """The settings of a service source; secret values are sealed (services/sealing.py)."""

    __tablename__ = "source_connection"
    __table_args__ = (sa.UniqueConstraint("institution_id", "source"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    source: Mapped[Code]
    settings: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    ends_on: Mapped[date | None]  # the last day of the token or certificate, when somebody wrote it down
    changed_at: Mapped[datetime] = mapped_column(Moment)


class NewsItem(Base):
    """A piece of news in Markdown; without institution it is for every school."""

    __tablename__ = "news_item"

    id: Mapped[Id]
    institution_id: Mapped[int | None] = references("institution.id", index=True)
    title: Mapped[Text]
    body: Mapped[str] = mapped_column(sa.Text)
    published_at: Mapped[datetime] = mapped_column(Moment)


class ContactTask(Base):
    """Who holds a task of the school, or of one location of it (P-019, P-020). No row: nobody holds it."""

    __tablename__ = "contact_task"

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id", index=True)
    location_id: Mapped[int | None] = references("location.id")  # None: for the whole school
    task: Mapped[str] = mapped_column(sa.String(32))
    account_id: Mapped[int] = references("account.id", index=True)
    since: Mapped[datetime] = mapped_column(Moment)
