"""The UWLR source: the leerlinggegevens of one or more locations, from ESIS or any other LVS (formats.md 3 and 6.2).

The answer holds what an EDEXML file holds, in a namespace of its own; so the same reader reads it. No profile of UWLR
has guardians.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from flask_babel import gettext as _
from lxml import etree

from app.clock import school_year_of
from app.errors import RosterUnavailable
from app.roster import Kind, Probe, Roster, type_Progress
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool, asked_schools
from app.roster.reading.client_certificate import tls_context
from app.roster.reading.safe_xml import local_name
from app.roster.reading.soap import Fault, SoapClient, named_children, not_soap
from app.roster.reading.transport import Refused, Transport, Unreachable, checked_address

from .answer import read_answer
from .merge import joined
from .request import VERSIONS, authorisation, question

SOURCE: Final = "uwlr"
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)
ACTION: Final = "HaalLeerlinggegevens"


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
        transport = Transport(self._sleep, verify=tls_context(self._settings.get("certificate")))
        try:
            return self._roster(SoapClient(transport, "UWLR"), progress)
        except Unreachable as problem:
            if problem.cause != "tls":
                raise
            raise RosterUnavailable(
                _("The secure connection failed. Check the address, and whether the service wants your certificate.")
            ) from None
        finally:
            transport.close()

    def probe(self) -> Probe:
        """What the service lets us read. Raises RosterUnavailable with the cause in one sentence."""
        roster = self.fetch()
        names = tuple(one.name for one in roster.locations if one.key not in roster.closed_locations)
        read = frozenset(kind for kind in roster.delivers if getattr(roster, kind.value))
        remarks = tuple(one for one in roster.messages if one.kind in ("roster", "location"))
        return Probe(names, read, frozenset(), remarks)

    def _roster(self, soap: SoapClient, progress: type_Progress | None) -> Roster:
        notes = Notes()
        asked = [one for one in self._schools if not one.dependance or self._off.isdisjoint((one.key, one.code))]
        if not asked:
            raise RosterUnavailable(_("All locations of this service are switched off."))
        rosters, problem = [], None
        for school in asked:
            try:
                answer = self._ask(soap, school)
                rosters.append(read_answer(SOURCE, answer, school, len(self._schools) == 1, self._today))
            except _Closed as closed:
                # Nobody of a location that is refused, or has no data, is gone by that.
                notes.warning("location", school.key, closed.code)
                problem = closed.reason
            if progress and rosters:
                progress(Kind.PUPILS, sum(len(one.pupils) for one in rosters))
        if not rosters:
            assert problem is not None
            raise problem
        return joined(rosters, asked, self._brin, self._off, notes)

    def _ask(self, soap: SoapClient, school: AskedSchool) -> etree._Element:
        """The answer about one school: `leerlinggegevens` or `geenwijzigingen`. Raises _Closed, RosterUnavailable."""
        url = checked_address(self._settings["base_url"], "base_url")
        url = url[:-5] if url.casefold().endswith("?wsdl") else url
        year = school_year_of(self._today)
        for version in VERSIONS:
            try:
                answer = soap.call(url, ACTION, question(school, year, version), authorisation(self._settings, school))
            except Fault as fault:
                if fault.names("XsdVersieOngeldig") and version != VERSIONS[-1]:
                    continue
                raise _closed(fault, school) from None
            except Refused as refusal:
                raise _refused(refusal.status) from None
            content = _content_of(answer)
            if local_name(content.tag).casefold() == "geengegevens":
                raise _Closed("location-no-data", _no_data(school))
            return content
        raise AssertionError("unreachable")


class _Closed(Exception):
    """There is nothing to read for one school; the others go on."""

    def __init__(self, code: str, reason: RosterUnavailable) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


def _content_of(answer: etree._Element) -> etree._Element:
    """What the answer holds, with or without its wrapper."""
    wanted = ("leerlinggegevens", "geenwijzigingen", "geengegevens")
    if local_name(answer.tag).casefold() in wanted:
        return answer
    for name in wanted:
        found = next(named_children(answer, name), None)
        if found is not None:
            return found
    raise not_soap("UWLR")


def _closed(fault: Fault, school: AskedSchool) -> Exception:
    """What a fault means: one school is not open to us, or the whole service is not (formats.md 3)."""
    if fault.names("OngeldigeKlantIdentificatie"):
        return RosterUnavailable(
            _("The school system does not know the client code and client name. Check the settings.")
        )
    if fault.names("AutorisatieOngeldig"):
        return _Closed("location-refused", _wrong_key(school))
    return RosterUnavailable(_("The school system refused our question. Ask your supplier for help."))


def _wrong_key(school: AskedSchool) -> RosterUnavailable:
    return RosterUnavailable(
        _("The school system does not accept the authorisation key for %(brin)s. Check the key.", brin=school.key)
    )


def _no_data(school: AskedSchool) -> RosterUnavailable:
    return RosterUnavailable(
        _("The school system has no data of %(brin)s for us. Ask whether its groups are shared.", brin=school.key)
    )


def _refused(status: int) -> RosterUnavailable:
    if status in (401, 403):
        return RosterUnavailable(_("The school system does not let us in. Check the certificate and the key."))
    return not_soap("UWLR")
