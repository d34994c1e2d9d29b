"""What a portal tells about one school in one school year: which lists are asked, and which of them are refused."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask_babel import gettext as _

from app.clock import AMSTERDAM, school_year_name
from app.errors import RosterUnavailable
from app.roster import Kind, RosterLocation
from app.roster.messages import Notes
from app.roster.reading.transport import Refused

from .client import ZermeloClient, not_zermelo, type_Records, wrong_token
from .reader import ZermeloReader, text_of, told

SCHOOLS: Final = ("id", "name", "school", "year", "archived", "schoolName", "projectName", "schoolHrmsCode")
BRANCHES: Final = ("id", "branch", "name", "schoolInSchoolYear")
DEPARTMENTS: Final = ("id", "code", "yearOfEducation", "branchOfSchool", "branchOfSchoolCode")
USERS: Final = ("code", "firstName", "prefix", "lastName", "email", "isStudent", "isEmployee", "isMentor", "archived")
GROUPS: Final = ("id", "name", "extendedName", "isMainGroup", "isMentorGroup", "departmentOfBranch")
STUDENTS: Final = ("student", "departmentOfBranch", "participationWeight")
LESSONS: Final = (
    *("id", "start", "end", "type", "groups", "groupsInDepartments", "students", "teachers", "subjects"),
    *("valid", "cancelled"),
)
# Fields that public code shows, but not everywhere (formats.md 6.4).
HOPED: Final = {
    "studentsindepartments": ("mainGroup", "mainGroupName"),
    "appointments": ("hidden", "teacherChanged", "branchOfSchool"),
}
# Parts of the four weeks around today, in days from it; a request for more is cut off after 60 seconds.
WEEKS: Final = ((-14, -7), (-7, 0), (0, 7), (7, 14))


@dataclass(slots=True)
class Branch:
    """A branch of this school year with its location."""

    id: str
    location: RosterLocation


@dataclass(slots=True)
class Told:
    """All lists of one school. A list that was refused is None, and what it is about is in `refused`."""

    brin: str | None = None
    branches: list[Branch] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)  # keys of locations that are switched off
    departments: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # by id
    places: type_Records | None = None  # pupils in departments
    groups: type_Records = field(default_factory=list)
    pupils: type_Records = field(default_factory=list)
    staff: type_Records = field(default_factory=list)
    lessons: dict[str, type_Records] | None = None  # by id of the branch
    refused: set[Kind] = field(default_factory=set)

    def open_branches(self) -> list[Branch]:
        """The branches that may be asked."""
        return [branch for branch in self.branches if branch.location.key not in self.closed]

    def branch_of(self, department: str | None) -> Branch | None:
        """The branch of a department."""
        record = self.departments.get(department or "", {})
        told = {text_of(record, "branchOfSchool"), text_of(record, "branchOfSchoolCode")} - {None}
        return next((one for one in self.branches if told & {one.id, one.location.key}), None)


class Portal:
    """Asks the lists of one school. `organisation`: which school, when the token sees more than one."""

    def __init__(self, client: ZermeloClient, notes: Notes, year: int, today: date) -> None:
        self._client = client
        self._notes = notes
        self._year = year
        self._today = today

    def school(self, organisation: str, brin: str) -> Mapping[str, Any]:
        """The school in this school year. Raises RosterUnavailable when it is not clear which."""
        try:
            records = self._client.records("schoolsinschoolyears", SCHOOLS, year=self._year)
        except Refused as refusal:
            raise _refusal(refusal.status) from None
        found = [one for one in records if text_of(one, "year") in (None, str(self._year))]
        found = [one for one in found if told(one, "archived") is not True and text_of(one, "id")]
        wanted = organisation.strip().casefold()
        if wanted:
            found = [one for one in found if wanted in {name.casefold() for name in names_of(one)}]
        elif len(found) > 1:
            found = [one for one in found if (text_of(one, "schoolHrmsCode") or "").upper()[:4] == brin] or found
        if len(found) == 1:
            return found[0]
        if not found:
            year = school_year_name(self._year)
            raise RosterUnavailable(_("Zermelo shows no school of %(year)s with this token. Check it.", year=year))
        names = ", ".join(sorted(text_of(one, "schoolName", "name", "school") or "?" for one in found))
        raise RosterUnavailable(_("This token sees more than one school: %(names)s. Fill in which one.", names=names))

    def read(self, school: Mapping[str, Any], switched_off: frozenset[str], reader: ZermeloReader) -> Told:
        """All lists, except those of locations that are switched off."""
        all_of = Told()
        key = text_of(school, "id")
        self.branches(all_of, key, switched_off, reader)
        self.people(all_of, key)
        all_of.places = self._places(all_of, list(all_of.departments)) if self.departments(all_of, key) else None
        if all_of.places is None:
            self._notes.warning("roster", "", "resource-refused", resource="home_groups")
        all_of.lessons = self._lessons(all_of.open_branches(), WEEKS)
        return all_of

    def look(self, school: Mapping[str, Any], switched_off: frozenset[str], reader: ZermeloReader) -> Told:
        """What may be read, by as little as shows it. Raises RosterUnavailable when that is not enough for a school."""
        some_of = Told()
        key = text_of(school, "id")
        self.branches(some_of, key, switched_off, reader)
        self.people(some_of, key)
        may_place = self.departments(some_of, key)
        if not may_place and len(some_of.branches) > 1:
            raise RosterUnavailable(
                _("This token may not read departments, so nobody has a location. Give it that right in the portal.")
            )
        if not may_place or self._places(some_of, list(some_of.departments)[:1]) is None:
            self._notes.warning("roster", "", "resource-refused", resource="home_groups")
        self._lessons(some_of.open_branches()[:1], ((0, 1),))
        return some_of

    def departments(self, all_of: Told, key: str | None) -> bool:
        """The departments of the school; whether we may see them."""
        records = self._list("departmentsofbranches", DEPARTMENTS, schoolInSchoolYear=key)
        all_of.departments = {number: one for one in records or () if (number := text_of(one, "id"))}
        return records is not None

    def people(self, all_of: Told, key: str | None) -> None:
        """The groups and people of the school. Raises RosterUnavailable when this token may see nobody."""
        all_of.groups = self._kind(all_of, Kind.GROUPS, "groupindepartments", GROUPS, schoolInSchoolYear=key)
        who = {"schoolInSchoolYear": key}
        all_of.pupils = self._kind(all_of, Kind.PUPILS, "users", USERS, **who, isStudent="true")
        all_of.staff = self._kind(all_of, Kind.STAFF, "users", USERS, **who, isEmployee="true")
        if {Kind.PUPILS, Kind.STAFF} <= all_of.refused:
            raise RosterUnavailable(_("This token may not read users. Give it that right in the Zermelo portal."))

    def branches(self, all_of: Told, key: str | None, switched_off: frozenset[str], reader: ZermeloReader) -> None:
        """The branches of the school, each a location."""
        records = self._kind(all_of, Kind.LOCATIONS, "branchesofschools", BRANCHES, schoolInSchoolYear=key)
        for record in records:
            location, number = reader.location(record), text_of(record, "id")
            if location is None or number is None:
                continue
            all_of.branches.append(Branch(number, location))
            if not switched_off.isdisjoint((location.key, location.code)):
                all_of.closed.add(location.key)
        if not all_of.branches and Kind.LOCATIONS not in all_of.refused:
            raise RosterUnavailable(_("Zermelo shows no locations with this token. Check the rights of the token."))
        if all_of.branches and not all_of.open_branches():
            raise RosterUnavailable(_("All locations of this service are switched off."))

    def _kind(self, all_of: Told, kind: Kind, name: str, fields: tuple[str, ...], **wanted: object) -> type_Records:
        """A list; empty when it is refused, and then its kind is not delivered."""
        records = self._list(name, fields, **wanted)
        if records and fields is USERS and not any(text_of(one, "lastName") for one in records):
            records = None  # codes alone are no people: this token may not see names
        if records is None:
            all_of.refused.add(kind)
            self._notes.warning("roster", "", "resource-refused", resource=kind.value)
        return records or []

    def _list(self, name: str, fields: tuple[str, ...], **wanted: object) -> type_Records | None:
        """A list; None when this token may not read it."""
        try:
            return self._client.records(name, fields, HOPED.get(name, ()), **wanted)
        except Refused as refusal:
            if refusal.status not in (403, 404):
                raise _refusal(refusal.status) from None
            return None

    def _places(self, all_of: Told, departments: list[str]) -> type_Records | None:
        """The pupils in these departments, of branches that are open; None when we may not see them."""
        found: dict[tuple[str | None, str | None], dict[str, Any]] = {}
        open_ones = {branch.id for branch in all_of.open_branches()}
        for department in departments:
            branch = all_of.branch_of(department)
            if branch is not None and branch.id not in open_ones:
                continue
            records = self._list("studentsindepartments", STUDENTS, departmentOfBranch=department)
            if records is None:
                return None
            for one in records:
                found[text_of(one, "student"), text_of(one, "departmentOfBranch") or department] = one
        return [{"departmentOfBranch": department, **one} for (_pupil, department), one in found.items()]

    def _lessons(self, branches: Sequence[Branch], spans: Sequence[tuple[int, int]]) -> dict[str, type_Records] | None:
        """The appointments of these days, counted from today, by branch; None when we may not see them."""
        lessons: dict[str, type_Records] = defaultdict(list)
        for branch in branches:
            for first, end in spans:
                when = {"start": self._midnight(first), "end": self._midnight(end)}
                records = self._list("appointments", LESSONS, **when, branchOfSchool=branch.id)
                if records is None:
                    self._notes.warning("roster", "", "resource-refused", resource="teaching_groups")
                    return None
                lessons[branch.id] += [
                    one for one in records if text_of(one, "branchOfSchool") in (None, branch.id, branch.location.key)
                ]
        if not shows(lessons, "students"):
            self._notes.warning("roster", "", "resource-refused", resource="teaching_groups")
        return lessons

    def _midnight(self, days: int) -> int:
        """The begin of a day in Amsterdam, in seconds since 1970."""
        day = self._today + timedelta(days=days)
        return int(datetime.combine(day, time(), AMSTERDAM).timestamp())


def shows(lessons: Mapping[str, type_Records], name: str) -> bool:
    """Whether we may see these people in lessons: a field that is hidden is in none of them."""
    all_of = [one for records in lessons.values() for one in records]
    return not all_of or any(isinstance(one.get(name), list) for one in all_of)


def names_of(school: Mapping[str, Any]) -> list[str]:
    """All that a school may be called in the settings."""
    names = ("schoolName", "name", "school", "projectName", "schoolHrmsCode", "id")
    return [text for name in names if (text := text_of(school, name))]


def _refusal(status: int) -> RosterUnavailable:
    if status == 401:
        return wrong_token()
    if status == 400:
        return RosterUnavailable(_("Zermelo refused our question. Ask your supplier for help."))
    if status == 403:
        return RosterUnavailable(_("This token may not read the school. Give it that right in the Zermelo portal."))
    return not_zermelo()
