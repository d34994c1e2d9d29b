"""ParnasSys records as plain records. Addresses, phones and birthplaces are never read (R83, formats.md 6.1)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from lxml import etree

from app.clock import read_school_year
from app.roster import ABSENT, RosterGroup, RosterPupil, RosterStaff
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool
from app.roster.reading.name_prefixes import split_prefix
from app.roster.reading.safe_xml import fields
from app.roster.reading.soap import named_children
from app.roster.reading.values import LENGTHS, Checker, plain

from .enrolments import FUTURE_CLASS, Enrolment, Placement, Standing, standing_on

GENDERS: Final = {
    **dict.fromkeys(("m", "man", "male", "j", "jongen", "1", "heer", "dhr", "dhr.", "de heer"), "male"),
    **dict.fromkeys(("v", "vrouw", "female", "meisje", "2", "mevrouw", "mevr", "mevr.", "mw", "mw."), "female"),
}
YEARS: Final = {str(year): year for year in range(1, 9)} | {str(10 + year): year for year in range(1, 7)}
type_Values = Mapping[str, str]


class ParnassysReader:
    """Reads what one BRIN told about one school year, on one day."""

    def __init__(self, notes: Notes, school: AskedSchool, school_year: int, today: date) -> None:
        self._notes = notes
        self._check = Checker(notes, today)
        self._school = school
        self._year = school_year
        self._today = today
        self._years: dict[str, str] = {}
        self._groups: dict[str, type_Values] = {}
        self.has_groups = False  # whether the answer holds groups at all

    def tables(self, told: etree._Element) -> tuple[RosterGroup, ...]:
        """The groups of this school year. Call it first: pupils refer to groups and years by id."""
        for record in named_children(told, "schooljaren", "schooljaar"):
            values = fields(record)
            self._years[values.get("id", "")] = values.get("naam", "")
        self.has_groups = next(named_children(told, "groepen"), None) is not None
        for record in named_children(told, "groepen", "groep"):
            values = fields(record)
            key = plain(values.get("id"))
            if key is None:
                self._notes.error("group", "", "key-missing")
            elif key not in self._groups:
                self._groups[key] = values
        found = (self._group(key, values) for key, values in self._groups.items())
        return tuple(group for group in found if group is not None)

    def _group(self, key: str, values: type_Values) -> RosterGroup | None:
        name = plain(values.get("naam"))
        if self._is_other_year(values.get("schooljaar")) or (name or "").casefold().startswith(FUTURE_CLASS):
            return None
        if name is None:
            self._notes.warning("group", key, "group-name-missing")
        name = (name or key)[: LENGTHS["group_name"]]
        return RosterGroup(self._key(key), name, self._year, self._school.key, year_of_study=None)

    def _is_other_year(self, told: str | None) -> bool:
        """Whether this is the id of a year, or a year, that is another one than we asked for."""
        text = self._years.get(told or "", told or "")
        year = read_school_year(text) if "/" in text or "-" in text else None  # an id may look like a year
        return year not in (None, self._year)

    def _key(self, key: str) -> str:
        return f"{self._school.key}_{key}"

    def pupil(self, record: etree._Element) -> RosterPupil | None:
        """A pupil on this day; None (with a note) for who has no place in this school year or no name."""
        values = fields(record)
        number, key = self._identity(values)
        last = self._last_name("pupil", number or key, key, values, ("achternaam", "achternaamofficieel"))
        if last is None:
            return None
        standing = standing_on(self._enrolments(record, number, key), self._placements(record, number), self._today)
        if standing.outside:
            note = self._notes.error if standing.outside == "enrolments-missing" else self._notes.info
            note("pupil", number or key, standing.outside, record_key=key)
            return None
        year, group = _place(standing, self._key, bool(list(named_children(record, "groepsindelingen"))))
        return RosterPupil(
            key=key,
            number=number,
            last_name=last,
            school_year=self._year,
            location_key=self._school.key,
            first_name=self._text("pupil", number or key, "first_name", values, "roepnaam", "voornamen"),
            prefix=self._text("pupil", number or key, "prefix", values, "tussenvoegsel"),
            birth_date=self._birth_date(number or key, values),
            gender=_gender(values, "geslacht"),
            year_of_study=year,
            group_key=group,
            enrolled_on=standing.enrolled_on,
            leaving_date=standing.leaving_date,
            key_lasts=bool(number),
        )

    def _identity(self, values: type_Values) -> tuple[str, str]:
        """(pupil number, key). Who has no number is recognised by name and date of birth, so that nobody is lost."""
        number = plain(values.get("leerlingnummer")) or ""
        if number and len(number) <= LENGTHS["number"]:
            return number, self._key(number)
        key = self._key(f"#{plain(values.get('id')) or len(self._notes.messages)}")
        self._notes.warning("pupil", key, "pupil-number-unusable")
        return "", key

    def _last_name(self, kind: str, number: str, key: str, values: type_Values, names: tuple[str, ...]) -> str | None:
        last = next((text for name in names if (text := plain(values.get(name)))), None)
        if last is None:
            self._notes.error(kind, number, "last-name-missing", record_key=key)
        return last and last[: LENGTHS["last_name"]]

    def _text(self, kind: str, number: str, field: str, values: type_Values, *names: str) -> Any:
        """The first of these names that holds a text; None when one is there and empty; else ABSENT."""
        text = next((values[name] for name in names if values.get(name)), None)
        if text is None:
            return None if any(name in values for name in names) else ABSENT
        return self._check.text(kind, number, field, text)

    def _birth_date(self, number: str, values: type_Values) -> Any:
        if "geboortedatum" not in values:
            return ABSENT
        return self._check.date("pupil", number, "birth_date", values["geboortedatum"])

    def _enrolments(self, record: etree._Element, number: str, key: str) -> list[Enrolment] | None:
        if next(named_children(record, "inschrijvingen"), None) is None:
            return None
        found = []
        for one in named_children(record, "inschrijvingen", "inschrijving"):
            values = fields(one)
            begins = self._day(number, "enrolled_on", values.get("datuminschrijving"), key)
            found.append(Enrolment(begins, self._day(number, "leaving_date", values.get("datumuitschrijving"), key)))
        return found

    def _placements(self, record: etree._Element, number: str) -> list[Placement] | None:
        if next(named_children(record, "groepsindelingen"), None) is None:
            return None
        found = []
        for one in named_children(record, "groepsindelingen", "groepsindeling"):
            values = fields(one)
            group = plain(values.get("groep")) or ""
            told = self._groups.get(group, {})
            if self._is_other_year(values.get("schooljaar") or told.get("schooljaar")):
                continue
            if group and not told and self.has_groups:
                self._notes.warning("pupil", number, "group-unknown", group=group)
            begins = self._day(number, "enrolled_on", values.get("vanafdatum"))
            ends = self._day(number, "enrolled_on", values.get("totdatum"))
            year = YEARS.get(values.get("leerjaar", ""))
            found.append(Placement(begins, ends, group if told else "", told.get("naam", "").strip(), year))
        return found

    def _day(self, number: str, field: str, text: str | None, key: str = "") -> date | None:
        return self._check.date("pupil", number, field, text, key)

    def staff(self, record: etree._Element) -> RosterStaff | None:
        """A staff member; ParnasSys does not tell which groups they have."""
        values = fields(record)
        number = plain(values.get("id")) or ""
        if not number or len(number) > LENGTHS["number"]:
            self._notes.error("staff", number[: LENGTHS["number"]], "key-missing")
            return None
        key = self._key(number)
        last = self._last_name("staff", number, key, values, ("lastname", "achternaam"))
        if last is None:
            return None
        prefix = self._text("staff", number, "prefix", values, "tussenvoegsel", "prefix")
        if prefix is ABSENT:
            prefix, last = split_prefix(last)  # there is one field for both
        email = values.get("email")
        return RosterStaff(
            key=key,
            number=number,
            last_name=last,
            first_name=self._text("staff", number, "first_name", values, "roepnaam", "firstname", "voornaam"),
            prefix=prefix,
            gender=_gender(values, "geslacht", "aanhef"),
            email=ABSENT if email is None else self._check.email("staff", number, email),
            group_keys=ABSENT,
        )


def _gender(values: type_Values, *names: str) -> Any:
    """The gender, ABSENT when none of these fields holds anything."""
    text = next((values[name] for name in names if values.get(name)), None)
    return ABSENT if text is None else GENDERS.get(text.strip().casefold(), "unknown")


def _place(standing: Standing, key_of: Any, is_told: bool) -> tuple[Any, Any]:
    """(year of study, key of the class): what the class of this day says; ABSENT when the answer holds no classes."""
    placement = standing.placement
    if placement is None:
        return ABSENT, None if is_told else ABSENT
    return placement.year_of_study or ABSENT, key_of(placement.group) if placement.group else ABSENT
