"""A look at a roster beside what is known of its school: the plan, and what the gate says of it. Writes nothing."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.models import Institution
from app.roster import Roster
from app.services.roster.gate import Verdict, judge_plan, why_not_this_school, why_nothing_to_change
from app.services.roster.gate.limits import Limits, limits_of
from app.services.roster.plan import plan_roster
from app.services.roster.plan.authority import heard
from app.services.roster.plan.changes import Plan
from app.services.roster.plan.known import KnownSchool
from app.services.roster.rows.read import read_known


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. `refusal`: the reason that nobody can approve, of another school or of changes to nothing."""

    known: KnownSchool
    roster: Roster
    limits: Limits
    plan: Plan | None = None
    verdict: Verdict | None = None
    refusal: str | None = None


def look_at(session: Session, institution: Institution, source: str, roster: Roster, today: date) -> Look:
    """What this roster of this source would change, and what the gate says of it."""
    known = read_known(session, institution, source, roster.school_year)
    limits = limits_of(institution.exchange, today)
    if refusal := why_not_this_school(known, roster) or why_nothing_to_change(known, roster):
        return Look(known, roster, limits, refusal=refusal)
    roster = heard(known.say, roster)
    plan = plan_roster(known, roster, today)
    return Look(known, roster, limits, plan, judge_plan(plan, known, roster, today, limits))
