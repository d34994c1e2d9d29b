"""The OneRoster service: the REST of version 1.2 or 1.1, which identity managers and others offer (formats.md 7.3).

A school is a location, a homeroom a home class, its primary teacher the mentor. The service is asked for everything;
nothing depends on its dates of change. With a location switched off, only the lists of the other schools are asked, but
dates of birth and guardians have no list per school: what comes of the others is dropped unread.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster import Kind, Probe, Roster, type_Progress
from app.roster.messages import Notes

from . import DELIVERS, SOURCE
from .answers import rows_of
from .client import OneRosterClient
from .fetching import Fetching, allowed, organisations
from .schools import schools_in
from .tables import ORGS, key_of, text_of
from .whole import whole_roster

PROBES: Final = (
    (Kind.PUPILS, "/students"),
    (Kind.STAFF, "/teachers"),
    (Kind.GUARDIANS, "/users"),
    (Kind.GROUPS, "/classes"),
    (Kind.GROUPS, "/enrollments"),
)


class OneRosterSource:
    """Asks one service. `switched_off`: keys or codes of locations that are not asked (Z-228)."""

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
        with OneRosterClient(self._settings, self._sleep) as client:
            fetching = Fetching(client, notes, progress)
            schools = fetching.schools(self._switched_off, self._brin)
            if fetching.closed:
                fetching.by_school(schools)
            else:
                fetching.whole()
            fetching.details()
        if not set(schools) - fetching.closed:
            raise RosterUnavailable(_("The service gives access to no school. Ask for the right to read it."))
        return whole_roster(
            SOURCE,
            fetching.package,
            notes,
            self._brin,
            self._today,
            refused=frozenset(fetching.refused),
            partial=frozenset(fetching.partial),
            closed=frozenset(fetching.closed),
        )

    def probe(self) -> Probe:
        """What we may read, by the first record of each list. Raises RosterUnavailable that names the cause."""
        notes = Notes()
        with OneRosterClient(self._settings, self._sleep) as client:
            orgs = organisations(client)
            refused = {kind for kind, path in PROBES if allowed(lambda path=path: client.first(path)) is None}
            if allowed(lambda: client.first("/demographics")) is None:
                notes.warning("roster", "", "resource-refused", resource="demographics")
        schools = schools_in(rows_of(ORGS, orgs))
        names = tuple(text_of(row, "name") or key_of(row) or "" for row in schools)
        return Probe(names, frozenset(DELIVERS) - refused, frozenset(refused), tuple(notes.messages))
