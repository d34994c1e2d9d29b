"""Turns what is due by policy into batches of the machine, once a day and after every run of the roster."""

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Batch, Institution, PersonKind
from app.services.access import Actor
from app.services.accounts.batches.drafting import draft_batch, start_batch
from app.services.accounts.batches.reach import BY_POLICY

from .chosen import PART, policies_of
from .due import RULE, due_today

MACHINE: Final = "scheduler"
OPEN: Final = ("draft", "waiting", "running")


def carry_out_policies(session: Session, now: datetime, today: date, institution_id: int | None = None) -> int:
    """Start what is due of this school, or of every one that chose a policy; how many batches. The caller commits.

    Whom a batch of before still waits for is in no second one: each school has at most one open batch of the machine.
    """
    started = 0
    chosen = sa.select(Institution).where(Institution.accounts.is_not(None))
    if institution_id is not None:
        chosen = chosen.where(Institution.id == institution_id)
    for school in session.scalars(chosen):
        if (school.accounts or {}).get(PART) and not _is_busy(session, school.id):
            started += _carry_out(session, now, today, Actor(MACHINE, institution_id=school.id))
    return started


def _is_busy(session: Session, institution_id: int) -> bool:
    mine = (Batch.institution_id == institution_id, Batch.actor_id.is_(None), Batch.state.in_(OPEN))
    return session.scalar(sa.select(Batch.id).where(*mine).limit(1)) is not None


def _carry_out(session: Session, now: datetime, today: date, actor: Actor) -> int:
    closing, back, making = due_today(session, actor, policies_of(session, actor.institution_id), today)
    work = [("deactivate", PersonKind.STAFF, closing), ("activate", PersonKind.STAFF, back)]
    work += [("create", kind, ids) for kind, ids in making.items()]
    started = 0
    for task, kind, ids in work:
        if not ids:
            continue
        key = f"{BY_POLICY}{actor.institution_id}:{task}:{kind.value}:{now.isoformat()}"
        options = {"rule": RULE} if task == "deactivate" else None
        batch = draft_batch(session, now, actor, task, kind, ids, key, options)
        start_batch(session, now, actor, batch.id)
        started += 1
    return started
