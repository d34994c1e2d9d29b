"""The fields that pupils, guardians and staff share, from the values of a row."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from app.roster import ABSENT
from app.roster.messages import Notes
from app.roster.reading.values import LENGTHS

from .kept_values import UNUSABLE, kept
from .names import initials_of, looks_like_initials, split_full_name, split_last_name
from .places import TablePlaces
from .words import M

NAMES: Final = ("first_name", "initials", "prefix", "last_name", "name")


@dataclass(slots=True)
class Collected:
    """What is shared while the tables of one delivery are read."""

    notes: Notes
    today: date
    places: TablePlaces
    year: int  # of the school, for rows that name none
    carried: dict[str, set[str]] = field(default_factory=dict)  # kind: fields that at least one row fills
    numberless: Counter[str] = field(default_factory=Counter)  # kind: rows whose number cannot be read
    joined: Counter[str] = field(default_factory=Counter)  # kind: rows that tell more about somebody

    girls_are_m: bool = False  # among pupils: J and M, not M and V (formats.md 10)

    def gender(self, kind: str, value: Any) -> Any:
        """The gender in our words, once the whole column was seen."""
        return "female" if value == M and kind == "pupil" and self.girls_are_m else "male" if value == M else value

    def carry(self, kind: str, values: Mapping[str, Any]) -> None:
        """Remembers which fields are filled: a column in which nothing stands tells nothing."""
        seen = self.carried.setdefault(kind, set())
        if not seen.issuperset(values):
            seen.update(name for name, value in values.items() if value not in (None, (), ""))

    def number_of(self, kind: str, line: int, values: Mapping[str, Any], *names: str) -> str | None:
        """The number in the first of these columns that has one; None with a note when no number can be read."""
        told = next((values[name] for name in names if values.get(name) not in (None, UNUSABLE)), None)
        if told is None or len(told) > LENGTHS["number"]:
            self.notes.error(kind, "", "table-number-missing", row=str(line))
            self.numberless[kind] += 1
            return None
        return told

    def kept(self, kind: str, key: str, name: str, value: Any) -> Any:
        """The value of a field, or ABSENT with a note."""
        return kept(self.notes, kind, key, name, value, self.today)


def person_names(into: Collected, kind: str, key: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """first_name, initials, prefix and last_name; ABSENT where no column tells it. None (noted) without any name."""
    told = {name: into.kept(kind, key, name, values[name]) if name in values else ABSENT for name in NAMES}
    whole = told.pop("name")
    if told["last_name"]:
        if not told["prefix"]:
            parts = split_last_name(told["last_name"])
            told |= {"last_name": parts.last_name} | ({"prefix": parts.prefix} if parts.prefix else {})
    elif whole:
        parts = split_full_name(whole, told["first_name"] or None)
        told |= {"last_name": parts.last_name, "prefix": told["prefix"] or parts.prefix}
        if parts.first_name:
            name = "initials" if looks_like_initials(parts.first_name) else "first_name"
            told[name] = told[name] or parts.first_name
    if not told["last_name"]:
        if not told["first_name"]:
            into.notes.error(kind, key, "last-name-missing")
            return None
        into.notes.warning(kind, key, "only-first-name")
        told["last_name"], told["first_name"] = told["first_name"], None
    return told


def guardian_names(into: Collected, key: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same for a guardian, who has no first name here: initials are made of it (Z-259)."""
    names = person_names(into, "guardian", key, values)
    if names is not None:
        first = names.pop("first_name")
        if first and not names["initials"]:
            names["initials"] = first if looks_like_initials(first) else initials_of(first) or None
    return names


def only_carried(record: Any, carried: set[str], fields: tuple[str, ...]) -> Any:
    """The record with ABSENT for what no row of its table tells: an empty column is no news about anybody."""
    untold = {name: ABSENT for name in fields if getattr(record, name) is None and name not in carried}
    return record._replace(**untold) if untold else record
