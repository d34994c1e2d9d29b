"""Runs of the roster as rows: who may start one, who holds it, and what became of it (Z-235 to Z-244, R106).

waiting -> running -> applied, or preview (an administrator looks first), held (the gate), failed; preview and held go
back to waiting when they are accepted, or end as discarded. A run is carried out by work/runs.py.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, UnknownName
from app.models import Institution, SyncRun, Upload
from app.services import audit
from app.services.access import Actor

from .answers import full_counts, run_answer, run_answers, seconds_between
from .uploads import MAX_UPLOAD, store_upload

__all__ = [  # the whole of runs for the entrances: what lives beside this file is named here too
    "MAX_UPLOAD",
    "OPEN",
    "SHOWN",
    "apply_previewed",
    "approve_run",
    "discard_run",
    "expire_previews",
    "full_counts",
    "open_run",
    "open_run_locked",
    "request_run",
    "request_runs",
    "run_answer",
    "run_answers",
    "run_in_reach",
    "seconds_between",
    "store_upload",
    "upload_of_no_use",
    "waiting_run",
]

OPEN: Final = ("waiting", "running")  # one of these per institution, never two
SHOWN: Final = ("preview", "held")  # wait for an administrator
PREVIEWS_LIVE: Final = timedelta(days=1)


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
    if open_run_locked(session, institution_id) is not None:
        return None
    slot = slot or f"{trigger}:{institution_id}:{secrets.token_hex(8)}"
    values = {"slot": slot, "upload_id": upload_id, "preview": preview, "approved": approved}
    return waiting_run(session, now, actor, institution_id, source, trigger, **values)


def request_runs(
    session: Session, now: datetime, actor: Actor, institution_id: int, sources: Sequence[str], trigger: str, slot: str
) -> list[SyncRun]:
    """A waiting run for each of these sources, done one after the other; none when another run is open.

    The first has the slot itself, so that a doubled form finds it (R124).
    """
    if open_run_locked(session, institution_id) is not None:
        return []
    slots = (slot, *(f"{slot}:{source}" for source in sources[1:]))
    made = (
        waiting_run(session, now, actor, institution_id, source, trigger, slot=own)
        for source, own in zip(sources, slots, strict=False)
    )
    return [run for run in made if run is not None]


def waiting_run(
    session: Session, now: datetime, actor: Actor, institution_id: int, source: str, trigger: str, **values: Any
) -> SyncRun | None:
    """The row of a run; None when its slot is taken. Ask open_run_locked first."""
    run = SyncRun(
        institution_id=institution_id,
        source=source,
        trigger=trigger,
        status="waiting",
        actor_id=actor.account_id,
        created_at=now,
        **values,
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


def open_run_locked(session: Session, institution_id: int) -> SyncRun | None:
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


def approve_run(session: Session, now: datetime, actor: Actor, run_id: int, without: Sequence[str] = ()) -> SyncRun:
    """A held run waits to be applied although the gate stopped it, without these of its parts. Raises Conflict."""
    run = _accept(session, actor, run_id, "held")
    run.preview = False
    run.approved = True
    details = {}
    if run.parts is not None:
        run.parts = {**run.parts, "without": list(without)}
        details = {"without": list(without)} if without else {}
    audit.record(session, now, actor, "roster-run-approved", "sync_run", run.id, details, run.institution_id)
    return run


def discard_run(session: Session, now: datetime, actor: Actor, run_id: int) -> SyncRun:
    """A preview or held run ends without changing anything; work/runs.py throws its file away. Raises Conflict."""
    run = run_in_reach(session, actor, run_id)
    if not _move(session, run, SHOWN, status="discarded", changes=None, finished_at=now):
        raise Conflict(_("This run has already been decided. Look again."))
    audit.record(session, now, actor, "roster-run-discarded", "sync_run", run.id, {}, run.institution_id)
    return run


def upload_of_no_use(session: Session, run: SyncRun) -> Upload | None:
    """The file of this run, when neither this run nor one that waits with the rest of it needs it any more."""
    if run.upload_id is None:
        return None
    needed = sa.exists().where(SyncRun.upload_id == Upload.id, SyncRun.status.in_((*OPEN, *SHOWN)))
    return session.scalar(sa.select(Upload).where(Upload.id == run.upload_id, ~needed))


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
    if open_run_locked(session, run.institution_id) is not None:
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
