"""Lines of EDEX2000 as the records of EDEXML, which has the same content (formats.md 2)."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from flask_babel import gettext as _

from app.clock import school_year_of
from app.errors import RosterUnreadable
from app.roster import ABSENT, Kind, Roster
from app.roster.edexml import edex_roster
from app.roster.edexml.reader import EdexData, EdexGroup, EdexPerson
from app.roster.messages import Notes, as_read
from app.roster.reading.values import BRIN4, Checker, plain

from .layouts import PUPILS, Layout, is_in_place, no_edex2000

SOURCE: Final = "edex2000"
GENDERS: Final = {"j": "male", "1": "male", "v": "female", "2": "female", "0": "unknown", "9": "unknown"}


class Edex2000Reader:
    """Takes the lines one by one into the records of EDEXML, which has the same content."""

    def __init__(self, notes: Notes, today: date) -> None:
        self.data = EdexData()
        self._notes = notes
        self._check = Checker(notes, today)
        self._today = today
        self._years: Counter[str] = Counter()  # of pupils
        self._year_of: dict[tuple[str, str], str] = {}  # (kind, key): of the line that counts
        self._brins: Counter[str] = Counter()
        self._genders: dict[str, str] = {}
        self._places: dict[str, str | None] = {}  # of groups
        self._shifted = 0

    def lines(self, layout: Layout, lines: list[str], read: Callable[[dict[str, str]], None]) -> None:
        """Reads all lines of one file. Raises RosterUnreadable when hardly any is in its columns."""
        wrong = 0
        for number, line in enumerate(lines, 1):
            if not is_in_place(layout, line):
                wrong += 1
                self._notes.error("roster", "", "edex-line-shifted", file=layout.name, line=str(number))
                continue
            values = {name: line[start : start + length].strip() for name, (start, length) in layout.fields.items()}
            if layout is PUPILS:
                self._years[values["year"]] += 1
                self._brins[values["brin"].upper()] += 1
            read(values)
        if wrong * 2 >= len(lines):
            raise no_edex2000()
        self._shifted += wrong

    def group(self, values: dict[str, str]) -> None:
        if key := self._new_key("group", values, self.data.groups):
            name = plain(values["name"])
            if name is None:
                self._notes.warning("group", key, "group-name-missing")
            self.data.groups[key] = EdexGroup(key, name or key, True, None)
            self._places[key] = place_of(values)

    def pupil(self, values: dict[str, str]) -> None:
        person = self._person("pupil", values, self.data.pupils)
        if person is None:
            return
        key = person.key
        self.data.seen_pupil.update(name for name in ("prefix", "first_name", "birth_date") if values[name])
        person.birth_date = self._date(key, "birth_date", values)
        person.enrolled_on = self._date(key, "enrolled_on", values)
        person.leaving_date = self._date(key, "leaving_date", values)
        person.group = values["group"] or None
        if values["group"]:
            self.data.seen_pupil.add("group")
        if values["gender"]:
            self.data.seen_pupil.add("gender")
            self._genders[key] = values["gender"].lower()
        # The end of a line may have been dropped; then the class says it.
        person.location = place_of(values) or self._places.get(values["group"])
        self.data.pupils[key] = person

    def teacher(self, values: dict[str, str]) -> None:
        person = self._person("staff", values, self.data.staff)
        if person is not None:
            self.data.seen_staff.update(name for name in ("prefix", "first_name") if values[name])
            self.data.staff[person.key] = person

    def link(self, values: dict[str, str]) -> None:
        teacher, group = self.data.staff.get(values["teacher"]), values["group"]
        if teacher is None or not group:
            return
        if group not in teacher.teaching_groups:
            teacher.teaching_groups = teacher.mentor_of = (*teacher.teaching_groups, group)

    def _person(self, kind: str, values: dict[str, str], known: Mapping[str, EdexPerson]) -> EdexPerson | None:
        key = self._new_key(kind, values, known)
        if key is None:
            return None
        last, first = plain(values["last_name"]), plain(values["first_name"])
        if last is None:
            if first is None:
                self._notes.error(kind, key, "last-name-missing")
                return None
            self._notes.warning(kind, key, "only-first-name")
            last, first = first, None
        return EdexPerson(key, None, last, first, None, plain(values["prefix"]), None)

    def _new_key(self, kind: str, values: Mapping[str, str], known: Iterable[str]) -> str | None:
        """The key of a record, unless another line has it; of lines of several school years the last year counts."""
        key, year = plain(values["key"]), values.get("year", "")
        if key is None:
            self._notes.error(kind, "", "key-missing")
            self._shifted += 1
        elif key not in known or year > self._year_of[kind, key]:
            self._year_of[kind, key] = year
            return key
        elif year == self._year_of[kind, key]:
            self._notes.error(kind, key, "duplicate-key")
        return None

    def _date(self, key: str, name: str, values: dict[str, str]) -> date | None:
        text = values[name]
        if not text.strip("0 /-"):
            return None
        return self._check.date("pupil", key, name, iso_text(text, self._today))

    def roster(self, brin: str) -> Roster:
        """The roster of all lines. Raises RosterUnreadable when they hold no pupil."""
        if not self.data.pupils:
            raise RosterUnreadable(_("There are no pupils in this file. Export it again."))
        for key, person in self.data.pupils.items():
            person.gender = self._gender(key)
        year = self._year()
        brins = [text for text, _count in self._brins.most_common() if BRIN4.fullmatch(text)]
        said = brin if brin in brins else brins[0] if brins else ""
        self.data.school = {"schooljaar": year} | ({"brincode": said} if said else {})
        if self._shifted:
            self._notes.warning("roster", "", "table-not-judged")
        self._leave_others(said, year)
        roster = edex_roster(SOURCE, self.data, self._notes, brin, self._today)
        if Kind.GROUPS not in roster.delivers:  # what the group is called is in a file that was not sent
            roster = replace(roster, pupils=tuple(one._replace(group_key=ABSENT) for one in roster.pupils))
        # A line that cannot be read may have been anybody: then nobody is gone.
        return replace(roster, is_delta=bool(self._shifted))

    def _year(self) -> str:
        """The school year of today when any pupil is of it, else the one of most pupils."""
        now = school_year_of(self._today)
        told = {text: count for text, count in self._years.items() if text}
        if f"{now}-{now + 1}" in told:
            return f"{now}-{now + 1}"
        return max(told, key=lambda text: (told[text], text), default="")

    def _leave_others(self, said: str, year: str) -> None:
        """Leaves out pupils of another school, and those with lines of other school years only."""
        for key, person in list(self.data.pupils.items()):
            if self._year_of["pupil", key] not in ("", year):
                self._notes.info("pupil", key, "not-in-school-year")
                del self.data.pupils[key]
            elif said and person.location and not person.location.startswith(said):
                self._notes.error("pupil", key, "table-other-school")
                del self.data.pupils[key]

    def _gender(self, key: str) -> str | None:
        """J and M are boy and girl; M is a man only in a file that writes V for women (formats.md 2, 10)."""
        code = self._genders.get(key)
        if code is None:
            return None
        if code == "m":
            return "male" if "v" in self._genders.values() else "female"
        if code not in GENDERS:
            self._notes.warning("pupil", key, "gender-unknown-code", field="gender", value=as_read(code))
        return GENDERS.get(code, "unknown")


def place_of(values: Mapping[str, str]) -> str | None:
    """The six characters of the location of a line; None when it names no school."""
    brin = values["brin"].upper()
    return brin + values["place"][-2:].zfill(2) if BRIN4.fullmatch(brin) else None


def iso_text(text: str, today: date) -> str:
    """A date of eight characters as year-month-day: DDMMJJJJ, JJJJMMDD, dd/mm/jj; other text as it stands."""
    if found := re.fullmatch(r"(\d\d)[/-](\d\d)[/-](\d\d)", text):
        year = int(found[3]) + (1900 if int(found[3]) > today.year % 100 else 2000)
        return f"{year}-{found[2]}-{found[1]}"
    if re.fullmatch(r"\d{8}", text):
        if text[:2] in ("19", "20") and 1 <= int(text[4:6]) <= 12 and 1 <= int(text[6:]) <= 31:
            return f"{text[:4]}-{text[4:6]}-{text[6:]}"
        return f"{text[4:]}-{text[2:4]}-{text[:2]}"
    return text
