"""Whether the value of a cell can be kept: what cannot is noted, and what we know of it stays."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from app.roster import ABSENT
from app.roster.messages import Notes, as_read
from app.roster.reading.values import LENGTHS, likely_birth_date

DATES: Final = frozenset({"birth_date", "enrolled_on", "leaving_date", "ends_on"})
UNREAD: Final = {"email": "email-unreadable", "gender": "gender-unknown-code"}


@dataclass(frozen=True, slots=True)
class Unusable:
    """Stands for a cell that could not be read: what we know of it stays. All are equal, whatever stood there."""

    stood: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        return False


UNUSABLE: Final = Unusable()


def kept(notes: Notes, kind: str, key: str, name: str, value: Any, today: date) -> Any:
    """The value when it can be kept, else ABSENT with a note: an error of a formula, no date, far too long."""
    code = None
    if isinstance(value, Unusable):
        code = UNREAD.get(name, "date-unreadable" if name in DATES else "table-cell-unreadable")
    elif isinstance(value, str) and len(value) > LENGTHS.get(name, 256):
        code = "field-too-long"
    elif name == "birth_date" and isinstance(value, date) and not likely_birth_date(value, today):
        code = "date-unreadable"
    if code is None:
        return value
    stood = value.stood if isinstance(value, Unusable) else f"{value:%d-%m-%Y}" if isinstance(value, date) else value
    notes.warning(kind, key, code, field=name, value=as_read(stood))
    return "unknown" if code == UNREAD["gender"] else ABSENT
