"""What Somtoday told about a school, tied together: who belongs to which group, mentor and guardian (Z-258, Z-275)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.roster import (
    ABSENT,
    Kind,
    RosterGroup,
    RosterGuardian,
    RosterGuardianship,
    RosterLocation,
    RosterPupil,
    RosterStaff,
)
from app.roster.messages import Notes

from .reader import SomtodayReader
from .tellings import Telling, is_behind, told_placements
from .values import objects, uuid_of


@dataclass(slots=True)
class Collected:
    """What the open locations told. One person told by two locations is one record: the keys are the uuids."""

    locations: dict[str, RosterLocation] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    groups: dict[str, RosterGroup] = field(default_factory=dict)
    guessed_groups: dict[str, RosterGroup] = field(default_factory=dict)  # named by a placement only
    tellings: dict[str, list[Telling]] = field(default_factory=dict)  # of pupils, by uuid
    pupils: dict[str, RosterPupil] = field(default_factory=dict)
    guardians: dict[str, RosterGuardian] = field(default_factory=dict)
    staff: dict[str, RosterStaff] = field(default_factory=dict)
    relations: dict[tuple[str, str], RosterGuardianship] = field(default_factory=dict)
    ranks: dict[tuple[str, str], Any] = field(default_factory=dict)
    pairs_told: bool = False  # by at least one pupil or guardian
    # Only lists that were told: one that we may not see is not there (formats.md 4.1).
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)  # group -> pupils
    mentors: dict[str, tuple[str, ...]] = field(default_factory=dict)  # class -> staff
    teachers: dict[str, tuple[str, ...]] = field(default_factory=dict)  # teaching group -> staff
    refused: set[Kind] = field(default_factory=set)

    def tells_all(self, lists: Mapping[str, object], is_home: bool) -> bool:
        """Whether each class, or each teaching group, has its list among these."""
        keys = [key for key, group in self.groups.items() if group.is_home is is_home]
        return all(key in lists or key in self.guessed_groups for key in keys)


def read_pupils(told: Collected, reader: SomtodayReader, year: int) -> None:
    """The pupils of all tellings, with the classes that only their placements name and the rank of their guardians."""
    for tellings in told.tellings.values():
        tellings.sort(key=lambda telling: telling.is_next)
    if is_behind((one for tellings in told.tellings.values() for one in tellings), year):
        # The classes are still those of last year: a placement of this year names what it is.
        told.groups = {key: group for key, group in told.groups.items() if not group.is_home}
    for tellings in told.tellings.values():
        pupil = reader.pupil(tellings)
        if pupil is None:
            continue
        if pupil.location_key not in told.locations:
            pupil = pupil._replace(location_key=tellings[0].location)
        told.pupils[pupil.key] = pupil
        for placement in told_placements(tellings):
            # The class of a placement may belong to a location that we do not see.
            home = placement.get("stamgroep")
            if uuid_of(home) == pupil.group_key and pupil.group_key not in told.groups:
                group = reader.group(home, None, True)
                if group is not None:
                    told.guessed_groups[group.key] = told.groups[group.key] = group
        _rank_guardians(told, pupil, tellings)


def _rank_guardians(told: Collected, pupil: RosterPupil, tellings: Iterable[Telling]) -> None:
    for telling in tellings:
        told.pairs_told |= isinstance(telling.record.get("verzorgers"), list)
        for link in objects(telling.record.get("verzorgers")):
            guardian, rank = uuid_of(link), link.get("volgnummer")
            if guardian:
                told.ranks.setdefault((guardian, pupil.key), rank if type(rank) is int else ABSENT)


def linked_pupils(told: Collected, notes: Notes) -> tuple[RosterPupil, ...]:
    """The pupils with their groups and mentors. A link is told by the pupil, by the group, or by both."""
    homes: dict[str, str] = {}
    teaching: dict[str, list[str]] | None = {} if told.tells_all(told.members, is_home=False) else None
    for key, members in told.members.items():
        for pupil in members if key in told.groups else ():
            if told.groups[key].is_home:
                homes.setdefault(pupil, key)
            elif teaching is not None:
                teaching.setdefault(pupil, []).append(key)
    return tuple(_linked_pupil(pupil, told, homes, teaching, notes) for pupil in told.pupils.values())


def _linked_pupil(
    pupil: RosterPupil, told: Collected, homes: dict[str, str], teaching: dict[str, list[str]] | None, notes: Notes
) -> RosterPupil:
    home = homes.get(pupil.key, ABSENT) if pupil.group_key is ABSENT else pupil.group_key
    own = pupil.group_keys
    keys = dict.fromkeys((*(own or ()), *(teaching or {}).get(pupil.key, ())))
    known = tuple(key for key in keys if key in told.groups and not told.groups[key].is_home)
    mentors = pupil.mentor_keys
    if mentors is ABSENT and isinstance(home, str) and told.mentors.get(home):
        mentors = told.mentors[home]
    for key in mentors or ():
        # With a location closed nobody can tell a mistake from a mentor of that location (Z-228).
        if key not in told.staff and Kind.STAFF not in told.refused and not told.closed:
            notes.warning("pupil", pupil.number, "mentor-unknown", mentor=key[:8])
    has_groups, has_staff = Kind.GROUPS not in told.refused, Kind.STAFF not in told.refused
    return pupil._replace(
        group_key=home if has_groups else ABSENT,
        group_keys=known if has_groups and (own is not ABSENT or teaching is not None) else ABSENT,
        # With those whose own record is out of sight or bad: who is still named, stays (the plan knows whom it knows).
        mentor_keys=mentors if has_staff else ABSENT,
    )


def linked_staff(told: Collected) -> tuple[RosterStaff, ...]:
    """The staff with the groups they teach or are mentor of: all of them, a part, or nothing told."""
    groups: dict[str, list[str]] = {}
    for links in (told.teachers, told.mentors):
        for key, members in links.items():
            for member in members:
                groups.setdefault(member, []).append(key)
    all_classes = told.tells_all(told.mentors, is_home=True)
    all_lessons = told.tells_all(told.teachers, is_home=False)
    staff = []
    for member in told.staff.values():
        lessons_told = all_lessons or member.group_keys is not ABSENT
        keys = dict.fromkeys((*(member.group_keys or ()), *groups.get(member.key, ())))
        known = tuple(key for key in keys if key in told.groups)
        nothing = not (known or lessons_told or all_classes) or Kind.GROUPS in told.refused
        staff.append(
            member._replace(group_keys=ABSENT if nothing else known, groups_complete=lessons_told and all_classes)
        )
    return tuple(staff)


def pairs_of(told: Collected) -> tuple[RosterGuardianship, ...]:
    """The links of the pupils that we know, with the rank that the pupil gives (Z-265 to Z-267).

    Also with a guardian whose own record is out of sight or bad: the plan knows whom it knows, and tells of the others.
    """
    pairs = []
    for guardian, pupil in dict.fromkeys((*told.relations, *told.ranks)):
        if pupil not in told.pupils or Kind.GUARDIANS in told.refused:
            continue
        pair = told.relations.get((guardian, pupil)) or RosterGuardianship(guardian, pupil)
        pairs.append(pair._replace(rank=told.ranks.get((guardian, pupil), ABSENT)))
    return tuple(pairs)
