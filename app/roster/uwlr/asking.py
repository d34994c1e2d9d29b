"""One question to a UWLR service, and what a refusal means in words that say what to do (formats.md 3)."""

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext as _
from lxml import etree

from app.errors import RosterUnavailable
from app.roster.reading.asked_schools import AskedSchool
from app.roster.reading.safe_xml import local_name
from app.roster.reading.soap import Fault, SoapClient, named_children, not_soap
from app.roster.reading.transport import Refused, checked_address

from .request import VERSIONS, authorisation, question

ACTION: Final = "HaalLeerlinggegevens"
CLIENT, KEY = "OngeldigeKlantIdentificatie", "AutorisatieOngeldig"
KNOWN_FAULTS: Final = (CLIENT, KEY)


class Closed(Exception):
    """There is nothing to read for one school; the others go on."""

    def __init__(self, code: str, reason: RosterUnavailable) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason


class Asking:
    """Asks one service about schools in one school year."""

    def __init__(self, soap: SoapClient, settings: Mapping[str, str], year: int) -> None:
        url = checked_address(settings["base_url"], "base_url")
        self._url = url[:-5] if url.casefold().endswith("?wsdl") else url
        self._soap = soap
        self._settings = settings
        self._year = year

    def all_of(self, school: AskedSchool) -> etree._Element:
        """`leerlinggegevens` or `geenwijzigingen` of one school. Raises Closed, RosterUnavailable."""
        try:
            return self._ask(school)
        except Fault as fault:
            raise _closed(fault, school) from None

    def news_of(self, school: AskedSchool, since: str) -> etree._Element:
        """The same, asked only to see whether we are let in: nothing changes in a second, so the answer is short.

        A service that sends everything all the same is not heard to the end.
        """
        until = ("leerling", "leerkracht")
        try:
            try:
                return self._ask(school, since, until)
            except Fault as fault:
                if fault.names(*KNOWN_FAULTS):
                    raise
                return self._ask(school, "", until)  # it may not know that part of the question
        except Fault as fault:
            raise _closed(fault, school) from None

    def _ask(self, school: AskedSchool, since: str = "", until: tuple[str, ...] = ()) -> etree._Element:
        header = authorisation(self._settings, school)
        for version in VERSIONS:
            request = question(school, self._year, version, since)
            try:
                answer = self._soap.call(self._url, ACTION, request, header, until=until)
            except Fault as fault:
                if fault.names("XsdVersieOngeldig") and version != VERSIONS[-1]:
                    continue
                raise
            except Refused as refusal:
                raise _refused(refusal.status) from None
            content = _content_of(answer)
            if local_name(content.tag).casefold() == "geengegevens":
                raise Closed("location-no-data", _no_data(school))
            return content
        raise AssertionError("unreachable")


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
    if fault.names(CLIENT):
        return RosterUnavailable(
            _("The school system does not know the client code and client name. Check the settings.")
        )
    if fault.names(KEY):
        return Closed("location-refused", _wrong_key(school))
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
