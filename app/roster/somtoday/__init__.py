"""The Somtoday source: all that Somtoday Connect tells about a school, as one roster (formats.md 4, Z-245 to Z-278)."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from flask_babel import gettext as _

from app.clock import school_year_of
from app.errors import RosterUnavailable
from app.roster import Kind, Probe, Roster, type_Progress
from app.roster.messages import Notes

from .client import SomtodayClient
from .fetching import Fetching
from .people import linked_pupils, linked_staff, pairs_of, read_pupils
from .probe import tried
from .reader import SomtodayReader
from .tellings import years_to_ask

SOURCE: Final = "somtoday"
DELIVERS: Final = tuple(Kind)


class SomtodaySource:
    """Asks Somtoday Connect for the school of `organisation`. `switched_off`: keys or codes that are not asked (Z-228).

    Its key is among the closed locations of the roster: nothing is known about its people, so they are not gone.
    """

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
        reader = SomtodayReader(notes, year, self._today)
        with SomtodayClient(self._settings, self._sleep) as client:
            fetching = Fetching(client, reader, notes, progress, years_to_ask(self._today))
            fetching.locations(self._switched_off)
            brin = fetching.brin(self._brin, self._settings["organisation"])
            for key in fetching.collected.locations:
                fetching.location(key)
        if not fetching.has_next_year:
            notes.info("roster", "", "next-year-refused")
        collected = fetching.collected
        read_pupils(collected, reader, year)
        if not set(collected.locations) - collected.closed:
            raise RosterUnavailable(_("Somtoday gives access to no location. Switch the link on in Somtoday."))
        if collected.guardians and not collected.pairs_told:
            # Guardians whose pupils we may not see: nobody loses a guardian by that.
            collected.refused.add(Kind.GUARDIANS)
        for kind in sorted(collected.refused):
            notes.warning("roster", "", "resource-refused", resource=kind.value)
        pupils = linked_pupils(collected, notes)
        pairs = pairs_of(collected)
        with_pupil = {pair.guardian_key for pair in pairs}
        return Roster(
            source=SOURCE,
            brin=brin,
            school_year=year,
            reference_date=self._today,
            delivers=frozenset(DELIVERS) - collected.refused,
            locations=tuple(collected.locations.values()),
            groups=tuple(collected.groups.values()),
            pupils=pupils,
            guardians=tuple(guardian for key, guardian in collected.guardians.items() if key in with_pupil),
            guardianships=pairs,
            staff=linked_staff(collected),
            closed_locations=frozenset(collected.closed),
            messages=tuple(notes.messages),
        )

    def probe(self) -> Probe:
        """What we may read at which locations. Raises RosterUnavailable with the cause in one sentence."""
        notes = Notes()
        with SomtodayClient(self._settings, self._sleep) as client:
            reader = SomtodayReader(notes, school_year_of(self._today), self._today)
            fetching = Fetching(client, reader, notes, None, ())
            fetching.locations(self._switched_off)
            told, closed = fetching.collected.locations, fetching.collected.closed
            return tried(client, [place for key, place in told.items() if key not in closed], notes)
