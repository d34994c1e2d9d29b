"""What a delivery of changes says of comings and goings (formats.md 7.1). Pure."""

from collections.abc import Iterator
from typing import Final

from app.roster import Kind, RosterMembership
from app.roster.messages import Notes

from .groups import LEARNS, TEACHES
from .tables import CLASSES, ENROLMENTS, KIND_OF_ROLE, ORGS, USERS, Package, day_of, is_true, key_of, text_of, type_Row
from .whole import Reading

PEOPLE: Final = (Kind.PUPILS, Kind.GUARDIANS, Kind.STAFF)


def gone_keys(package: Package) -> frozenset[tuple[Kind, str]]:
    """Everything "tobedeleted". A user without a role may be of any kind, and is there under each of the three.

    A role that ends alone makes nobody gone: there may be another one that did not change.
    """
    gone = {
        (kind, key)
        for table, kind in ((ORGS, Kind.LOCATIONS), (CLASSES, Kind.GROUPS))
        for row in package.gone(table)
        if (key := key_of(row))
    }
    still = {key_of(row) for row in package.rows(USERS)}
    for row in package.gone(USERS):
        key, kind = key_of(row), KIND_OF_ROLE.get((text_of(row, "role") or "").casefold())
        if key is not None and key not in still:
            gone.update((one, key) for one in ((kind,) if kind else PEOPLE))
    return frozenset(gone)


def memberships(package: Package, read: Reading, notes: Notes) -> list[tuple[RosterMembership, bool]]:
    """Every enrolment that came or went, each once: (membership, whether it is so now). What is so goes before.

    A primary teacher is in as "staff" and, unless the class is told as a teaching group, as "mentor"; that counts only
    where the group is a home class.
    """
    found: dict[RosterMembership, bool] = {}
    for rows, is_told in ((package.gone(ENROLMENTS), False), (package.rows(ENROLMENTS), True)):
        for row in rows:
            group, user = key_of(row, "classsourcedid"), key_of(row, "usersourcedid")
            if group is None or user is None:
                notes.warning("roster", (key_of(row) or "")[:64], "enrolment-unclear")
                continue
            begins, ends = day_of(row, "begindate"), day_of(row, "enddate")
            if is_told and begins is not None and begins > read.year.day:
                continue
            is_on = is_told and not (ends is not None and ends < read.year.day)
            for one, is_so in _as_member(row, group, user, read, is_on):
                found[one] = is_so or (is_told and found.get(one, False))
    return list(found.items())


def _as_member(
    row: type_Row, group: str, user: str, read: Reading, is_on: bool
) -> Iterator[tuple[RosterMembership, bool]]:
    role = (text_of(row, "role") or "").casefold()
    if role in LEARNS:
        yield RosterMembership(group, user, "pupil"), is_on
    elif role in TEACHES:
        yield RosterMembership(group, user, "staff"), is_on
        told, primary = read.groups.get(group), is_true(row, "primary")
        if (told is None or told.is_home) and (primary is not None or not is_on):
            yield RosterMembership(group, user, "mentor"), is_on and primary is True


def whole_pairs(package: Package, read: Reading) -> frozenset[str]:
    """Pupils whose own row has the list of their guardians, also when it is empty: somebody may have lost custody."""
    found = set()
    for row in package.rows(USERS):
        key = key_of(row)
        if key is not None and "agentsourcedids" in row and (key in read.pupils or key not in read.roles):
            found.add(key)
    return frozenset(found)
