"""Who works on a batch: a worker holds it by a lease and a fence number (R106).

Who took over later wins; an older holder writes nothing any more. The pieces of work are in batch_pieces.py.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Batch, BatchItem

LEASE = timedelta(seconds=60)
MOST_TAKES = 10  # a batch on which every worker fails is given up, and says so
DRAFTS_LIVE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hold:
    """A worker's grip on a batch."""

    batch_id: int
    fence: int


def next_batch(session: Session, now: datetime) -> int | None:
    """The id of the oldest batch that waits for a worker, or whose worker died."""
    return session.scalar(sa.select(Batch.id).where(_free(now)).order_by(Batch.id).limit(1))


def is_over(session: Session, batch_id: int) -> bool:
    """Whether nobody will work on this batch any more."""
    state = session.scalar(sa.select(Batch.state).where(Batch.id == batch_id))
    return state in (None, "draft", "done", "failed")


def take_batch(session: Session, now: datetime, batch_id: int) -> Hold | None:
    """Take this batch; None when somebody else has it or it is over. The caller commits."""
    taken = {
        "state": "running",
        "fence": Batch.fence + 1,
        "lease_until": now + LEASE,
        "started_at": sa.func.coalesce(Batch.started_at, now),
    }
    fence = session.scalar(_change(Batch.id == batch_id, _free(now)).values(taken).returning(Batch.fence))
    return Hold(batch_id, fence) if fence is not None else None


def keep_batch(session: Session, now: datetime, hold: Hold, done: int = 0) -> Batch | None:
    """Renew the lease and count `done` rows; None when another worker took over: then stop.

    Call it first in a transaction: it locks the batch row, so that no other worker can write beside this one.
    """
    kept = session.execute(_change(*_held(hold)).values(lease_until=now + LEASE, done=Batch.done + done))
    return session.get(Batch, hold.batch_id, populate_existing=True) if kept.rowcount else None


def release_batch(session: Session, hold: Hold) -> None:
    """Give the batch back half done, because this worker must stop (R126). The caller commits."""
    session.execute(_change(*_held(hold)).values(state="waiting", lease_until=None))


def finish_batch(session: Session, now: datetime, hold: Hold) -> None:
    """All rows are done. The caller commits."""
    session.execute(_change(*_held(hold)).values(state="done", finished_at=now, lease_until=None, done=Batch.total))


def tidy_batches(session: Session, now: datetime) -> None:
    """Give up what fails every worker, and forget drafts that nobody started. The caller commits."""
    hopeless = (Batch.state == "running", Batch.lease_until <= now, Batch.fence >= MOST_TAKES)
    session.execute(_change(*hopeless).values(state="failed", finished_at=now, lease_until=None))
    session.execute(sa.delete(Batch).where(Batch.state == "draft", Batch.created_at <= now - DRAFTS_LIVE))


def stop_batches(session: Session, now: datetime, account_ids: Collection[int]) -> None:
    """What these accounts drafted is forgotten, what they started goes no further: nobody answers for it. No commit."""
    session.execute(sa.delete(Batch).where(Batch.actor_id.in_(list(account_ids)), Batch.state == "draft"))
    going = (Batch.actor_id.in_(list(account_ids)), Batch.state.in_(("waiting", "running")))
    session.execute(_change(*going).values(state="failed", finished_at=now, lease_until=None))


def waiting_items(session: Session, hold: Hold) -> list[int]:
    """The ids of the rows still to be done, in their order."""
    waiting = sa.select(BatchItem.id).where(BatchItem.batch_id == hold.batch_id, BatchItem.state == "waiting")
    return list(session.scalars(waiting.order_by(BatchItem.id)))


def _change(*which: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(Batch).where(*which).execution_options(synchronize_session=False)


def _held(hold: Hold) -> tuple[sa.ColumnElement[bool], ...]:
    return Batch.id == hold.batch_id, Batch.fence == hold.fence, Batch.state == "running"


def _free(now: datetime) -> sa.ColumnElement[bool]:
    lapsed = sa.and_(Batch.state == "running", Batch.lease_until <= now, Batch.fence < MOST_TAKES)
    return sa.or_(Batch.state == "waiting", lapsed)
