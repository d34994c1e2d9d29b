"""What rows of pupils, staff and guardians have in common: a number, a name, and the fields of everybody. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from app.roster import ABSENT
from app.roster.messages import as_read
from app.roster.reading.values import LENGTHS, Checker, plain

from .enrolments import Row

# M or V (formats.md 5.2, 10); the other ways of writing stand for the same two.
GENDERS: Final = {"m": "male", "man": "male", "male": "male", "v": "female", "vrouw": "female", "female": "female"}
UNKNOWN_GENDERS: Final = frozenset({"o", "onbekend", "x", "unknown"})
YES: Final = frozenset({"ja", "j", "true", "waar", "1", "-1", "yes", "y"})
NO: Final = frozenset({"nee", "n", "false", "onwaar", "0", "no"})
NAMES: Final = frozenset({"first_name", "last_name"})
type_Get = Callable[[str], Any]


def bare(number: str) -> str:
    """A number to compare with: one list has leading zeros where another has lost them (formats.md 0)."""
    return number.lstrip("0") or number if number.isdecimal() else number.casefold()


def by_number(rows: Iterable[Row], number_of: Callable[[Row], str | None]) -> dict[str, list[Row]]:
    """The rows of each person, under the number as it was written first; "" for rows without one."""
    written: dict[str, str] = {}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        number = number_of(row) or ""
        found[written.setdefault(bare(number), number)].append(row)
    return dict(found)


def is_usable(check: Checker, kind: str, number: str) -> bool:
    """Whether this can be a number; with a note when it is too long."""
    if len(number) <= LENGTHS["number"]:
        return True
    check.notes.error(kind, number, "number-too-long")
    return False


def last_name(check: Checker, kind: str, number: str, get: type_Get) -> str | None:
    """The surname, or None with a note: then the record is skipped, and who is known stays as they are."""
    found = plain(get("last_name") or None)
    if found is None:
        check.notes.error(kind, number, "last-name-missing")
    return found and found[: LENGTHS["last_name"]]


def shared_fields(check: Checker, kind: str, number: str, get: type_Get) -> dict[str, Any]:
    """First name, initials, prefix, e-mail address and gender. What is not told stays ABSENT, what is empty is None."""
    fields: dict[str, Any] = {}
    for field in ("first_name", "initials", "prefix"):
        value = get(field)
        fields[field] = check.text(kind, number, field, value) if value else value
    value = get("email")
    fields["email"] = check.email(kind, number, value) if value else value
    fields["gender"] = gender(check, kind, number, get("gender"))
    return fields


def gender(check: Checker, kind: str, number: str, value: Any) -> Any:
    """The gender; ABSENT when nothing is told, "unknown" (with a note) for a code that we do not know."""
    if not value:
        return ABSENT
    code = value.casefold().strip(". ")
    if code not in GENDERS and code not in UNKNOWN_GENDERS:
        check.notes.warning(kind, number, "gender-unknown-code", field="gender", value=as_read(value))
    return GENDERS.get(code, "unknown")


def lost_letters(rows: Iterable[Row]) -> int:
    """How many names hold a question mark: ANSI has no room for every letter (formats.md 5.3)."""
    names = (row.cells.get(column, "") for row in rows for column in row.columns.named(NAMES))
    return len({name for name in names if "?" in name})


def yes_or_no(value: Any) -> Any:
    """True or False; ABSENT for what says neither."""
    text = (value or "").casefold()
    return True if text in YES else False if text in NO else ABSENT
