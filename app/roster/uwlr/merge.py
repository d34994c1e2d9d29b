"""The answers about several locations as one roster. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.roster import Kind, Roster, RosterPupil, RosterStaff
from app.roster.messages import Notes
from app.roster.reading.asked_schools import AskedSchool, school_told


def joined(
    answers: Mapping[AskedSchool, Roster], asked: Sequence[AskedSchool], brin: str, off: frozenset[str], notes: Notes
) -> Roster:
    """One roster of all answers. What one of them does not hold is not delivered at all: nobody is gone by that."""
    messages = tuple(message for roster in answers.values() for message in roster.messages) + tuple(notes.messages)
    told = [roster for roster in answers.values() if not roster.is_delta]
    if not told:
        return replace(next(iter(answers.values())), messages=messages)
    is_whole = len(told) == len(asked)
    delivers = frozenset.intersection(*(roster.delivers for roster in told))
    locations = {one.key: one for roster in reversed(told) for one in roster.locations}
    # The answer about one location may list them all; the people of one that did not answer are not told by that.
    silent = {school.code for school in asked if school not in answers or answers[school].is_delta}
    return replace(
        told[0],
        brin=school_told(brin, asked, [roster.brin for roster in told if roster.brin]),
        delivers=delivers if is_whole else delivers - {Kind.STAFF},
        groups_complete=is_whole,
        made_on=min((roster.made_on for roster in told if roster.made_on), default=None),
        locations=tuple(locations.values()),
        groups=tuple(group for roster in told for group in roster.groups),
        pupils=pupils_of(told),
        staff=staff_of(told),
        closed_locations=frozenset(
            key for key, one in locations.items() if not (off | silent).isdisjoint((key, one.code))
        ),
        messages=messages,
    )


def pupils_of(rosters: Iterable[Roster]) -> tuple[RosterPupil, ...]:
    """Each pupil once: a pupil who moved within the school is where the pupil has not left."""
    found: dict[str, RosterPupil] = {}
    for pupil in (pupil for roster in rosters for pupil in roster.pupils):
        known = found.get(pupil.key)
        if known is None or (known.leaving_date and not pupil.leaving_date):
            found[pupil.key] = pupil
    return tuple(found.values())


def staff_of(rosters: Iterable[Roster]) -> tuple[RosterStaff, ...]:
    """Each staff member once, with the groups of all locations."""
    found: dict[str, RosterStaff] = {}
    for member in (member for roster in rosters for member in roster.staff):
        known = found.get(member.key)
        if known is None:
            found[member.key] = member
        else:
            keys = dict.fromkeys((*(known.group_keys or ()), *(member.group_keys or ())))
            found[member.key] = known._replace(group_keys=tuple(keys))
    return tuple(found.values())


def with_own_groups(roster: Roster, school: AskedSchool) -> Roster:
    """The same roster with keys of groups that no other location has; a group without pupils is where it was asked."""
    mark = school.key
    here = next((one.key for one in roster.locations if school.code in (one.code, one.key)), None)
    filled = {key for pupil in roster.pupils for key in (pupil.group_key, *(pupil.group_keys or ()))}

    def own(key: Any) -> Any:
        if isinstance(key, tuple):
            return tuple(own(one) for one in key)
        return f"{mark}:{key}" if key else key

    return replace(
        roster,
        groups=tuple(
            group._replace(key=own(group.key), location_key=None if group.key in filled else here)
            for group in roster.groups
        ),
        pupils=tuple(
            pupil._replace(group_key=own(pupil.group_key), group_keys=own(pupil.group_keys)) for pupil in roster.pupils
        ),
        staff=tuple(member._replace(group_keys=own(member.group_keys)) for member in roster.staff),
    )
