"""What every kind of table is read into: rows of plain cells, with what is known about the sheet they came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext as _

from app.errors import RosterUnreadable

MAX_SHEET_ROWS: Final = 50_000  # of a workbook (R74)
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 10_000  # characters (R76)

type_Cell = str | int | float | bool | date | None
type_Row = tuple[type_Cell, ...]

# What spreadsheets show instead of a value, in English and Dutch.
CELL_ERRORS: Final = frozenset(
    {
        *("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!"),
        *("#VERW!", "#N/B", "#NAAM?", "#WAARDE!", "#DEEL/0!", "#LEEG!", "#GETAL!", "#OVERLOOP!", "#BEREKEN!"),
        *("Err:502", "Err:504", "Err:508", "Err:509", "Err:511", "Err:522"),
    }
)


@dataclass(slots=True)
class Sheet:
    """One table as it stands in a file. `rows` can be read once; blank rows are there too, so rows can be counted."""

    rows: Iterator[type_Row]
    name: str | None = None  # of the sheet; None for a text file
    sheets: tuple[str, ...] = ()  # all that can be chosen
    delimiter: str | None = None  # of a text file
    encoding: str | None = None


def is_cell_error(cell: type_Cell) -> bool:
    """Whether a formula went wrong here, or the column was too narrow to show its value."""
    if not isinstance(cell, str) or cell.lstrip()[:1] not in ("#", "E"):
        return False
    return cell.strip() in CELL_ERRORS or (len(cell) > 2 and not cell.strip("#"))


def is_blank(row: type_Row) -> bool:
    """Whether nothing stands in this row."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)


def checked_rows(rows: Iterator[type_Row]) -> Iterator[type_Row]:
    """The rows of a workbook without empty cells at their end, within the limits. Raises RosterUnreadable."""
    for number, row in enumerate(rows, 1):
        if number > MAX_SHEET_ROWS + 1:  # and one with the titles
            raise too_long()
        cut = len(row)
        while cut and row[cut - 1] is None:
            cut -= 1
        if cut > MAX_COLUMNS:
            raise too_many_columns()
        row = row[:cut]
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row):
            raise too_wide(number)
        yield row


def too_many_columns() -> RosterUnreadable:
    return RosterUnreadable(
        _("This sheet has more than %(most)s columns. Remove those that are not needed.", most=MAX_COLUMNS)
    )


def too_long() -> RosterUnreadable:
    return RosterUnreadable(
        _(
            "This sheet has more than %(most)s rows. Remove empty rows below the table, or send a CSV file.",
            most="50.000",
        )
    )


def too_wide(line: int) -> RosterUnreadable:
    return RosterUnreadable(
        _("A cell in row %(line)s holds far too much text. Correct it and export again.", line=line)
    )
