"""One question to the GeneriekeService of ParnasSys (formats.md 6.1)."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from app.roster.reading.asked_schools import AskedSchool
from app.roster.reading.soap import Fault, SoapClient, fill, named_children, not_soap
from app.roster.reading.transport import Refused, Transport, checked_address

from .faults import SYSTEM, Closed, is_passing, reason_of, refuse

NAMESPACE: Final = "http://www.topicus.nl/parnassys"
SERVICE: Final = "/GeneriekeService"


class Asking:
    """Asks about schools in one school year."""

    def __init__(self, transport: Transport, settings: Mapping[str, str], year: int) -> None:
        self._soap = SoapClient(transport, SYSTEM, is_passing)
        self._addresses = addresses(settings["base_url"])
        self._settings = settings
        self._year = year

    def ask(self, operation: str, school: AskedSchool, until: tuple[str, ...] = ()) -> etree._Element:
        """The `return` of the answer, or what of it came before `until`. Raises Closed when this is not open to us."""
        while True:
            try:
                answer = self._soap.call(self._addresses[0], operation, self._request(operation, school), until=until)
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


def list_of(told: etree._Element, wrapper: str, name: str) -> list[etree._Element]:
    """The records; an answer without the list is no empty school."""
    if next(named_children(told, wrapper), None) is None:
        raise not_soap(SYSTEM)
    return list(named_children(told, wrapper, name))


def brins_in(told: etree._Element) -> list[str]:
    """The school that the answer itself names, if it does."""
    found = (one.text or "" for name in ("brinnummer", "brin") for one in named_children(told, name))
    return [text.strip().upper()[:4] for text in found if text.strip()]
