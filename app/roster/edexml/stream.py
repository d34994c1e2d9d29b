"""Reads an EDEXML file piece by piece: only its records, in little memory, and nothing that no roster has (R75)."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from flask_babel import gettext as _
from lxml import etree

from app.errors import RosterUnreadable
from app.roster.reading.archive import MAGIC
from app.roster.reading.file_size import MAX_BYTES, too_large
from app.roster.reading.safe_xml import ENCODINGS, has_doctype, is_too_deep, local_name, new_parser, refuse_head

CHUNK: Final = 1 << 16
MAX_HEAD: Final = 4 * CHUNK
MAX_HELD: Final = 400_000
# What the parser says of bytes that cannot be in the encoding that the file names (UTF-8 when it names none).
WRONG_LETTERS: Final = etree.ErrorTypes.ERR_INVALID_ENCODING
BLANK: Final = b" \t\r\n"
LISTS: Final = frozenset({"leerlingen", "leerkrachten"})
_HELD = etree.XPath("count(//*)")
_INCLUDE = b"http://www.w3.org/2001/XInclude"


def stream_elements(file: BinaryIO, roots: frozenset[str], wanted: frozenset[str]) -> Iterator[etree._Element]:
    """Every complete element of a wanted name, in order; it is emptied when the next is asked for.

    Raises RosterUnreadable when this is not safe XML with one of these roots, or ends too early.
    """
    tags = [f"{{*}}{name}" for name in roots | wanted]
    parser = etree.XMLPullParser(events=("start", "end"), tag=tags, **new_parser(remove_blank_text=True))
    root: etree._Element | None = None
    size = 0
    try:
        while chunk := file.read(CHUNK):
            if not size:
                chunk = checked_start(chunk)
            size += len(chunk)
            if size > MAX_BYTES:
                raise too_large()
            parser.feed(chunk)
            events = list(parser.read_events())
            if root is None and events:
                root = checked_root(events[0][1], roots)
            if root is None:
                if size >= MAX_HEAD:
                    raise not_a_roster()
                continue
            refuse_tricks(root, chunk)
            done = whole_records(root, events)
            yield from done
            forget(done)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise unreadable_xml(error, size) from None
    if root is None:
        raise not_a_roster()


def checked_start(chunk: bytes) -> bytes:
    """The first bytes, without blank ones in front of the declaration. Raises RosterUnreadable for what is no XML."""
    if chunk.startswith(MAGIC):
        raise RosterUnreadable(_("This is a zip or a workbook, no EDEXML. Choose the XML file; unpack a zip first."))
    refuse_head(chunk)
    return chunk.lstrip(BLANK)


def checked_root(element: etree._Element, roots: frozenset[str]) -> etree._Element:
    """The first element, when it is a root that we know and comes without a DOCTYPE."""
    if element.getparent() is not None or local_name(element.tag) not in roots:
        raise not_a_roster()
    about = element.getroottree().docinfo
    if about.internalDTD is not None or about.externalDTD is not None or about.doctype:
        raise has_doctype()
    if (about.encoding or "UTF-8").upper() not in ENCODINGS:
        raise RosterUnreadable(_("This file has an unknown character encoding. Export it as UTF-8."))
    return element


def whole_records(root: etree._Element, events: list[tuple[str, etree._Element]]) -> list[etree._Element]:
    """The wanted elements that ended, each in its own place: under the root, or in one of the two lists of people.

    The groups of one teacher are no records, and neither is what a vendor put in a block of its own (formats.md 1.2).
    """
    done = []
    last_parent = None
    for event, element in events:
        parent = element.getparent()
        if event == "start" or parent is None:
            continue
        if parent is not last_parent:
            in_place = parent is root or (parent.getparent() is root and local_name(parent.tag) in LISTS)
            last_parent = parent
        if in_place:
            done.append(element)
    return done


def refuse_tricks(root: etree._Element, chunk: bytes) -> None:
    """Refuses what no roster has: deep nesting, an endless record, an order to read other files."""
    if _INCLUDE in chunk or is_too_deep(root) or _HELD(root) > MAX_HELD:
        raise RosterUnreadable(_("This file has a structure that no roster has, so it was not read."))


def forget(done: list[etree._Element]) -> None:
    """Empties what was read, so that memory does not grow with the file."""
    parents = {}
    for element in done:
        parent = element.getparent()
        if parent is not None:
            parents[parent] = None
        element.clear(keep_tail=True)
    for parent in parents:
        # The last child may still be under construction.
        del parent[:-1]


def not_a_roster() -> RosterUnreadable:
    return RosterUnreadable(_("This is not an EDEXML file. Choose the file that the school system exports as EDEXML."))


def unreadable_xml(error: etree.XMLSyntaxError, size: int) -> RosterUnreadable:
    """The error of the parser in our words: its own may quote the file."""
    if not size:
        return RosterUnreadable(_("This file is empty. Export it again."))
    if error.code == WRONG_LETTERS:
        return RosterUnreadable(_("The letters in this file have another encoding than it says. Export it as UTF-8."))
    line = error.lineno or 1
    return RosterUnreadable(_("This file is not complete XML (line %(line)s). Export it again.", line=line))
