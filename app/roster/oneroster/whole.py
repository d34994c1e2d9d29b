"""A complete delivery of OneRoster as a roster (Z-245 to Z-278). The REST and both kinds of CSV come together here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.errors import RosterUnreadable
from app.roster import (
    Kind,
    Roster,
    RosterGroup,
    RosterGuardian,
    RosterGuardianship,
    RosterPupil,
    RosterStaff,
    type_Progress,
)
from app.roster.messages import Notes

from .families import read_pairs
from .groups import Links, read_groups, read_links, schools_of
from .identifiers import short_code
from .people import WORD, PeopleReader, User, role_on, without_silent
from .schools import Places, Year
from .tables import DETAILS, USERS, Package, Role, key_of, roles_of


@dataclass(slots=True)
class Reading:
    """All that was read of a package, tied together."""

    places: Places
    year: Year
    groups: dict[str, RosterGroup]
    links: Links
    roles: dict[str, list[Role]]
    pupils: dict[str, RosterPupil]
    guardians: dict[str, RosterGuardian]
    staff: dict[str, RosterStaff]
    pairs: dict[tuple[str, str], RosterGuardianship]


def whole_roster(
    source: str,
    package: Package,
    notes: Notes,
    brin: str,
    today: date,
    *,
    refused: frozenset[Kind] = frozenset(),
    partial: frozenset[Kind] = frozenset(),
    closed: frozenset[str] = frozenset(),
    progress: type_Progress | None = None,
) -> Roster:
    """The roster. A kind of which the package tells nobody is not delivered, so none of it is gone.

    Pupils are the exception: a list of users without any pupil is for the gate to judge.
    """
    read = read_package(package, notes, brin, today, progress)
    pupils = without_silent(read.pupils.values())
    linked = {pair.guardian_key for pair in read.pairs.values() if pair.pupil_key in read.pupils}
    if read.guardians and not linked:
        # Guardians without their pupils: nobody loses a guardian by that.
        notes.warning("roster", "", "guardians-unlinked")
    _note_numbers(pupils, notes)
    told = {
        Kind.PUPILS: USERS in package.tables,
        Kind.GUARDIANS: bool(linked),
        Kind.STAFF: bool(read.staff),
        Kind.GROUPS: bool(read.groups),
        Kind.LOCATIONS: read.places.is_told,
    }
    return Roster(
        source=source,
        brin=read.places.brin,
        school_year=read.year.year,
        reference_date=read.year.day,
        delivers=frozenset(kind for kind, is_told in told.items() if is_told) - refused,
        locations=tuple(read.places.locations.values()),
        groups=tuple(read.groups.values()),
        pupils=pupils,
        guardians=without_silent(read.guardians.values()),
        guardianships=tuple(read.pairs.values()),
        staff=without_silent(read.staff.values()),
        closed_locations=closed,
        messages=tuple(notes.messages),
        groups_complete=not read.links.unclear,
        partial=partial,
        staff_links_told=read.links.told,
    )


def require_people(package: Package) -> None:
    """Raises RosterUnreadable for a complete package of files that tells of nobody, or of nobody what they are.

    Headers only, as at the end of a school year, never mean that everybody left (formats.md 8).
    """
    if not package.tells(USERS):
        raise RosterUnreadable(
            _("There are no people in these files, as happens at the end of a school year. Nothing was changed.")
        )
    if not roles_of(package)[0]:
        raise RosterUnreadable(_("These files do not say who is a pupil. Send the file of the roles with them."))


def read_package(
    package: Package,
    notes: Notes,
    brin: str,
    today: date,
    progress: type_Progress | None = None,
    is_delta: bool = False,
) -> Reading:
    """Everything that the package says is so. In a delta nobody needs to be told with a role."""
    roles, strange = roles_of(package)
    places = Places(package, notes, brin, roles.values())
    year = Year(package, today)
    groups = read_groups(package, notes, places, year)
    links = Links(told=False, schools=schools_of(package)) if is_delta else read_links(package, notes, groups, year)
    reader = PeopleReader(notes, places, links, year, today)
    pupils: dict[str, Any] = {}
    guardians: dict[str, Any] = {}
    staff: dict[str, Any] = {}
    readers = {
        Kind.PUPILS: (pupils, reader.pupil),
        Kind.GUARDIANS: (guardians, reader.guardian),
        Kind.STAFF: (staff, reader.staff),
    }
    for count, user in enumerate(_users(package, notes, places, roles, strange, is_delta)):
        if progress and count % 1000 == 0:
            progress(Kind.PUPILS, len(pupils))
        for kind in dict.fromkeys(role.kind for role in user.roles):
            people, read = readers[kind]
            own = tuple(role for role in user.roles if role.kind is kind)
            if kind is not Kind.PUPILS and role_on(own, year.day).ends < year.day:
                notes.info(WORD[kind], user.key[:64], "role-ended", user.key)
            elif (person := read(user._replace(roles=own))) is not None:
                people[user.key] = _with_class_year(person, groups) if kind is Kind.PUPILS else person
    return Reading(places, year, groups, links, roles, pupils, guardians, staff, read_pairs(package, roles))


def _users(
    package: Package, notes: Notes, places: Places, roles: dict[str, list[Role]], strange: set[str], is_delta: bool
) -> Iterable[User]:
    details = {key: row for row in package.rows(DETAILS) if (key := key_of(row)) is not None}
    seen: set[str] = set()
    others = 0
    for row in package.rows(USERS):
        key = key_of(row)
        if key is None:
            notes.error("roster", "", "key-missing")
        elif key in seen:
            for kind in dict.fromkeys(role.kind for role in roles.get(key, ())):
                notes.error(WORD[kind], key, "duplicate-key")
        elif key in roles and places.is_of_others({org for role in roles[key] for org in role.orgs}):
            seen.add(key)
            others += 1
        elif key in roles:
            seen.add(key)
            yield User(key, row, tuple(roles[key]), details.get(key))
        elif key in strange or not is_delta:
            seen.add(key)
            _note_no_role(notes, key, key in strange)
    if others:
        notes.info("roster", "", "people-of-others", count=str(others))


def _note_no_role(notes: Notes, key: str, is_strange: bool) -> None:
    """Whoever this is to us, stays; the one sentence is about the record, the others are for the plan."""
    for word in WORD.values():
        notes.error(word, key, "role-unknown" if is_strange else "role-missing")


def _with_class_year(pupil: RosterPupil, groups: dict[str, RosterGroup]) -> RosterPupil:
    """The year of study of the home class, when the pupil has none."""
    home = groups.get(pupil.group_key) if pupil.group_key else None  # type: ignore[arg-type]
    return pupil._replace(year_of_study=home.year_of_study) if pupil.year_of_study is None and home else pupil


def _note_numbers(pupils: Iterable[RosterPupil], notes: Notes) -> None:
    if any(one.number != one.key and one.number == short_code(one.key) for one in pupils):
        notes.warning("roster", "", "numbers-missing")
