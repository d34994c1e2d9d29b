"""Failures counted in the database, for all processes together (R13, R14).

A try is counted before it is checked, so that a hundred tries at once do not all slip through; a right one is taken
back. Keys are hashed: the table holds no usernames and no addresses.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.models import Throttle

LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=1)  # of quiet: then earlier waits no longer make the next one longer
INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within the window shut the bucket for 1 minute, the next times for 2, 4, 8, 15 (R13).

    `again`: how many failures shut it once more after a wait. `wait`: a fixed wait instead of the ladder.
    """

    kind: str
    failures: int
    window: timedelta
    again: int
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """One counter: a limit and what is counted under it."""

    limit: Limit
    subject: str = ""

    @property
    def key(self) -> str:
        return f"{self.limit.kind}:{hashlib.sha256(self.subject.encode()).hexdigest()[:40]}"


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether a try may go on, and which limits it reached (by kind) if it fails."""

    admitted: bool
    reached: frozenset[str] = frozenset()


def claim(session: Session, now: datetime, buckets: Iterable[Bucket]) -> Claim:
    """Count one failure in every bucket, or in none when one of them is shut: waiting is never made longer (R13)."""
    rows = _locked_rows(session, now, buckets)
    if any(_is_shut(row, now) for _limit, row in rows):
        return Claim(admitted=False)
    return Claim(admitted=True, reached=frozenset(limit.kind for limit, row in rows if _count(limit, row, now)))


def take_back(session: Session, now: datetime, buckets: Iterable[Bucket]) -> None:
    """The try was right: it counts no longer, and what it shut by itself opens."""
    for limit, row in _locked_rows(session, now, buckets):
        row.failures = max(0, row.failures - 1)
        if _is_shut(row, now) and row.failures < _threshold(limit, row.strikes - 1):
            row.strikes -= 1
            row.shut_until = None


def clear(session: Session, buckets: Collection[Bucket]) -> None:
    """Success: forget these counters (R13)."""
    session.execute(sa.delete(Throttle).where(Throttle.key.in_([bucket.key for bucket in buckets])))


def strikes(session: Session, bucket: Bucket) -> int:
    """How many times in a row this bucket was shut."""
    return session.scalar(sa.select(Throttle.strikes).where(Throttle.key == bucket.key)) or 0


def sweep(session: Session, now: datetime) -> None:
    """Delete the counters that no longer count."""
    session.execute(sa.delete(Throttle).where(Throttle.window_ends_at < now - timedelta(days=1)))


def wait_after(strike: int) -> timedelta:
    """The wait after this many times shut: 1, 2, 4, 8, then 15 minutes."""
    return min(timedelta(minutes=2 ** min(strike - 1, 4)), LONGEST_WAIT)


def _locked_rows(session: Session, now: datetime, buckets: Iterable[Bucket]) -> list[tuple[Limit, Throttle]]:
    """The rows of these buckets, made when absent, locked in one order so that two tries cannot wait for each other."""
    wanted = sorted(buckets, key=lambda bucket: bucket.key)
    if not wanted:
        return []
    insert = INSERT[session.get_bind().dialect.name]
    fresh = [
        {"key": bucket.key, "failures": 0, "strikes": 0, "window_ends_at": now + bucket.limit.window}
        for bucket in wanted
    ]
    session.execute(insert(Throttle).on_conflict_do_nothing(), fresh)
    found = session.scalars(
        sa.select(Throttle)
        .where(Throttle.key.in_([bucket.key for bucket in wanted]))
        .order_by(Throttle.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = {row.key: row for row in found}
    return [(bucket.limit, rows[bucket.key]) for bucket in wanted]


def _count(limit: Limit, row: Throttle, now: datetime) -> bool:
    """Add one failure; True when that shut the bucket."""
    if row.strikes and now >= row.window_ends_at + FORGET_AFTER:
        row.strikes = 0
    if row.shut_until is not None or now >= row.window_ends_at:  # a wait is over, or the window is: count anew
        row.failures, row.shut_until, row.window_ends_at = 0, None, now + limit.window
    row.failures += 1
    if row.failures < _threshold(limit, row.strikes):
        return False
    row.strikes += 1
    row.shut_until = now + (limit.wait or wait_after(row.strikes))
    row.window_ends_at = max(row.window_ends_at, row.shut_until)
    return True


def _threshold(limit: Limit, strike: int) -> int:
    return limit.again if strike > 0 else limit.failures


def _is_shut(row: Throttle, now: datetime) -> bool:
    return row.shut_until is not None and row.shut_until > now
