"""The Magister source: functions, and lists ("layouts") that a school made itself (formats.md 5, Z-245 to Z-278).

Without a list, pupils, staff and their groups are asked for by functions. Lists go before functions, and only they hold
guardians.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from app.clock import school_year_of
from app.roster import ABSENT, Kind, Probe, Roster, RosterLocation, type_Progress
from app.roster.messages import Notes
from app.roster.reading.transport import Refused
from app.roster.reading.values import Checker

from .client import MagisterClient, service_address
from .guardians import GuardianReader
from .layouts import wanted_lists
from .pupils import brins_of
from .reading import Reading
from .school import linked, locations_of

SOURCE: Final = "magister"
DELIVERS: Final = tuple(Kind)


class MagisterSource:
    """Asks the webservices of one Magister. `switched_off`: keys or codes of locations whose people are left alone."""

    def __init__(
        self,
        settings: Mapping[str, str],
        brin: str,
        today: date,
        *,
        switched_off: frozenset[str] = frozenset(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        service_address(settings["base_url"])
        self._settings = settings
        self._wanted = wanted_lists(settings.get("layout"))
        self._brin = brin
        self._today = today
        self._year = school_year_of(today)
        self._switched_off = switched_off
        self._sleep = sleep

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole roster, or RosterUnavailable; never a part of one."""
        notes = Notes()
        with MagisterClient(self._settings, self._sleep) as client:
            reading = Reading(client, notes, self._year, self._today, progress)
            reading.people(self._wanted)
            locations = locations_of(reading.told.pupils.values())
            closed = self._closed(locations)
            reading.groups(closed)
        return self._roster(reading, locations, closed, notes)

    def probe(self) -> Probe:
        """What the webservice user may read. Raises RosterUnavailable with the cause when that is not enough."""
        notes = Notes()
        with MagisterClient(self._settings, self._sleep) as client:
            client.login()
            reading = Reading(client, notes, self._year, self._today)
            reading.people(self._wanted)
            locations = locations_of(reading.told.pupils.values())
            may_read = self._roster(reading, locations, self._closed(locations), notes).delivers
            if not self._wanted and reading.told.pupils:
                try:
                    client.records("GetLeerlingGroepen", "vak", next(iter(reading.told.pupils)))
                except Refused:
                    notes.warning("roster", "", "resource-refused", resource="teaching_groups")
        remarks = tuple(message for message in notes.messages if message.kind == "roster")
        names = tuple(location.name for location in locations.values())
        return Probe(names, may_read, frozenset(reading.told.refused), remarks)

    def _closed(self, locations: Mapping[str, RosterLocation]) -> frozenset[str]:
        return frozenset(
            key for key, one in locations.items() if not self._switched_off.isdisjoint((key, one.code or key))
        )

    def _roster(
        self, reading: Reading, locations: Mapping[str, RosterLocation], closed: frozenset[str], notes: Notes
    ) -> Roster:
        told = reading.told
        told.pupils = {number: one for number, one in told.pupils.items() if one.pupil.location_key not in closed}
        guardians = GuardianReader(notes, Checker(notes, self._today))
        if reading.guardians_are_whole:
            guardians.read(reading.guardian_rows(), told.pupils)
        if not guardians.pairs and reading.guardian_rows():
            told.refused.add(Kind.GUARDIANS)
            code = "list-empty" if reading.guardians_are_whole else "list-damaged"
            notes.warning("roster", "", code, resource=Kind.GUARDIANS.value)
        links = linked(told, self._year, notes)
        is_told = {
            Kind.PUPILS: True,
            Kind.GUARDIANS: bool(guardians.pairs),
            Kind.STAFF: bool(told.members),
            Kind.GROUPS: any(one.home is not ABSENT for one in told.pupils.values()) or bool(links.groups),
            Kind.LOCATIONS: bool(locations),
        }
        brins = brins_of(row for one in told.pupils.values() for row in one.rows[:1])
        main = f"{self._brin}00"
        return Roster(
            source=SOURCE,
            brin=self._brin if self._brin in brins else max(brins, key=lambda code: brins[code], default=None),
            school_year=self._year,
            reference_date=self._today,
            delivers=frozenset(kind for kind in Kind if is_told[kind]) - told.refused,
            locations=tuple(locations.values()) or (RosterLocation(main, main, main, is_guess=True),),
            groups=links.groups,
            pupils=links.pupils,
            guardians=tuple(guardians.guardians.values()),
            guardianships=tuple(guardians.pairs.values()),
            staff=links.staff,
            closed_locations=closed,
            messages=tuple(notes.messages),
            groups_complete=links.groups_complete,
            tells_lessons=told.lessons_told or any(not group.is_home for group in links.groups),
            staff_links_told=told.staff_groups_asked or any(one.mentors is not ABSENT for one in told.pupils.values()),
        )
