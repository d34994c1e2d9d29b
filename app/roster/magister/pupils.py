"""Rows of pupils as pupils: the enrolment that counts, where, in which class, with which mentors (Z-245 to Z-258)."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from app.roster import ABSENT, RosterPupil
from app.roster.messages import Notes
from app.roster.reading.dates import iso_date
from app.roster.reading.values import BRIN6, LENGTHS, Checker, plain

from .enrolments import Row, is_to_come, standing_of
from .people import by_number, is_usable, last_name, shared_fields

_YEAR: Final = re.compile(r"(?<![0-9])[1-6](?![0-9])")
_CODE: Final = re.compile(rf"(?<![0-9A-Z]){BRIN6.pattern}(?![0-9A-Z])")


class Mentor(NamedTuple):
    """How a row names a mentor: by code, by name, or by both."""

    code: str = ""
    name: str = ""


class Told(NamedTuple):
    """What the rows say of one pupil; the groups and mentors are names that have yet to be looked up."""

    pupil: RosterPupil
    rows: tuple[Row, ...]  # those of the enrolment that counts first
    location: str | None  # the name
    location_code: str
    home: Any  # the name of the class; None: in no class; ABSENT: not told
    mentors: Any  # of the pupil: a tuple of Mentor, or ABSENT
    class_mentors: tuple[Mentor, ...]


class PupilReader:
    """Reads the rows of all pupils for one school year on one day."""

    def __init__(self, notes: Notes, year: int, today: date) -> None:
        self._notes = notes
        self._check = Checker(notes, today)
        self._year = year
        self._today = today

    def read(self, rows: Iterable[Row]) -> dict[str, Told]:
        """The pupils by number. Who cannot be read, or has no enrolment now, is noted and not there."""
        found = {}
        for number, own in by_number(rows, lambda row: plain(row.get("number") or None)).items():
            if not number:
                for _row in own:
                    self._notes.error("pupil", "", "pupil-number-missing")
            elif is_usable(self._check, "pupil", number) and (told := self._pupil(number, own)) is not None:
                found[number] = told
        return found

    def _pupil(self, number: str, rows: list[Row]) -> Told | None:
        standing = standing_of(rows, self._year, self._today)
        if standing.placement is None:
            if standing.begins:
                self._notes.info("pupil", number, "begins-later", date=f"{standing.begins:%d-%m-%Y}")
                return None
            stays = standing.stays or is_to_come(rows, self._year, self._today)
            self._notes.info("pupil", number, "not-in-school-year" if stays else "never-enrolled")
            return None
        row: Row = standing.placement["row"]
        last = last_name(self._check, "pupil", number, row.get)
        if last is None:
            return None
        for name in ("ends", "leaves"):
            self._check.date("pupil", number, "leaving_date", iso_date(row.get(name) or None))
        place = short(row.get("location"))
        pupil = RosterPupil(
            key=number,
            number=number,
            last_name=last,
            school_year=self._year,
            location_key=place and place.casefold(),
            birth_date=self._birth_date(number, row),
            year_of_study=year_of_study(row),
            programme_code=self._check.text("pupil", number, "programme_code", row.get("programme_code") or None)
            or ABSENT,
            leaving_date=standing.leaving_date,
            eckid=self._eckid(row),
            **shared_fields(self._check, "pupil", number, row.get),
        )
        return Told(
            pupil,
            (row, *(one for one in rows if one is not row)),
            place,
            location_code(row, place),
            short(row.get("class")) if row.get("class") else row.get("class"),
            mentors_of(row),
            named_mentors(row, ("class_mentor_code", "class_mentor_name")),
        )

    def _birth_date(self, number: str, row: Row) -> Any:
        value = row.get("birth_date")
        return self._check.date("pupil", number, "birth_date", iso_date(value)) if value else value

    @staticmethod
    def _eckid(row: Row) -> str | None:
        eckid = plain(row.get("eckid") or None)
        return eckid if eckid and len(eckid) <= LENGTHS["key"] else None


def short(value: Any) -> str | None:
    """The name of a class or location."""
    text = plain(value or None)
    return text and text[: LENGTHS["group_name"]]


def year_of_study(row: Row) -> Any:
    """The year, 1 to 6; without a column for it, the only digit in the code of the study ('h4', 'V6')."""
    value = row.get("year_of_study")
    if value is not ABSENT:
        return _year_in(value) if value else None
    study = row.get("study")
    return _year_in(study) if study else ABSENT


def _year_in(text: str) -> Any:
    found = _YEAR.findall(text)
    return int(found[0]) if len(found) == 1 else ABSENT


def location_code(row: Row, name: str | None) -> str:
    """The six characters of the location, from a column of its own or in the name; "" when there are none."""
    for text in (plain(row.get("location_code") or None), name):
        if found := _CODE.search((text or "").upper()):
            return found[0]
    return ""


def mentors_of(row: Row) -> Any:
    """The mentors of this pupil: their own one goes before that of the class. ABSENT when no column names one."""
    names = ("mentor_code", "mentor_name", "second_mentor_code", "class_mentor_code", "class_mentor_name")
    if all(row.get(name) is ABSENT for name in names):
        return ABSENT
    own = named_mentors(row, ("mentor_code", "mentor_name"), ("second_mentor_code",))
    return own or named_mentors(row, ("class_mentor_code", "class_mentor_name"))


def named_mentors(row: Row, *pairs: tuple[str, ...]) -> tuple[Mentor, ...]:
    """The mentors that these columns (code, name) name, without those that are empty."""
    found = [Mentor(*(plain(row.get(name) or None) or "" for name in pair)) for pair in pairs]
    return tuple(mentor for mentor in found if any(mentor))


def brins_of(rows: Iterable[Row]) -> Mapping[str, int]:
    """How many rows name which school."""
    counts: dict[str, int] = {}
    for row in rows:
        code = (plain(row.get("brin") or None) or "").upper()[:4]
        if code:
            counts[code] = counts.get(code, 0) + 1
    return counts
