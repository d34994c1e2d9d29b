"""Whether a record and a person look like one and the same: by number, names and date of birth. Pure."""

from datetime import date
from typing import Any

from app.models.names import fold, letters

from .known import BIRTH_DATE, FIRST_NAME, INITIALS, LAST_NAME, KnownPerson


def bare(number: str) -> str:
    """A number to compare with: some exports lose the leading zeros (formats.md 0), and hands differ in case."""
    return number.lstrip("0") or number if number.isdecimal() else number.casefold()


def number_of(record: Any) -> str | None:
    """The number people know somebody by; a key that is valid once is no number (EDEXML "#", formats.md 1.2)."""
    return (record.number or None) if record.number != record.key or lasts(record) else None


def lasts(record: Any) -> bool:
    """Whether the key may be used to recognise somebody next time. Guardians always have such a key."""
    return getattr(record, "key_lasts", True)


def has_other_birth_date(record: Any, person: KnownPerson) -> bool:
    """Whether both dates are known and differ."""
    born, told = person.fields[BIRTH_DATE], getattr(record, "birth_date", None)
    return born != told and isinstance(born, date) and isinstance(told, date)


def has_same_birth_date(record: Any, person: KnownPerson) -> bool:
    """Whether both dates are known and equal."""
    born = person.fields[BIRTH_DATE]
    return isinstance(born, date) and born == getattr(record, "birth_date", None)


def has_other_last_name(record: Any, person: KnownPerson) -> bool:
    """Whether the last names differ in more than case and accents."""
    return record.last_name != person.fields[LAST_NAME] and fold(record.last_name) != fold(person.fields[LAST_NAME])


def has_other_first_name(record: Any, person: KnownPerson) -> bool | None:
    """Whether the first names differ; initials where there is no first name (guardians). None: nobody can tell."""
    for name, index in (("first_name", FIRST_NAME), ("initials", INITIALS)):
        old, new = person.fields[index], getattr(record, name, None)
        if old and new:
            return letters(old) != letters(new)
    return None


def is_another_by_name(record: Any, person: KnownPerson) -> bool:
    """Whether the names show somebody else, when no date of birth can tell: both the first and the last name differ.

    A key that is itself the code of a staff member is given again sooner than a key of a machine: there somebody with
    another last name is only the same person when the first name says so.
    """
    if not has_other_last_name(record, person) or has_same_birth_date(record, person):
        return False
    other = has_other_first_name(record, person)
    return other is not False if person.kind == "staff" and record.key == record.number else other is True


def is_another_than_who_left(record: Any, person: KnownPerson) -> bool:
    """Whether this person left and would come back with both another first and another last name."""
    return (
        person.left_on is not None
        and has_other_last_name(record, person)
        and has_other_first_name(record, person) is True
    )


def is_another(record: Any, person: KnownPerson) -> bool:
    """Whether a record under the key of this person shows somebody else.

    A wrong date or a new name alone is a correction; both at once is another person. So is somebody without a date of
    birth (staff, guardians) under other first and last names, and who would come back to the school so.
    """
    if has_other_birth_date(record, person) and has_other_last_name(record, person):
        return True
    return is_another_by_name(record, person) or is_another_than_who_left(record, person)


def signature(record: Any) -> tuple[str, str, date] | None:
    """Name and date of birth of a record, to recognise somebody by; None when they do not say enough."""
    first = getattr(record, "first_name", None) or getattr(record, "initials", None)
    return _signature(record.last_name, first, getattr(record, "birth_date", None))


def signature_of(person: KnownPerson) -> tuple[str, str, date] | None:
    """The same of a person."""
    fields = person.fields
    return _signature(fields[LAST_NAME], fields[FIRST_NAME] or fields[INITIALS], fields[BIRTH_DATE])


def _signature(last: str, first: Any, born: Any) -> tuple[str, str, date] | None:
    return (fold(last), letters(first), born) if first and isinstance(born, date) else None
