"""SOAP 1.1 for service sources: envelopes built as trees, answers read as carefully as a file (R75, formats.md 3, 6.1).

A value never becomes part of a text that is parsed again, so no key or name can change the question.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from flask_babel import gettext as _
from lxml import etree

from app.errors import InvalidInput, RosterUnavailable, RosterUnreadable

from .safe_xml import local_name, parse_head, parse_xml
from .transport import Answer, Refused, Transport, Waits

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
# A fault comes with 500, and from some servers with 400.
FAULTY: Final = frozenset({400, 500})
# A service that makes one answer of a whole school is silent until it is made. Who tests a connection waits shorter.
WAITS: Final = Waits(silence=120.0, whole=180.0, slow_tries=2)
TEST_WAITS: Final = Waits(silence=12.0, whole=15.0, tries=1)


type_Parse = Callable[[bytes], etree._Element]


class Fault(Exception):
    """The service refused in words of its own. They may hold anything: they are recognised, never shown or logged."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__("a SOAP fault")
        self.code = code  # without prefix: "Client.AutorisatieOngeldig"
        self.words = words  # all of the fault in lower case

    def names(self, *parts: str) -> bool:
        """Whether the fault holds one of these texts."""
        return any(part.casefold() in self.words for part in parts)


class _Passing(ValueError):
    """A fault that may be over in a second."""


class _NoSoap(ValueError):
    """An answer that is no SOAP at all, such as a page of a website."""


def from_server(fault: Fault) -> bool:
    """Whether the service itself is at fault, so that asking again can help (formats.md 3)."""
    return fault.code.casefold().startswith(("server", "receiver"))


class SoapClient:
    """Asks one address. `system`: the name in messages. `is_passing`: the faults that are worth asking again."""

    def __init__(self, transport: Transport, system: str, is_passing: Callable[[Fault], bool] = from_server) -> None:
        self._transport = transport
        self._system = system
        self._is_passing = is_passing
        self._was_soap = True

    def call(
        self,
        url: str,
        action: str,
        request: etree._Element,
        header: etree._Element | None = None,
        *,
        until: tuple[str, ...] = (),
    ) -> etree._Element:
        """What the body of the answer holds. Raises Fault, Refused (401, 403, 404...) and RosterUnavailable.

        `until`: hang up as soon as each of these elements has ended once; then the answer holds no more than that.
        """
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"', "Accept": "text/xml"}
        self._was_soap = True
        told = {"headers": headers, "content": envelope(request, header)}
        understand = partial(self._understand, parse=parse_head if until else parse_xml)
        enough = Ended(until) if until else None
        try:
            return self._transport.read("POST", url, understand, also=FAULTY, enough=enough, **told)
        except RosterUnavailable:
            if self._was_soap:
                raise
            raise not_soap(self._system) from None

    def _understand(self, answer: Answer, parse: type_Parse) -> etree._Element:
        self._was_soap = answer.status != 200
        content = body_of(answer.body, parse)
        if content is None:
            if answer.status == 400:
                raise Refused(400)
            raise _NoSoap
        self._was_soap = True
        if local_name(content.tag) == "Fault":
            fault = read_fault(content)
            raise _Passing if self._is_passing(fault) else fault
        if answer.status != 200:
            raise _Passing
        return content


def envelope(request: etree._Element, header: etree._Element | None = None) -> bytes:
    """The request in an envelope, as UTF-8."""
    root = etree.Element(etree.QName(SOAP, "Envelope"), nsmap={"soap": SOAP})
    if header is not None:
        etree.SubElement(root, etree.QName(SOAP, "Header")).append(header)
    etree.SubElement(root, etree.QName(SOAP, "Body")).append(request)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def fill(parent: etree._Element, name: object, text: str) -> None:
    """Adds an element with this text to a request. Raises InvalidInput for signs that XML does not have."""
    try:
        etree.SubElement(parent, name).text = text
    except ValueError:
        raise InvalidInput(_("A setting holds a sign that cannot be sent. Type it again.")) from None


class Ended:
    """Whether each of these elements has ended in what came so far, under whatever prefix. Looks at each byte once."""

    LONGEST: Final = 300  # bytes of the tag of an end, which may come in two parts

    def __init__(self, names: tuple[str, ...]) -> None:
        self._ends = [re.compile(rb"</(?:[\w.-]+:)?" + name.encode() + rb"\s*>", re.IGNORECASE) for name in names]
        self._left = list(self._ends)
        self._seen = 0

    def __call__(self, body: bytearray) -> bool:
        if len(body) < self._seen:  # another try
            self._left, self._seen = list(self._ends), 0
        start = max(0, self._seen - self.LONGEST)
        self._left = [end for end in self._left if not end.search(body, start)]
        self._seen = len(body)
        return not self._left


def body_of(content: bytes, parse: type_Parse = parse_xml) -> etree._Element | None:
    """The element in the body of an envelope; None when this is no envelope, or no safe XML. Raises ValueError."""
    try:
        root = parse(content)
    except (RosterUnreadable, ValueError):
        return None
    if local_name(root.tag) != "Envelope":
        return None
    body = next(named_children(root, "body"), None)
    found = None if body is None else next(body.iterchildren(etree.Element), None)
    if found is None:
        raise ValueError("an empty envelope")
    return found


def read_fault(element: etree._Element) -> Fault:
    """The fault with its code, in the form of SOAP 1.1, or of 1.2 with the most precise subcode."""
    held = (one.text or "" for one in element.iter(etree.Element) if local_name(one.tag) in ("faultcode", "Value"))
    codes = [text.strip() for text in held if text.strip()]
    code = codes[-1].rpartition(":")[2] if codes else ""
    return Fault(code, " ".join(text.strip() for text in element.itertext()).casefold())


def named_children(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    """The children of a name, in any namespace and case; with a longer path their children, and so on."""
    for child in element.iterchildren(etree.Element):
        if local_name(child.tag).casefold() == path[0]:
            if len(path) == 1:
                yield child
            else:
                yield from named_children(child, *path[1:])


def not_soap(system: str) -> RosterUnavailable:
    return RosterUnavailable(
        _("This is not an answer of %(system)s. Check the address in the settings.", system=system)
    )


def too_slow_to_test() -> RosterUnavailable:
    """A test ends before the answer came; that is no failure of the link."""
    seconds = int(TEST_WAITS.silence)
    return RosterUnavailable(
        _("There was no answer within %(seconds)s seconds. A synchronisation waits longer: try one.", seconds=seconds)
    )
