"""Single values as schools deliver them, made plain: one line of text, a date, an address. Used by every adapter."""

import re
import unicodedata
from datetime import date
from typing import Final

from app.roster.messages import Notes, as_read

# The longest texts we keep. A longer one is a mistake in the source, and PostgreSQL would refuse the whole run for it.
LENGTHS: Final = {
    "number": 64,
    "key": 256,
    "first_name": 200,
    "initials": 32,
    "prefix": 32,
    "last_name": 200,
    "email": 254,
    "relation": 64,
    "programme_code": 32,
    "group_name": 128,
}
BRIN4: Final = re.compile(r"[0-9]{2}[A-Z]{2}")
BRIN6: Final = re.compile(r"[0-9]{2}[A-Z]{2}[0-9]{2}")
# Invisible signs, direction marks (they can make a name read backwards) and halves of surrogate pairs.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_DUTCH_DATE = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")
_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\\\"]+@[^@\s,;:<>()\[\]\\\"]+\.[^@\s,;:<>()\[\]\\\".]+")


def plain(value: object) -> str | None:
    """The value as one line of text in one Unicode form, without invisible signs; None when nothing is left."""
    if value.__class__ is str:
        if value.isascii() and value.isalnum():  # type: ignore[attr-defined]
            return value  # type: ignore[return-value]
    else:
        if value is None or isinstance(value, (bool, dict, list)):
            return None
        value = str(value)
    text = " ".join(value.split())  # type: ignore[attr-defined]
    if not text.isprintable():
        text = " ".join(_UNSEEN.sub("", text).split())
    return (text if text.isascii() else unicodedata.normalize("NFC", text)) or None


def read_date(text: str | None) -> date | None:
    """'2011-03-09', also with a time or zone behind it, as a date; None when it is no date.

    '09-03-2011' is read too, for so people here write it: the day first.
    """
    if text is not None and (dutch := _DUTCH_DATE.fullmatch(text)):
        text = f"{dutch[3]}-{dutch[2]:0>2}-{dutch[1]:0>2}"
    if text is None or len(text) < 10 or text[4] != "-" or text[7] != "-":
        return None
    if len(text) > 10 and text[10] not in "T Z+-":
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def likely_birth_date(day: date, today: date) -> bool:
    """Whether somebody at a school can have been born on this day."""
    return day.year >= 1900 and day <= today


def is_email(text: str) -> bool:
    """Whether this is one usable address."""
    return len(text) <= LENGTHS["email"] and _EMAIL.fullmatch(text) is not None


class Checker:
    """Checks the fields of records and notes what was left out: a bad field never costs a record."""

    def __init__(self, notes: Notes, today: date) -> None:
        self.notes = notes
        self.today = today
        self._dates: dict[str | None, date | None] = {}

    def text(self, kind: str, number: str, field: str, value: object) -> str | None:
        """The text, or None with a warning when it is too long."""
        text = plain(value)
        if text is not None and len(text) > LENGTHS[field]:
            self.notes.warning(kind, number, "field-too-long", field=field, value=as_read(text))
            return None
        return text

    def email(self, kind: str, number: str, value: object) -> str | None:
        """The address, or None with a warning when mail cannot be sent to it."""
        text = plain(value)
        if text is not None and not is_email(text):
            self.notes.warning(kind, number, "email-unreadable", field="email", value=as_read(text))
            return None
        return text

    def date(self, kind: str, number: str, field: str, value: str | None, record_key: str = "") -> date | None:
        """The date, or None with a warning when it cannot be one."""
        if value not in self._dates:
            text = plain(value)
            if text is None:
                return None
            self._dates[value] = read_date(text)
        day = self._dates[value]
        if day is None or (field == "birth_date" and not likely_birth_date(day, self.today)):
            self.notes.warning(kind, number, "date-unreadable", record_key, field=field, value=as_read(value))
            return None
        return day
