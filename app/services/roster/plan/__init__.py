"""The plan of a run: what a roster would change in what we know. Pure: no session, no clock.

Read it from `plan_roster`. Its parts: places and groups, match (who is whom), people (new, changed, back), links
(enrolments, groups, mentors, guardians), listed (whom a list names by number), gone (left, or out of sight).
"""

from datetime import date

from app.clock import school_year_name, school_year_of
from app.roster import Roster

from .absorbed import folded, hold_merged, mark_told
from .changes import PEOPLE, Plan
from .completed import complete
from .draft import Draft, note_messages
from .gone import gone_links, keep_linked, leave_groups, note_classless, note_untold, settle_gone, tell_parted
from .groups import plan_groups
from .known import KnownSchool
from .left_behind import judge_left_behind
from .links import guardian_links, pupil_links, staff_groups
from .listed import completed, name_groups, name_people
from .people import settle, use_guardians, use_pupils, use_staff
from .places import plan_locations
from .strangers import note_strangers


def plan_roster(known: KnownSchool, roster: Roster, today: date) -> Plan:
    """What this roster changes. `today` is the day on which somebody who is told no more counts as gone."""
    plan = Plan(messages=list(roster.messages))
    if known.is_new and roster.school_year != school_year_of(today):
        plan.note("warning", "roster", "", "school-year-not-now", year=school_year_name(roster.school_year))
    roster = folded(known, complete(known, completed(known, roster), plan), plan)
    places = plan_locations(known, roster, plan)
    plan_groups(known, roster, plan, places)
    name_groups(known, roster, plan, places)
    draft = Draft(known, roster, today, plan, places)
    note_messages(draft)
    hold_merged(draft)
    use_pupils(draft)
    keep_linked(draft)
    use_staff(draft)
    name_people(draft)
    use_guardians(draft)
    _settle_all(draft)
    judge_left_behind(draft)
    for kind in PEOPLE:
        settle_gone(draft, kind)
    tell_parted(draft)
    gone_links(draft)
    leave_groups(draft)
    note_classless(draft)
    note_strangers(draft)
    note_untold(draft)
    mark_told(draft)
    return plan


def _settle_all(draft: Draft) -> None:
    """Staff first and pupils next: the readable changes of the others name them."""
    for one in draft.used["staff"]:
        settle(draft, "staff", one, staff_groups(draft, one))
    for one in draft.used["pupil"]:
        settle(draft, "pupil", one, pupil_links(draft, one))
    pairs = guardian_links(draft)
    for one in draft.used["guardian"]:
        settle(draft, "guardian", one, pairs.pop(one.ref, []))
    draft.parted = pairs
