"""The shared tools: database, login, mail, languages, forms. Imports nothing from this app."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import Babel
from flask_babel.speaklater import LazyString
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import DeclarativeBase

# SQLite's write-ahead log can lose committed data before these versions (R118); there we use the rollback journal.
SAFE_WAL = ((3, 51, 3), (3, 50, 7), (3, 44, 6))

# PostgreSQL: serialization failure, deadlock, lock not available, too many connections.
PASSING = {"40001", "40P01", "55P03", "53300"}


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC with its time zone, on every database (SQLite forgets the zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy(model_class=Base)
migrate = Migrate(render_as_batch=True)
login_manager = LoginManager()
mail = Mail()
babel = Babel()
csrf = CSRFProtect()

# A lazy text calls itself HTML, so templates would print what is in it without escaping (R64).
del LazyString.__html__

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside is saved together, or nothing is. Only entrances call this.

    What was read before is read again inside: on SQLite the transaction takes the write lock at once (BEGIN IMMEDIATE,
    R118), because a reader that turns writer half-way is refused by a busy database.
    """
    db.session.rollback()
    token = _writing.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


def is_busy(error: BaseException | None) -> bool:
    """Whether the database may well do this in a moment: others held it for too long, or no connection was free."""
    cause = getattr(error, "orig", None)
    code = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF  # the rest says which kind of busy
    state = getattr(cause, "sqlstate", None)
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or state in PASSING or isinstance(error, NoneFree)


def _tell_that_pages_are_near(connection: Any, _record: Any) -> None:
    """PostgreSQL expects a turning disk, and then reads a whole table where an index holds all that is asked."""
    connection.autocommit = True  # a rollback would forget it
    connection.execute("SET random_page_cost = 1.1")
    connection.autocommit = False


def prepare_engine(engine: Engine) -> None:
    """Set what every connection of this database needs (R118)."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _tell_that_pages_are_near)
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we emit BEGIN ourselves, below
        cursor = connection.cursor()
        version = tuple(int(part) for part in cursor.execute("select sqlite_version()").fetchone()[0].split("."))
        safe_wal = version >= SAFE_WAL[0] or any(version[:2] == safe[:2] and version >= safe for safe in SAFE_WAL)
        cursor.execute(f"PRAGMA journal_mode = {'WAL' if safe_wal else 'DELETE'}")
        for pragma in ("foreign_keys = ON", "busy_timeout = 5000", "synchronous = FULL", "cache_spill = OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA cache_size = -16384")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
