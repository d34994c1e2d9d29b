"""Who has lessons in which group, from the appointments of some weeks (formats.md 6.4). Pure.

An appointment names its groups, pupils and teachers, not who of them belongs to which group: with more than one group a
pupil is in the one of their own department, or in none that we know.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Final

from app.roster import RosterGroup
from app.roster.reading.values import plain

LESSONS: Final = frozenset({"lesson", "unknown", "None", ""})
MENTOR_LESSONS: Final = frozenset({"men", "mnt", "mtr"})  # and all that begin with "ment"


@dataclass(slots=True)
class Lessons:
    """The links that lessons show. Who is not in `pupils` had no lesson at all: nothing is known of their groups."""

    pupils: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # code: keys of groups
    staff: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    # Key of a mentor group: staff; nobody when its hours did not take place, or with another teacher.
    mentors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class Timetable:
    """What the names in appointments mean: groups by id and by name, and the departments of groups and pupils."""

    groups: Mapping[str, RosterGroup]  # by key
    names: Mapping[str, frozenset[str]]  # folded name: keys
    department_of: Mapping[str, str]  # key of a group: its department
    departments: Mapping[str, frozenset[str]]  # code of a pupil: departments
    mentor_groups: Set[str] = frozenset()  # keys

    def read(self, appointments: Iterable[Mapping[str, Any]], lessons: Lessons) -> None:
        """Adds what these appointments show. One that was cancelled, or has another teacher, shows less."""
        for appointment in appointments:
            keys, teachers = self._groups_of(appointment), codes_in(appointment, "teachers")
            is_given = not is_off(appointment)
            is_by_own = is_given and appointment.get("teacherChanged") is not True
            if len(keys) == 1 and self._is_of_mentor(appointment, *keys):
                lessons.mentors[min(keys)].update(teachers if is_by_own else ())
            if not is_given:
                continue
            for code in codes_in(appointment, "students"):
                lessons.pupils[code] |= self._own(code, keys)
            if is_by_own:
                for code in teachers:
                    lessons.staff[code] |= keys

    def _is_of_mentor(self, appointment: Mapping[str, Any], key: str) -> bool:
        """Whether the teacher is here as mentor: in a group for that alone, or in a class when the subject says so."""
        return key in self.mentor_groups and (not self.groups[key].is_home or is_mentor_lesson(appointment))

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


def is_mentor_lesson(appointment: Mapping[str, Any]) -> bool:
    """Whether the subject is the hour of the mentor, as schools write it."""
    subjects = [subject.casefold() for subject in codes_in(appointment, "subjects")]
    return any(subject.startswith("ment") or subject in MENTOR_LESSONS for subject in subjects)


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
