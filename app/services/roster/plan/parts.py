"""The parts of a plan: what happens to whom, where. A part can be counted, shown, and left out of the plan. Pure.

A part is a kind of record × a direction × a location. Who is at two locations is in the parts of both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from .changes import KIND_OF, PEOPLE, Change, Plan
from .known import BIRTH_DATE, FIRST_NAME, LAST_NAME, PERSON_FIELDS, KnownSchool

NEW, CHANGED, GONE, ACCESS = DIRECTIONS = ("new", "changed", "gone", "access")
DIRECTION_OF: Final = {"new": NEW, "returned": NEW, "changed": CHANGED, "gone": GONE}  # of what a change says
KINDS: Final = (*PEOPLE, "group")  # a location that comes or goes shows in the people of it
EVERYWHERE: Final = None
NOWHERE: Final = 0  # in place of a location: who has none
IDENTITY: Final = {PERSON_FIELDS[index] for index in (FIRST_NAME, LAST_NAME, BIRTH_DATE)}


type_Numbers = Mapping[tuple[str, int | None], int]
"""(kind, location, or EVERYWHERE) -> how many."""


class Part(NamedTuple):
    """`location_id`: NOWHERE for who has none, EVERYWHERE for all together; below zero for a location that is new.

    Direction "access": who is seen from there no more, or sees less, and yet is not gone.
    """

    kind: str
    direction: str
    location_id: int | None = EVERYWHERE


class Tally(NamedTuple):
    """How many of a kind there were before, how many of those are struck, and how many of these the gate weighs.

    Weighed are: who is new (not who returned), who gets another name or date of birth, who is gone or loses access.
    """

    before: int
    struck: int = 0
    weighed: int = 0


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the people and groups of a plan are: location ids by ref."""

    now: Mapping[int, Set[int]]  # of who is at the school
    coming: Mapping[int, Set[int]]  # of who comes or returns by this plan
    before: Mapping[int, Set[int]]  # with the people of pupils who left
    groups: Mapping[int, int]

    def of(self, kind: str, ref: int) -> Set[int]:
        """The locations of somebody: where they are, else where they come, else where they were."""
        if kind == "group":
            return {self.groups.get(ref, NOWHERE)}
        return self.now.get(ref) or self.coming.get(ref) or self.before.get(ref) or {NOWHERE}


def whereabouts(known: KnownSchool, plan: Plan) -> Whereabouts:
    """Where everybody is whom this plan knows or makes."""
    groups = {group.id: group.location_id for group in known.groups}
    groups |= {row[0]: row[1] for row in plan.rows["school_group"].new}
    now: dict[int, set[int]] = defaultdict(set)
    before: dict[int, set[int]] = defaultdict(set)
    for pupil, location in known.placed.items():
        there = now if known.persons[pupil].left_on is None else before
        for ref in (pupil, *known.guardians.get(pupil, ()), *known.mentors.get(pupil, ())):
            there[ref].add(location)
    for member, taught in known.staff_groups.items():
        now[member].update(groups[group] for group in taught if group in groups)
    return Whereabouts(now, _coming(known, plan, groups), before, groups)


def _coming(known: KnownSchool, plan: Plan, groups: Mapping[int, int]) -> Mapping[int, Set[int]]:
    coming: dict[int, set[int]] = defaultdict(set)
    rows = plan.rows
    for pupil, _year, location, *_more in rows["enrolment"].new:
        coming[pupil].add(location)
    for group, member in rows["group_staff"].new:
        coming[member].add(groups.get(group, NOWHERE))
    pairs = [(member, pupil) for pupil, member in rows["mentor"].new]
    pairs += [(guardian, pupil) for guardian, pupil, *_about in rows["guardianship"].new]
    for ref, pupil in pairs:
        coming[ref] |= coming.get(pupil) or {known.placed.get(pupil, NOWHERE)}
    return coming


def parts_of(change: Change, places: Whereabouts) -> list[Part]:
    """The parts that a change is in: one for each of its locations; none for a change of a location itself."""
    if change.kind not in KINDS:
        return []
    direction = DIRECTION_OF[change.what]
    return [Part(change.kind, direction, place) for place in places.of(change.kind, change.ref)]


def counted_parts(
    known: KnownSchool, plan: Plan, places: Whereabouts, lost: Mapping[Part, Set[int]]
) -> dict[Part, Tally]:
    """The numbers of every part in which something happens, and of each kind × direction everywhere.

    `lost`: who loses access, by part (access.py). Nothing for a plan that changes nothing.
    """
    struck: dict[Part, list[int]] = defaultdict(lambda: [0, 0])
    for change in plan.changes:
        weighs = _weighs(change)
        here = parts_of(change, places)
        for part in (*here, here[0]._replace(location_id=EVERYWHERE)) if here else ():
            numbers = struck[part]
            numbers[0] += 1
            numbers[1] += weighs
    for part, people in lost.items():
        struck[part] = [len(people), len(people)]
    if not struck:
        return {}
    mine, told = _there(known, plan, places)
    return {
        part: Tally((told if part.direction == CHANGED else mine)[part.kind, part.location_id], *numbers)
        for part, numbers in struck.items()
    }


def _weighs(change: Change) -> bool:
    if change.what == "changed":
        return any(old and name in IDENTITY for name, old, _new in change.fields)
    return change.what != "returned"


def judged(known: KnownSchool, plan: Plan, kind: str) -> Iterable[int]:
    """Whom of a kind this source tells and no other goes before it for; who left or was made by hand is not one.

    Also whom only sources knew that are not used any more (left_behind.py).
    """
    ruled = known.say.ruled.get(KIND_OF[kind], frozenset())
    for person_id in (*known.keyed.get(kind, ()), *sorted(plan.left_behind.get(kind, ()))):
        person = known.persons[person_id]
        if person.left_on is None and not person.hand_made and person_id not in ruled:
            yield person_id


def _there(known: KnownSchool, plan: Plan, places: Whereabouts) -> tuple[type_Numbers, type_Numbers]:
    """How many of each kind there are now, per location and everywhere: those judged, and those that may change.

    A source may change people whom only others told until now.
    """
    mine: dict[tuple[str, int | None], int] = defaultdict(int)
    more: dict[tuple[str, int | None], int] = defaultdict(int)
    for kind in PEOPLE:
        for numbers, people in ((mine, judged(known, plan, kind)), (more, plan.recognised.get(kind, ()))):
            for person_id in people:
                numbers[kind, EVERYWHERE] += 1
                for place in places.of(kind, person_id):
                    numbers[kind, place] += 1
    for group in known.groups:
        mine["group", EVERYWHERE] += 1
        mine["group", group.location_id] += 1
    return mine, defaultdict(int, {key: mine.get(key, 0) + more.get(key, 0) for key in mine.keys() | more.keys()})
