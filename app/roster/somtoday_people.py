"""What Somtoday told about a school, tied together: who belongs to which group, mentor and guardian (Z-258, Z-275)."""

from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Collected:
    """What the open locations told. One person told by two locations is one record: the keys are the uuids."""

    locations: dict[str, RosterLocation] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    groups: dict[str, RosterGroup] = field(default_factory=dict)
    guessed_groups: dict[str, RosterGroup] = field(default_factory=dict)  # named by a placement only
    pupils: dict[str, RosterPupil] = field(default_factory=dict)
    guardians: dict[str, RosterGuardian] = field(default_factory=dict)
    staff: dict[str, RosterStaff] = field(default_factory=dict)
    relations: dict[tuple[str, str], RosterGuardianship] = field(default_factory=dict)
    ranks: dict[tuple[str, str], int | None] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)  # group -> pupils
    mentors: dict[str, tuple[str, ...]] = field(default_factory=dict)  # class -> staff
    teachers: dict[str, tuple[str, ...]] = field(default_factory=dict)  # teaching group -> staff
    refused: set[Kind] = field(default_factory=set)


def linked_pupils(told: Collected, notes: Notes) -> tuple[RosterPupil, ...]:
    """The pupils with their groups and mentors. A link is told by the pupil, by the group, or by both."""
    homes: dict[str, str] = {}
    teaching: dict[str, list[str]] = {}
    for key, members in told.members.items():
        for pupil in members if key in told.groups else ():
            if told.groups[key].is_home:
                homes.setdefault(pupil, key)
            else:
                teaching.setdefault(pupil, []).append(key)
    return tuple(_linked_pupil(pupil, told, homes, teaching, notes) for pupil in told.pupils.values())


def _linked_pupil(
    pupil: RosterPupil, told: Collected, homes: dict[str, str], teaching: dict[str, list[str]], notes: Notes
) -> RosterPupil:
    home = homes.get(pupil.key, ABSENT) if pupil.group_key is ABSENT else pupil.group_key
    own = pupil.group_keys
    keys = dict.fromkeys((*(own or ()), *teaching.get(pupil.key, ())))
    known = tuple(key for key in keys if key in told.groups and not told.groups[key].is_home)
    mentors = pupil.mentor_keys
    if mentors is ABSENT and isinstance(home, str) and told.mentors.get(home):
        mentors = told.mentors[home]
    for key in mentors or ():
        if key not in told.staff and Kind.STAFF not in told.refused:
            notes.warning("pupil", pupil.number, "mentor-unknown", mentor=key[:8])
    has_groups, has_staff = Kind.GROUPS not in told.refused, Kind.STAFF not in told.refused
    return pupil._replace(
        group_key=home if has_groups else ABSENT,
        group_keys=known if has_groups and (own is not ABSENT or known) else ABSENT,
        mentor_keys=tuple(key for key in mentors if key in told.staff)
        if has_staff and mentors is not ABSENT
        else ABSENT,
    )


def linked_staff(told: Collected) -> tuple[RosterStaff, ...]:
    """The staff with the groups they teach or are mentor of."""
    groups: dict[str, list[str]] = {}
    for links in (told.teachers, told.mentors):
        for key, members in links.items():
            for member in members:
                groups.setdefault(member, []).append(key)
    return tuple(
        member._replace(
            group_keys=tuple(
                key for key in dict.fromkeys((*member.group_keys, *groups.get(member.key, ()))) if key in told.groups
            )
        )
        for member in told.staff.values()
    )


def pairs_of(told: Collected, notes: Notes) -> tuple[RosterGuardianship, ...]:
    """The links between the guardians and pupils that we know, with the rank that the pupil gives (Z-265 to Z-267)."""
    pairs = []
    for guardian, pupil in dict.fromkeys((*told.relations, *told.ranks)):
        if pupil not in told.pupils or Kind.GUARDIANS in told.refused:
            continue
        if guardian not in told.guardians:
            notes.warning("pupil", told.pupils[pupil].number, "guardian-unknown", guardian=guardian[:8])
            continue
        pair = told.relations.get((guardian, pupil)) or RosterGuardianship(guardian, pupil)
        pairs.append(pair._replace(rank=told.ranks.get((guardian, pupil))))
    return tuple(pairs)
