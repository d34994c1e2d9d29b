"""Runs of the roster as rows: who may start one, who holds it, and what became of it (Z-235 to Z-244, R106).

waiting -> running -> applied, or preview (an administrator looks first), held (the gate), failed; preview and held go
back to waiting when they are accepted, or end as discarded. A run is carried out by work/runs.py.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...clock import last_weekly_moment, local
from ...errors import Conflict, UnknownName
from ...models import Institution, SourceConnection, SyncRun
from .. import audit
from ..access import Actor
from .answers import full_counts, run_answer, run_answers, seconds_between
from .uploads import MAX_UPLOAD, store_upload

__all__ = [  # the whole of runs for the entrances: what lives beside this file is named here too
    "MAX_UPLOAD",
    "OPEN",
    "SHOWN",
    "apply_previewed",
    "approve_run",
    "connection_of",
    "discard_run",
    "expire_previews",
    "full_counts",
    "open_run",
    "request_run",
    "request_weekly",
    "run_answer",
    "run_answers",
    "run_in_reach",
    "seconds_between",
    "store_upload",
    "weekly_due",
    "weekly_slot",
]

OPEN: Final = ("waiting", "running")  # one of these per institution, never two
SHOWN: Final = ("preview", "held")  # wait for an administrator
PREVIEWS_LIVE: Final = timedelta(days=1)
SCHEDULER: Final = "scheduler"


def request_run(
    session: Session,
    now: datetime,
    actor: Actor,
    institution_id: int,
    source: str,
    trigger: str,
    *,
    slot: str | None = None,
    upload_id: int | None = None,
    preview: bool = False,
    approved: bool = False,
) -> SyncRun | None:
    """A new waiting run; None when its slot is taken or another run of the institution is open (see open_run)."""
    if _open_run_locked(session, institution_id) is not None:
        return None
    slot = slot or f"{trigger}:{institution_id}:{secrets.token_hex(8)}"
    run = SyncRun(
        institution_id=institution_id,
        source=source,
        trigger=trigger,
        slot=slot,
        status="waiting",
        upload_id=upload_id,
        actor_id=actor.account_id,
        preview=preview,
        approved=approved,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        return None
    return run


def open_run(session: Session, institution_id: int) -> SyncRun | None:
    """The run of this institution that waits to start or is under way."""
    return session.scalars(
        sa.select(SyncRun)
        .where(SyncRun.institution_id == institution_id, SyncRun.status.in_(OPEN))
        .order_by(SyncRun.id)
        .limit(1)
    ).first()


def _open_run_locked(session: Session, institution_id: int) -> SyncRun | None:
    """As open_run, while nobody else can start one: the institution's row is locked (SQLite locks the whole)."""
    session.execute(
        sa.select(Institution.id).where(Institution.id == institution_id).with_for_update(key_share=True)
    ).one()
    return open_run(session, institution_id)


def run_in_reach(session: Session, actor: Actor, run_id: int) -> SyncRun:
    """The run, when it is of the actor's institution. Raises UnknownName."""
    run = session.get(SyncRun, run_id)
    if run is None or (actor.institution_id is not None and run.institution_id != actor.institution_id):
        raise UnknownName(_("There is no such run."))
    return run


def apply_previewed(session: Session, now: datetime, actor: Actor, run_id: int) -> SyncRun:
    """A preview waits to be applied. Raises Conflict when it is no preview any more or another run is open."""
    run = _accept(session, actor, run_id, "preview")
    run.preview = False
    audit.record(session, now, actor, "roster-preview-accepted", "sync_run", run.id, {}, run.institution_id)
    return run


def approve_run(session: Session, now: datetime, actor: Actor, run_id: int) -> SyncRun:
    """A held run waits to be applied although the gate stopped it. Raises Conflict."""
    run = _accept(session, actor, run_id, "held")
    run.preview = False
    run.approved = True
    audit.record(session, now, actor, "roster-run-approved", "sync_run", run.id, {}, run.institution_id)
    return run


