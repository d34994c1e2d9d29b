"""Rows of staff as staff. Who has more than one function comes more than once (formats.md 5.2, Z-269 to Z-275)."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from app.roster import ABSENT, RosterStaff
from app.roster.messages import Notes
from app.roster.reading.dates import as_date
from app.roster.reading.values import Checker, plain

from .enrolments import Row
from .people import by_number, is_usable, last_name, shared_fields

_TITLE: Final = re.compile(r"^\s*((dhr|hr|de heer|mw|mevr|mevrouw|drs|dr|ir|ing|mr|prof)\b[.\s]*)+")


class Member(NamedTuple):
    """A staff member with all rows about them, and the codes by which others name them."""

    staff: RosterStaff
    rows: tuple[Row, ...]
    codes: frozenset[str]  # in lower case; the number is one of them
    names: frozenset[str]  # the whole name in all ways in which Magister may write it
    location: str | None  # the name


class StaffReader:
    """Reads the rows of all staff on one day."""

    def __init__(self, notes: Notes, today: date) -> None:
        self._notes = notes
        self._check = Checker(notes, today)
        self._today = today

    def read(self, rows: Iterable[Row]) -> dict[str, Member]:
        """The staff by number (the code for who has none)."""
        found = {}
        for number, own in by_number(rows, number_of).items():
            if not number:
                for _row in own:
                    self._notes.error("staff", "", "key-missing")
            elif is_usable(self._check, "staff", number) and (member := self._member(number, own)) is not None:
                found[number] = member
        return found

    def _member(self, number: str, rows: list[Row]) -> Member | None:
        here = [row for row in rows if not self._has_left(row)]
        if not here:
            self._notes.info("staff", number, "left-service")
            return None
        row = next((one for one in here if one.get("last_name")), here[0])
        last = last_name(self._check, "staff", number, row.get)
        if last is None:
            return None
        fields = shared_fields(self._check, "staff", number, row.get)
        code = plain(row.get("code") or None)
        member = RosterStaff(number, number, last, group_keys=ABSENT, code=code if code != number else None, **fields)
        codes = {text.casefold() for one in here for text in (plain(one.get("code") or None), number) if text}
        names = {as_name(one.get("full_name")) for one in here if one.get("full_name")} | spellings(member)
        return Member(member, tuple(here), frozenset(codes), frozenset(names), plain(row.get("location") or None))

    def _has_left(self, row: Row) -> bool:
        days = [day for name in ("leaves", "ends") if (day := as_date(row.get(name) or None))]
        return bool(days) and min(days) < self._today


def number_of(row: Row) -> str | None:
    """The number of the staff member that a row is about, else the code."""
    return plain(row.get("number") or None) or plain(row.get("code") or None)


class Directory:
    """Finds staff by what a row says of them: a code, or only a name."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._by_code: dict[str, set[str]] = {}
        self._by_name: dict[str, set[str]] = {}
        for member in members:
            for code in member.codes:
                self._by_code.setdefault(code, set()).add(member.staff.key)
            for name in member.names:
                self._by_name.setdefault(name, set()).add(member.staff.key)

    def find(self, code: str, name: str = "") -> str | None:
        """The key of the only one with this code, else with this whole name; None when there is none or are more."""
        for text, known in ((code.casefold(), self._by_code), (as_name(code), self._by_name)):
            if text and len(found := known.get(text, set())) == 1:
                return next(iter(found))
        found = self._by_name.get(as_name(name), set()) if name and not code else set()
        return next(iter(found)) if len(found) == 1 else None


def as_name(text: str) -> str:
    """A name to compare with: without a title, points, commas, spaces and capitals."""
    return "".join(sign for sign in _TITLE.sub("", text.casefold()) if sign.isalnum())


def spellings(one: RosterStaff) -> set[str]:
    """The ways in which Magister may write the whole name of somebody."""
    first, initials, prefix = ((value or "") if value is not ABSENT else "" for value in _names(one))
    ways = set()
    for front in (first, initials):
        for parts in ((front, prefix, one.last_name), (one.last_name, front, prefix), (one.last_name, prefix, front)):
            if front:
                ways.add(as_name("".join(parts)))
    return ways


def _names(one: RosterStaff) -> tuple[Any, Any, Any]:
    return one.first_name, one.initials, one.prefix
