"""A plan with its parts counted: what the gate weighs, what a page shows, and what can be left out of it. Pure."""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field

from app.services.roster.plan.changes import KIND_OF, Plan
from app.services.roster.plan.known import KnownSchool
from app.services.roster.plan.parts import CHANGED, GONE, KINDS, Part, Tally, Whereabouts, counted_parts, whereabouts

from .left_out import left_out
from .lost_access import access_lost


@dataclass(frozen=True, slots=True)
class Weighed:
    """The plan, where its people are, who loses access by it, and the numbers of each part."""

    known: KnownSchool
    plan: Plan
    places: Whereabouts | None = None
    lost: Mapping[Part, Set[int]] = field(default_factory=dict)
    tallies: Mapping[Part, Tally] = field(default_factory=dict)

    def without(self, parts: Collection[Part]) -> Plan:
        """The plan without these parts (left_out.py)."""
        if self.places is None:
            return self.plan
        return left_out(self.known, self.plan, self.places, self.lost, parts)


def weigh(known: KnownSchool, plan: Plan) -> Weighed:
    """Counts the parts of a plan; next to no work for a plan that changes nothing."""
    if plan.is_empty:
        return Weighed(known, plan, tallies=_as_planned(plan, {}))
    places = whereabouts(known, plan)
    lost = access_lost(known, plan, places)
    return Weighed(known, plan, places, lost, _as_planned(plan, counted_parts(known, plan, places, lost)))


def _as_planned(plan: Plan, tallies: Mapping[Part, Tally]) -> dict[Part, Tally]:
    """The numbers of a whole kind as the plan counted them: with records that were refused for their key."""
    whole = dict(tallies)
    for kind in KINDS:
        for direction, falls in ((GONE, plan.kinds), (CHANGED, plan.renamed)):
            fall = falls.get(KIND_OF[kind])
            if fall is not None and fall.struck:
                part = Part(kind, direction)
                struck = tallies[part].struck if part in tallies else fall.struck
                whole[part] = Tally(fall.before, struck, fall.struck)
    return whole
