"""Excel workbooks (.xlsx), read with openpyxl after the checks of R74: cached values only, no formulas, no macros."""

import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any, Final
from zipfile import ZipFile

from flask_babel import gettext as _

from app.errors import RosterUnreadable
from app.roster.reading.archive import BROKEN, broken, check_xml_members, pieces_of

from .cells import MAX_COLUMNS, Sheet, checked_rows, too_many_columns, type_Cell, type_Row
from .merged import Merged
from .xlsx_marks import Marks, read_marks

MOST_WIDE: Final = 1_000
WORKBOOK: Final = "xl/workbook.xml"
_ONLY_ZEROS = re.compile(r"0{2,20}")  # a number format that keeps leading zeros


def refuse_macros(archive: ZipFile) -> None:
    """Refuses workbooks with macros and the binary kind, whatever their names say."""
    for name in archive.namelist():
        if name.lower() == "xl/workbook.bin":
            raise RosterUnreadable(_("This is a binary workbook (.xlsb). Save it as .xlsx or CSV."))
        if name.lower().rpartition("/")[2].startswith("vbaproject"):
            raise RosterUnreadable(_("This workbook holds macros (.xlsm). Save it as .xlsx or CSV."))


def open_xlsx(file: IO[bytes], archive: ZipFile, sheet: str | None) -> Sheet:
    """The sheet of this name, else the first visible one. Raises RosterUnreadable."""
    from openpyxl import load_workbook  # here, for it is large and other files need nothing of it
    from openpyxl.utils.exceptions import InvalidFileException

    refuse_macros(archive)
    check_xml_members(archive)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about looks that we do not use
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (*BROKEN, InvalidFileException, KeyError, TypeError, AttributeError, IndexError, SyntaxError):
        raise broken() from None
    pages = {page.title: page for page in book.worksheets if page.sheet_state == "visible"}
    if not pages:
        raise RosterUnreadable(_("There is no visible sheet in this file."))
    name = chosen_sheet(sheet, tuple(pages))
    marks = read_marks(pieces_of(archive, str(pages[name]._worksheet_path).lstrip("/")))
    if marks.has_unworked:
        raise no_results()
    return Sheet(checked_rows(_rows(pages[name], marks)), name, tuple(pages))


def no_results() -> RosterUnreadable:
    return RosterUnreadable(
        _("There are formulas without a result in this sheet. Open it in Excel, save it, and send it again.")
    )


def chosen_sheet(wanted: str | None, names: tuple[str, ...]) -> str:
    """The sheet that was asked for, or the first. Raises RosterUnreadable that names those there are."""
    if wanted is None:
        return names[0]
    if wanted not in names:
        raise RosterUnreadable(
            _("There is no sheet %(sheet)s in this file. There is: %(known)s.", sheet=wanted, known=", ".join(names))
        )
    return wanted


def _rows(page: Any, marks: Marks) -> Iterator[type_Row]:
    page.reset_dimensions()  # a file may lie about its size
    zeros: dict[int, int] = {}
    merged = Merged()
    wide = 0  # rows with cells, maybe empty ones, beyond the last column that we read
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for number, row in enumerate(page.iter_rows(), 1):
                if len(row) > MAX_COLUMNS:
                    wide += 1
                    if wide > MOST_WIDE or any(cell.value is not None for cell in row[MAX_COLUMNS:]):
                        raise too_many_columns()
                    row = row[:MAX_COLUMNS]
                values = tuple([None if cell.value is None else _value(cell, zeros) for cell in row])
                for column, last in marks.merged.get(number, ()):
                    merged.begin(column, last, values[column] if column < len(values) else None)
                yield merged.filled(number, values)
    except (*BROKEN, KeyError, TypeError, AttributeError, IndexError, SyntaxError, OverflowError):
        raise broken() from None


def _value(cell: Any, zeros: dict[int, int]) -> type_Cell:
    """The value as it was meant: a number in the format 000000 keeps its zeros, a moment is a day."""
    value = cell.value
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date()
    if type(value) is int and value >= 0 and cell._style_id:
        style = cell._style_id
        if style not in zeros:
            zeros[style] = len(cell.number_format) if _ONLY_ZEROS.fullmatch(cell.number_format or "") else 0
        return f"{value:0{zeros[style]}d}" if zeros[style] else value
    return value if isinstance(value, int | float | bool | date) else str(value)
