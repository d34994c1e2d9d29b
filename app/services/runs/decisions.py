"""What an administrator decides on a run that waits, and what became of it: who decided, when and why (R89)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, aliased

from app.errors import Conflict, InvalidInput
from app.models import Account, AuditLine, Person, SyncRun
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.reach import visible_persons

from .approval import chosen_parts
from .requests import apply_previewed, approve_run, discard_run, run_in_reach

LONGEST_REASON = 500  # characters
DECISIONS = {  # on a run in this state: what may be decided, and what does it
    ("preview", "apply"): apply_previewed,
    ("preview", "discard"): discard_run,
    ("held", "approve"): approve_run,
    ("held", "approve-parts"): approve_run,
    ("held", "discard"): discard_run,
}
APPROVALS = ("approve", "approve-parts")


def decide(
    session: Session,
    now: datetime,
    actor: Actor,
    run_id: int,
    decision: str,
    reason: str = "",
    ticked: Collection[str] = (),
) -> SyncRun:
    """Carry out the decision on a run that waits; of "approve-parts" only the ticked ones. The caller commits.

    Raises UnknownName for a run that is not of this institution, Conflict when it does not wait for this any more,
    InvalidInput when a held run is applied without a reason (field "reason") or without a part (field "parts"), and
    NotAllowed for parts that are too large and outside the actor's reach.
    """
    require_administrator(actor)
    run = run_in_reach(session, actor, run_id)
    act = DECISIONS.get((run.status, decision))
    if act is None:
        raise Conflict(_("This run does not wait for this decision any more. Look at it again."))
    reason = reason.replace("\x00", "").strip()[:LONGEST_REASON]
    if decision in APPROVALS and not reason:
        raise InvalidInput(_("Write down why you apply this run all the same."), field="reason")
    options = {}
    if decision in APPROVALS:
        options["without"] = chosen_parts(session, actor, run, ticked if decision == "approve-parts" else None)
    run = act(session, now, actor, run_id, **options)
    if reason:
        record(session, now, actor, "sync-reason", "sync_run", run.id, {"reason": reason}, run.institution_id)
    return run


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history of a run. `who`: a name in reach, or None; `by_machine` when nobody did it."""

    at: datetime
    action: str
    who: str | None
    by_machine: bool
    reason: str | None
    by_run: int | None = None  # the run that undid it
    partly: bool = False  # that one was limited


def run_history(session: Session, actor: Actor, run: SyncRun) -> list[Event]:
    """What was decided on this run, newest first."""
    doer = aliased(Account)
    named = sa.and_(Person.id == doer.person_id, visible_persons(actor))
    rows = session.execute(
        sa.select(AuditLine, Person)
        .outerjoin(doer, doer.id == AuditLine.actor_id)
        .outerjoin(Person, named)
        .where(AuditLine.institution_id == run.institution_id)
        .where(AuditLine.subject_kind == "sync_run", AuditLine.subject_id == run.id)
        .order_by(AuditLine.id.desc())
    )
    lines = [(line, person, line.details or {}) for line, person in rows]
    others = [told["run"] for _line, _person, told in lines if "run" in told]
    limits = dict(session.execute(sa.select(SyncRun.id, SyncRun.limits).where(SyncRun.id.in_(others))).all())
    return [
        Event(
            line.at,
            line.action,
            person.full_name if person else None,
            line.actor_id is None,
            told.get("reason"),
            told.get("run"),
            bool(limits.get(told.get("run"))),
        )
        for line, person, told in lines
    ]
