"""Who loses access by a plan without being gone: seen from a location no more, or without a child or group. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from typing import Final, NamedTuple

from app.services.roster.plan.changes import Plan
from app.services.roster.plan.known import KnownSchool
from app.services.roster.plan.parts import ACCESS, EVERYWHERE, NOWHERE, Part, Whereabouts, judged


class _Loss(NamedTuple):
    person: int
    location: int


def access_lost(known: KnownSchool, plan: Plan, places: Whereabouts) -> dict[Part, Set[int]]:
    """Per part who loses access: pupils who move away from a location, guardians without one of their children there,
    staff without any group or pupil there. Also everywhere together; nothing when nobody does. Only whom this source is
    the first to tell of is counted.
    """
    gone = {person_id for person_id, values in plan.rows["person"].changed if values.get("left_on")}
    lost: dict[Part, set[int]] = defaultdict(set)
    for kind, find in FINDERS.items():
        losses = [one for one in find(known, plan, places) if one.person not in gone]
        counts = set(judged(known, plan, kind)) if losses else set()
        for loss in losses:
            if loss.person in counts:
                for place in (loss.location, EVERYWHERE):
                    lost[Part(kind, ACCESS, place)].add(loss.person)
    return dict(lost)


def _moved_pupils(known: KnownSchool, plan: Plan, _places: Whereabouts) -> Iterator[_Loss]:
    moved = {key for key, values in plan.rows["enrolment"].changed if "location_id" in values}
    if moved:
        for pupil, enrolment in known.enrolments.items():
            if enrolment.id in moved:
                yield _Loss(pupil, enrolment.location_id)
    for pupil, _year, location, *_more in plan.rows["enrolment"].new:
        before = known.placed.get(pupil, location)
        if before != location:
            yield _Loss(pupil, before)


def _parted_guardians(known: KnownSchool, plan: Plan, _places: Whereabouts) -> Iterator[_Loss]:
    for guardian, pupil in plan.rows["guardianship"].gone:
        yield _Loss(guardian, known.placed.get(pupil, NOWHERE))


def _staff_without(known: KnownSchool, plan: Plan, places: Whereabouts) -> Iterator[_Loss]:
    """Who teaches another group at the same location still, loses nothing."""
    groups, pupils = _taken(plan)
    mentored: Mapping[int, set[int]] = defaultdict(set)
    for pupil, members in known.mentors.items():
        for member in members & pupils.keys():
            mentored[member].add(pupil)
    for member in groups.keys() | pupils.keys():
        kept = {places.groups.get(group) for group in known.staff_groups.get(member, set()) - groups[member]}
        kept |= {known.placed.get(pupil) for pupil in mentored[member] - pupils[member]}
        kept |= places.coming.get(member, set())
        for location in places.now.get(member, set()) - kept:
            yield _Loss(member, location)


def _taken(plan: Plan) -> tuple[defaultdict[int, set[int]], defaultdict[int, set[int]]]:
    """The groups and the pupils that are taken from each member of the staff."""
    groups: defaultdict[int, set[int]] = defaultdict(set)
    pupils: defaultdict[int, set[int]] = defaultdict(set)
    for group, member in plan.rows["group_staff"].gone:
        groups[member].add(group)
    for pupil, member in plan.rows["mentor"].gone:
        pupils[member].add(pupil)
    return groups, pupils


FINDERS: Final = {"pupil": _moved_pupils, "guardian": _parted_guardians, "staff": _staff_without}
