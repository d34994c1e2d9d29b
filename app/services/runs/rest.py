"""What is safe goes on, and who would go or lose access waits in a second run."""

import secrets
from collections.abc import Collection
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.models import Institution, SyncRun
from app.services.roster.gate.limits import WIDENED
from app.services.roster.plan.parts import EVERYWHERE, Part

from .foresight import foresee_accounts
from .looking import Look, look_at
from .shown import part_key, part_of, shown_changes, shown_parts


def left_aside(run: SyncRun, look: Look, status: str) -> frozenset[Part]:
    """The parts that this run does not apply: those that an administrator left out, or those that wait by themselves.

    By themselves only in a run that nobody was shown yet, where the school chose so, and when there is something else.
    """
    verdict = look.verdict
    if status == "applied":
        return frozenset(part_of(key) for key in (run.parts or {}).get("without", ()))
    unseen = status == "held" and not run.preview and run.plan_hash is None
    if not (unseen and look.limits.goes_on and verdict and verdict.may_go_on):
        return frozenset()
    waits = frozenset(
        part for part in verdict.weighed.tallies if part.direction in WIDENED and part.location_id is not EVERYWHERE
    )
    return frozenset() if verdict.weighed.without(waits).is_empty else waits


def hold_rest(
    session: Session, now: datetime, run: SyncRun, look: Look, aside: Collection[Part], today: date
) -> SyncRun:
    """A held run of what this one did not apply, with its own changes to show: planned anew after the apply.

    `look`: of the whole, before the apply; its reason, and the parts that were too large, are those of the rest.
    `aside`: the parts that were left out.
    """
    assert look.verdict is not None
    institution = session.get_one(Institution, run.institution_id)
    again = look_at(session, institution, run.source, look.roster, today)
    assert again.plan is not None
    assert again.verdict is not None
    weighed = again.verdict.weighed
    shown = shown_parts(look.verdict, today, look.limits, weighed)
    follows = foresee_accounts(session, weighed, look.roster.school_year)
    rest = SyncRun(
        institution_id=run.institution_id,
        source=run.source,
        trigger=run.trigger,
        slot=f"{run.trigger}:{run.institution_id}:{secrets.token_hex(8)}",
        status="held",
        stage="done",
        upload_id=run.upload_id,
        actor_id=run.actor_id,
        counts=again.plan.counted(),
        made_on=run.made_on,
        reason=look.verdict.reason,
        changes=shown_changes(again.plan, weighed, look.verdict.over, follows),
        plan_hash=again.plan.fingerprint(),
        parts=shown,
        created_at=now,
        started_at=now,
        finished_at=now,
    )
    session.add(rest)
    session.flush()
    run.parts = {**shown, "without": [part_key(part) for part in sorted(aside, key=part_key)]}
    run.reason = _("What is safe was applied. The rest waits for a decision as run %(number)s.", number=rest.id)
    return rest
