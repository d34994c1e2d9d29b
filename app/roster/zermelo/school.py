"""What Zermelo told, tied together: pupils with their place, class and teaching groups, staff with groups. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from app.roster import ABSENT, Kind, RosterGroup, RosterPupil, RosterStaff
from app.roster.messages import Notes
from app.roster.reading.values import plain

from .lessons import Lessons, Timetable
from .portal import Branch, Told, shows
from .reader import ZermeloReader, text_of, told


class School:
    """The people and groups of the open branches."""

    def __init__(self, all_of: Told, reader: ZermeloReader, notes: Notes) -> None:
        self._told = all_of
        self._reader = reader
        self._notes = notes
        self._places = _by_pupil(all_of)
        self._departments: dict[str, str] = {}  # key of a group: its department
        self.groups = self._read_groups()
        self._lessons = self._read_lessons() if all_of.lessons is not None else None
        self._mentors = _mentors_among(all_of)

    @property
    def shows_teachers(self) -> bool:
        """Whether we may see who teaches which group; in a holiday nobody does."""
        lessons = self._told.lessons
        return lessons is not None and shows(lessons, "teachers") and Kind.GROUPS not in self._told.refused

    def _read_groups(self) -> dict[str, RosterGroup]:
        """The groups of the open branches by key."""
        homes = [one for one in self._told.groups if told(one, "isMainGroup") is True]
        names = Counter((self._branch(one), text_of(one, "name")) for one in homes)
        groups = {}
        for record in self._told.groups:
            department = text_of(record, "departmentOfBranch")
            branch = self._told.branch_of(department)
            if branch is not None and branch.location.key in self._told.closed:
                continue
            clashes = names[self._branch(record), text_of(record, "name")] > 1
            year = year_in(self._told.departments.get(department or "", {}))
            group = self._reader.group(record, branch and branch.location.key, year, clashes)
            if group is not None:
                groups.setdefault(group.key, group)
                self._departments[group.key] = department or ""
        return groups

    def _branch(self, group: Mapping[str, Any]) -> str:
        branch = self._told.branch_of(text_of(group, "departmentOfBranch"))
        return branch.id if branch else ""

    def _read_lessons(self) -> Lessons:
        lessons = Lessons()
        departments = {
            pupil: frozenset(filter(None, map(_department, all_of))) for pupil, all_of in self._places.items()
        }
        of_mentors = {text_of(one, "id") or "" for one in self._told.groups if told(one, "isMentorGroup") is True}
        for branch in self._told.open_branches():
            timetable = Timetable(self.groups, self._names(branch), self._departments, departments, of_mentors)
            timetable.read((self._told.lessons or {}).get(branch.id, ()), lessons)
        return lessons

    def _names(self, branch: Branch) -> dict[str, frozenset[str]]:
        """How the appointments of a branch call its groups: by the long name, or by the short one."""
        names: dict[str, set[str]] = defaultdict(set)
        for record in self._told.groups:
            key = text_of(record, "id")
            if key in self.groups and self._branch(record) in (branch.id, ""):
                for name in {text_of(record, "extendedName"), text_of(record, "name")} - {None}:
                    names[str(name).casefold()].add(str(key))
        return {name: frozenset(keys) for name, keys in names.items()}

    def pupils(self) -> tuple[RosterPupil, ...]:
        """The pupils. With a branch that is off only those who are in an open one: the others are not told."""
        found = []
        for record in _users(self._told.pupils, "isStudent"):
            pupil = self._reader.pupil(record)
            if pupil is None or (self._told.closed and self._told.places is not None and pupil.key not in self._places):
                continue
            found.append(self._placed(pupil))
        return tuple(found)

    def _placed(self, pupil: RosterPupil) -> RosterPupil:
        """The pupil in the department that weighs most."""
        place = max(self._places.get(pupil.key, ()), key=_weight, default={})
        branch = self._told.branch_of(_department(place))
        told_by_lessons = self._lessons.pupils.get(pupil.key) if self._lessons else None
        teaching = [key for key in sorted(told_by_lessons or ()) if not self.groups[key].is_home]
        # Lessons in groups that we cannot tell apart say as little as no lessons.
        has_groups = Kind.GROUPS not in self._told.refused
        home = self._home(place, told_by_lessons or set()) if has_groups else ABSENT
        group = self.groups.get(home or "")
        year = year_in(self._told.departments.get(_department(place) or "", {}))
        return pupil._replace(
            # Without a department the class says where a pupil is; else the plan knows, or there is only one place.
            location_key=branch.location.key if branch else group and group.location_key,
            year_of_study=year or (group and group.year_of_study) or ABSENT,
            group_key=home,
            group_keys=tuple(teaching) if has_groups and told_by_lessons else ABSENT,
            mentor_keys=self._mentors_of({home, *(told_by_lessons or ())}),
        )

    def _mentors_of(self, groups: set[Any]) -> Any:
        """The mentors of these groups. ABSENT when lessons show none, or only that theirs did not take place.

        Whoever changes class has the old mentor no more, also when the new class has no hour of its mentor.
        """
        if self._lessons is None or not self._lessons.mentors or Kind.STAFF in self._told.refused:
            return ABSENT
        found = {code for group in groups for code in self._lessons.mentors.get(group, ())}
        mentors = tuple(sorted(found & self._mentors))
        is_unclear = groups <= {ABSENT, None} or not self._lessons.mentors.keys().isdisjoint(groups)
        return mentors or (ABSENT if is_unclear else ())

    def _home(self, place: Mapping[str, Any], seen: set[str]) -> Any:
        """The class that the department names, else the only one in which the pupil has lessons."""
        key, name = text_of(place, "mainGroup"), text_of(place, "mainGroupName")
        if key in self.groups:
            return key
        department = _department(place)
        named = [one for one, of in self._departments.items() if of == department and self._is_called(one, name)]
        classes = named or [one for one in seen if self.groups[one].is_home]
        return classes[0] if len(classes) == 1 else ABSENT

    def _is_called(self, key: str, name: str | None) -> bool:
        group = self.groups[key]
        return bool(name) and group.is_home and group.name.casefold() in (name or "").casefold().split(".")

    def staff(self) -> tuple[RosterStaff, ...]:
        """The staff with the groups they teach; who had no lesson in these weeks keeps the groups that we know."""
        found = []
        for record in _users(self._told.staff, "isEmployee"):
            member = self._reader.staff(record)
            if member is not None:
                keys = self._lessons.staff.get(member.key) if self._lessons else None
                found.append(member._replace(group_keys=tuple(sorted(keys)) if keys else ABSENT))
        return tuple(found)


def _by_pupil(all_of: Told) -> dict[str, list[Mapping[str, Any]]]:
    places: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for record in all_of.places or ():
        if code := text_of(record, "student"):
            places[code].append(record)
    return dict(places)


def _users(records: list[dict[str, Any]], flag: str) -> list[dict[str, Any]]:
    """Who is of this sort and not archived."""
    return [one for one in records if told(one, flag) is not False and told(one, "archived") is not True]


def _mentors_among(all_of: Told) -> set[str]:
    """The staff who can be a mentor: who is called so; all of them at a school that calls nobody so."""
    staff = _users(all_of.staff, "isEmployee")
    called = [one for one in staff if told(one, "isMentor") is True]
    return {code for one in called or staff if (code := text_of(one, "code"))}


def _department(place: Mapping[str, Any]) -> str | None:
    return text_of(place, "departmentOfBranch")


def _weight(place: Mapping[str, Any]) -> float:
    weight = place.get("participationWeight")
    return weight if isinstance(weight, (int, float)) else 1.0


def year_in(department: Mapping[str, Any]) -> int | None:
    """The year of study of a department."""
    text = plain(department.get("yearOfEducation")) or ""
    return int(text) if text.isdecimal() and 1 <= int(text) <= 6 else None
