"""Somtoday records as plain records. Secret fields, phones, addresses and BSN are never read (R83, formats.md 4.1)."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from app.clock import read_school_year
from app.roster import (
    ABSENT,
    RosterGroup,
    RosterGuardian,
    RosterGuardianship,
    RosterLocation,
    RosterPupil,
    RosterStaff,
)
from app.roster.messages import Notes
from app.roster.reading.values import BRIN6, LENGTHS, Checker, plain

from .placements import Standing
from .tellings import Telling, standing_of
from .values import is_permitted, texts, told_uuids, type_Record, uuid_of

GENDERS: Final = {"MAN": "male", "VROUW": "female", "ONBEKEND": "unknown"}
# Connect documents no verzorgernummer. Some answers may carry one all the same, under one of these names.
GUARDIAN_NUMBERS: Final = ("verzorgernummer", "nummer")
_PREFIXED = re.compile(r"Medewerker\s+(\S+)", re.IGNORECASE)


class SomtodayReader:
    """Reads records of one school year on one day."""

    def __init__(self, notes: Notes, school_year: int, today: date) -> None:
        self._notes = notes
        self._check = Checker(notes, today)
        self._year = school_year
        self._today = today

    def pupil(self, tellings: Sequence[Telling]) -> RosterPupil | None:
        """A pupil with the placement that counts today; None (with a note) when there is none or a field is missing.

        Who has yet to begin, or is between two placements, is not told but noted: the plan keeps whom it knows (Z-245).
        """
        telling, standing = standing_of(tellings, self._year, self._today)
        record, permitted = telling.record, telling.permitted
        number = plain(record.get("leerlingnummer")) or ""
        key, last = self._identity("pupil", record, number)
        if key is None or last is None:
            return None
        if not any(isinstance(one.record.get("plaatsingen"), list) for one in tellings):
            self._notes.error("pupil", number, "enrolments-missing", record_key=key)
            return None
        placement = standing.placement
        if placement is None:
            self._note_outside(number, key, standing)
            return None
        self._check.date("pupil", number, "leaving_date", placement.get("einddatum"), key)
        home = placement.get("stamgroep")
        year = placement.get("leerjaar")
        programme = placement.get("opleiding")
        fields = self._names("pupil", number, record, permitted)
        return RosterPupil(
            key=key,
            number=number,
            last_name=last,
            school_year=self._year,
            location_key=uuid_of(record.get("vestiging")) or telling.location,
            birth_date=self._birth_date(number, record, permitted),
            year_of_study=int(year) if str(year).isdecimal() and 1 <= int(year) <= 6 else ABSENT,
            programme_code=self._check.text("pupil", number, "programme_code", programme.get("code")) or ABSENT
            if isinstance(programme, dict)
            else ABSENT,
            group_key=uuid_of(home) or ABSENT,
            group_keys=told_uuids(record, "lesgroepen"),
            mentor_keys=told_uuids(placement, "mentoren", "medewerker_uuid"),
            enrolled_on=None,
            leaving_date=standing.leaving_date,
            eckid=self._eckid(record),
            **fields,
        )

    def _note_outside(self, number: str, key: str, standing: Standing) -> None:
        if standing.begins:
            self._notes.info("pupil", number, "begins-later", record_key=key, date=f"{standing.begins:%d-%m-%Y}")
            return
        self._notes.info("pupil", number, "not-in-school-year" if standing.stays else "never-enrolled", record_key=key)

    def guardian(self, record: type_Record, permitted: type_Record) -> RosterGuardian | None:
        """A guardian. Without a number of the school's own, a short fixed code from the uuid serves as one."""
        given = next((text for name in GUARDIAN_NUMBERS if (text := plain(record.get(name)))), None)
        # Twelve of the 32 signs: short enough to type in a letter, and no two in a school alike. The uuid never
        # changes (one person for all siblings), so neither does the number.
        number = given or (plain(record.get("uuid")) or "").replace("-", "")[:12]
        key, last = self._identity("guardian", record, number)
        if key is None or last is None:
            return None
        fields = self._names("guardian", number, record, permitted)
        del fields["first_name"]
        if record.get("wenstContactViaEMail") is False:
            # Who does not want e-mail from the school gets none from us either (formats.md 4.1, privacy rules).
            fields["email"] = None
        return RosterGuardian(key=key, number=number, last_name=last, **fields)

    def relation(self, guardian: str, number: str, record: type_Record) -> RosterGuardianship | None:
        """What a guardian is to one pupil."""
        pupil = uuid_of(record)
        if pupil is None:
            return None
        relation = self._check.text("guardian", number, "relation", record.get("relatiesoort"))
        post, authority = (
            value if isinstance(value := record.get(name), bool) else ABSENT
            for name in ("mag_post_ontvangen", "ouderlijk_gezag")
        )
        return RosterGuardianship(guardian, pupil, relation or ABSENT, post, has_authority=authority)

    def staff(self, record: type_Record, permitted: type_Record) -> RosterStaff | None:
        """A staff member, or None for somebody who has left. `Medewerker 51326` becomes 51326."""
        raw = plain(record.get("medewerkernummer")) or ""
        found = _PREFIXED.fullmatch(raw)
        number = (found[1] if found else raw) or plain(record.get("afkorting")) or ""
        if not number and (uuid := plain(record.get("uuid"))):
            number = uuid.replace("-", "")[:12]
            self._notes.warning("staff", number, "number-missing", number=number)
        last_day = self._check.date("staff", number, "leaving_date", record.get("datum_uit_dienst"))
        if last_day is not None and last_day < self._today:
            return None
        key, last = self._identity("staff", record, number)
        if key is None or last is None:
            return None
        fields = self._names("staff", number, record, permitted)
        groups = told_uuids(record, "lesgroepen")
        return RosterStaff(
            key=key,
            number=number,
            last_name=last,
            group_keys=groups,
            eckid=self._eckid(record),
            code=plain(record.get("afkorting")),
            **fields,
        )

    def group(self, record: type_Record, location: str | None, is_home: bool) -> RosterGroup | None:
        """A class or teaching group of this school year; None for one of another year.

        `location`: who told it; None when only a pupil named it, who may be at another location than the group.
        """
        key = plain(record.get("uuid"))
        if key is None or len(key) > LENGTHS["key"]:
            self._notes.error("group", "", "key-missing")
            return None
        said = record.get("schooljaar")
        if isinstance(said, str) and read_school_year(said) not in (None, self._year):
            return None
        name = plain(record.get("naam"))
        if name is None:
            self._notes.warning("group", key, "group-name-missing")
        year = record.get("leerjaar")
        return RosterGroup(
            key=key,
            name=(name or key)[: LENGTHS["group_name"]],
            school_year=self._year,
            location_key=uuid_of(record.get("vestiging")) or location,
            is_home=is_home,
            year_of_study=int(year) if str(year).isdecimal() and 1 <= int(year) <= 6 else None,
        )

    def location(self, record: type_Record) -> RosterLocation | None:
        """A location; its code is the first six-character number."""
        key = plain(record.get("uuid"))
        if key is None:
            self._notes.error("location", "", "key-missing")
            return None
        numbers = [text.upper() for value in texts(record.get("brins")) if (text := plain(value))]
        code = next((number for number in numbers if BRIN6.fullmatch(number)), "")
        return RosterLocation(key, (plain(record.get("naam")) or code or key)[: LENGTHS["group_name"]], code)

    def _identity(self, kind: str, record: type_Record, number: str) -> tuple[str | None, str | None]:
        """(key, last name); the missing one is None, with a note."""
        key = plain(record.get("uuid"))
        if key is None or len(key) > LENGTHS["key"]:
            self._notes.error(kind, number[: LENGTHS["number"]], "key-missing")
            return None, None
        if not number or len(number) > LENGTHS["number"]:
            code = "number-too-long" if number else "pupil-number-missing"
            self._notes.error(kind, number[: LENGTHS["number"]] or key, code, record_key=key)
            return None, None
        last = plain(record.get("achternaam"))
        if last is None:
            self._notes.error(kind, number, "last-name-missing", record_key=key)
        return key, last and last[: LENGTHS["last_name"]]

    def _names(self, kind: str, number: str, record: type_Record, permitted: type_Record) -> dict[str, Any]:
        """The fields that all people share. One that is not there counts as empty only when we may see it."""
        fields: dict[str, Any] = {}
        for field, name in (("first_name", "roepnaam"), ("initials", "voorletters"), ("prefix", "voorvoegsel")):
            value = record.get(name)
            empty = None if is_permitted(record, permitted, name) else ABSENT
            fields[field] = empty if value is None else self._check.text(kind, number, field, value)
        value = record.get("emailadres")
        empty = None if is_permitted(record, permitted, "emailadres") else ABSENT
        fields["email"] = empty if value is None else self._check.email(kind, number, value)
        value = record.get("geslacht")
        fields["gender"] = ABSENT if value is None else GENDERS.get(str(value).upper(), "unknown")
        return fields

    def _birth_date(self, number: str, record: type_Record, permitted: type_Record) -> Any:
        value = record.get("geboortedatum")
        if value is None:
            return None if is_permitted(record, permitted, "geboortedatum") else ABSENT
        return self._check.date("pupil", number, "birth_date", value)

    @staticmethod
    def _eckid(record: type_Record) -> str | None:
        eckid = plain(record.get("eckid"))
        return eckid if eckid and len(eckid) <= LENGTHS["key"] else None
