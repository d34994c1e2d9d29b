"""Text files (CSV): finds the delimiter and the letters, and reads strictly, row by row (R76, formats.md 11)."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Final

from flask_babel import gettext as _

from app.errors import RosterUnreadable

from .cells import MAX_CELL, MAX_COLUMNS, Sheet, too_wide, type_Row
from .headers import known_names

DELIMITERS: Final = ";,\t|"
MAX_ROWS: Final = 1_000_000
HEAD: Final = 64 * 1024
CHUNK: Final = 1 << 18
BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS: Final = frozenset({"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp850"})
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?[;,\t|]*\s*", re.IGNORECASE)
# Bytes that are letters on old systems and signs in Windows-1252: where no sign can stand they show a wrong guess.
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")
_ODD = re.compile(r"[A-Za-z](?:[‚ƒ„…†‡ˆ‰‹“”•˜™›¤¢¨]+[a-z]|[‚ƒ„†‡ˆ‰‹])|[a-z][ŠŒ][a-z]|™[a-z]")


def open_csv(file: IO[bytes], delimiter: str | None = None, encoding: str | None = None) -> Sheet:
    """The file as rows of text. Raises RosterUnreadable for what is no table, or has letters that nobody can know."""
    found = encoding or find_encoding(file)
    text = _decoded(file, found)
    head = text.read(HEAD)
    text.seek(0)
    said = _SEP_LINE.fullmatch(head.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r"))
    if said:
        text.readline()
    sign = delimiter or (said[1] if said and said[1] in DELIMITERS else find_delimiter(head))
    return Sheet(_rows(text, sign, 1 if said else 0), None, (), sign, found)


def _decoded(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(_Unclosed(file), encoding=encoding, newline="")


class _Unclosed(io.BufferedIOBase):
    """The file under a text layer that is thrown away; the file itself stays open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._file.read(-1 if size is None else size)

    read1 = read

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()


def find_encoding(file: IO[bytes]) -> str:
    """The encoding by its mark; else strictly UTF-8; else Windows-1252, as Dutch Excel writes (formats.md 11)."""
    file.seek(0)
    head = file.read(HEAD)
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return _utf_16_without_mark(head)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    file.seek(0)
    odd, proper = False, False
    while piece := file.read(CHUNK):
        if b"\0" in piece:
            raise holds_nul()
        if not piece.isascii() or decoder.getstate()[0]:
            text = decoder.decode(piece)
            odd = odd or bool(_BAD_BYTE.search(text))
            proper = proper or bool(_BEYOND_ASCII.search(text))
    odd = odd or bool(decoder.getstate()[0])
    if odd and proper:  # part of it is UTF-8: read as anything else, ë would become Ã«
        raise unknown_letters()
    if odd:
        _refuse_odd_letters(file)
    return "cp1252" if odd else "utf-8"


def _utf_16_without_mark(head: bytes) -> str:
    even, uneven = head[0::2].count(0), head[1::2].count(0)
    for few, many, name in ((even, uneven, "utf-16-le"), (uneven, even, "utf-16-be")):
        if not few and many > len(head) // 4:
            return name
    raise holds_nul()


def _refuse_odd_letters(file: IO[bytes]) -> None:
    text = _decoded(file, "cp1252")
    try:
        while piece := text.read(CHUNK):
            if _ODD.search(piece):
                raise unknown_letters()
    except UnicodeDecodeError:
        raise unknown_letters() from None


def find_delimiter(head: str) -> str:
    """The delimiter that gives the most titles that are known here; of equals, the one that stands there most."""
    lines = [line for line in head.splitlines()[:50] if line.strip()]
    best = (0, 0, ";")
    for sign in DELIMITERS:
        split = [next(csv.reader([line], delimiter=sign), []) for line in lines if line.count(sign)]
        names = max((known_names(cells) for cells in split), default=0)
        best = max(best, (names, max((len(cells) for cells in split), default=0), sign), key=lambda one: one[:2])
    return best[2]


def _rows(text: io.TextIOWrapper, delimiter: str, line: int) -> Iterator[type_Row]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, 1):
            if number > MAX_ROWS + 1:
                raise RosterUnreadable(_("This file has more than a million rows. Export a smaller file."))
            if any(len(cell) > MAX_CELL for cell in row):
                raise too_wide(line + reader.line_num)
            if len(row) > MAX_COLUMNS:
                raise RosterUnreadable(
                    _("Row %(line)s has more than %(most)s columns.", line=line + reader.line_num, most=MAX_COLUMNS)
                )
            if any("\0" in cell for cell in row):
                raise holds_nul()
            yield tuple(row)
    except csv.Error:
        raise RosterUnreadable(
            _("Near line %(line)s a quotation mark is not closed well. Correct it there.", line=line + reader.line_num)
        ) from None
    except UnicodeError:
        raise unknown_letters() from None


def unknown_letters() -> RosterUnreadable:
    return RosterUnreadable(_("The encoding of the letters in this file cannot be recognised. Save it as CSV UTF-8."))


def holds_nul() -> RosterUnreadable:
    return RosterUnreadable(_("This file is no table of text. Choose a CSV, XLSX or ODS file."))
