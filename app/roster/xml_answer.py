"""An XML answer of a service, read as carefully as a file: no DOCTYPE, entity, network or endless depth (R75)."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from app.roster.edexml_stream import MAX_DEPTH, local_name, new_parser, refuse_head

_TOO_DEEP: Final = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")


def parse_xml(body: bytes) -> etree._Element:
    """The root of the document. Raises ValueError for what is no XML, RosterUnreadable for a dangerous one."""
    refuse_head(body)
    try:
        root = etree.fromstring(body, etree.XMLParser(**new_parser()))
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    if _TOO_DEEP(root.getroottree()):
        raise ValueError("too deep")
    return root


def named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """All elements of this name, in any namespace and case, in order."""
    wanted = name.casefold()
    return (one for one in root.iter(etree.Element) if local_name(one.tag).casefold() == wanted)


def fields(record: etree._Element) -> dict[str, str]:
    """The children of a record: name in lower case without namespace, and text. The first of a name counts."""
    found: dict[str, str] = {}
    for child in record:
        if isinstance(child.tag, str):
            found.setdefault(local_name(child.tag).casefold(), (child.text or "").strip())
    return found
