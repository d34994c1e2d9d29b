"""Whether the first delivery of a source is of people whom the school does not have. Pure.

A table or service that knows pupils by other numbers, or the file of another school, doubles everybody.
"""

from app.roster import Kind

from .changes import Fall
from .draft import Draft
from .left_behind import told_locations


def note_strangers(draft: Draft) -> None:
    """For the gate: how many pupils there are at the locations told, and how many are new to hardly any recognised.

    Only of a source that was not read before, and of a delivery that looks like all of them: a list of newcomers is
    none.
    """
    known, roster = draft.known, draft.roster
    if Kind.PUPILS not in roster.delivers or roster.is_delta or known.keyed.get("pupil"):
        return
    told = told_locations(draft)
    here = sum(place in told and known.persons[pupil].left_on is None for pupil, place in known.placed.items())
    used = draft.used["pupil"]
    new = sum(one.person is None for one in used)
    if 2 * len(used) >= here and 2 * new > len(used):
        draft.plan.strangers = Fall(here, new)