def discard_run(session: Session, now: datetime, actor: Actor, run_id: int) -> SyncRun:
    """A preview or held run ends without changing anything; work/runs.py throws its file away. Raises Conflict."""
    run = run_in_reach(session, actor, run_id)
    if not _move(session, run, SHOWN, status="discarded", changes=None, finished_at=now):
        raise Conflict(_("This run has already been decided. Look again."))
    audit.record(session, now, actor, "roster-run-discarded", "sync_run", run.id, {}, run.institution_id)
    return run


def expire_previews(session: Session, now: datetime) -> None:
    """Previews that nobody decided on within a day end: they show people's data and their file waits with them."""
    session.execute(
        sa.update(SyncRun)
        .where(SyncRun.status == "preview", SyncRun.finished_at < now - PREVIEWS_LIVE)
        .values(status="discarded", changes=None, reason=_("Nobody decided on this preview within a day."))
        .execution_options(synchronize_session=False)
    )


def _accept(session: Session, actor: Actor, run_id: int, status: str) -> SyncRun:
    run = run_in_reach(session, actor, run_id)
    if _open_run_locked(session, run.institution_id) is not None:
        raise Conflict(_("Another run is under way. Wait until it is done, then try again."))
    moved = {"status": "waiting", "stage": "waiting", "progress": 0, "actor_id": actor.account_id}
    if not _move(session, run, (status,), finished_at=None, **moved):
        raise Conflict(_("This run has already been decided. Look again."))
    return run


def _move(session: Session, run: SyncRun, from_status: Iterable[str], **values: Any) -> bool:
    """Change the run when it still has one of these statuses; one winner."""
    session.flush()
    done = session.execute(
        sa.update(SyncRun)
        .where(SyncRun.id == run.id, SyncRun.status.in_(tuple(from_status)))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(run)
    return done.rowcount == 1


def request_weekly(session: Session, now: datetime, institution: Institution) -> SyncRun | None:
    """The weekly run of the connected source, once per week whoever asks (Z-229, R109); None when it is not due."""
    slot = _weekly_slot_due(session, now, institution)
    connection = connection_of(session, institution.id)
    if slot is None or connection is None:
        return None
    actor = Actor(SCHEDULER, institution_id=institution.id)
    return request_run(session, now, actor, institution.id, connection.source, "weekly", slot=slot)


def _weekly_slot_due(session: Session, now: datetime, institution: Institution) -> str | None:
    moment = last_weekly_moment(now, institution.weekly_day, institution.weekly_hour)
    connection = connection_of(session, institution.id)
    # Who connected after that moment waits for the next one, or presses the button (Z-232).
    if connection is None or connection.changed_at > moment:
        return None
    slot = weekly_slot(institution.id, moment)
    return None if session.scalar(sa.select(SyncRun.id).where(SyncRun.slot == slot)) else slot


def weekly_slot(institution_id: int, moment: datetime) -> str:
    """'7:2026-W47': the name of one weekly moment; unique in the table, so it runs once."""
    year, week, _day = local(moment).isocalendar()
    return f"{institution_id}:{year}-W{week:02d}"


def weekly_due(session: Session, now: datetime) -> list[Institution]:
    """The institutions whose weekly run has not been asked for yet, also when its moment was missed."""
    connected = sa.select(SourceConnection.institution_id)
    schools = session.scalars(sa.select(Institution).where(Institution.id.in_(connected)).order_by(Institution.id))
    return [school for school in schools if _weekly_slot_due(session, now, school) is not None]


def connection_of(session: Session, institution_id: int) -> SourceConnection | None:
    """The connected service source of a school: the one connected last."""
    return session.scalars(
        sa.select(SourceConnection)
        .where(SourceConnection.institution_id == institution_id)
        .order_by(SourceConnection.changed_at.desc(), SourceConnection.id.desc())
        .limit(1)
    ).first()
