"""What Excel does to a table, seen over a whole column and said once (formats.md 11)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.roster.messages import Notes


@dataclass(slots=True)
class Evidence:
    """What the cells of one column have shown so far."""

    title: str
    lengths: set[int] = field(default_factory=set)
    zeros: bool = False  # a number with a zero in front
    decimals: bool = False  # 123456.0
    serial: bool = False  # a date as a number
    day_first: bool = False  # 31-01-2011
    month_first: bool = False  # 01/31/2011
    mangled: bool = False  # Ã« for ë
    genders: set[str] = field(default_factory=set)


def is_month_first(seen: Evidence) -> bool:
    """Whether the dates of this column have the month in front: then no date of it is used."""
    return seen.month_first and not seen.day_first


def m_is_a_girl(seen: Evidence | None) -> bool:
    """Whether boys are J here, so that M stands for meisje."""
    return seen is not None and "j" in seen.genders and not seen.genders & {"v", "vrouw", "f"}


def note_traps(columns: Mapping[str, Evidence], numbers: Iterable[str], notes: Notes) -> None:
    """Says once per column what Excel did to it. `numbers` names the fields that hold numbers."""
    for name, seen in columns.items():
        if name in numbers and len(seen.lengths - {-1}) > 1 and not seen.zeros and -1 not in seen.lengths:
            notes.warning("roster", "", "table-leading-zeros", column=seen.title)
        if seen.decimals:
            notes.warning("roster", "", "table-decimals", column=seen.title)
        if seen.serial:
            notes.warning("roster", "", "table-serial-dates", column=seen.title)
        if is_month_first(seen):
            notes.warning("roster", "", "table-month-first", column=seen.title)
        if seen.mangled:
            notes.warning("roster", "", "table-letters", column=seen.title)
