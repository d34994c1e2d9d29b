"""The ParnasSys source: pupils, staff and groups of each BRIN from the GeneriekeService (formats.md 6.1).

ParnasSys tells no guardians, no e-mail addresses of pupils and no teachers of groups.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from flask_babel import gettext as _
from lxml import etree

from app.clock import school_year_of
from app.errors import RosterUnavailable
from app.roster import Kind, Probe, Roster, RosterGroup, RosterLocation, RosterPupil, RosterStaff, type_Progress
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool, asked_schools, school_told
from app.roster.reading.soap import Fault, SoapClient, fill, named_children, not_soap
from app.roster.reading.transport import Refused, Transport, checked_address

from .faults import SYSTEM, Closed, is_passing, reason_of, refuse
from .reader import ParnassysReader

SOURCE: Final = "parnassys"
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)
NAMESPACE: Final = "http://www.topicus.nl/parnassys"
SERVICE: Final = "/GeneriekeService"


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
        transport = Transport(self._sleep)
        try:
            return _Fetching(transport, self._settings, self._today, self._off, progress).roster(
                self._schools, self._brin
            )
        finally:
            transport.close()

    def probe(self) -> Probe:
        """What ParnasSys lets us read. Raises RosterUnavailable with the cause in one sentence."""
        roster = self.fetch()
        refused = frozenset({Kind.STAFF} - roster.delivers)
        read = frozenset(kind for kind in DELIVERS if getattr(roster, kind.value))
        remarks = tuple(one for one in roster.messages if one.kind in ("roster", "location"))
        return Probe(tuple(one.name for one in roster.locations), read - refused, refused, remarks)


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
        self._soap = SoapClient(transport, SYSTEM, is_passing)
        self._addresses = addresses(settings["base_url"])
        self._settings = settings
        self._today = today
        self._year = school_year_of(today)
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
            raise problem or RosterUnavailable(_("All locations of this service are switched off."))
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
            messages=tuple(self._notes.messages),
        )

    def _school(self, school: AskedSchool) -> RosterUnavailable | None:
        """All of one BRIN. One that is refused is closed: its people are not gone; gives the reason."""
        try:
            told = self._ask("getLeerlingen", school)
        except Closed as closed:
            self._notes.warning("location", school.key, "location-refused")
            self._closed.add(school.key)
            return closed.reason
        reader = ParnassysReader(self._notes, school, self._year, self._today)
        self._told.extend(_brins_in(told))
        self._groups.extend(reader.tables(told))
        if not reader.has_groups:
            self._delivers.discard(Kind.GROUPS)
        records = _list_of(told, "leerlingen", "leerling")
        self._pupils.extend(pupil for record in records if (pupil := reader.pupil(record)))
        if self._progress:
            self._progress(Kind.PUPILS, len(self._pupils))
        self._staff_of(school, reader)
        return None

    def _staff_of(self, school: AskedSchool, reader: ParnassysReader) -> None:
        """The staff, or none (with a note) when we may not see them: then they are not delivered."""
        try:
            told = self._ask("getMedewerkers", school)
        except Closed:
            if Kind.STAFF in self._delivers:
                self._notes.warning("roster", "", "resource-refused", resource=Kind.STAFF.value)
            self._delivers.discard(Kind.STAFF)
            return
        records = _list_of(told, "medewerkers", "medewerker")
        self._staff.extend(member for record in records if (member := reader.staff(record)))

    def _ask(self, operation: str, school: AskedSchool) -> etree._Element:
        """The `return` of the answer. Raises Closed when this school or list is not open to us."""
        while True:
            try:
                answer = self._soap.call(self._addresses[0], operation, self._request(operation, school))
            except Refused as refusal:
                if refusal.status in (404, 405) and len(self._addresses) > 1:
                    del self._addresses[0]
                    continue
                refuse(refusal.status)
            except Fault as fault:
                raise Closed(reason_of(fault, school)) from None
            told = answer if answer.tag == "return" else next(named_children(answer, "return"), None)
            if told is None:
                raise not_soap(SYSTEM)
            del self._addresses[1:]
            return told

    def _request(self, operation: str, school: AskedSchool) -> etree._Element:
        request = etree.Element(etree.QName(NAMESPACE, operation), nsmap={"par": NAMESPACE})
        values = {
            "leveranciernaam": self._settings["client_name"],
            "leveranciersleutel": self._settings["key"],
            "brinnummer": school.key,
            "schooljaar": f"{self._year} / {self._year + 1}",
        }
        for name, value in values.items():
            fill(request, name, value)
        return request


def addresses(text: str) -> list[str]:
    """The addresses to try: as given, or with the name of the service behind it when that is not there yet."""
    given = checked_address(text, "base_url")
    given = given[:-5] if given.casefold().endswith("?wsdl") else given
    path = urlsplit(given).path.casefold()
    if path.endswith(SERVICE.casefold()) or "/services/" in path or "?" in given:
        return [given]
    return [given + SERVICE, given]


def _list_of(told: etree._Element, wrapper: str, name: str) -> list[etree._Element]:
    """The records; an answer without the list is no empty school."""
    if next(named_children(told, wrapper), None) is None:
        raise not_soap(SYSTEM)
    return list(named_children(told, wrapper, name))


def _brins_in(told: etree._Element) -> list[str]:
    """The school that the answer itself names, if it does."""
    found = (one.text or "" for name in ("brinnummer", "brin") for one in named_children(told, name))
    return [text.strip().upper()[:4] for text in found if text.strip()]
