"""What becomes of a run once its roster is there: planned, judged by the gate, applied or shown; or failed.

Everything in one transaction that starts with keep_run (work.py): before or after, never half (R102).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.models import Account, Institution, Role, SyncMessage, SyncRun
from app.roster import Roster, RosterMessage
from app.roster.sources import source_kind
from app.services import audit
from app.services.access import Actor
from app.services.bulk import insert_rows
from app.services.corrections.pins import remember_told
from app.services.roster.apply import apply_plan
from app.services.roster.plan.changes import Plan
from app.services.roster.rows.given import remember_given

from .foresight import foresee_accounts
from .looking import look_at
from .notified import tell_administrators
from .requests import SHOWN
from .rest import hold_rest, left_aside
from .retired import resume_source
from .shown import shown_changes, shown_parts, told_causes
from .work import Hold, keep_run

DECIDED: Final = {"weekly": "scheduler"}  # who acts when nobody did


class Foreseen(NamedTuple):
    """What a run would do. Held: `reason` in one sentence, with the probable causes that the page of a run shows."""

    status: str
    plan: Plan | None
    reason: str | None
    causes: tuple[str, ...] = ()


def conclude(session: Session, now: datetime, hold: Hold, roster: Roster, today: date) -> str:
    """Plan the roster of this run and carry out what follows; gives the new status. Raises LostRun."""
    keep_run(session, now, hold, stage="applying")
    run = session.get_one(SyncRun, hold.run_id, populate_existing=True)
    look = look_at(session, session.get_one(Institution, run.institution_id), run.source, roster, today)
    if look.plan is None or look.verdict is None:  # what another school's roster says of its people is not for this log
        return end_run(session, now, run, "failed", look.refusal)
    status, reason = judge(run, look.plan, look.verdict.reason)
    aside = left_aside(run, look, status)
    plan = look.verdict.weighed.without(aside)
    run.counts, run.made_on = plan.counted(), roster.made_on
    write_messages(session, run, plan.messages)
    if status != "applied" and not aside:
        weighed, over = look.verdict.weighed, look.verdict.over
        run.parts = shown_parts(look.verdict, today, look.limits) if status == "held" else None
        follows = foresee_accounts(session, weighed, look.roster.school_year)
        run.changes = shown_changes(plan, weighed if status == "held" else None, over, follows)
        run.plan_hash = plan.fingerprint()
        if status == "held" and source_kind(run.source).kind == "service":  # it tells all that the older one told
            why = _("A newer run waits for a decision: run %(number)s.", number=run.id)
            _overtake(session, now, run, why, SyncRun.undo_of.is_(None))
        return end_run(session, now, run, status, reason)
    apply_plan(session, now, actor_of(session, run), look.known, plan, roster.school_year, run.id)
    remember_given(session, run.institution_id, look.roster)
    resume_source(session, now, actor_of(session, run), run.institution_id, run.source, run.id)
    remember_told(session, now, actor_of(session, run), plan.told, run.institution_id, run.id)
    _settle_applied(session, now, run, plan)
    rest = hold_rest(session, now, run, look, aside, today) if status == "held" else None
    if rest is not None:
        tell_administrators(session, now, rest, is_rest=True)
    return end_run(session, now, run, "applied", run.reason if rest else None)


def judge(run: SyncRun, plan: Plan, reason: str | None) -> tuple[str, str | None]:
    """(the status that this plan leads to, the sentence why when it is not applied). `reason`: of the gate."""
    if run.plan_hash and run.plan_hash != plan.fingerprint():
        # What is applied is what was shown (R78).
        changed = _("The data have changed since they were shown. Look again.")
        run.approved = False
        return ("held", f"{changed} {reason}") if reason else ("preview", changed)
    if reason and not run.approved:
        return "held", reason
    return ("preview", None) if run.preview else ("applied", None)


def mark_finished(session: Session, moment: datetime, hold: Hold) -> None:
    """Write when the work was done, as the last thing in the transaction of `conclude`."""
    session.execute(sa.update(SyncRun).where(SyncRun.id == hold.run_id).values(finished_at=moment))


def fail_run(session: Session, now: datetime, hold: Hold, reason: str) -> None:
    """The roster could not be had or used; nothing was changed. Raises LostRun."""
    keep_run(session, now, hold)
    run = session.get_one(SyncRun, hold.run_id, populate_existing=True)
    end_run(session, now, run, "failed", reason)


def stop_run(session: Session, now: datetime, hold: Hold) -> None:
    """Somebody interrupted the command that did this run. Raises LostRun."""
    keep_run(session, now, hold)
    run = session.get_one(SyncRun, hold.run_id, populate_existing=True)
    end_run(session, now, run, "discarded", _("This run was interrupted. Nothing was changed."))


def end_run(session: Session, now: datetime, run: SyncRun, status: str, reason: str | None) -> str:
    """The run ends, or waits for a decision, with this status and reason; gives the status."""
    run.status, run.reason, run.finished_at, run.lease_until = status, reason, now, None
    if status in ("applied", "failed", "discarded"):
        run.changes = None
    if status != "failed":
        run.stage = "done"
    tell_administrators(session, now, run)
    session.flush()
    return status


def _settle_applied(session: Session, now: datetime, run: SyncRun, plan: Plan) -> None:
    """One log line for the run; older runs of this source that waited for a decision are overtaken."""
    counts = {kind: {name: n for name, n in of.items() if n} for kind, of in plan.counted().items()}
    subject = (run.id, {"source": run.source, "counts": counts})
    actor, school = actor_of(session, run), run.institution_id
    audit.record_many(session, now, actor, "roster-applied", "sync_run", [subject], school, run.id)
    _overtake(session, now, run, _("A newer run was applied."))


def _overtake(session: Session, now: datetime, run: SyncRun, why: str, *where: sa.ColumnElement[bool]) -> None:
    """Older runs of this source that wait for a decision end without one."""
    overtaken = {"status": "discarded", "reason": why, "changes": None, "finished_at": now}
    session.execute(
        sa.update(SyncRun)
        .where(SyncRun.institution_id == run.institution_id, SyncRun.status.in_(SHOWN))
        .where(SyncRun.id != run.id, SyncRun.source == run.source, *where)
        .values(overtaken)
        .execution_options(synchronize_session=False)
    )


def actor_of(session: Session, run: SyncRun) -> Actor:
    """Who is behind this run: the administrator who started or accepted it, or the machine."""
    account = session.get(Account, run.actor_id) if run.actor_id is not None else None
    if account is None:
        return Actor(DECIDED.get(run.trigger, "command"), institution_id=run.institution_id)
    return Actor(account.username, account.id, run.institution_id, Role(account.role))


def write_messages(session: Session, run: SyncRun, messages: Iterable[RosterMessage]) -> None:
    """The messages of the run; those of an earlier look at the same run go."""
    session.execute(sa.delete(SyncMessage).where(SyncMessage.run_id == run.id))
    columns = ("institution_id", "run_id", "severity", "kind", "key", "code", "details")
    rows = (
        (run.institution_id, run.id, one.severity, one.kind, one.key[:256], one.code, dict(one.values))
        for one in messages
    )
    insert_rows(session, SyncMessage, columns, rows)


def foresee(session: Session, institution: Institution, source: str, roster: Roster, today: date) -> Foreseen:
    """What a run of this roster would do, to the end; writes nothing."""
    look = look_at(session, institution, source, roster, today)
    if look.plan is None or look.verdict is None:
        return Foreseen("failed", None, look.refusal)
    follows = foresee_accounts(session, look.verdict.weighed, roster.school_year)
    look.plan.messages.extend(follows.messages(look.plan.changes))
    reason = look.verdict.reason
    causes = told_causes(look.verdict, today, look.limits) if reason else ()
    return Foreseen("held" if reason else "preview", look.plan, reason, tuple(causes))
