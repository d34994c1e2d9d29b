"""A pupil as Somtoday tells it: once per location that knows it, for this school year and for the next one. Pure.

In July and August one of the two school years has a placement that the other does not tell (formats.md 4.1).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from app.clock import read_school_year

from .placements import Standing, standing_on
from .values import objects

type_Record = Mapping[str, Any]

THIS_YEAR: Final = "HUIDIG"
NEXT_YEAR: Final = "VOLGEND"
SUMMER: Final = (7, 8)  # the months in which both are asked
# The rest is not kept: some of it is large (vakkeuzes), some of it is none of our business (R83).
READ: Final = frozenset(
    {
        *("uuid", "leerlingnummer", "roepnaam", "voorletters", "voorvoegsel", "achternaam", "geslacht"),
        *("geboortedatum", "emailadres", "eckid", "isActief", "vestiging", "plaatsingen", "lesgroepen", "verzorgers"),
        "veldpermissies",
    }
)
ONE_PLACEMENT: Final = ("uuid", "schooljaar", "startdatum", "einddatum")


class Telling(NamedTuple):
    """A record as one location told it. `permitted`: the fields of the answer that we may see."""

    record: type_Record
    permitted: type_Record
    location: str
    is_next: bool = False  # asked for the next school year

    def of_pupil(self) -> "Telling":
        """Only what is read of a pupil."""
        return self._replace(record={name: value for name, value in self.record.items() if name in READ})

    @property
    def placements(self) -> list[type_Record]:
        """The placements. One of another year than asked, without any day or year, could count for the wrong one."""
        told = objects(self.record.get("plaatsingen"))
        if not self.is_next:
            return told
        return [one for one in told if one.get("schooljaar") or one.get("startdatum")]


def years_to_ask(day: date) -> tuple[str, ...]:
    """For which school years pupils and guardians are asked on this day."""
    return (THIS_YEAR, NEXT_YEAR) if day.month in SUMMER else (THIS_YEAR,)


def told_placements(tellings: Iterable[Telling]) -> list[type_Record]:
    """The placements of all tellings, each once: the same days under the same uuid are the same placement."""
    found: dict[str, type_Record] = {}
    for telling in tellings:
        for placement in telling.placements:
            found.setdefault(repr([placement.get(name) for name in ONE_PLACEMENT]), placement)
    return list(found.values())


def standing_of(tellings: Sequence[Telling], year: int, day: date) -> tuple[Telling, Standing]:
    """Where a pupil stands, and the telling that says so: that one counts for all else too, as where the pupil is."""
    is_active = any(telling.record.get("isActief") is not False for telling in tellings)
    standing = standing_on(told_placements(tellings), year, day, is_active)
    for telling in tellings:
        if any(one is standing.placement for one in telling.placements):
            return telling, standing
    return tellings[0], standing


def is_behind(tellings: Iterable[Telling], year: int) -> bool:
    """Whether Somtoday still calls the year before this one the current one: no current placement is of this year."""
    said = {
        read_school_year(str(one.get("schooljaar") or ""))
        for telling in tellings
        if not telling.is_next
        for one in telling.placements
    }
    return year - 1 in said and not any(one is None or one >= year for one in said)
