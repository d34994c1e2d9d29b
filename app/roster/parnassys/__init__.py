"""The ParnasSys source: pupils, staff and groups of each BRIN from the GeneriekeService (formats.md 6.1).

ParnasSys tells no guardians, no e-mail addresses of pupils and no teachers of groups.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from app.clock import school_year_of
from app.errors import RosterUnavailable
from app.roster import Kind, Probe, Roster, RosterGroup, RosterLocation, RosterPupil, RosterStaff, type_Progress
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool, asked_schools, school_told
from app.roster.reading.soap import TEST_WAITS, WAITS
from app.roster.reading.transport import Transport

from .asking import Asking, brins_in, list_of
from .faults import Closed, all_off
from .probe import tried
from .reader import ParnassysReader

SOURCE: Final = "parnassys"
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)


class ParnassysSource:
    """Asks the GeneriekeService for each BRIN. `switched_off`: locations that are not asked (Z-228)."""

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
        self._schools = asked_schools(settings.get("brin"), brin)
        self._off = {one.key for one in self._schools if not switched_off.isdisjoint((one.key, one.code))}
        self._sleep = sleep

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole roster. Raises RosterUnavailable; never gives a part of one."""
        transport = Transport(self._sleep, waits=WAITS)
        try:
            return _Fetching(transport, self._settings, self._today, self._off, progress).roster(
                self._schools, self._brin
            )
        finally:
            transport.close()

    def probe(self) -> Probe:
        """What ParnasSys lets us read. Raises RosterUnavailable with the cause in one sentence."""
        transport = Transport(self._sleep, waits=TEST_WAITS)
        try:
            asking = Asking(transport, self._settings, school_year_of(self._today))
            return tried(asking, [one for one in self._schools if one.key not in self._off], self._brin)
        finally:
            transport.close()


class _Fetching:
    """One fetch: asks BRIN after BRIN and collects."""

    def __init__(
        self,
        transport: Transport,
        settings: Mapping[str, str],
        today: date,
        off: set[str],
        progress: type_Progress | None,
    ) -> None:
        self._year = school_year_of(today)
        self._asking = Asking(transport, settings, self._year)
        self._today = today
        self._progress = progress
        self._notes = Notes()
        self._closed = set(off)
        self._told: list[str] = []
        self._delivers = set(DELIVERS)
        self._pupils: list[RosterPupil] = []
        self._staff: list[RosterStaff] = []
        self._groups: list[RosterGroup] = []

    def roster(self, schools: tuple[AskedSchool, ...], brin: str) -> Roster:
        """The roster of these schools."""
        problem: RosterUnavailable | None = None
        for school in schools:
            if school.key not in self._closed:
                problem = self._school(school) or problem
        if len(self._closed) == len(schools):
            raise problem or all_off()
        # One BRIN without more says nothing about locations: nobody moves by it.
        is_guess = len(schools) == 1 and not schools[0].dependance
        if is_guess:
            self._delivers.discard(Kind.LOCATIONS)
        return Roster(
            source=SOURCE,
            brin=school_told(brin, schools, self._told),
            school_year=self._year,
            reference_date=self._today,
            delivers=frozenset(self._delivers),
            locations=tuple(RosterLocation(one.key, one.key, one.code, is_guess) for one in schools),
            groups=tuple(self._groups),
            pupils=tuple(self._pupils),
            staff=tuple(self._staff),
            staff_links_told=False,
            closed_locations=frozenset(self._closed),
            # Staff have no location; their keys say of which school they are.
            unasked=frozenset(f"{key}_" for key in self._closed),
            messages=tuple(self._notes.messages),
        )

    def _school(self, school: AskedSchool) -> RosterUnavailable | None:
        """All of one BRIN. One that is refused is closed: its people are not gone; gives the reason."""
        try:
            told = self._asking.ask("getLeerlingen", school)
        except Closed as closed:
            self._notes.warning("location", school.key, "location-refused")
            self._closed.add(school.key)
            return closed.reason
        reader = ParnassysReader(self._notes, school, self._year, self._today)
        self._told.extend(brins_in(told))
        self._groups.extend(reader.tables(told))
        if not reader.has_groups:
            self._delivers.discard(Kind.GROUPS)
        records = list_of(told, "leerlingen", "leerling")
        self._pupils.extend(pupil for record in records if (pupil := reader.pupil(record)))
        if self._progress:
            self._progress(Kind.PUPILS, len(self._pupils))
        self._staff_of(school, reader)
        return None

    def _staff_of(self, school: AskedSchool, reader: ParnassysReader) -> None:
        """The staff, or none (with a note) when we may not see them: then they are not delivered."""
        try:
            told = self._asking.ask("getMedewerkers", school)
        except Closed:
            if Kind.STAFF in self._delivers:
                self._notes.warning("roster", "", "resource-refused", resource=Kind.STAFF.value)
            self._delivers.discard(Kind.STAFF)
            return
        records = list_of(told, "medewerkers", "medewerker")
        self._staff.extend(member for record in records if (member := reader.staff(record)))
