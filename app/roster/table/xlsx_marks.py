"""What a sheet of a workbook says beside its values: merged cells, and formulas that were never worked out. Pure.

A reader that goes row by row tells neither, for the merged cells stand behind all rows (formats.md 11).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 1 << 16  # bytes in which one cell fits
MOST_MERGED: Final = 20_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^<>]*?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
# A cell with a formula and no value. A formula that gives no text says so: its cell has the type "str".
_UNWORKED = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b[^<>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass(slots=True)
class Marks:
    """`merged`: by the first row, the columns (counted from 0) that are merged downwards and to which row."""

    merged: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    has_unworked: bool = False


def read_marks(pieces: Iterable[bytes]) -> Marks:
    """The marks in the XML of a sheet."""
    marks, carried, found = Marks(), b"", 0
    for piece in pieces:
        text = carried + piece
        last = max(text.rfind(b"c r="), text.rfind(b"mergeCell ref="), 0)
        cut = max(text.rfind(b"<", 0, last), len(text) - WINDOW, 0)
        found += _read(text[:cut], marks, found)
        carried = text[cut:]
    _read(carried, marks, found)
    return marks


def _read(text: bytes, marks: Marks, found: int) -> int:
    if not marks.has_unworked and (b"<f" in text or b":f" in text):
        marks.has_unworked = any(b't="str"' not in cell[1] for cell in _UNWORKED.finditer(text))
    count = 0
    for letters, first, last in _MERGED.findall(text) if b"mergeCell " in text else ():
        count += 1
        if int(last) > int(first) and found + count <= MOST_MERGED:
            marks.merged[int(first)].append((_column(letters), int(last)))
    return count


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
