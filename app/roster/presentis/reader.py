"""Presentis records as plain records. Few names of fields are known for sure, so others are tried too (Z-246)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.roster import ABSENT, RosterGroup, RosterLocation, RosterPupil, RosterStaff
from app.roster.messages import Notes, as_read
from app.roster.reading.dates import as_date, iso_date
from app.roster.reading.name_prefixes import split_prefix
from app.roster.reading.values import BRIN6, LENGTHS, Checker, plain

type_Record = Mapping[str, Any]

# Seen in public code: leerlingid, persoonid, voornaam, achternaam, inschrijfdatum, uitschrijfdatum (formats.md 6.3).
# The others are how the same thing is called elsewhere; whatever is not there is not told.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("leerlingnummer", "stamnummer", "leerlingnr", "stamnr"),
    "staff_number": ("personeelsnummer", "medewerkernummer", "personeelsnr", "medewerkernr"),
    "code": ("code", "afkorting", "docentcode"),
    "first_name": ("roepnaam", "voornaam"),
    "initials": ("voorletters", "initialen"),
    "prefix": ("tussenvoegsel", "voorvoegsel", "tussenvoegsels", "voorvoegsels"),
    "last_name": ("achternaam",),
    "email": ("email", "emailadres", "e-mailadres", "e-mail", "mail"),
    "gender": ("geslacht",),
    "birth_date": ("geboortedatum",),
    "year_of_study": ("leerjaar",),
    "programme_code": ("iltcode", "opleidingscode", "elementcode"),
    "eckid": ("eckid", "ecki"),
    "begins": ("begindatum", "inschrijfdatum"),
    "ends": ("einddatum", "uitschrijfdatum"),
    "location_code": ("brin6", "vestigingsnummer", "vestigingscode", "brin", "brinnummer"),
    "role": ("soort", "persoonsoort", "type", "rol"),
}
GENDERS: Final = {
    **dict.fromkeys(("m", "man", "j", "jongen", "male", "1"), "male"),
    **dict.fromkeys(("v", "vrouw", "meisje", "female", "2"), "female"),
    **dict.fromkeys(("o", "onbekend", "x", "0", "9", "unknown"), "unknown"),
}
NOT_STAFF: Final = ("leerling", "ouder", "verzorger")
YES: Final = frozenset({"true", "1", "ja", "j"})


def value_of(record: type_Record, name: str) -> Any:
    """The text under one of the names of a field; None when it is told as empty, ABSENT when it is not told."""
    for key in NAMES.get(name, (name,)):
        if key in record:
            return plain(record[key])
    return ABSENT


def whole_name(record: type_Record) -> tuple[Any, str | None]:
    """(prefix, last name). Without a field of its own the prefix stands before the last name."""
    last = value_of(record, "last_name") or None
    prefix = value_of(record, "prefix")
    return split_prefix(last) if prefix is ABSENT and last else (prefix, last)


def is_guest(record: type_Record) -> bool:
    """Whether the pupil is only a guest in this class."""
    return str(record.get("gast")).casefold() in YES


def is_on(record: type_Record, day: date) -> bool:
    """Whether a placement counts on this day. Both ends belong to it."""
    begins, ends = (as_date(value_of(record, name) or None) for name in ("begins", "ends"))
    return (begins is None or begins <= day) and (ends is None or ends >= day)


class PresentisReader:
    """Reads records of one school year on one day."""

    def __init__(self, notes: Notes, school_year: int, today: date) -> None:
        self._notes = notes
        self._check = Checker(notes, today)
        self._year = school_year
        self._today = today

    def location(self, record: type_Record) -> RosterLocation | None:
        """A location; the six characters when it tells them."""
        key = plain(record.get("schoollocatieid"))
        if key is None or len(key) > LENGTHS["key"]:
            self._notes.error("location", "", "key-missing")
            return None
        name = plain(record.get("omschrijving"))
        if name is None:
            self._notes.warning("location", key, "location-name-missing")
        code = (value_of(record, "location_code") or "").upper()
        return RosterLocation(key, (name or key)[: LENGTHS["group_name"]], code if BRIN6.fullmatch(code) else "")

    def pupil(self, record: type_Record, location: str) -> RosterPupil | None:
        """A pupil with the dates of the enrolment; the plan judges them. None (with a note) without key or name."""
        number = value_of(record, "number") or plain(record.get("leerlingid")) or ""
        key, last = self._identity("pupil", record.get("leerlingid"), number, record)
        if key is None or last is None:
            return None
        dates = {}
        for name in ("inschrijfdatum", "uitschrijfdatum"):
            field = "enrolled_on" if name == "inschrijfdatum" else "leaving_date"
            dates[field] = self._check.date("pupil", number, field, iso_date(plain(record.get(name))), key)
        if dates["enrolled_on"] and dates["leaving_date"] and dates["leaving_date"] < dates["enrolled_on"]:
            dates["leaving_date"] = None  # of an earlier enrolment
        born = value_of(record, "birth_date")
        year = value_of(record, "year_of_study")
        eckid = value_of(record, "eckid") or None
        programme = value_of(record, "programme_code") or None
        return RosterPupil(
            key=key,
            number=number,
            last_name=last,
            school_year=self._year,
            location_key=location,
            birth_date=self._check.date("pupil", number, "birth_date", iso_date(born), key) if born else born,
            year_of_study=int(year) if year in tuple("123456") else ABSENT,
            programme_code=self._check.text("pupil", number, "programme_code", programme) or ABSENT,
            eckid=eckid if eckid and len(eckid) <= LENGTHS["key"] else None,
            **dates,
            **self._shared("pupil", number, record),
        )

    def staff(self, record: type_Record) -> RosterStaff | None:
        """A staff member; None for a person who is a pupil or guardian, or has left."""
        role = (value_of(record, "role") or "").casefold()
        if any(word in role for word in NOT_STAFF):
            return None
        number = value_of(record, "staff_number") or value_of(record, "code") or plain(record.get("persoonid")) or ""
        ends = as_date(value_of(record, "ends") or None)
        if ends is not None and ends < self._today:
            self._notes.info("staff", number, "left-service")
            return None
        key, last = self._identity("staff", record.get("persoonid"), number, record)
        if key is None or last is None:
            return None
        code = value_of(record, "code") or None
        return RosterStaff(
            key=key,
            number=number,
            last_name=last,
            group_keys=ABSENT,
            code=code if code != number else None,
            **self._shared("staff", number, record),
        )

    def group(self, key: str, name: str | None, location: str | None, *, is_home: bool) -> RosterGroup:
        """A class or course."""
        if name is None:
            self._notes.warning("group", key, "group-name-missing")
        return RosterGroup(key, (name or key)[: LENGTHS["group_name"]], self._year, location, is_home)

    def _identity(self, kind: str, value: Any, number: str, record: type_Record) -> tuple[str | None, str | None]:
        """(key, last name); the missing one is None, with a note."""
        key = plain(value)
        if key is None or len(key) > LENGTHS["key"]:
            self._notes.error(kind, number[: LENGTHS["number"]], "key-missing")
            return None, None
        if len(number) > LENGTHS["number"]:
            self._notes.error(kind, number, "number-too-long", record_key=key)
            return None, None
        last = whole_name(record)[1]
        if last is None:
            self._notes.error(kind, number, "last-name-missing", record_key=key)
        return key, last and last[: LENGTHS["last_name"]]

    def _shared(self, kind: str, number: str, record: type_Record) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for field in ("first_name", "initials", "prefix"):
            value = whole_name(record)[0] if field == "prefix" else value_of(record, field)
            fields[field] = self._check.text(kind, number, field, value) if value else value
        value = value_of(record, "email")
        fields["email"] = self._check.email(kind, number, value) if value else value
        code = value_of(record, "gender")
        if code and code.casefold() not in GENDERS:
            self._notes.warning(kind, number, "gender-unknown-code", field="gender", value=as_read(code))
        fields["gender"] = GENDERS.get(code.casefold(), "unknown") if code else ABSENT
        return fields
