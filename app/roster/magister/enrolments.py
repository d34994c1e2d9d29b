"""The rows of one pupil: one per enrolment, of which one counts on a day (formats.md 5.3, Z-245). Pure."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from app.clock import read_school_year, school_year_name
from app.roster.reading.dates import as_date
from app.roster.somtoday.placements import Standing, standing_on

from .columns import Columns
from .table import type_Row

RELATIVE: Final = {"vorig": -1, "huidig": 0, "volgend": 1}
_PAIR: Final = re.compile(r"(?<![0-9])(20[0-9]{2}|[0-9]{2})\s*[-/]\s*(20[0-9]{2}|[0-9]{2})(?![0-9])")
_FOUR: Final = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")


class Row(NamedTuple):
    """A row with the columns of its list."""

    columns: Columns
    cells: type_Row

    def get(self, field: str, who: str = "own", slot: int = 0) -> Any:
        """The text; None when it is told as empty, ABSENT when it is not told."""
        return self.columns.get(self.cells, who, field, slot)


def read_period(text: str | None, year: int) -> int | None:
    """The school year in a 'lesperiode': '2627', '26/27', '2026-2027', 'Schooljaar 2026', 'Volgend'; None when unclear.

    Four digits are two years when the second follows the first, else one year; `year` is the school year of now.
    """
    for word, step in RELATIVE.items():
        if (text or "").casefold().startswith(word):
            return year + step
    if found := _PAIR.search(text or ""):
        return read_school_year(found[0])
    found = _FOUR.search(text or "")
    if not found:
        return None
    first, second = int(found[0][:2]), int(found[0][2:])
    is_pair = (first + 1) % 100 == second
    plain = int(found[0])
    return 2000 + first if is_pair and abs(2000 + first - year) <= abs(plain - year) else plain


def standing_of(rows: Iterable[Row], year: int, day: date) -> Standing:
    """Where a pupil stands on this day, by the same rule as placements; `placement["row"]` is the row that counts."""
    return standing_on([_placement(row, year) for row in rows], year, day)


def _placement(row: Row, year: int) -> dict[str, Any]:
    period = read_period(row.get("period") or None, year)
    begins = as_date(row.get("begins") or None) or as_date(row.get("enrols") or None)
    # Who leaves before the end of the enrolment has gone by then.
    ends = [day for name in ("ends", "leaves") if (day := as_date(row.get(name) or None))]
    ends = [day for day in ends if begins is None or day >= begins] or ends[:1]
    return {
        "schooljaar": None if period is None else school_year_name(period),
        "startdatum": begins and begins.isoformat(),
        "einddatum": min(ends).isoformat() if ends else None,
        "row": row,
    }


def is_to_come(rows: Iterable[Row], year: int, day: date) -> bool:
    """Whether any of the rows is of a school year or day to come: who has yet to begin is not gone."""
    return any(
        (read_period(row.get("period") or None, year) or year) > year
        or (as_date(row.get("begins") or None) or day) > day
        for row in rows
    )
