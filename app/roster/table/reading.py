"""One table opened: where its titles stand, which column is which field, and its rows as values."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _

from app.errors import RosterUnreadable

from .cells import Sheet, is_blank, type_Row
from .fields import About, field_of
from .headers import (
    FATHER_MOTHER,
    LOOKED_AT,
    bare_title,
    columns_for,
    guess_about,
    header_row,
    meanings,
    missing_fields,
)
from .mapping import Mapping, field_title
from .opening import TableFile, open_sheet
from .row_reader import CellReader
from .shared_fields import Field
from .traps import Evidence

EXAMPLE: Final = re.compile(r"\s*voorbeeld(?:[\s-].*)?", re.IGNORECASE)  # the number in the example row of a template
NUMBERED_BY: Final[AnyMapping[About, tuple[str, ...]]] = {
    About.PUPILS: ("number",),
    About.GUARDIANS: ("number", "pupil_number"),
    About.STAFF: ("number", "code"),
    About.GROUPS: ("name",),
}


class TableRow(NamedTuple):
    """A row with its place in the file (counted from 1), its values by field, and cells beyond the last title."""

    line: int
    values: dict[str, Any]
    is_shifted: bool = False


@dataclass(slots=True)
class Table:
    """A table whose titles are known. `rows` can be read once."""

    name: str
    about: About | None
    mapping: Mapping | None  # as it is read, everything filled in; None when nobody knows what it is about
    sheet: Sheet
    titles: tuple[str, ...]
    columns: dict[str, int]
    header_line: int
    lines: Iterator[tuple[int, type_Row]]
    reader: CellReader
    relations: dict[int, str] = field(default_factory=dict)  # guardian 1 is "vader" when the titles say so
    examples: int = 0
    seen: int = 0  # rows that were read, without examples

    @property
    def unknown(self) -> tuple[str, ...]:
        """The titles of columns that are not used."""
        used = set(self.columns.values())
        return tuple(title for place, title in enumerate(self.titles) if title and place not in used)

    @property
    def missing(self) -> tuple[Field, ...]:
        """The fields without which it cannot be read."""
        return () if self.about is None else missing_fields(self.about, self.columns)

    def rows(self) -> Iterator[TableRow]:
        """The rows with something in them; titles that come back, and the example of the template, are left out."""
        assert self.about is not None
        fields = [(name, field_of(self.about, name), place) for name, place in self.columns.items()]
        reads = [(name, one.reads, place) for name, one, place in fields if one is not None]
        marks = [self.columns[name] for name in NUMBERED_BY[self.about] if name in self.columns]
        words = [bare_title(self.titles[place]) for place in marks]
        width, read = len(self.titles), self.reader.read
        for line, row in self.lines:
            if is_blank(row):
                continue
            told = [row[place] if place < len(row) else None for place in marks]
            if any(word and bare_title(cell) == word for cell, word in zip(told, words, strict=True)):
                continue  # some systems repeat the titles (formats.md 5.3)
            if any(isinstance(cell, str) and EXAMPLE.fullmatch(cell) for cell in told):
                self.examples += 1
                continue
            values = {name: read(name, how, row[place]) if place < len(row) else None for name, how, place in reads}
            self.seen += 1
            yield TableRow(line, values, len(row) > width and not is_blank(row[width:]))


def open_table(file: TableFile, mapping: Mapping | None, today: date) -> Table:
    """The table in this file, read by the mapping or by its titles.

    Raises RosterUnreadable when there is no row of titles, or a column of the mapping is not there.
    """
    told = mapping or Mapping(About.PUPILS)
    sheet = open_sheet(file.file, told.sheet, told.delimiter, told.encoding)
    start = list(islice(sheet.rows, max(LOOKED_AT, told.header_row or 0)))
    place = header_place(start, told if mapping else None)
    titles = tuple("" if cell is None else " ".join(str(cell).split())[:80] for cell in start[place])
    about = mapping.kind if mapping else guess_about(titles)
    if mapping is not None and mapping.columns:
        columns = mapped_columns(mapping, titles)
    else:
        columns = columns_for(about, titles) if about else {}
    whole = None
    if about is not None:
        whole = replace(told, kind=about, sheet=sheet.name, columns={name: titles[at] for name, at in columns.items()})
        whole = replace(whole, header_row=place + 1)
    reader = CellReader(today)
    reader.columns = {name: Evidence(titles[at]) for name, at in columns.items()}
    lines = enumerate(chain(start[place + 1 :], sheet.rows), place + 2)
    table = Table(file.name, about, whole, sheet, titles, columns, place + 1, lines, reader)
    table.relations = _relations(table)
    return table


def header_place(rows: list[type_Row], mapping: Mapping | None) -> int:
    """Where the titles stand in the first rows. Raises RosterUnreadable when that is nowhere."""
    if mapping is not None and mapping.header_row is not None:
        if mapping.header_row > len(rows):
            raise RosterUnreadable(_("There is no row %(row)s in this table.", row=mapping.header_row))
        return mapping.header_row - 1
    place = header_row(rows, mapping.columns.values() if mapping else ())
    if place is None and mapping is not None:
        place = header_row(rows)  # so that the columns that are missing can be named
    if place is None:
        raise RosterUnreadable(
            _(
                "No row of titles was found. Put titles such as Leerlingnummer and Achternaam above the columns, or "
                "use the template."
            )
        )
    return place


def mapped_columns(mapping: Mapping, titles: tuple[str, ...]) -> dict[str, int]:
    """The places of the columns that the mapping names. Raises RosterUnreadable that names those that are missing."""
    exact = {title: place for place, title in reversed(list(enumerate(titles))) if title}
    alike = {bare_title(title): place for title, place in exact.items()}
    places = {
        name: exact.get(" ".join(title.split())[:80], alike.get(bare_title(title) or title))
        for name, title in mapping.columns.items()
    }
    if missing := [mapping.columns[name] for name, place in places.items() if place is None]:
        raise RosterUnreadable(
            _("The table has no column %(columns)s, which the mapping names.", columns=", ".join(missing))
        )
    return {name: place for name, place in places.items() if place is not None}


def check_readable(table: Table) -> None:
    """Raises RosterUnreadable when nobody can say what this table is about, or a column is missing without which it
    tells nothing."""
    if table.about is None:
        raise RosterUnreadable(
            _("It is not clear whether this table holds pupils, guardians, staff or groups. Choose it in the wizard.")
        )
    if missing := table.missing:
        names = ", ".join(field_title(table.about, one.name) for one in missing)
        raise RosterUnreadable(_("A column is missing in this table: %(names)s.", names=names))


def _relations(table: Table) -> dict[int, str]:
    """What the titles say of guardian 1 and 2: 'E-mail vader', 'Achternaam moeder'."""
    found: dict[int, str] = {}
    for name, place in table.columns.items():
        if name.startswith("guardian") and name[8:9].isdecimal():
            word = bare_title(table.titles[place])
            for who, rank in FATHER_MOTHER.items():
                if who in word and rank == int(name[8]) and meanings(table.titles[place]):
                    found[rank] = who
    return found
