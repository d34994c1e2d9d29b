"""Reading the runs of the roster for the screens (Z-237 to Z-244). Runs are of the institution; what they say about
persons is shown only to who may see those persons (R47): the rest is counted. Changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.models import Account, Person, SyncMessage, SyncRun
from app.models.names import full_name
from app.services.access import Actor
from app.services.reach import visible_persons

from .requests import OPEN, SHOWN

RUNS_A_PAGE = 12  # the page size of the manual (part 7 nr 14)
SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a longer list: `number` counts from 1; `hidden` are those outside one's reach."""

    rows: Sequence[Any]
    total: int
    number: int
    size: int
    hidden: int = 0

    @property
    def count(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list. `started_by`: the name of who started it, None for the machine or out of reach."""

    run: SyncRun
    started_by: str | None
    messages: dict[str, int] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return self.run.started_at or self.run.created_at

    @property
    def pupils(self) -> int | None:
        return counted(self.run, "pupils", "seen")

    @property
    def message_count(self) -> int:
        return sum(self.messages.values())


def counted(run: SyncRun, kind: str, what: str) -> int | None:
    """One of the counts of contract.md, or None when the run never came so far."""
    return (run.counts or {}).get(kind, {}).get(what)


def page_of(total: int, wanted: int, size: int) -> int:
    """The page that is shown when `wanted` was typed: never below the first, never past the last."""
    return min(max(wanted, 1), max(1, -(-total // size)))


def list_runs(session: Session, actor: Actor, wanted: int = 1, size: int = RUNS_A_PAGE) -> Page:
    """The runs of the actor's institution, newest first (Z-237, Z-238). Three queries for any page."""
    mine = SyncRun.institution_id == actor.institution_id
    total = session.scalar(sa.select(sa.func.count()).select_from(SyncRun).where(mine)) or 0
    number = page_of(total, wanted, size)
    chosen = _with_starter(actor).where(mine).order_by(SyncRun.id.desc()).limit(size).offset((number - 1) * size)
    return Page(_lines(session, session.execute(chosen).all()), total, number, size)


def unfinished_runs(session: Session, actor: Actor) -> list[SyncRun]:
    """What is busy or waits for a decision, newest first."""
    return list(
        session.scalars(
            sa.select(SyncRun)
            .where(SyncRun.institution_id == actor.institution_id, SyncRun.status.in_((*OPEN, *SHOWN)))
            .order_by(SyncRun.id.desc())
        )
    )


def run_line(session: Session, actor: Actor, run: SyncRun) -> RunLine:
    """The line of one run that was found in reach already."""
    return _lines(session, session.execute(_with_starter(actor).where(SyncRun.id == run.id)).all())[0]


def applied_before(session: Session, run: SyncRun) -> SyncRun | None:
    """The applied run of the same source before this one, to compare with."""
    return session.scalar(
        sa.select(SyncRun)
        .where(SyncRun.institution_id == run.institution_id, SyncRun.status == "applied", SyncRun.id < run.id)
        .where(SyncRun.undo_of.is_(None), SyncRun.source == run.source)
        .order_by(SyncRun.id.desc())
        .limit(1)
    )


def _with_starter(actor: Actor) -> sa.Select[Any]:
    """Runs with the name of who started them, as far as that person is in reach."""
    starter = aliased(Account)
    named = sa.and_(Person.id == starter.person_id, visible_persons(actor))
    return (
        sa.select(SyncRun, Person.first_name, Person.initials, Person.prefix, Person.last_name)
        .outerjoin(starter, starter.id == SyncRun.actor_id)
        .outerjoin(Person, named)
    )


def _lines(session: Session, rows: Sequence[sa.Row[Any]]) -> list[RunLine]:
    said = messages_by_severity(session, [row.SyncRun.id for row in rows])
    return [RunLine(row.SyncRun, _starter(row), said[row.SyncRun.id]) for row in rows]


def _starter(row: sa.Row[Any]) -> str | None:
    return full_name(row.last_name, row.first_name or row.initials, row.prefix) if row.last_name else None


def messages_by_severity(session: Session, run_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Per run how many messages of each severity it has, in reach or not: a number tells nothing about a person."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted_rows = (
        sa.select(SyncMessage.run_id, SyncMessage.severity, sa.func.count().label("times"))
        .where(SyncMessage.run_id.in_(run_ids))
        .group_by(SyncMessage.run_id, SyncMessage.severity)
    )
    for row in session.execute(counted_rows):
        found[row.run_id][row.severity] = row.times
    return found


def run_of_slot(session: Session, actor: Actor, slot: str) -> SyncRun | None:
    """The run that took this slot, within the actor's institution."""
    return session.scalar(
        sa.select(SyncRun).where(SyncRun.slot == slot, SyncRun.institution_id == actor.institution_id)
    )
