"""OpenDocument sheets (.ods): a small reader of content.xml that opens nothing else (R74, R75)."""

from collections.abc import Iterator
from datetime import date
from itertools import repeat
from typing import IO, Final
from zipfile import ZipFile

from flask_babel import gettext as _
from lxml import etree

from app.errors import RosterUnreadable
from app.roster.reading.archive import BROKEN, broken, check_xml_members, locked, read_member
from app.roster.reading.safe_xml import local_name, new_parser
from app.roster.reading.values import read_date

from .cells import MAX_COLUMNS, MAX_SHEET_ROWS, Sheet, checked_rows, too_long, type_Cell, type_Row
from .merged import Merged
from .xlsx_file import chosen_sheet, no_results

CONTENT: Final = "content.xml"
MIMETYPES: Final = ("application/vnd.oasis.opendocument.spreadsheet",)
OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
NUMBERS: Final = frozenset({"float", "percentage", "currency"})
CELLS: Final = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")


def is_ods(archive: ZipFile) -> bool:
    """Whether this zip is an OpenDocument file, by what is in it."""
    names = archive.namelist()
    return CONTENT in names and ("mimetype" in names or "META-INF/manifest.xml" in names)


def open_ods(archive: ZipFile, sheet: str | None) -> Sheet:
    """The sheet of this name, else the first visible one. Raises RosterUnreadable."""
    names = archive.namelist()
    if "META-INF/manifest.xml" in names and b"encryption-data" in read_member(archive, "META-INF/manifest.xml"):
        raise locked()
    if "mimetype" in names:
        kind = read_member(archive, "mimetype", 1000).decode("ascii", "replace").strip()
        if not kind.startswith(MIMETYPES):
            raise RosterUnreadable(_("This is no sheet but another kind of document. Save it as ODS, XLSX or CSV."))
    check_xml_members(archive)
    visible = _visible_sheets(archive)
    if not visible:
        raise RosterUnreadable(_("There is no visible sheet in this file."))
    name = chosen_sheet(sheet, visible)
    return Sheet(checked_rows(_rows(archive, name)), name, visible)


def _events(archive: ZipFile, *tags: str) -> Iterator[tuple[str, etree._Element]]:
    options = {**new_parser(), "tag": tags, "events": ("start", "end")}
    file: IO[bytes]
    try:
        with archive.open(CONTENT) as file:
            yield from etree.iterparse(file, **options)
    except (*BROKEN, etree.XMLSyntaxError):
        raise broken() from None


def _visible_sheets(archive: ZipFile) -> tuple[str, ...]:
    hidden, names = set(), []
    tags = (f"{STYLE}style", f"{TABLE}table", f"{TABLE}table-row", f"{STYLE}table-properties")
    for event, element in _events(archive, *tags):
        if event == "start" and element.tag == f"{TABLE}table":
            if element.get(f"{TABLE}style-name") not in hidden:
                names.append(element.get(f"{TABLE}name") or str(len(names) + 1))
        elif event == "end" and element.tag == f"{STYLE}table-properties":
            if element.get(f"{TABLE}display") == "false" and (style := element.getparent()) is not None:
                hidden.add(style.get(f"{STYLE}name"))
        elif event == "end" and element.tag == f"{TABLE}table-row":
            _forget(element)
    return tuple(dict.fromkeys(names))


def _forget(element: etree._Element) -> None:
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]


def _rows(archive: ZipFile, name: str) -> Iterator[type_Row]:
    """The rows of this sheet. Many equal empty ones at the end, which LibreOffice writes, are left out."""
    inside = False
    empty = line = 0
    merged = Merged()
    for event, element in _events(archive, f"{TABLE}table", f"{TABLE}table-row"):
        if element.tag == f"{TABLE}table":
            if inside and event == "end":
                return
            inside = inside or (event == "start" and element.get(f"{TABLE}name") == name)
            continue
        if event == "start":
            continue
        if inside:
            times = _times(element, "rows")
            row = merged.filled(line + 1, tuple(_cells(element, line + 1, merged)))
            line += times
            if not row:
                empty += times
            else:
                if empty + times > MAX_SHEET_ROWS:
                    raise too_long()
                yield from repeat((), empty)
                yield from repeat(row, times)
                empty = 0
        _forget(element)


def _times(element: etree._Element, what: str, how: str = "repeated") -> int:
    text = element.get(f"{TABLE}number-{what}-{how}", "1")
    return int(text) if text.isdecimal() and len(text) < 10 else 1


def _cells(row: etree._Element, line: int, merged: Merged) -> list[type_Cell]:
    """The cells of a row up to the last one with a value; those that go on below are told to `merged`."""
    cells: list[type_Cell] = []
    empty = 0
    for element in row:
        if element.tag not in CELLS:
            continue
        times, value = _times(element, "columns"), _value(element)
        if value is None:
            empty += times
            continue
        if len(cells) + empty + times > MAX_COLUMNS:
            return [*cells, *repeat("", MAX_COLUMNS + 1)]  # refused by the check of all workbooks
        cells.extend(repeat(None, empty))
        if (below := _times(element, "rows", "spanned")) > 1:
            merged.begin(len(cells), line + below - 1, value)
        cells.extend(repeat(value, times))
        empty = 0
    return cells


def _value(cell: etree._Element) -> type_Cell:
    kind = cell.get(f"{OFFICE}value-type")
    shown = "\n".join("".join(_words(part)) for part in cell if local_name(part.tag) == "p")
    if kind == "date":
        day: date | None = read_date((cell.get(f"{OFFICE}date-value") or "")[:10])
        return day or shown or None
    if kind == "boolean":
        return cell.get(f"{OFFICE}boolean-value") == "true"
    if kind in NUMBERS:
        try:
            number = float(cell.get(f"{OFFICE}value") or "")
        except ValueError:
            return shown or None
        whole = int(number) if number.is_integer() and abs(number) < 1e15 else number
        # The format 000000 shows the zeros that the number itself has lost.
        padded = shown.isascii() and shown.isdecimal() and shown[:1] == "0" and len(shown) > 1
        return shown if padded and int(shown) == whole else whole
    if not (kind or shown) and cell.get(f"{TABLE}formula"):
        raise no_results()
    return shown or None


def _words(part: etree._Element) -> Iterator[str]:
    """The text of a paragraph; several spaces are written as an element."""
    yield part.text or ""
    for child in part:
        name = local_name(child.tag)
        if name == "s":
            yield " "
        elif name != "annotation":
            yield from _words(child)
        yield child.tail or ""
