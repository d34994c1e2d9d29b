"""What Magister told about a school, tied together: names of groups and mentors become links (Z-258, Z-275). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.roster import ABSENT, Kind, RosterGroup, RosterLocation, RosterPupil, RosterStaff
from app.roster.messages import Notes
from app.roster.reading.values import plain

from .enrolments import Row
from .groups import Groups, Named
from .pupils import Mentor, Told
from .staff import Directory, Member


@dataclass(slots=True)
class Collected:
    """All that was read. Of whom there are no groups here, the groups were not told."""

    pupils: dict[str, Told] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    pupil_groups: dict[str, tuple[Named, ...]] = field(default_factory=dict)
    staff_groups: dict[str, tuple[Named, ...]] = field(default_factory=dict)  # all of them
    staff_classes: dict[str, tuple[Named, ...]] = field(default_factory=dict)  # of these none is new
    refused: set[Kind] = field(default_factory=set)
    lessons_told: bool = False  # the teaching groups of pupils
    some_closed: bool = False  # a group that only a teacher names may be one of a location that is off
    mentors_are_all: bool = False  # of the groups of staff, this school tells only of which class they are mentor
    groups_complete: bool = True
    staff_groups_asked: bool = True  # False: by its settings this school tells no groups of staff at all


class Linked(NamedTuple):
    """Groups, pupils and staff with the links between them."""

    groups: tuple[RosterGroup, ...]
    pupils: tuple[RosterPupil, ...]
    staff: tuple[RosterStaff, ...]
    groups_complete: bool


def named_groups(rows: Iterable[Row], *, with_class: bool) -> tuple[Named, ...]:
    """The groups that rows name, each once. `with_class`: the name may stand in the column of the class."""
    found = []
    for row in rows:
        name = plain(row.get("group") or (with_class and row.get("class")) or None) or ""
        number = plain(row.get("group_id") or None) or ""
        if name or number:
            found.append(Named(name, number))
    return tuple(dict.fromkeys(found))


def locations_of(pupils: Iterable[Told]) -> dict[str, RosterLocation]:
    """The locations that pupils name, by key. Magister has no list of them (formats.md 5.2)."""
    found: dict[str, RosterLocation] = {}
    for told in pupils:
        key = told.pupil.location_key
        if key and told.location and not (key in found and found[key].code):
            found[key] = RosterLocation(key, told.location, told.location_code)
    return found


def linked(told: Collected, year: int, notes: Notes) -> Linked:
    """Ties everybody to their groups and mentors."""
    groups = Groups(year)
    staff = Directory(told.members.values())
    links: dict[str, dict[str, None]] = {key: {} for key in told.members}
    homes = {number: _home(one, groups) for number, one in told.pupils.items()}
    for number, one in told.pupils.items():
        for mentor in one.class_mentors:
            member = staff.find(*mentor)
            if member and isinstance(homes[number], str):
                links[member][homes[number]] = None
    lessons = {number: _lessons(number, told, groups) for number in told.pupils}
    pupils = tuple(
        one.pupil._replace(
            group_key=homes[number],
            group_keys=lessons[number],
            mentor_keys=_mentors(number, one.mentors, staff, notes) if Kind.STAFF not in told.refused else ABSENT,
        )
        for number, one in told.pupils.items()
    )
    members = tuple(_member(key, links[key], told, groups) for key in told.members)
    is_whole = told.groups_complete and all(home is not ABSENT for home in homes.values())
    return Linked(groups.all(), pupils, members, is_whole)


def _home(one: Told, groups: Groups) -> Any:
    if not one.home:
        return one.home
    year = one.pupil.year_of_study
    return groups.home(one.home, one.pupil.location_key, year if isinstance(year, int) else None)


def _lessons(number: str, told: Collected, groups: Groups) -> Any:
    named = told.pupil_groups.get(number)
    if named is None:
        return ABSENT
    location = told.pupils[number].pupil.location_key
    own = told.pupils[number].home
    keys = (groups.teaching(one, location) for one in named if not own or one.name.casefold() != own.casefold())
    return tuple(dict.fromkeys(keys))


def _mentors(number: str, mentors: Any, staff: Directory, notes: Notes) -> Any:
    """The keys of the mentors. One that cannot be found leaves all as they are, for it may be somebody who stays."""
    if mentors is ABSENT:
        return ABSENT
    keys = []
    for mentor in mentors:
        key = staff.find(*mentor)
        if key is None:
            notes.warning("pupil", number, "mentor-unknown", mentor=shown(mentor))
            return ABSENT
        keys.append(key)
    return tuple(dict.fromkeys(keys))


def shown(mentor: Mentor) -> str:
    """A mentor in a message: the code, never a name."""
    return mentor.code[:12] if " " not in mentor.code and mentor.code else "?"


def _member(key: str, classes: dict[str, None], told: Collected, groups: Groups) -> RosterStaff:
    """With all groups when those were told; else with what the classes say, and nothing is taken away."""
    member = told.members[key]
    place = member.location and member.location.casefold()
    keys = dict(classes)
    for one in told.staff_classes.get(key, ()):
        keys |= dict.fromkeys(groups.find(one, place))
    for one in told.staff_groups.get(key, ()):
        found = groups.find(one, place)
        if not found and told.lessons_told and not told.some_closed:
            found = (groups.teaching(one, place),)
        # A group that cannot be placed is there all the same.
        told.groups_complete = told.groups_complete and bool(found or not told.some_closed)
        keys |= dict.fromkeys(found)
    is_whole = key in told.staff_groups or told.mentors_are_all
    return member.staff._replace(group_keys=tuple(keys) if keys or is_whole else ABSENT, groups_complete=is_whole)
