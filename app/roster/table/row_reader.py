"""Cells as values: numbers as text, dates with the day first, words for yes, and the traps of Excel (formats.md 11).

What is about one row is noted with its number; what is about a whole column is remembered (traps.py).
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import gettext as _

from app.clock import read_school_year
from app.errors import RosterUnreadable
from app.roster.reading.values import is_email, plain

from .cells import is_cell_error, type_Cell
from .kept_values import UNUSABLE, Unusable
from .traps import Evidence
from .words import GENDERS, MONTHS, NO, SORTS, YES

SERIAL_START: Final = date(1899, 12, 30)  # day 0 of Excel, as it counts from March 1900 on
SERIALS: Final = range(366, 73_415)  # 1901 to 2100
SCIENTIFIC: Final = re.compile(r"[+-]?\d+[.,]\d+[eE][+-]?\d+|\d+[eE]\+\d+")
DECIMALS: Final = re.compile(r"(\d+)[.,]0+")
GUARDED: Final = re.compile(r"'(?=[=+\-@＝＋－＠])")  # what our exports put before what looks like a formula (R80)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|[a-z]{3,9})[-/. ](\d{4}|\d{2})(?:[ t].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ t].*)?")
_EIGHT = re.compile(r"\d{8}")
_MANGLED = re.compile("Ã[\x80-\xbf©«¨´¶¼]|â€|Ä[\x80-\xbf]")
_AS_TEXT = re.compile(r'="([^"]*)"')  # how some systems keep Excel from changing a number: ="012345"
_LIST = re.compile(r"\s*[,;|\n]\s*")
EMPTY_DATES: Final = frozenset({"0", "00-00-0000", "0000-00-00", "-", "31-12-9999", "9999-12-31"})


class CellReader:
    """Reads single cells and collects what they show about their columns."""

    def __init__(self, today: date) -> None:
        self._today = today
        self.columns: dict[str, Evidence] = {}
        self._reads: dict[str, Callable[[Evidence, type_Cell], Any]] = {
            "number": self.number,
            "numbers": self.numbers,
            "date": self.date,
            "gender": self.gender,
            "yes": self.yes,
            "year": self.year,
            "school_year": self.school_year,
            "email": self.email,
            "group": self.group,
            "groups": self.texts,
            "rank": self.rank,
            "sort": self.sort,
        }

    def read(self, name: str, reads: str, cell: type_Cell) -> Any:
        """The value of a cell in the column of this field: None when it is empty, Unusable when it is not readable."""
        if cell is None or cell == "":
            return None
        if is_cell_error(cell):
            return Unusable(str(cell))
        value = self._reads.get(reads, self.text)(self.columns[name], cell)
        return Unusable(str(cell)) if value == UNUSABLE else value

    def text(self, seen: Evidence, cell: type_Cell) -> str | None:
        """One line of text. A whole number loses the .0 that Excel gave it."""
        if isinstance(cell, date):
            return f"{cell:%d-%m-%Y}"
        if isinstance(cell, float):
            cell = int(cell) if cell.is_integer() else str(cell)
        text = plain(cell)
        if text is None:
            return None
        if not text.isascii() and _MANGLED.search(text):
            seen.mangled = True
        if text[0] == "=" and (kept := _AS_TEXT.fullmatch(text)):
            return plain(kept[1])
        return GUARDED.sub("", text, count=1) if text[0] == "'" else text

    def group(self, seen: Evidence, cell: type_Cell) -> Any:
        """The name of a group. A day is none: Excel made it of a name such as 3-4 or 1/2."""
        return UNUSABLE if isinstance(cell, date) else self.text(seen, cell)

    def number(self, seen: Evidence, cell: type_Cell) -> Any:
        """A number that people use, as text with its zeros. Raises RosterUnreadable for 1,23E+05."""
        if isinstance(cell, date | bool):
            return UNUSABLE
        if isinstance(cell, float):
            if not cell.is_integer():
                return UNUSABLE
            cell = int(cell)
        if isinstance(cell, int):
            if abs(cell) >= 10**15:  # Excel keeps 15 digits
                raise self._scientific(seen)
            text: str | None = str(cell)
        else:
            text = self.text(seen, cell)
        if text is None:
            return None
        if SCIENTIFIC.fullmatch(text):
            raise self._scientific(seen)
        if whole := DECIMALS.fullmatch(text):
            seen.decimals, text = True, whole[1]
        if text.isdecimal():
            seen.lengths.add(len(text))
            seen.zeros = seen.zeros or (text[0] == "0" and len(text) > 1)
        else:
            seen.lengths.add(-1)
        return text

    @staticmethod
    def _scientific(seen: Evidence) -> RosterUnreadable:
        return RosterUnreadable(
            _(
                "Excel has changed the numbers in column %(column)s to the form 1,23E+05. Make that column text in "
                "Excel and fill it again.",
                column=seen.title,
            )
        )

    def numbers(self, seen: Evidence, cell: type_Cell) -> Any:
        """Numbers in one cell, apart by commas or semicolons."""
        if not isinstance(cell, str) or SCIENTIFIC.fullmatch(cell.strip()):
            one = self.number(seen, cell)
            return (one,) if isinstance(one, str) else one
        found = [self.number(seen, part) for part in _LIST.split(cell.strip())]
        return tuple(one for one in found if one) or None

    def texts(self, seen: Evidence, cell: type_Cell) -> Any:
        """Names of groups in one cell, apart by commas, semicolons or line ends."""
        if isinstance(cell, date):
            return UNUSABLE
        if not isinstance(cell, str):
            text = self.text(seen, cell)
            return (text,) if text else ()
        found = (self.text(seen, part) for part in _LIST.split(cell))
        return tuple(dict.fromkeys(one for one in found if one))

    def date(self, seen: Evidence, cell: type_Cell) -> Any:
        """The day; never with the month first. Excel's day numbers are read as well."""
        if isinstance(cell, date):
            return cell
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return self._serial(seen, int(cell))
        text = plain(cell)
        if text is None or text in EMPTY_DATES:
            return None
        text = text.lower().strip("'")
        if text.isdecimal() and len(text) == 5:
            return self._serial(seen, int(text))
        if _EIGHT.fullmatch(text):
            parts = (text[:4], text[4:6], text[6:]) if text[:2] in ("19", "20") else (text[4:], text[2:4], text[:2])
            return _day(*parts)
        if year_first := _YEAR_FIRST.fullmatch(text):
            return _day(*year_first.groups())
        if day_first := _DAY_FIRST.fullmatch(text):
            return self._day_first(seen, *day_first.groups())
        return UNUSABLE

    def _serial(self, seen: Evidence, number: int) -> Any:
        if number in SERIALS:
            seen.serial = True
            return SERIAL_START + timedelta(days=number)
        return self.date(seen, str(number)) if 10**7 <= number < 10**8 else UNUSABLE

    def _day_first(self, seen: Evidence, day: str, month: str, year: str) -> Any:
        if not month.isdecimal():
            return _day(year, str(MONTHS.get(month, 0)), day) if len(year) == 4 else UNUSABLE
        if len(year) == 2:
            century = 1900 if int(year) > self._today.year % 100 else 2000
            year = str(century + int(year))
        seen.day_first = seen.day_first or int(day) > 12
        seen.month_first = seen.month_first or (int(month) > 12 >= int(day))
        return _day(year, month, day)

    def gender(self, seen: Evidence, cell: type_Cell) -> Any:
        """The gender in our words; M stays M until the whole column was seen."""
        text = (self.text(seen, cell) or "").lower()
        if not text:
            return None
        seen.genders.add(text)
        return GENDERS.get(text, UNUSABLE)

    def yes(self, seen: Evidence, cell: type_Cell) -> Any:
        if isinstance(cell, bool):
            return cell
        text = (self.text(seen, cell) or "").lower()
        return True if text in YES else False if text in NO else UNUSABLE if text else None

    def year(self, seen: Evidence, cell: type_Cell) -> int | None:
        """The year of study: '2', 'leerjaar 2', and 12 as EDEXML writes it. Other words are no year."""
        found = re.fullmatch(r"\D{0,20}?(1?[1-6])\D{0,3}", self.text(seen, cell) or "")
        return int(found[1]) % 10 if found else None

    def rank(self, seen: Evidence, cell: type_Cell) -> int | None:
        text = self.text(seen, cell) or ""
        return int(text) if text.isdecimal() and len(text) < 3 else None

    def school_year(self, seen: Evidence, cell: type_Cell) -> int | None:
        return read_school_year(self.text(seen, cell) or "")

    def sort(self, seen: Evidence, cell: type_Cell) -> bool | None:
        return SORTS.get((self.text(seen, cell) or "").lower())

    def email(self, seen: Evidence, cell: type_Cell) -> Any:
        text = self.text(seen, cell)
        if text is None:
            return None
        parts = (part.removeprefix("mailto:").strip("<>") for part in re.split(r"[;,\s]+", text))
        return next((part for part in parts if is_email(part)), UNUSABLE)


def _day(year: str, month: str, day: str) -> Any:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return UNUSABLE
