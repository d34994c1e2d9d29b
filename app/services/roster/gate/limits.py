"""How much one run may change before a person has to look: the limits of the gate, as a school chose them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from app.services.roster.plan.parts import ACCESS, CHANGED, DIRECTIONS, GONE, NEW, Part, Tally

WHOLE: Final = 3  # a location or kind of so many does not just vanish
SEASON: Final = ((7, 1), (9, 30))  # month and day: the roll-over to a new school year is planned between these
WIDENED: Final = (GONE, ACCESS)  # what is wider while a roll-over is planned: pupils leave, and move


class Limit(NamedTuple):
    """So much may be struck in one run: `share` of what there was (0.05 is 5 %), and in any case `few`."""

    share: float
    few: int

    def is_passed(self, tally: Tally) -> bool:
        """Whether more is struck than may be."""
        return tally.weighed > max(self.share * tally.before, self.few)


class Window(NamedTuple):
    """A planned roll-over: the days, both inclusive, and the share that may leave or move in them."""

    begin: date
    end: date
    share: float

    def is_open(self, today: date) -> bool:
        """Whether this is one of its days; it closes by itself."""
        return self.begin <= today <= self.end


USUAL: Final = {  # R103; "changed" is another name or date of birth, see Tally
    NEW: Limit(1.0, 250),
    CHANGED: Limit(0.20, 25),
    GONE: Limit(0.05, 25),
    ACCESS: Limit(0.05, 25),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of today, per direction. `goes_on`: the rest is applied while who is gone or loses access waits."""

    of: Mapping[str, Limit] = field(default_factory=lambda: USUAL)
    goes_on: bool = False
    is_wide: bool = False  # a planned roll-over is under way

    def is_passed(self, part: Part, tally: Tally) -> bool:
        """Whether a person has to look at this part.

        A location or kind that empties is looked at however small it is; one or two people may just leave. Where there
        was nobody before, as at a first import, nobody is too many.
        """
        if part.direction == NEW:
            return tally.before > 0 and self.of[NEW].is_passed(tally)
        empties = part.direction in WIDENED and tally.before >= WHOLE and tally.weighed >= tally.before
        return empties or self.of[part.direction].is_passed(tally)


STRICT: Final = Limits()


def limits_of(exchange: Mapping[str, Any] | None, today: date) -> Limits:
    """The limits of a school today. `exchange`: of the Institution; what it does not say is as usual."""
    settings = (exchange or {}).get("gate") or {}
    chosen = chosen_limits(settings)
    window = planned_window(settings)
    is_wide = window is not None and window.is_open(today)
    if is_wide:
        chosen |= {name: Limit(max(chosen[name].share, window.share), chosen[name].few) for name in WIDENED}
    return Limits(chosen, bool(settings.get("goes_on")), is_wide)


def chosen_limits(settings: Mapping[str, Any]) -> dict[str, Limit]:
    """The limit of each direction outside a roll-over."""
    own = settings.get("limits") or {}
    return {name: Limit(own[name][0] / 100, own[name][1]) if name in own else USUAL[name] for name in DIRECTIONS}


def planned_window(settings: Mapping[str, Any]) -> Window | None:
    """The roll-over that was planned last, also when it is over."""
    told = settings.get("window")
    if not told:
        return None
    return Window(date.fromisoformat(told["begin"]), date.fromisoformat(told["end"]), told["share"] / 100)


def in_season(day: date) -> bool:
    """Whether a roll-over may be planned on this day."""
    return SEASON[0] <= (day.month, day.day) <= SEASON[1]
