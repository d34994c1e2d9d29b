"""The probable cause, in words, of each part that passes its limit. Pure.

Per direction a table of causes, tried from top to bottom; the last one always fits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from app.services.roster.plan.parts import ACCESS, CHANGED, EVERYWHERE, GONE, NEW, Part, Tally

from . import Verdict
from .limits import Limits, in_season
from .words import kind_text, location_names, numbers

VANISHED: Final = 0.9  # so large a share does not just leave
ROLLED_OVER: Final = 0.5  # more than this does not leave at a roll-over
ALIKE: Final = 2.0  # so many times the smallest share of a location the largest may be, to call them alike
EXPLAINED: Final = 0.8  # of what is struck in the whole school: so much at one location is the story of that location
NOBODY: Final = Tally(0)


@dataclass(frozen=True, slots=True)
class _Case:
    """One part that is too large, with all that is known of the others."""

    part: Part
    tallies: Mapping[Part, Tally]
    today: date
    limits: Limits

    @property
    def tally(self) -> Tally:
        return self.tallies[self.part]

    @property
    def share(self) -> float:
        return self.tally.weighed / max(self.tally.before, 1)

    def beside(self, direction: str) -> int:
        """How many of the same kind and place are weighed in another direction."""
        return self.tallies.get(self.part._replace(direction=direction), NOBODY).weighed

    def is_location(self) -> bool:
        return self.part.location_id is not EVERYWHERE

    def is_season(self) -> bool:
        """The days around the roll-over, without one that was planned, and no more than leave then."""
        return in_season(self.today) and not self.limits.is_wide and self.share <= ROLLED_OVER

    def is_exchanged(self) -> bool:
        """About as many come as go: the same people under other keys."""
        other = GONE if self.part.direction == NEW else NEW
        smaller, larger = sorted((self.tally.weighed, self.beside(other)))
        return smaller * 2 >= larger

    def is_even(self) -> bool:
        """At every location about the same share is struck."""
        kind, direction, _place = self.part
        shares = [
            tally.weighed / tally.before
            for part, tally in self.tallies.items()
            if (part.kind, part.direction) == (kind, direction) and part.location_id and tally.before
        ]
        return not self.is_location() and len(shares) > 1 and max(shares) <= ALIKE * min(shares)


type_Causes = tuple[tuple[Callable[[_Case], bool], Callable[[], str]], ...]
CAUSES: Final[Mapping[str, type_Causes]] = {
    GONE: (
        (_Case.is_season, lambda: _("probably this is the change of school year: plan it below Limits")),
        (_Case.is_exchanged, lambda: _("about as many are new: probably the source uses other keys or numbers")),
        (
            lambda case: case.is_location() and case.share >= VANISHED,
            lambda: _("probably the location is switched off in the source"),
        ),
        (lambda case: case.share >= VANISHED, lambda: _("probably a right is missing in the source, or a file")),
        (_Case.is_even, lambda: _("about as many at each location: probably the delivery is incomplete")),
        (lambda _case: True, lambda: _("probably the delivery is incomplete")),
    ),
    ACCESS: (
        (_Case.is_season, lambda: _("probably this is the change of school year: plan it below Limits")),
        (
            lambda case: case.part.kind == "pupil",
            lambda: _("probably pupils are put at another location in the source than they are"),
        ),
        (
            lambda case: case.part.kind == "guardian",
            lambda: _("probably the links between pupils and guardians are missing or mixed up"),
        ),
        (lambda _case: True, lambda: _("probably the timetable or the teaching groups are missing in the source")),
    ),
    CHANGED: ((lambda _case: True, lambda: _("probably columns were shifted or mixed up in the source")),),
    NEW: (
        (_Case.is_exchanged, lambda: _("about as many are gone: probably the source uses other keys or numbers")),
        (lambda _case: True, lambda: _("probably the delivery holds another school or other years too")),
    ),
}
FACTS: Final[Mapping[tuple[str, str], Callable[..., str]]] = {  # (direction, kind), "" for every other kind
    (GONE, ""): lambda **about: _("%(where)s: %(lost)s of the %(before)s %(kind)s are missing; %(why)s.", **about),
    (ACCESS, "pupil"): lambda **about: _(
        "%(where)s: %(lost)s of the %(before)s %(kind)s go to another location; %(why)s.", **about
    ),
    (ACCESS, "guardian"): lambda **about: _(
        "%(where)s: %(lost)s of the %(before)s %(kind)s lose access to a child; %(why)s.", **about
    ),
    (ACCESS, ""): lambda **about: _(
        "%(where)s: %(lost)s of the %(before)s %(kind)s lose all their groups; %(why)s.", **about
    ),
    (CHANGED, ""): lambda **about: _(
        "%(where)s: %(lost)s of the %(before)s %(kind)s get another name or date of birth; %(why)s.", **about
    ),
    (NEW, ""): lambda **about: _("%(where)s: %(lost)s new %(kind)s beside the %(before)s there are; %(why)s.", **about),
}
DOUBTS: Final[Mapping[str, Callable[[], str]]] = {  # of a delivery as a whole
    "empty": lambda: _("Probably the delivery holds nothing but headings, or a right is missing in the source."),
    "strangers": lambda: _("Probably this source knows the pupils by other numbers, or it is another school's."),
    "one-address": lambda: _("Probably the address of the school stands in the place of their own."),
    "classless": lambda: _("Probably the classes are missing in the delivery."),
    "another-moment": lambda: _("Probably an old file was sent in, or the source stands in another school year."),
}


def causes_of(verdict: Verdict, today: date, limits: Limits) -> dict[Part, str]:
    """The sentence of each part that is too large. Of a kind that vanished, or as much at each location, only that of
    the whole; of another kind that of the whole only when no location explains it.
    """
    weighed = verdict.weighed
    names = location_names(weighed.known, weighed.plan)
    return {
        part: _sentence(case, names)
        for part in verdict.over
        if part in weighed.tallies and not _is_explained(case := _Case(part, weighed.tallies, today, limits), verdict)
    }


def cause_of_doubt(verdict: Verdict) -> str | None:
    """The probable cause of what is wrong with the delivery as a whole."""
    return DOUBTS[verdict.doubt]() if verdict.doubt else None


def _is_explained(case: _Case, verdict: Verdict) -> bool:
    """Whether the sentence of another part tells the whole story of this one."""
    part, tallies = case.part, verdict.weighed.tallies
    everywhere = replace(case, part=part._replace(location_id=EVERYWHERE))
    whole = everywhere.tally
    has_vanished = whole.weighed >= VANISHED * max(whole.before, 1)
    if part.location_id is not EVERYWHERE:
        return everywhere.part in verdict.over and (has_vanished or everywhere.is_even())
    told = (one for one in verdict.over if one[:2] == part[:2] and one.location_id is not EVERYWHERE)
    return not has_vanished and max((tallies[one].weighed for one in told), default=0) >= EXPLAINED * whole.weighed


def _sentence(case: _Case, names: Mapping[int, tuple[str, str]]) -> str:
    part, tally = case.part, case.tally
    why = next(text() for fits, text in CAUSES[part.direction] if fits(case))
    fact = FACTS.get((part.direction, part.kind)) or FACTS[part.direction, ""]
    about: dict[str, Any] = {**numbers(tally.weighed, tally.before), "kind": kind_text(part.kind), "why": why}
    return fact(where=_where(part, names), **about)


def _where(part: Part, names: Mapping[int, tuple[str, str]]) -> str:
    if not part.location_id:
        return _("Whole school")
    code, name = names[part.location_id]
    return _("Location %(code)s (%(name)s)", code=code, name=name)
