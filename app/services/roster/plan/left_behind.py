"""Who only sources knew that are not used any more: this roster, of another source, judges them too. Pure.

They count as told no more where it tells everybody: a kind as a whole, at all the locations of the person. Whom it
tells by another key, it has recognised by then (match.py).
"""

from app.roster import Kind

from .changes import KIND_OF, PEOPLE
from .draft import Draft
from .known import KnownSchool
from .parts import NOWHERE, Whereabouts, whereabouts

NOBODY = frozenset[int]()


def judge_left_behind(draft: Draft) -> None:
    """Writes down in the plan whom of them this roster judges; ask before anybody is marked as gone."""
    known, roster, told = draft.known, draft.roster, told_locations(draft)
    if not (known.left_behind and told) or roster.is_delta or roster.is_list:
        return
    places = whereabouts(known, draft.plan)
    for kind in PEOPLE:
        if KIND_OF[kind] in roster.delivers - roster.partly:
            some = known.left_behind.get(kind, NOBODY)
            draft.plan.left_behind[kind] = frozenset(one for one in some if _where(known, places, kind, one) <= told)


def tells_guardians_of(draft: Draft, guardian: int) -> bool:
    """Whether what this roster says of the guardians of a pupil counts for this one, whom only retired sources know."""
    roster = draft.roster
    whole = not (roster.is_delta or roster.is_list or Kind.GUARDIANS in roster.partly)
    return whole and guardian in draft.known.left_behind.get("guardian", NOBODY)


def told_locations(draft: Draft) -> frozenset[int]:
    """The locations of which this roster tells."""
    return frozenset(draft.places.locations.values()) - draft.places.kept


def _where(known: KnownSchool, places: Whereabouts, kind: str, person: int) -> frozenset[int]:
    """The locations of somebody; of who has none, all of the school."""
    here = frozenset(places.of(kind, person)) - {NOWHERE}
    return here or frozenset(location.id for location in known.locations)
