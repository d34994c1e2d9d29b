"""What keeps the panel going by itself: is there work, who is alive, and what may be thrown away."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.clock import local
from app.models import Batch, Heartbeat, IssuedSecret, LoginSession, OutboxMail, RunJournal, SyncRun, Throttle, Upload
from app.services.corrections.blocking import lift_ended
from app.services.mail.delivery import is_due
from app.services.runs.requests import OPEN, SHOWN, expire_previews

SCHEDULER = "scheduler"
UPLOADS_LIVE = timedelta(hours=24)
JOURNALS_LIVE = timedelta(days=180)  # so long a run can be undone
INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def runs_wait(session: Session, now: datetime) -> bool:
    """Whether a run of the roster waits for a worker, or lost the one it had."""
    lost = sa.and_(SyncRun.status == "running", SyncRun.lease_until < now)
    return _any(session, sa.select(SyncRun.id).where(sa.or_(SyncRun.status == "waiting", lost)))


def batches_wait(session: Session, now: datetime) -> bool:
    """Whether a batch of accounts waits for a worker, or lost the one it had."""
    lost = sa.and_(Batch.state == "running", Batch.lease_until < now)
    return _any(session, sa.select(Batch.id).where(sa.or_(Batch.state == "waiting", lost)))


def mails_wait(session: Session, now: datetime) -> bool:
    """Whether a mail is due."""
    return _any(session, sa.select(OutboxMail.id).where(is_due(now)))


def _any(session: Session, found: sa.Select[tuple[int]]) -> bool:
    return session.scalar(found.limit(1)) is not None


def beat(session: Session, now: datetime, name: str = SCHEDULER) -> None:
    """Say that a worker of this name lives. The caller commits."""
    insert = INSERT[session.get_bind().dialect.name](Heartbeat).values(name=name, at=now)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


def last_beat(session: Session, name: str = SCHEDULER) -> datetime | None:
    """When a worker of this name was last alive."""
    return session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == name))


def tidy(session: Session, now: datetime) -> list[str]:
    """Throw away what ended: sessions, throttles, nonces of secrets that lapsed, uploads, blocks. The caller commits.

    Returns the names of the upload files that are of no use any more: their run ended, or nobody asked for one. A file
    that a run still waits for stays.
    """
    open_runs = sa.select(SyncRun.upload_id).where(SyncRun.upload_id.is_not(None), SyncRun.status.in_((*OPEN, *SHOWN)))
    old = sa.and_(Upload.created_at < now - UPLOADS_LIVE, Upload.id.not_in(open_runs))
    expire_previews(session, now)
    lift_ended(session, now, local(now).date())
    ended = sa.select(SyncRun.upload_id).where(SyncRun.upload_id.is_not(None), SyncRun.status.not_in((*OPEN, *SHOWN)))
    over = sa.and_(Upload.id.in_(ended), Upload.id.not_in(open_runs))  # a run may wait with the rest of the file
    names = list(session.scalars(sa.select(Upload.stored_as).where(sa.or_(old, over))))
    lapsed = sa.or_(IssuedSecret.expires_at <= now, IssuedSecret.used_at.is_not(None))
    for statement in (
        sa.delete(Upload).where(old),
        sa.delete(RunJournal).where(RunJournal.created_at < now - JOURNALS_LIVE),
        sa.delete(LoginSession).where(LoginSession.ends_at <= now),
        sa.delete(Throttle).where(
            Throttle.window_ends_at < now - timedelta(hours=1),
            sa.or_(Throttle.shut_until.is_(None), Throttle.shut_until < now - timedelta(hours=1)),
        ),
        sa.update(IssuedSecret).where(IssuedSecret.nonce.is_not(None), lapsed).values(nonce=None),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    return names
