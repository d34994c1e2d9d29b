"""The answers of Magister as tables: XML of every function, and CSV or TAB of a list that a school made (formats.md 5).

What comes is recognised by itself: a list may be sent in another form than was asked.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from lxml import etree

from app.errors import RosterUnreadable
from app.roster.reading.safe_xml import fields, local_name, named, parse_xml
from app.roster.reading.transport import Answer, Refused
from app.roster.reading.unreachable import Page

DELIMITERS: Final = ";\t,|"
MAX_FIELD: Final = 10_000
_ODD: Final = re.compile(r"[^a-z0-9]")
type_Row = dict[str, str]


class Fault(Refused):
    """Magister answered with an exception. Its words may hold anything, so they are dropped."""

    def __init__(self) -> None:
        super().__init__(200)


class Table(NamedTuple):
    """Named columns and rows. A column that a row does not have is not told; an empty text is told as empty."""

    columns: tuple[str, ...]
    rows: list[type_Row]
    damaged: tuple[type_Row, ...] = ()  # rows with more or fewer values than columns: only the first ones are sure


def column_name(text: str) -> str:
    """The name of a column or element to compare with: only a-z and 0-9 in lower case ('Leerfase.Leerjaar')."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return _ODD.sub("", bare)


def read_login(answer: Answer) -> tuple[bool, str]:
    """(accepted, token). Raises ValueError for what is no answer to a login, Fault for an exception."""
    root = _checked(answer.body)
    told = {name: (one.text or "").strip() for name in ("result", "sessiontoken") for one in named(root, name)}
    if "result" not in told and "sessiontoken" not in told:
        raise ValueError("no answer to a login")
    token = told.get("sessiontoken", "")
    if not (token.isascii() and token.isprintable()):
        raise ValueError("no token")
    return told.get("result", "true").casefold() in ("true", "1", "ja") and bool(token), token


def read_records(answer: Answer, wanted: str = "") -> Table:
    """The records of an XML answer: the elements of the wanted name below Data, else those that hold values.

    Raises ValueError for what is no such answer, Fault for an exception.
    """
    root = _checked(answer.body)
    found = list(named(root, "Data"))
    if not found and local_name(root.tag).casefold() in ("response", "html"):
        raise ValueError("no data")
    data = found[0] if found else root
    rows = [_row(record) for record in list(named(data, wanted)) or _records(data)]
    return Table(tuple(dict.fromkeys(name for row in rows for name in row)), rows)


def read_list(answer: Answer) -> Table:
    """The rows of a list in CSV, TAB or XML. Raises ValueError for what is none of these, Fault for an exception."""
    text = _decoded(answer.body)
    if text.lstrip().startswith("<"):
        return read_records(answer)
    return _separated(text)


def _checked(body: bytes) -> etree._Element:
    if body.lstrip()[:9].lower().startswith((b"<html", b"<!doctype")):
        raise Page
    try:
        root = parse_xml(body)
    except RosterUnreadable:
        raise ValueError("no plain XML") from None  # a page of a web server has a DOCTYPE
    except ValueError:
        if b"encoding" in body[:100]:
            raise
        root = parse_xml(_decoded(body).encode())  # ANSI that does not say so
    for name in ("Exception", "ExceptionMsg"):
        if any((one.text or "").strip() or len(one) for one in named(root, name)):
            raise Fault
    return root


def _records(element: etree._Element) -> Iterator[etree._Element]:
    """The topmost elements that hold values rather than other elements."""
    for child in element.iterchildren(etree.Element):
        values = sum(not len(one) for one in child)
        if 2 * values > len(child) or len(child.attrib) > 1:
            yield child
        else:
            yield from _records(child)


def _row(record: etree._Element) -> type_Row:
    row: type_Row = {}
    for name, text in (*fields(record).items(), *record.attrib.items()):
        row.setdefault(column_name(local_name(name)), text.strip())
    return row


def _decoded(body: bytes) -> str:
    """ANSI is Windows-1252; a server may send Unicode all the same."""
    encodings = ("utf-16",) if body.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        text = body.decode("cp1252", errors="replace")
    if "\0" in text:
        raise ValueError("no text")
    return text


def _separated(text: str) -> Table:
    """Two columns of one name: the first counts, so the e-mail address of a pupil goes before that of a guardian."""
    first, _sign, rest = text.partition("\n")
    if first.strip().strip('"').casefold().startswith("sep="):
        text, first = rest, rest.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    try:
        lines = [cells for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise ValueError("no CSV") from None
    if not lines:
        raise ValueError("nothing")
    header = tuple(column_name(cell) for cell in lines[0])
    # A sign behind the last value is no value, when every row has it. One value too many moves all that follow.
    width = len(header) + all(len(cells) == len(header) + 1 and not cells[-1].strip() for cells in lines[1:])
    good, damaged = [], []
    for cells in lines[1:]:
        if not is_header(header, cells):
            (good if len(cells) == width else damaged).append(_named_cells(header, cells))
    if damaged and len(lines[-1]) < len(header):
        raise ValueError("it ends in the middle")
    return Table(tuple(dict.fromkeys(name for name in header if name)), good, tuple(damaged))


def is_header(header: tuple[str, ...], cells: Iterable[str]) -> bool:
    """Whether a row of data is the header once more, whole or in its column of numbers (formats.md 5.3)."""
    names = [column_name(cell) for cell in cells]
    numbers = [name for column, name in zip(header, names, strict=False) if column.startswith("stamn")]
    return names == list(header) or any(name.startswith("stamn") for name in numbers)


def _named_cells(header: tuple[str, ...], cells: list[str]) -> type_Row:
    row: type_Row = {}
    for name, cell in zip(header, cells, strict=False):
        if name and len(cell) <= MAX_FIELD:
            row.setdefault(name, cell.strip())
    return row
