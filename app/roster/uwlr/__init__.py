"""The UWLR source: the leerlinggegevens of one or more locations, from ESIS or any other LVS (formats.md 3 and 6.2).

The answer holds what an EDEXML file holds, in a namespace of its own; so the same reader reads it. No profile of UWLR
has guardians.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final

from flask_babel import gettext as _
from lxml import etree

from app.clock import local, now, school_year_of
from app.errors import RosterUnavailable
from app.roster import Kind, Probe, Roster, type_Progress
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool, asked_schools
from app.roster.reading.client_certificate import ends_on, tls_context
from app.roster.reading.soap import TEST_WAITS, WAITS, SoapClient, too_slow_to_test
from app.roster.reading.transport import Transport, Waits
from app.roster.reading.unreachable import Unreachable

from .answer import read_answer
from .asking import Asking, Closed
from .merge import joined

SOURCE: Final = "uwlr"
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)
type_Ask = Callable[[AskedSchool], etree._Element]


class UwlrSource:
    """Asks for all data of each location. `switched_off`: locations that are not asked (Z-228)."""

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
        self._off = switched_off
        self._sleep = sleep

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole roster. Raises RosterUnavailable; never gives a part of one."""
        with self._asking(WAITS) as asking:
            return self._roster(asking.all_of, Notes(), progress)

    def probe(self) -> Probe:
        """What the service lets us read. Raises RosterUnavailable with the cause in one sentence.

        It asks what changed since this second. Most often that is nothing: a short answer, that shows we are let in.
        """
        notes, since = Notes(), f"{local(now()):%Y-%m-%dT%H:%M:%S}"
        with self._asking(TEST_WAITS) as asking:
            roster = self._roster(lambda school: asking.news_of(school, since), notes, None)
        shut = {one.key for one in notes.messages}
        if roster.is_delta:
            names = tuple(one.key for one in self._asked() if one.key not in shut)
            notes.info("roster", "", "let-in")
            return Probe(names, remarks=tuple(notes.messages))
        names = tuple(one.name for one in roster.locations if one.key not in roster.closed_locations)
        read = frozenset(kind for kind in DELIVERS if getattr(roster, kind.value))
        if all(one.is_guess for one in roster.locations):
            read -= {Kind.LOCATIONS}
        remarks = tuple(one for one in roster.messages if one.kind in ("roster", "location"))
        return Probe(names, read, frozenset(), remarks, roster.brin)

    @contextmanager
    def _asking(self, waits: Waits) -> Iterator[Asking]:
        """Somebody to ask. What goes wrong on the way is told in words about this service."""
        pem = self._settings.get("certificate")
        last_day = ends_on(pem)
        if last_day is not None and last_day < self._today:
            day = f"{last_day:%d-%m-%Y}"
            raise RosterUnavailable(_("Your certificate was valid until %(day)s. Ask for a new one.", day=day))
        transport = Transport(self._sleep, waits=waits, verify=tls_context(pem))
        try:
            yield Asking(SoapClient(transport, "UWLR"), self._settings, school_year_of(self._today))
        except Unreachable as problem:
            raise (told_better(problem, bool(pem), waits) or problem) from None
        finally:
            transport.close()

    def _asked(self) -> list[AskedSchool]:
        return [one for one in self._schools if not one.dependance or self._off.isdisjoint((one.key, one.code))]

    def _roster(self, ask: type_Ask, notes: Notes, progress: type_Progress | None) -> Roster:
        asked = self._asked()
        if not asked:
            raise RosterUnavailable(_("All locations of this service are switched off."))
        answers: dict[AskedSchool, Roster] = {}
        problem: RosterUnavailable | None = None
        for school in asked:
            try:
                answers[school] = read_answer(SOURCE, ask(school), school, len(self._schools) == 1, self._today)
            except Closed as closed:
                # Nobody of a location that is refused, or has no data, is gone by that.
                notes.warning("location", school.key, closed.code)
                problem = closed.reason
            if progress and answers:
                progress(Kind.PUPILS, sum(len(one.pupils) for one in answers.values()))
        if not answers:
            assert problem is not None
            raise problem
        return joined(answers, asked, self._brin, self._off, notes)


def told_better(problem: Unreachable, has_certificate: bool, waits: Waits) -> RosterUnavailable | None:
    """What lies behind it at a service that may want to see a certificate, and makes long answers."""
    if problem.cause == "alert" and has_certificate:
        return RosterUnavailable(_("The service does not accept your certificate. Ask which one it wants."))
    if problem.cause == "alert":
        return RosterUnavailable(
            _("The service wants to see your certificate. Add it to the settings, with its private key.")
        )
    if problem.cause == "slow" and waits is TEST_WAITS:
        return too_slow_to_test()
    return None
