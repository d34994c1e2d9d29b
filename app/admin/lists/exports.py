"""A list as a file: CSV or XLSX, exactly what the screen shows with its filters and order, over all pages (Z-015).

Every cell is text that no spreadsheet takes for a formula (R80), no column holds a password, and the file is written
whole before the first byte goes out: the database is free again while a slow line still reads.
"""

import csv
import io
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from werkzeug.wrappers import Response as AnyResponse

from app.actor import current_actor
from app.clock import now, today
from app.extensions import db, transaction
from app.services.audit import record

from .listing import Wish

MOST_ROWS = 100_000
CHUNK = 1_000
PIECE = 64 * 1024
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")  # R80, also the full-width forms
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def plain_cell(value: Any) -> str:
    """The value as text that stays text: what looks like a formula gets an apostrophe before it (R80)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return f"'{text}" if text.startswith(DANGEROUS) or text.lstrip().startswith(DANGEROUS) else text


class Export:
    """One export of one list screen."""

    def __init__(self, screen: Any, wish: Wish, kind: str) -> None:
        self.screen = screen
        self.wish = wish
        self.kind = kind
        self.columns = [column for column in screen.columns if column.exported]

    def response(self) -> AnyResponse:
        total = self.screen.count(self.screen.found(self.wish))
        if total > MOST_ROWS:
            flash(_("This list has more than %(most)s rows. Make it shorter with a filter.", most=MOST_ROWS), "error")
            return redirect(f"{url_for('.index_view')}?{self.wish.query()}")
        file = TemporaryFile()  # noqa: SIM115 (the answer closes it)
        try:
            {"csv": self._write_csv, "xlsx": self._write_xlsx}[self.kind](file)
            with transaction():
                details = {"list": self.screen.endpoint, "format": self.kind, "rows": total}
                record(db.session, now(), current_actor(), "exported", "list", None, details)
            return self._answer(file)
        except BaseException:
            file.close()
            raise

    def _answer(self, file: IO[bytes]) -> Response:
        """The written file, sent piece by piece; it has no name, so nothing of it stays behind."""
        length = file.tell()
        file.seek(0)
        name = f"{self.screen.file_name}-{today():%Y-%m-%d}.{self.kind}"
        answer = Response(_pieces(file), content_type=TYPES[self.kind])
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        answer.headers["Content-Length"] = str(length)
        answer.call_on_close(file.close)
        return answer

    def lines(self) -> Iterator[list[str]]:
        """The heading, then every row; read in pieces, so memory stays small."""
        yield [str(column.label) for column in self.columns]
        statement = self.screen.sorted(self.screen.loaded(self.screen.found(self.wish)), self.wish)
        result = db.session.scalars(statement.execution_options(yield_per=CHUNK))
        for rows in result.partitions():
            beside = self.screen.beside(list(rows), self.wish)
            for row in rows:
                yield [plain_cell(column.value(row, beside)) for column in self.columns]

    def _write_csv(self, file: IO[bytes]) -> None:
        # Dutch spreadsheets expect a semicolon, and know UTF-8 by its mark.
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        csv.writer(text, delimiter=";").writerows(self.lines())
        text.detach()

    def _write_xlsx(self, file: IO[bytes]) -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(str(self.screen.title)[:31])
        sheet.freeze_panes = "A2"
        for index, line in enumerate(self.lines()):
            sheet.append([_text_cell(sheet, value, bold=index == 0) for value in line])
        book.save(file)
        file.seek(0, io.SEEK_END)


def _text_cell(sheet: Any, value: str, bold: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
