"""Who has lessons in which group, from the appointments of some weeks (formats.md 6.4). Pure.

An appointment names its groups, pupils and teachers, not who of them belongs to which group: with more than one group a
pupil is in the one of their own department, or in none that we know.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.roster import RosterGroup
from app.roster.reading.values import plain

LESSONS: Final = frozenset({"lesson", "unknown", "None", ""})


@dataclass(slots=True)
class Lessons:
    """The links that lessons show. Who is not in `pupils` had no lesson at all: nothing is known of their groups."""

    pupils: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # code: keys of groups
    staff: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class Timetable:
    """What the names in appointments mean: groups by id and by name, and the departments of groups and pupils."""

    groups: Mapping[str, RosterGroup]  # by key
    names: Mapping[str, frozenset[str]]  # folded name: keys
    department_of: Mapping[str, str]  # key of a group: its department
    departments: Mapping[str, frozenset[str]]  # code of a pupil: departments

    def read(self, appointments: Iterable[Mapping[str, Any]], lessons: Lessons) -> None:
        """Adds what these appointments show. One that was cancelled, or has another teacher, shows less."""
        for appointment in appointments:
            if is_off(appointment):
                continue
            keys = self._groups_of(appointment)
            for code in codes_in(appointment, "students"):
                lessons.pupils[code] |= self._own(code, keys)
            if appointment.get("teacherChanged") is not True:
                for code in codes_in(appointment, "teachers"):
                    lessons.staff[code] |= keys

    def _groups_of(self, appointment: Mapping[str, Any]) -> set[str]:
        keys = {key for key in codes_in(appointment, "groupsInDepartments") if key in self.groups}
        if not keys:
            for name in codes_in(appointment, "groups"):
                keys |= self.names.get(name.casefold(), frozenset())
        return keys

    def _own(self, code: str, keys: set[str]) -> set[str]:
        """The one group of these that a pupil can be in."""
        if len(keys) > 1:
            here = self.departments.get(code, frozenset())
            keys = {key for key in keys if self.department_of.get(key) in here}
        return keys if len(keys) == 1 else set()


def is_off(appointment: Mapping[str, Any]) -> bool:
    """Whether this is no lesson that takes place."""
    if appointment.get("cancelled") is True or appointment.get("valid") is False or appointment.get("hidden") is True:
        return True
    kind = appointment.get("type", appointment.get("appointmentType"))
    return str(kind).casefold() not in {one.casefold() for one in LESSONS}


def codes_in(appointment: Mapping[str, Any], name: str) -> list[str]:
    """The codes in a list of an appointment, as text."""
    values = appointment.get(name)
    return [code for value in values if (code := plain(value))] if isinstance(values, list) else []
