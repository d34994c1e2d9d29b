"""What a list that somebody made only names: pupils, staff, groups and locations that we know already. Pure.

A table of guardians names pupils by number, a table of staff names groups by name (formats.md 11). There is nothing
better in such a list, so a name is enough here, when exactly one has it. Nobody new comes of being named.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from app.models.names import fold, letters
from app.roster import Kind, Roster, RosterGuardian

from .changes import Plan
from .draft import Draft, Used
from .known import EMAIL, INITIALS, LAST_NAME, NUMBER, KnownPerson, KnownSchool
from .likeness import bare
from .places import Places


class NamedPupil(NamedTuple):
    """A pupil of whom the list says no more than the number."""

    key: str
    number: str


def completed(known: KnownSchool, roster: Roster) -> Roster:
    """The list with the codes of locations, and the numbers of guardians, that we know and it does not."""
    if not roster.is_list:
        return roster
    names = Counter(location.name.casefold() for location in known.locations)
    codes = {one.name.casefold(): one.code for one in known.locations if names[one.name.casefold()] == 1}
    locations = tuple(
        one if one.code or one.is_guess else one._replace(code=codes.get(one.name.casefold(), ""))
        for one in roster.locations
    )
    return _with_known_guardians(known, replace(roster, locations=locations))


def name_groups(known: KnownSchool, roster: Roster, plan: Plan, places: Places) -> None:
    """Groups that a list names but does not tell, when one group of this year has the name; a note for the others."""
    if not roster.is_list:
        return
    gone = set(plan.rows["school_group"].gone)
    groups = [group for group in known.groups if group.id not in gone]
    names = Counter(group.name.casefold() for group in groups)
    by_name = {group.name.casefold(): group.id for group in groups if names[group.name.casefold()] == 1}
    for name in dict.fromkeys(key for member in roster.staff for key in member.group_keys or ()):
        if name in places.groups:
            continue
        if name.casefold() in by_name:
            places.groups[name] = by_name[name.casefold()]
        else:
            plan.note("warning", "group", name[:64], "group-unknown", group=name[:64])


def name_people(draft: Draft) -> None:
    """Pupils whose guardians the list tells, and mentors of its pupils, as far as we know them."""
    roster = draft.roster
    if not roster.is_list:
        return
    if Kind.PUPILS not in roster.delivers:
        found = numbered(draft.known, "pupil", (pair.pupil_key for pair in roster.guardianships))
        for key, person in found.items():
            draft.refs["pupil"][key] = person.id
            draft.named.append(Used(NamedPupil(key, person.fields[NUMBER] or key), person.id, person))
    told = list(dict.fromkeys(key for pupil in roster.pupils for key in pupil.mentor_keys or ()))
    if Kind.STAFF not in roster.delivers:
        for key, person in numbered(draft.known, "staff", told).items():
            draft.refs["staff"][key] = person.id
    for key in told:
        if key not in draft.refs["staff"]:
            draft.plan.note("warning", "staff", key[:64], "mentor-not-found", mentor=key[:64])


def numbered(known: KnownSchool, kind: str, numbers: Iterable[str]) -> dict[str, KnownPerson]:
    """The persons at the school with these numbers, each person once: by key, else by number, else without zeros."""
    here = [person for person in known.persons.values() if person.kind == kind and person.left_on is None]
    exact = {person.fields[NUMBER]: person for person in here if person.fields[NUMBER]}
    times = Counter(bare(number) for number in exact)
    loose = {bare(number): person for number, person in exact.items() if times[bare(number)] == 1}
    found: dict[str, KnownPerson] = {}
    taken: set[int] = set()
    for number in dict.fromkeys(numbers):
        held = known.keys.get((kind, number))
        person = known.persons[held.person_id] if held else exact.get(number) or loose.get(bare(number))
        if person is not None and person.left_on is None and person.id not in taken:
            found[number] = person
            taken.add(person.id)
    return found


def _with_known_guardians(known: KnownSchool, roster: Roster) -> Roster:
    """Who has no number of its own is the guardian of that name whom one of the children has already.

    So somebody keeps the account when the eldest child leaves, or the e-mail address changes.
    """
    loose = [guardian for guardian in roster.guardians if not guardian.is_numbered]
    if not loose:
        return roster
    children: dict[str, list[str]] = {}
    for pair in roster.guardianships:
        children.setdefault(pair.guardian_key, []).append(pair.pupil_key)
    pupils = numbered(known, "pupil", (pair.pupil_key for pair in roster.guardianships))
    new_keys: dict[str, tuple[str, str]] = {}
    taken: set[int] = set()
    for guardian in loose:
        mine = [pupils[key].id for key in children.get(guardian.key, ()) if key in pupils]
        theirs = {one for pupil in mine for one in known.guardians.get(pupil, ())}
        person = _guardian_of(known, guardian, theirs - taken)
        if person is not None:
            taken.add(person.id)
            key = known.keyed.get("guardian", {}).get(person.id, guardian.key)
            new_keys[guardian.key] = (key, person.fields[NUMBER] or guardian.number)
    guardians = tuple(
        one._replace(key=new_keys[one.key][0], number=new_keys[one.key][1]) if one.key in new_keys else one
        for one in roster.guardians
    )
    pairs = tuple(
        one._replace(guardian_key=new_keys.get(one.guardian_key, (one.guardian_key,))[0])
        for one in roster.guardianships
    )
    return replace(roster, guardians=guardians, guardianships=pairs)


def _guardian_of(known: KnownSchool, told: RosterGuardian, among: Iterable[int]) -> KnownPerson | None:
    """The one of these guardians with that last name and no other initials; of several, the one with that address."""
    alike = [person for one in sorted(among) if _may_be(told, person := known.persons[one])]
    if len(alike) > 1:
        email = (told.email or "").casefold()
        alike = [person for person in alike if email and (person.fields[EMAIL] or "").casefold() == email]
    return alike[0] if len(alike) == 1 else None


def _may_be(told: RosterGuardian, person: KnownPerson) -> bool:
    """Whether the last names agree, and the initials as far as both are known."""
    initials = person.fields[INITIALS]
    if fold(person.fields[LAST_NAME]) != fold(told.last_name):
        return False
    return not told.initials or not initials or letters(told.initials) == letters(initials)
