"""What goes back when a run is undone, and what stays because it changed since. Pure: journal and rows in, plan out.

A value goes back when it is still the one that the run wrote. Whom the run made is deleted when nothing else hangs on
them, else marked as left. Groups and locations that it made go when they are empty. Accounts are never touched.
"""

from app.services.roster.plan.changes import Plan

from .past import Past, Present
from .scope import Limits, Scope
from .undo_people import undo_links, undo_people
from .undo_places import make_places_again, undo_groups, undo_locations
from .undo_told import tell
from .undoing import Undo


def plan_undo(past: Past, present: Present, limits: Limits) -> Plan:
    """The rows to write, the changes as people read them, the counts, and a message for all that stays.

    As a plan of a roster, but `rows.new` holds whole rows by column: they come again as they were.
    """
    undo = Undo(past, present, Scope(past, present, limits))
    make_places_again(undo)
    undo_people(undo)
    undo_links(undo)
    undo_groups(undo)
    undo_locations(undo)
    tell(undo)
    return undo.plan
