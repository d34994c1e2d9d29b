"""Zermelo records as plain records (formats.md 6.4). A field that the token may not see is missing or a refusal."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.roster import ABSENT, RosterGroup, RosterLocation, RosterPupil, RosterStaff
from app.roster.messages import Notes
from app.roster.reading.values import BRIN6, LENGTHS, Checker, plain

type_Record = Mapping[str, Any]
REFUSAL: Final = "access denied"


def told(record: type_Record, name: str) -> Any:
    """The value, or ABSENT when we may not see it."""
    value = record.get(name, ABSENT)
    return ABSENT if isinstance(value, str) and value.strip().casefold() == REFUSAL else value


def text_of(record: type_Record, *names: str) -> str | None:
    """The first of these fields that holds a text or number."""
    return next((text for name in names if (text := plain(told(record, name) or None))), None)


class ZermeloReader:
    """Reads records of one school year."""

    def __init__(self, notes: Notes, school_year: int, today: date) -> None:
        self._notes = notes
        self._check = Checker(notes, today)
        self._year = school_year

    def location(self, record: type_Record) -> RosterLocation | None:
        """A branch. Its code stays the same over the years, its id does not."""
        key = text_of(record, "branch", "name")
        if key is None or len(key) > LENGTHS["key"]:
            self._notes.error("location", "", "key-missing")
            return None
        code = key.upper() if BRIN6.fullmatch(key.upper()) else ""
        return RosterLocation(key, (text_of(record, "name") or key)[: LENGTHS["group_name"]], code)

    def group(self, record: type_Record, location: str | None, year: int | None, clashes: bool) -> RosterGroup | None:
        """A class (isMainGroup) or teaching group. `clashes`: another class has this short name."""
        key = text_of(record, "id")
        if key is None:
            self._notes.error("group", "", "key-missing")
            return None
        is_home = told(record, "isMainGroup") is True
        names = ("name", "extendedName") if is_home and not clashes else ("extendedName", "name")
        name = text_of(record, *names)
        if name is None:
            self._notes.warning("group", key, "group-name-missing")
        name = (name or key)[: LENGTHS["group_name"]]
        return RosterGroup(key, name, self._year, location, is_home, year)

    def pupil(self, record: type_Record) -> RosterPupil | None:
        """A pupil without place or groups; None (with a note) without a code or a name."""
        code, last = self._identity("pupil", record)
        if code is None or last is None:
            return None
        return RosterPupil(code, code, last, self._year, None, **self._names("pupil", code, record))

    def staff(self, record: type_Record) -> RosterStaff | None:
        """A staff member without groups; None (with a note) without a code or a name."""
        code, last = self._identity("staff", record)
        if code is None or last is None:
            return None
        return RosterStaff(code, code, last, group_keys=ABSENT, code=code, **self._names("staff", code, record))

    def _identity(self, kind: str, record: type_Record) -> tuple[str | None, str | None]:
        """(code, last name); the missing one is None, with a note."""
        code = text_of(record, "code")
        if code is None or len(code) > LENGTHS["number"]:
            self._notes.error(kind, (code or "")[: LENGTHS["number"]], "number-too-long" if code else "key-missing")
            return None, None
        last = text_of(record, "lastName")
        prefix = text_of(record, "prefix")
        if last and prefix and last.casefold().endswith(f", {prefix}".casefold()):
            last = last[: -len(prefix) - 2]  # some schools write "Beek, van der" and give the prefix as well
        if last is None:
            self._notes.error(kind, code, "last-name-missing")
        return code, last and last[: LENGTHS["last_name"]]

    def _names(self, kind: str, code: str, record: type_Record) -> dict[str, Any]:
        """The fields that all people share. Null is no first name or prefix; a field that is missing is not told."""
        values: dict[str, Any] = {}
        for field, name in (("first_name", "firstName"), ("prefix", "prefix")):
            value = told(record, name)
            values[field] = ABSENT if value is ABSENT else self._check.text(kind, code, field, value)
        email = told(record, "email")
        values["email"] = ABSENT if email is ABSENT else self._check.email(kind, code, email)
        return values
