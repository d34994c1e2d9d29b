"""The Zermelo source: pupils, staff, classes and teaching groups from the timetable (formats.md 6.4). No guardians."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from app.clock import school_year_of
from app.roster import Kind, Probe, Roster, type_Progress
from app.roster.messages import Notes
from app.roster.reading.values import BRIN4

from .client import ZermeloClient
from .portal import Portal
from .reader import ZermeloReader, text_of
from .school import School

SOURCE: Final = "zermelo"
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)


class ZermeloSource:
    """Asks a portal for this school year. `switched_off`: locations that are not asked (Z-228)."""

    def __init__(
        self,
        settings: Mapping[str, str],
        brin: str,
        today: date,
        *,
        switched_off: frozenset[str] = frozenset(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._brin = brin
        self._today = today
        self._switched_off = switched_off
        self._sleep = sleep

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole roster, or RosterUnavailable; never a part of one."""
        notes = Notes()
        year = school_year_of(self._today)
        reader = ZermeloReader(notes, year, self._today)
        with ZermeloClient(self._settings, self._sleep) as client:
            portal = Portal(client, notes, year, self._today)
            told_school = portal.school(self._settings.get("organisation") or "", self._brin)
            told = portal.read(told_school, self._switched_off, reader)
        school = School(told, reader, notes)
        pupils = school.pupils()
        if progress:
            progress(Kind.PUPILS, len(pupils))
        return Roster(
            source=SOURCE,
            brin=brin_of(told_school),
            school_year=year,
            reference_date=self._today,
            delivers=frozenset(DELIVERS) - told.refused,
            locations=tuple(branch.location for branch in told.branches),
            groups=tuple(school.groups.values()),
            pupils=pupils,
            staff=school.staff(),
            staff_links_told=school.shows_teachers,
            closed_locations=frozenset(told.closed),
            messages=tuple(notes.messages),
        )

    def probe(self) -> Probe:
        """What this token may read. Raises RosterUnavailable with the cause in one sentence."""
        notes = Notes()
        year = school_year_of(self._today)
        with ZermeloClient(self._settings, self._sleep) as client:
            portal = Portal(client, notes, year, self._today)
            school = portal.school(self._settings.get("organisation") or "", self._brin)
            told = portal.look(school, self._switched_off, ZermeloReader(notes, year, self._today))
        names = tuple(branch.location.name for branch in told.open_branches())
        may_read = frozenset(DELIVERS) - told.refused
        return Probe(names, may_read, frozenset(told.refused), tuple(notes.messages), brin_of(school))


def brin_of(school: Mapping[str, Any]) -> str | None:
    """The BRIN of a school, when the portal holds it."""
    code = (text_of(school, "schoolHrmsCode") or "").upper()[:4]
    return code if BRIN4.fullmatch(code) else None
