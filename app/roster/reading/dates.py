"""Dates as services and databases write them, in the one form that values.py reads. Pure."""

import re
from datetime import date
from typing import Final

_REST: Final = r"(?:[T ].*)?"  # a time, which does not count
_DAY_FIRST: Final = re.compile(rf"([0-9]{{1,2}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{4}}){_REST}")
_YEAR_FIRST: Final = re.compile(rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_REST}")
_BARE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
NO_DATE_BEFORE: Final = 1900  # databases write "no date" as a day of 1899 or earlier
NO_DATE_FROM: Final = 2200  # or as one in a far future


def iso_date(text: str | None) -> str | None:
    """'9-3-2011', '09/03/2011 00:00:00', '2011-3-9T00:00', '20110309' -> '2011-03-09'; never the month first.

    What is no date stays as it is, so that it is noted as unreadable. None for nothing, and for a day that means it.
    """
    text = (text or "").strip()
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(text) or _BARE.fullmatch(text):
        year, month, day = found.groups()
    else:
        return text or None
    if not NO_DATE_BEFORE <= int(year) < NO_DATE_FROM:
        return None
    return f"{year}-{month:0>2}-{day:0>2}"


def as_date(text: str | None) -> date | None:
    """The same as a date; None when there is none or it cannot be read."""
    try:
        return date.fromisoformat(iso_date(text) or "")
    except ValueError:
        return None
