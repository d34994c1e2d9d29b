"""A delivery of changes as a roster: what is told, and who is gone, joined a group or parted from one (formats.md 7.1).

What it puts where:
- people, groups, locations: the records that were made or changed. Their groups and mentors are ABSENT, for a change
  of a person says nothing about those.
- `gone`, `joined`, `parted`, `whole_pairs`: see moves.py.
- `only_known`: records of users of whom nothing tells a role, read as each kind; the one that we know by that kind and
  key counts, the others are nobody.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from app.roster import ABSENT, Kind, Roster, RosterDetails, RosterLocation
from app.roster.messages import Notes

from .groups import Links
from .identifiers import NUMBERS, typed_ids
from .moves import gone_keys, memberships, whole_pairs
from .people import PeopleReader, User, without_silent
from .tables import (
    DETAILS,
    ENROLMENTS,
    KIND_OF_ROLE,
    ROLES,
    USERS,
    Package,
    Role,
    day_of,
    key_of,
    keys_of,
    roles_of,
    text_of,
)
from .whole import Reading, read_package

SILENT: Final[dict[str, Any]] = {"group_key": ABSENT, "group_keys": ABSENT, "mentor_keys": ABSENT}


def changed_roster(source: str, package: Package, notes: Notes, brin: str, today: date) -> Roster:
    """The roster of a package in which at least one file holds changes only. Nobody is gone by not being told."""
    if not package.changes >= package.tables.keys():
        notes.warning("roster", "", "mixed-package")
    read = read_package(_with_found_roles(package), notes, brin, today, is_delta=True)
    unsure = _unsure(package, read, notes, today)
    pupils = [*(one._replace(**SILENT) for one in read.pupils.values()), *unsure[Kind.PUPILS]]
    guesses = {key for key, one in read.places.locations.items() if one.is_guess}
    pupils = [one._replace(location_key=None) if one.location_key in guesses else one for one in pupils]
    staff = [*(one._replace(group_keys=ABSENT) for one in read.staff.values()), *unsure[Kind.STAFF]]
    moves = memberships(package, read, notes)
    details = tuple(_details_alone(package, read, notes, today))
    return Roster(
        source=source,
        brin=read.places.brin,
        school_year=read.year.year,
        reference_date=read.year.day,
        made_on=_made_on(package, today),
        delivers=frozenset(Kind),
        locations=tuple(_told_locations(read)),
        groups=tuple(read.groups.values()),
        pupils=without_silent(pupils),
        guardians=without_silent([*read.guardians.values(), *unsure[Kind.GUARDIANS]]),
        guardianships=tuple(read.pairs.values()),
        staff=without_silent(staff),
        messages=tuple(notes.messages),
        is_delta=True,
        gone=gone_keys(package),
        joined=tuple(one for one, is_in in moves if is_in),
        parted=tuple(one for one, is_in in moves if not is_in),
        only_known=frozenset((kind, one.key) for kind, some in unsure.items() for one in some),
        whole_pairs=whole_pairs(package, read),
        details=details,
    )


def _told_locations(read: Reading) -> Iterator[RosterLocation]:
    """The locations that are told, or that are named by their code; another key says nothing when it is not known."""
    for one in read.places.locations.values():
        if not one.is_guess and (read.places.is_told or one.code):
            yield one


def _made_on(package: Package, today: date) -> date | None:
    """The day of the newest change: an older package after a newer one is held by the gate."""
    days = [day for rows in package.tables.values() for row in rows if (day := day_of(row, "datelastmodified"))]
    return min(max(days), today) if days else None


def _with_found_roles(package: Package) -> Package:
    """The package with a role for users who have none told, from what tells it too: an enrolment, a typed number."""
    roles, strange = roles_of(package)
    found: dict[str, str] = {}
    for row in package.rows(ENROLMENTS):
        user, role = key_of(row, "usersourcedid"), (text_of(row, "role") or "").casefold()
        if user is not None and role in KIND_OF_ROLE:
            found.setdefault(user, role)
    for row in package.rows(USERS):
        sorts = {sort for sort, _text in typed_ids(row)}
        for kind, role in ((Kind.PUPILS, "student"), (Kind.STAFF, "teacher"), (Kind.GUARDIANS, "guardian")):
            if (key := key_of(row)) and not sorts.isdisjoint(NUMBERS[kind]):
                found.setdefault(key, role)
    more = [
        {"usersourcedid": key, "role": role}
        for row in package.rows(USERS)
        if (key := key_of(row)) and key not in roles and key not in strange and (role := found.get(key))
    ]
    return Package({**package.tables, ROLES: [*package.tables.get(ROLES, ()), *more]}, package.changes)


def _unsure(package: Package, read: Reading, notes: Notes, today: date) -> dict[Kind, list[Any]]:
    """Users of whom nothing tells what they are, as each kind."""
    reader = PeopleReader(notes, read.places, Links(told=False), read.year, today)
    makers = {Kind.PUPILS: reader.pupil, Kind.GUARDIANS: reader.guardian, Kind.STAFF: reader.staff}
    found: dict[Kind, list[Any]] = {kind: [] for kind in makers}
    _roles, strange = roles_of(package)
    details = {key: row for row in package.rows(DETAILS) if (key := key_of(row))}
    for row in package.rows(USERS):
        key = key_of(row)
        if key is None or key in read.roles or key in strange:
            continue
        for kind, make in makers.items():
            role = Role(kind, "", keys_of(row, "orgsourcedids"))
            if (person := make(User(key, row, (role,), details.get(key)))) is not None:
                found[kind].append(person)
    return found


def _details_alone(package: Package, read: Reading, notes: Notes, today: date) -> Iterator[RosterDetails]:
    """Dates of birth and genders of people of whom nothing else changed."""
    users = {key_of(row) for row in package.tables.get(USERS, ())}
    reader = PeopleReader(notes, read.places, Links(told=False), read.year, today)
    for row in package.rows(DETAILS):
        key = key_of(row)
        if key is not None and key not in users:
            user = User(key, {}, (), row)
            gender = reader.gender("pupil", key, text_of(row, "sex")) if "sex" in row else ABSENT
            yield RosterDetails(key, reader.birth_date(key, user) if "birthdate" in row else ABSENT, gender)
