"""Whether the tables of this database are those of this code (R121)."""

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .trigrams import INDEXES

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def is_ours(_object: Any, name: str | None, kind: str, *_more: Any) -> bool:
    """Whether this table or index belongs to the models; those of the trigrams are the migrations' own."""
    return kind not in ("table", "index") or not (name or "").removeprefix("ix_").startswith(tuple(INDEXES.values()))


@cache
def newest_revision() -> str | None:
    """The revision that this code was written for."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def revision_of(session: Session) -> str | None:
    """The revision of this database; None when it was never prepared. Raises OperationalError when it is away."""
    if not sa.inspect(session.connection()).has_table("alembic_version"):
        return None
    return session.scalar(sa.text("SELECT version_num FROM alembic_version"))


def is_current(session: Session) -> bool:
    """Whether the commands and the servers may work on this database."""
    return revision_of(session) == newest_revision()
