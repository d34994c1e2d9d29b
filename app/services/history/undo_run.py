"""An undo as a run: who may ask for one, what it would do, and carrying it out in one transaction (R102, R106).

It reaches no further than the administrator behind it does now: who is, or was, at a location outside that reach stays
as they are (part 7 nrs 2 and 5). A command reaches the whole school.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.models import Account, Location, Person, RunJournal, SyncRun
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.reach import locations_of
from app.services.roster.plan.changes import Plan
from app.services.runs.outcome import actor_of, end_run, judge, write_messages
from app.services.runs.requests import open_run_locked, run_in_reach, waiting_run
from app.services.runs.shown import shown_changes
from app.services.runs.work import Hold, keep_run

from .facts import read_present, void_runs
from .journal import read_journal
from .past import Past, Present, past_of
from .put_back import put_back
from .scope import Limits
from .undo import plan_undo

UNDO: Final = "undo"
KINDS: Final = ("pupil", "guardian", "staff", "group", "location")


@dataclass(frozen=True, slots=True)
class Wanted:
    """To what an undo is limited, as people name it: code of a location, kind of record, number of a person."""

    location: str | None = None
    kind: str | None = None
    person: str | None = None

    def as_json(self) -> dict[str, str]:
        """What is kept with the run."""
        told = {"location": self.location, "kind": self.kind, "person": self.person}
        return {name: value for name, value in told.items() if value}


def why_no_undo(session: Session, run: SyncRun) -> str | None:
    """Why this run cannot be undone, in a sentence, or None."""
    if run.status != "applied":
        return _("Only a run that was applied can be undone.")
    if (by := undone_by(session, run)) is not None:
        return _("This run was already undone, by run %(number)s.", number=by)
    kept = sa.select(RunJournal.id).where(RunJournal.run_id == run.id).limit(1)
    if session.scalar(kept) is not None:
        return None
    if not any(of.get(name) for of in (run.counts or {}).values() for name in ("new", "changed", "gone")):
        return _("This run changed nothing, so there is nothing to undo.")
    return _("What a run replaced is kept for 180 days. Of this run it is no longer there, so it cannot be undone.")


def undone_by(session: Session, run: SyncRun) -> int | None:
    """The run that undid this one as a whole, when that was not undone itself."""
    undos = _undos(session, run.institution_id)
    if run.id not in void_runs(undos):
        return None
    return max((id for id, target, limits in undos if target == run.id and not limits), default=None)


def _undos(session: Session, institution_id: int) -> list[tuple[int, int, Any]]:
    rows = sa.select(SyncRun.id, SyncRun.undo_of, SyncRun.limits).where(
        SyncRun.institution_id == institution_id, SyncRun.undo_of.is_not(None), SyncRun.status == "applied"
    )
    return [tuple(row) for row in session.execute(rows)]  # type: ignore[misc]


def undoable_run(session: Session, actor: Actor, run_id: int, wanted: Wanted) -> SyncRun:
    """The run, when this actor may undo it to these limits.

    Raises UnknownName for a run, location or person that is not here, Conflict for a run that cannot be undone,
    NotAllowed without any location, InvalidInput (with its field) for a number that more than one kind has.
    """
    require_administrator(actor)
    run = run_in_reach(session, actor, run_id)
    if not actor.is_machine and not actor.locations:
        raise NotAllowed(_("Your account has no location. Couple your own locations first."))
    if (reason := why_no_undo(session, run)) is not None:
        raise Conflict(reason)
    _check(session, actor, run, wanted)
    return run


def _check(session: Session, actor: Actor, run: SyncRun, wanted: Wanted) -> None:
    if wanted.kind and wanted.kind not in KINDS:
        raise InvalidInput(_("There is no such kind. Choose from: %(kinds)s.", kinds=", ".join(KINDS)), field="kind")
    if wanted.location:
        place = _location_id(session, run.institution_id, wanted.location)
        if place is None or (actor.locations is not None and place not in actor.locations):
            raise UnknownName(_("Location %(code)s does not exist.", code=wanted.location))
    if not wanted.person:
        return
    kinds = _kinds_with(session, run, wanted.person)
    if wanted.kind:
        kinds &= {wanted.kind}
    if not kinds:
        raise InvalidInput(_("Nobody has this number."), field="person")
    if len(kinds) > 1:
        raise InvalidInput(_("People of more than one kind have this number. Choose the kind too."), field="kind")


def _kinds_with(session: Session, run: SyncRun, number: str) -> set[str]:
    mine = sa.select(Person.kind).where(Person.institution_id == run.institution_id, Person.number == number)
    past = past_of(read_journal(session, run.id))
    told = {row["kind"] for row in past.gone["person"].values() if row["number"] == number}
    return {kind.value for kind in session.scalars(mine.distinct())} | told


def _location_id(session: Session, institution_id: int, code: str) -> int | None:
    return session.scalar(
        sa.select(Location.id).where(Location.institution_id == institution_id, Location.code == code)
    )


def request_undo(
    session: Session,
    now: datetime,
    actor: Actor,
    run_id: int,
    wanted: Wanted,
    *,
    slot: str | None = None,
    preview: bool = False,
) -> SyncRun | None:
    """A waiting run that undoes this one; None when the slot is taken or another run is open. The caller commits.

    Raises as undoable_run does.
    """
    run = undoable_run(session, actor, run_id, wanted)
    if open_run_locked(session, run.institution_id) is not None:
        return None
    within = reach_of(session, actor, run.institution_id)
    limits = wanted.as_json() | ({} if within is None else {"within": sorted(within)})
    slot = slot or f"{UNDO}:{run.id}:{now.timestamp()}"
    values = {"undo_of": run.id, "limits": limits or None, "slot": slot, "preview": preview}
    return waiting_run(session, now, actor, run.institution_id, run.source, UNDO, **values)


def reach_of(session: Session, actor: Actor, institution_id: int) -> frozenset[int] | None:
    """The locations to which this actor's undo is limited; None when no location is outside the reach."""
    if actor.locations is None:
        return None
    everywhere = session.scalars(sa.select(Location.id).where(Location.institution_id == institution_id))
    return None if set(everywhere) <= actor.locations else actor.locations


