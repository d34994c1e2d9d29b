"""The gate: why a plan needs a person's decision before it is applied (R103). Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext as _

from app.clock import school_year_name, school_year_of
from app.roster import Kind, Roster
from app.services.roster.plan.changes import KIND_OF, Fall, Plan
from app.services.roster.plan.known import KnownSchool
from app.services.roster.plan.parts import ACCESS, CHANGED, GONE, NEW, NOWHERE, Part, Tally

from .limits import STRICT, WIDENED, Limits
from .weighed import Weighed, weigh
from .words import KIND_TEXT, doubt_text, location_names, over_text

NONE: Final = Fall(0, 0)
NOBODY: Final = Tally(0)
RANKS: Final = {  # (direction, everywhere): what is told first
    (GONE, True): 0,
    (GONE, False): 1,
    (CHANGED, True): 2,
    (ACCESS, True): 3,
    (ACCESS, False): 4,
    (CHANGED, False): 5,
    (NEW, True): 6,
    (NEW, False): 7,
}
BEFORE_DOUBT: Final = 2  # ranks up to this one are told before what is wrong with the delivery as a whole


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a plan. `reason`: one sentence when it must wait, about what is gravest."""

    weighed: Weighed
    reason: str | None = None
    over: tuple[Part, ...] = ()  # the parts that pass their limit, the gravest first
    doubt: str | None = None  # the code of what is wrong with the delivery as a whole; then no part of it is safe

    @property
    def may_go_on(self) -> bool:
        """Whether the rest is safe to apply: only people who go or lose access are too many."""
        return bool(self.over) and self.doubt is None and all(part.direction in WIDENED for part in self.over)


def why_not_this_school(known: KnownSchool, roster: Roster) -> str | None:
    """The reason when the roster is of another school; nobody can approve that. None when it is of this one."""
    codes = {location.code[:4] for location in roster.locations if location.code}
    other = roster.brin or (min(codes) if codes and known.brin not in codes else None)
    if other is None or other == known.brin:
        return None
    return _(
        "This is the roster of school %(other)s, not of %(brin)s. Nothing was changed.", other=other, brin=known.brin
    )


def why_nothing_to_change(known: KnownSchool, roster: Roster) -> str | None:
    """The reason when the first that comes from a source are changes only: nobody knows of what. None otherwise."""
    if not roster.is_delta or roster.is_list or roster.locations or known.location_keys:
        return None
    if not (roster.pupils or roster.guardians or roster.staff or roster.joined):
        return None
    return _("These are changes to a delivery that was never read. Read a complete one (bulk) first.")


def why_held(plan: Plan, known: KnownSchool, roster: Roster, today: date, limits: Limits = STRICT) -> str | None:
    """The reason to wait for an administrator, as one sentence; None when the plan may be applied."""
    return judge_plan(plan, known, roster, today, limits).reason


def judge_plan(plan: Plan, known: KnownSchool, roster: Roster, today: date, limits: Limits = STRICT) -> Verdict:
    """What the gate says of this plan: all that is too many, and why it must wait."""
    weighed = weigh(known, plan)
    if Kind.PUPILS in roster.delivers and not roster.is_delta and not plan.used_pupils:
        return Verdict(weighed, doubt_text("empty", NONE), parts_over(weighed, limits), "empty")
    moment = why_another_moment(plan, known, roster, today)
    over = parts_over(weighed, limits)
    doubt, doubted = _why_doubted(plan, limits)
    names = location_names(known, plan)
    told = [(_rank(part), over_text(part, _tally(weighed, part), names)) for part in over]
    early = [text for rank, text in told if rank <= BEFORE_DOUBT]
    reason = next(filter(None, [moment, *early, doubted, *(text for _rank, text in told)]), None)
    return Verdict(weighed, reason, over, "another-moment" if moment else doubt)


def why_another_moment(plan: Plan, known: KnownSchool, roster: Roster, today: date) -> str | None:
    """The reason when the roster is of an earlier school year than the school knows, of one that has yet to begin, or
    made before the one that was applied last (domain.md 5.1).

    A school that knows no pupil yet takes any file, and a file that changes nothing is never held.
    """
    if known.newest_year is None or plan.is_empty:
        return None
    if roster.school_year < known.newest_year:
        return _(
            "This is the roster of school year %(year)s; one of %(known)s was applied before. Nothing was changed.",
            year=school_year_name(roster.school_year),
            known=school_year_name(known.newest_year),
        )
    if roster.school_year > max(known.newest_year, school_year_of(today)):
        return _(
            "This is the roster of school year %(year)s; it is %(current)s now. Nothing was changed.",
            year=school_year_name(roster.school_year),
            current=school_year_name(school_year_of(today)),
        )
    if roster.made_on and known.made_on and roster.made_on < known.made_on:
        return _(
            "This roster was made on %(day)s; one of %(last)s was applied before. Nothing was changed.",
            day=f"{roster.made_on:%d-%m-%Y}",
            last=f"{known.made_on:%d-%m-%Y}",
        )
    return None


def parts_over(weighed: Weighed, limits: Limits) -> tuple[Part, ...]:
    """The parts that pass their limit, the gravest first. Who has no location counts with the kind as a whole only."""
    over = [part for part in weighed.tallies if part.location_id != NOWHERE and _is_over(weighed, part, limits)]
    names = location_names(weighed.known, weighed.plan)

    def gravity(part: Part) -> tuple[int, str, int]:
        place = names[part.location_id][1] if part.location_id else ""
        return _rank(part), place, [*KIND_TEXT].index(_kind(part))

    return tuple(sorted(over, key=gravity))


def _is_over(weighed: Weighed, part: Part, limits: Limits) -> bool:
    return limits.is_passed(part, _tally(weighed, part))


def _tally(weighed: Weighed, part: Part) -> Tally:
    """The numbers of a part. Pupils who leave the school and who leave for another location both miss at theirs."""
    tally = weighed.tallies[part]
    if not _misses_pupils(part):
        return tally
    other = weighed.tallies.get(part._replace(direction=GONE if part.direction == ACCESS else ACCESS), NOBODY)
    return tally._replace(weighed=tally.weighed + other.weighed)


def _misses_pupils(part: Part) -> bool:
    return part.kind == "pupil" and part.location_id is not None and part.direction in WIDENED


def _rank(part: Part) -> int:
    return RANKS[GONE if _misses_pupils(part) else part.direction, part.location_id is None]


def _kind(part: Part) -> Kind:
    return KIND_OF[part.kind]


def _why_doubted(plan: Plan, limits: Limits) -> tuple[str | None, str | None]:
    """(code, sentence) of what is wrong with the delivery as a whole: other people, or a value in the wrong place."""
    if _is_many(plan.strangers, limits):
        return "strangers", doubt_text("strangers", plan.strangers)
    for kind in KIND_TEXT:
        if _is_shifted(fall := plan.one_address.get(kind, NONE), limits):
            return "one-address", doubt_text("one-address", fall, kind)
    if _is_shifted(plan.classless, limits):
        return "classless", doubt_text("classless", plan.classless)
    return None, None


def _is_many(fall: Fall, limits: Limits) -> bool:
    """A few are never too many, whether they are there already or new."""
    return min(fall) > limits.of[GONE].few


def _is_shifted(fall: Fall, limits: Limits) -> bool:
    """A field changes for so many that a wrong column must have been read."""
    return limits.of[CHANGED].is_passed(Tally(fall.before, fall.struck, fall.struck))
