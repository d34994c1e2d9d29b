"""XML of others, read carefully: no DOCTYPE, entity, network, odd encoding or endless depth (R75)."""

import re
from collections.abc import Iterator
from typing import Final

from flask_babel import gettext as _
from lxml import etree

from app.errors import RosterUnreadable

MAX_DEPTH: Final = 50
ENCODINGS: Final = frozenset({"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII", "ISO-8859-1"}) | {
    "ISO-8859-15",
    "WINDOWS-1252",
}
_TOO_DEEP: Final = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_DECLARED: Final = re.compile(rb"^[^>]{0,120}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']")


def local_name(tag: object) -> str:
    """The name of an element without its namespace; '' for what is no element."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def new_parser(**options: object) -> dict[str, object]:
    """The settings of every XML parser here: nothing outside the file is ever opened."""
    return {
        "resolve_entities": False,
        "load_dtd": False,
        "no_network": True,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
        **options,
    }


def refuse_head(chunk: bytes) -> None:
    """Refuses a DOCTYPE before anything is parsed, also when a letter takes two or four bytes, and odd encodings."""
    head = chunk.replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise has_doctype()
    declared = _DECLARED.search(head)
    if declared and declared[1].decode("ascii").upper() not in ENCODINGS:
        raise RosterUnreadable(_("This file has an unknown character encoding. Export it as UTF-8."))


def is_too_deep(tree: etree._Element | etree._ElementTree) -> bool:
    """Whether this is nested deeper than anything a school system makes."""
    return _TOO_DEEP(tree)


def has_doctype() -> RosterUnreadable:
    return RosterUnreadable(_("This file has a DOCTYPE. For safety such files are not read; export it without."))


def parse_xml(body: bytes) -> etree._Element:
    """The root of the document. Raises ValueError for what is no XML, RosterUnreadable for a dangerous one."""
    refuse_head(body)
    try:
        root = etree.fromstring(body, etree.XMLParser(**new_parser()))
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    if is_too_deep(root.getroottree()):
        raise ValueError("too deep")
    return root


def parse_head(body: bytes) -> etree._Element:
    """The root of a document that may end too early, with what it holds so far; as careful as parse_xml."""
    refuse_head(body)
    parser = etree.XMLPullParser(("start",), **new_parser())
    try:
        parser.feed(body)
        root = next((element for _event, element in parser.read_events()), None)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from None
    if root is None or is_too_deep(root.getroottree()):
        raise ValueError("no root, or too deep")
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