def conclude_undo(session: Session, now: datetime, hold: Hold, today: date) -> str:
    """Decide this undo anew and show it or carry it out; gives the new status. Raises LostRun, Conflict."""
    keep_run(session, now, hold, stage="applying")
    run = session.get_one(SyncRun, hold.run_id, populate_existing=True)
    undone = session.get_one(SyncRun, run.undo_of)
    if (reason := why_no_undo(session, undone)) is not None:
        raise Conflict(reason)
    actor = _with_reach(session, actor_of(session, run), run)
    past = past_of(read_journal(session, undone.id))
    present, plan = _decide(session, actor, undone, past, run.limits or {}, today)
    status, reason = judge(run, plan, None)
    run.counts = plan.counted()
    write_messages(session, run, plan.messages)
    if status == "applied":
        put_back(session, now, actor, run, plan, present)
        for subject, action, told in (
            (run, "roster-applied", {"undo_of": undone.id}),
            (undone, "roster-undone", {"run": run.id}),
        ):
            record(session, now, actor, action, "sync_run", subject.id, told, run.institution_id, run.id)
    else:
        run.changes, run.plan_hash = shown_changes(plan), plan.fingerprint()
    return end_run(session, now, run, status, reason)


def foresee_undo(session: Session, actor: Actor, run_id: int, wanted: Wanted, today: date) -> tuple[SyncRun, Plan]:
    """The run, and what undoing it would do; writes nothing. Raises as undoable_run does."""
    run = undoable_run(session, actor, run_id, wanted)
    _present, plan = _decide(session, actor, run, past_of(read_journal(session, run.id)), wanted.as_json(), today)
    return run, plan


def _decide(
    session: Session, actor: Actor, undone: SyncRun, past: Past, limits: Mapping[str, Any], today: date
) -> tuple[Present, Plan]:
    school, void = undone.institution_id, void_runs(_undos(session, undone.institution_id))
    present = read_present(session, school, undone.id, past, today, void)
    within = reach_of(session, actor, school)
    if "within" in limits:  # it was asked for by somebody who reaches no further
        asked = frozenset(limits["within"])
        within = asked if within is None else asked & within
    place = limits.get("location")
    location_id = _location_id(session, school, place) if place else None
    if place and location_id is None:
        raise UnknownName(_("Location %(code)s does not exist.", code=place))
    return present, plan_undo(past, present, Limits(location_id, limits.get("kind"), limits.get("person"), within))


def _with_reach(session: Session, actor: Actor, run: SyncRun) -> Actor:
    account = session.get(Account, run.actor_id) if run.actor_id is not None else None
    if account is None:
        return actor
    return Actor(actor.name, actor.account_id, actor.institution_id, actor.role, locations_of(session, account))
