"""The answers of contract.md about runs, for `--json`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Institution, SyncMessage, SyncRun
from app.roster import Kind, RosterMessage
from app.roster.messages import message_text

COUNTS: Final = ("seen", "new", "changed", "unchanged", "gone", "skipped")


def run_answer(session: Session, run: SyncRun) -> dict[str, Any]:
    """What `roster import` and `roster sync` answer about their run."""
    whole = run_answers(session, [run])[0]
    return {name: value for name, value in whole.items() if name not in ("started_at", "finished_at", "trigger")}


def run_answers(session: Session, runs: Iterable[SyncRun]) -> list[dict[str, Any]]:
    """What `roster runs` answers: the same, with when and why each was started."""
    runs = list(runs)
    brins = dict(session.execute(sa.select(Institution.id, Institution.brin)).all())
    said: dict[int, list[dict[str, str]]] = {run.id: [] for run in runs}
    rows = sa.select(SyncMessage).where(SyncMessage.run_id.in_(list(said))).order_by(SyncMessage.id)
    for row in session.scalars(rows):
        message = RosterMessage(row.severity, row.kind, row.key, row.code, row.details or {})
        said[row.run_id].append(message_answer(message))
    return [
        {
            "run": run.id,
            "institution": brins[run.institution_id],
            "source": run.source,
            "status": run.status,
            "counts": full_counts(run.counts),
            "messages": said[run.id],
            "reason": run.reason,
            "seconds": seconds_between(run.started_at, run.finished_at),
            "started_at": run.started_at and run.started_at.isoformat(),
            "finished_at": run.finished_at and run.finished_at.isoformat(),
            "trigger": run.trigger,
        }
        for run in runs
    ]


def as_in_the_contract(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The same answer in the four words of contract.md: what was on hold and then thrown away was held."""
    return {**answer, "status": "held" if answer["status"] == "discarded" else answer["status"]}


def message_answer(message: RosterMessage) -> dict[str, str]:
    """One message as contract.md shows it, with its sentence."""
    return {
        "severity": message.severity,
        "kind": message.kind,
        "key": message.key,
        "code": message.code,
        "text": message_text(message),
    }


def full_counts(counts: Mapping[str, Mapping[str, int]] | None) -> dict[str, dict[str, int]]:
    """The six counts of all five kinds; zero where nothing was counted."""
    return {kind.value: {name: (counts or {}).get(kind, {}).get(name, 0) for name in COUNTS} for kind in Kind}


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """How long it took, in seconds."""
    return round((end - start).total_seconds(), 2) if start and end else None
