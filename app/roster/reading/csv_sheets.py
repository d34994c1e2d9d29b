"""CSV files as sheets of named columns: any delimiter, encoding and order of columns (formats.md 7.1, R76).

Only the columns that an adapter asks for are kept: a password, or where somebody comes from, is never even remembered.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from flask_babel import gettext as _

from app.errors import RosterUnreadable
from app.roster.messages import Notes

from .package_files import PackageFile, twice

DELIMITERS: Final = (",", ";", "\t", "|")
MAX_FIELD: Final = 10_000
MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 200
type_Row = Mapping[str, str]


class MissingColumns(RosterUnreadable):
    """A file with the name of a sheet has other columns: it is of another format."""


class Shape(NamedTuple):
    """What a sheet looks like: columns by which it is known without its name, and the columns that are read.

    Names are folded: lower case, single spaces.
    """

    known_by: frozenset[str]
    read: frozenset[str]


def shape(known_by: str, more: str = "") -> Shape:
    """The shape with these columns, named in one text with commas."""
    first, rest = (frozenset(folded(name) for name in text.split(",") if name.strip()) for text in (known_by, more))
    return Shape(first, first | rest)


def folded(name: str) -> str:
    """The name of a column or file to compare with: lower case, single spaces."""
    return " ".join(name.split()).casefold()


def read_sheets(files: Iterable[PackageFile], shapes: Mapping[str, Shape], notes: Notes) -> dict[str, list[type_Row]]:
    """The rows of each sheet by its name in `shapes`, empty for a file with a header only. Other files are left.

    A sheet is known by the name of its file, else by its columns. Raises RosterUnreadable for what is no clean CSV, and
    for two files that are the same sheet.
    """
    sheets: dict[str, list[type_Row]] = {}
    for file in files:
        table = _Table(file, notes)
        name = sheet_name(file.name, table.columns, shapes)
        if name is None:
            continue
        if name in sheets:
            raise twice(name)
        if missing := shapes[name].known_by - set(table.columns):
            columns = ", ".join(sorted(missing))
            raise MissingColumns(
                _(
                    "The file %(file)s lacks the columns %(columns)s. Export it again.",
                    file=file.name[:64],
                    columns=columns,
                )
            )
        sheets[name] = table.rows(shapes[name].read)
    return sheets


def sheet_name(file_name: str, columns: Iterable[str], shapes: Mapping[str, Shape]) -> str | None:
    """Which sheet this is; None when it is none that we read, or could be several."""
    stem = folded(file_name.rpartition(".")[0] or file_name)
    if stem in shapes:
        return stem
    here = set(columns)
    fits = [name for name, one in shapes.items() if one.known_by <= here]
    most = max((len(shapes[name].known_by) for name in fits), default=0)
    best = [name for name in fits if len(shapes[name].known_by) == most]
    return best[0] if len(best) == 1 else None


class _Table:
    """One file, decoded, with its header read."""

    def __init__(self, file: PackageFile, notes: Notes) -> None:
        self._name = file.name[:64]
        text = self._decoded(file.body, notes)
        first, _sign, rest = text.partition("\n")
        if folded(first.strip('"\r ')).startswith("sep="):
            text, first = rest, rest.partition("\n")[0]
        self._is_cut = bool(text) and not text.endswith(("\n", "\r"))
        delimiter = max(DELIMITERS, key=first.count)
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        self.columns = tuple(folded(name.strip("\ufeff")) for name in self._next() or ())
        if len(self.columns) > MAX_COLUMNS:
            raise self._bad(_("there are too many columns"))

    def _decoded(self, body: bytes, notes: Notes) -> str:
        encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-16":
                raise self._bad(_("the letters cannot be read")) from None
            text = body.decode("cp1252", errors="replace")
            notes.warning("roster", "", "encoding-guessed", file=self._name)
        if "\0" in text:
            raise self._bad(_("the letters cannot be read"))
        return text

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error:
            raise self._bad(_("the quotes are not closed")) from None

    def rows(self, wanted: frozenset[str]) -> list[type_Row]:
        """The wanted columns of every row that is not blank."""
        places = {}
        for place, name in enumerate(self.columns):
            if name in wanted:
                places.setdefault(name, place)
        rows: list[type_Row] = []
        width = last = len(self.columns)
        while (cells := self._next()) is not None:
            if not any(cells):
                continue
            last = len(cells)
            if last > width and any(cell.strip() for cell in cells[width:]):
                raise self._bad(_("there are more values than columns"))
            if len(rows) >= MAX_ROWS or max(map(len, cells)) > MAX_FIELD:
                raise self._bad(_("it is far too large"))
            if last < width:
                cells += [""] * (width - last)
            rows.append({name: cells[place] for name, place in places.items()})
        if rows and self._is_cut and last < width:
            raise self._bad(_("the file ends in the middle"))
        return rows

    def _bad(self, reason: str) -> RosterUnreadable:
        line = getattr(getattr(self, "_reader", None), "line_num", 0) or 1
        return RosterUnreadable(
            _(
                "The file %(file)s cannot be read (line %(line)s): %(reason)s. Export it again.",
                file=self._name,
                line=line,
                reason=reason,
            )
        )
