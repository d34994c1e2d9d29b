"""Who is logged in where: rows that end when something about the account changes (R17, R26, R30)."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import LoginSession

KEPT = 9  # beside the new one (R30)


def end_sessions(session: Session, account_id: int, keep: str | None = None) -> int:
    """End the sessions of this account, on their next request; `keep`: the id hash of one that stays. How many."""
    return _delete(session, LoginSession.account_id == account_id, LoginSession.id_hash != (keep or ""))


def end_sessions_of(session: Session, account_ids: sa.Select[tuple[int]] | Collection[int]) -> int:
    """End all sessions of these accounts, on their next request. How many."""
    return _delete(session, LoginSession.account_id.in_(account_ids))


def make_room(session: Session, account_id: int) -> None:
    """Before a login: the oldest sessions of this account go, so that there are never more than ten (R30)."""
    newest = (
        sa.select(LoginSession.id_hash)
        .where(LoginSession.account_id == account_id)
        .order_by(LoginSession.created_at.desc(), LoginSession.id_hash)
        .limit(KEPT)
    )
    kept = session.scalars(newest).all()
    _delete(session, LoginSession.account_id == account_id, LoginSession.id_hash.not_in(kept))


def sweep_sessions(session: Session, now: datetime) -> None:
    """Delete the sessions whose time is over."""
    _delete(session, LoginSession.ends_at <= now)


def _delete(session: Session, *conditions: sa.ColumnElement[bool]) -> int:
    ended = session.execute(sa.delete(LoginSession).where(*conditions).execution_options(synchronize_session=False))
    return ended.rowcount
