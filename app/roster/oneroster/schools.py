"""Where and when: the locations of a delivery, the school that it is of, and its school year. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from app.clock import school_year_of
from app.roster import RosterLocation
from app.roster.messages import Notes
from app.roster.reading.values import BRIN4, BRIN6, LENGTHS

from .tables import CLASSES, ENROLMENTS, ORGS, SESSIONS, Package, Role, day_of, key_of, keys_of, text_of, type_Row

SCHOOL: Final = "school"


class Places:
    """The locations by key. `is_told`: the delivery lists them; else they are those that others refer to.

    A board may export several schools at once: what stands below another code than ours is `of_others` (formats.md 7.2:
    org district or local is the institution).
    """

    def __init__(self, package: Package, notes: Notes, brin: str, roles: Iterable[list[Role]]) -> None:
        self.locations: dict[str, RosterLocation] = {}
        self.of_others: set[str] = set()
        self._above: dict[str, str] = {}  # organisations of another type, such as a department: the school they are in
        self.is_told = package.tells(ORGS)
        self.brin = self._read(package, notes, brin) if self.is_told else None
        if not self.is_told:
            self._from_references(package, brin, roles)

    @property
    def default(self) -> str | None:
        """The only location there is; None when there are more."""
        return next(iter(self.locations)) if len(self.locations) == 1 else None

    def first_of(self, orgs: Iterable[str]) -> str | None:
        """The first of these organisations that is a location, or a part of one."""
        found = (self._above.get(org, org) for org in orgs)
        return next((org for org in found if org in self.locations), None)

    def is_of_others(self, orgs: Collection[str]) -> bool:
        """Whether all of these organisations belong to another school."""
        return bool(orgs) and self.of_others.issuperset(orgs)

    def _read(self, package: Package, notes: Notes, brin: str) -> str | None:
        rows = {key: row for row in package.rows(ORGS) if (key := key_of(row)) is not None}
        schools = [str(key_of(row)) for row in schools_in(rows.values())]
        self._place(rows, set(schools), brin)
        schools = [key for key in schools if key not in self.of_others]
        for key in schools:
            name = text_of(rows[key], "name")
            if name is None:
                notes.warning("location", key, "location-name-missing")
            code = code_of((text_of(rows[key], "identifier"), key), brin)
            self.locations[key] = RosterLocation(key, (name or key)[: LENGTHS["group_name"]], code)
        above = [text_of(row, "identifier") or key for key, row in rows.items() if key not in schools]
        told = [text_of(rows[key], "identifier") or key for key in schools]
        # The code of the whole school says it; else those of its locations.
        for texts in (above, told):
            found = [code[:4] for text in texts if (code := brin_in(text))]
            if found:
                return brin if brin in found else Counter(found).most_common(1)[0][0]
        return None

    def _place(self, rows: Mapping[str, type_Row], schools: set[str], brin: str) -> None:
        """Finds what belongs to other schools, and what is a part of a school."""
        codes = {key: (brin_in(text_of(row, "identifier") or "") or brin_in(key))[:4] for key, row in rows.items()}
        lines = {key: list(_line_up(key, rows)) for key in rows}
        for key, line in lines.items():
            if school := next((one for one in line if one in schools), None):
                self._above[key] = school
            over = next((codes[one] for one in line if one not in schools and codes[one]), "")
            if over and over != brin and brin in codes.values():
                self.of_others.add(key)

    def _from_references(self, package: Package, brin: str, roles: Iterable[list[Role]]) -> None:
        named = [(key_of(row, "schoolsourcedid"),) for table in (CLASSES, ENROLMENTS) for row in package.rows(table)]
        named += [one.orgs for some in roles for one in some if len(one.orgs) == 1]
        for key in dict.fromkeys(key for keys in named for key in keys if key):
            self.locations[key] = RosterLocation(key, key, code_of((key,), brin))
        if not self.locations:
            main = f"{brin}00"
            self.locations[main] = RosterLocation(main, main, main if BRIN6.fullmatch(main) else "", is_guess=True)


def _line_up(key: str, rows: Mapping[str, type_Row]) -> Iterator[str]:
    """An organisation and those above it, to the highest that is told."""
    seen: set[str] = set()
    at: str | None = key
    while at in rows and at not in seen:
        seen.add(at)
        yield at
        at = key_of(rows[at], "parentsourcedid")


def schools_in(rows: Iterable[type_Row]) -> list[type_Row]:
    """The organisations that are schools; all of them when none says so."""
    rows = list(rows)
    return [row for row in rows if (text_of(row, "type") or SCHOOL).casefold() == SCHOOL] or rows


def brin_in(text: str) -> str:
    """The code of a school or location in this text: '99ZZ', '99ZZ01', '99zz-01'; "" for anything else."""
    code = re.sub(r"[\s|._-]", "", text.upper())
    return code if BRIN4.fullmatch(code) or BRIN6.fullmatch(code) else ""


def code_of(texts: Iterable[str | None], brin: str) -> str:
    """The six characters of a location, from its identifier or key; two digits stand behind those of the school."""
    for text in texts:
        code = brin_in(text or "")
        if len(code) == 6:
            return code
        if text and re.fullmatch(r"[0-9]{2}", text) and BRIN4.fullmatch(brin):
            return brin + text
    return ""


class Year:
    """The school year of a delivery, and which of its sessions lie in it."""

    def __init__(self, package: Package, today: date) -> None:
        spans = {}
        for row in package.rows(SESSIONS):
            key, begins, ends = key_of(row), day_of(row, "startdate"), day_of(row, "enddate")
            if key is not None and begins is not None and ends is not None and begins <= ends:
                spans[key] = (begins, ends)
        now = school_year_of(today)
        years = {year for begins, ends in spans.values() for year in _years(begins, ends)}
        # Told for one year or more: this year when it is among them, else the newest that is told (R103).
        self.year = now if now in years or not years else max(years)
        self.first, self.last = date(self.year, 8, 1), date(self.year + 1, 7, 31)
        self.day = min(max(today, self.first), self.last)  # on which enrolments count
        self._outside = {key for key, (begins, ends) in spans.items() if ends < self.first or begins > self.last}

    def holds(self, terms: tuple[str, ...]) -> bool:
        """Whether a class with these terms is of this year; one whose terms are not told, is."""
        return not terms or not all(term in self._outside for term in terms)


def _years(begins: date, ends: date) -> range:
    """The school years in which a session lies; a few days over the edge of the summer are no year."""
    first, last = school_year_of(begins), school_year_of(ends)
    if last > first and (ends - date(last, 8, 1)).days < 31:
        last -= 1
    if last > first and (date(first + 1, 7, 31) - begins).days < 31:
        first += 1
    return range(first, last + 1)


def terms_of(row: type_Row) -> tuple[str, ...]:
    """The terms of a class."""
    return keys_of(row, "termsourcedids")
