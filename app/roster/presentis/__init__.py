"""The Presentis source: locations, pupils with their classes, courses and mentors, and persons (formats.md 6.3).

Presentis tells no guardians. Of staff it tells only whose mentor they are, so that is what ties them to classes.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from flask_babel import gettext as _

from app.clock import school_year_of
from app.errors import RosterUnavailable
from app.roster import Kind, Probe, Roster, type_Progress
from app.roster.messages import Notes

from .client import PresentisClient, addresses
from .placements import linked
from .probe import Trying
from .reading import Reading, Told

SOURCE: Final = "presentis"
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)


class PresentisSource:
    """Asks the REST interface of Presentis. `switched_off`: keys or codes of locations that are not asked (Z-228)."""

    def __init__(
        self,
        settings: Mapping[str, str],
        brin: str,
        today: date,
        *,
        switched_off: frozenset[str] = frozenset(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        addresses(settings)
        self._settings = settings
        self._brin = brin
        self._today = today
        self._switched_off = switched_off
        self._sleep = sleep

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole roster, or RosterUnavailable; never a part of one."""
        notes = Notes()
        year = school_year_of(self._today)
        with PresentisClient(self._settings, self._sleep) as client:
            reading = Reading(client, notes, year, self._today, progress)
            reading.locations(self._switched_off)
            reading.people()
            reading.placements()
        told = reading.told
        if not told.pupils:
            raise RosterUnavailable(_("Presentis gave no pupils at all. Nothing was changed; try again later."))
        pupils, staff = linked(told, self._today, notes)
        return Roster(
            source=SOURCE,
            brin=self._school(told),
            school_year=year,
            reference_date=self._today,
            delivers=frozenset(DELIVERS) - told.refused,
            partly=frozenset({Kind.STAFF}),  # only who is a mentor
            locations=tuple(told.locations.values()),
            groups=tuple(told.groups.values()),
            pupils=pupils,
            staff=staff,
            closed_locations=frozenset(told.closed),
            messages=tuple(notes.messages),
            groups_complete=told.groups_complete,
        )

    def probe(self) -> Probe:
        """What we may read. Raises RosterUnavailable with the cause when that is not enough."""
        notes = Notes()
        with PresentisClient(self._settings, self._sleep) as client:
            client.login()
            reading = Reading(client, notes, school_year_of(self._today), self._today)
            reading.locations(self._switched_off)
            told = reading.told
            trying = Trying(client, notes, self._today)
            seen = trying.locations([one for key, one in told.locations.items() if key not in told.closed])
        may_read = frozenset(DELIVERS) - trying.refused
        names = tuple(location.name for location in seen)
        return Probe(names, may_read, frozenset(trying.refused), tuple(notes.messages), self._school(told))

    def _school(self, told: Told) -> str | None:
        """Whose data these are, as the codes of its locations say."""
        codes = {location.code[:4] for location in told.locations.values() if location.code}
        return self._brin if self._brin in codes else min(codes, default=None)
