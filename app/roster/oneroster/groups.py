"""Classes and enrolments: the groups, who is in them, who teaches them, and who is mentor. Pure.

A homeroom is a home class ("stamgroep"), anything else a teaching group; its primary teacher is the mentor of its
pupils (formats.md 7.2, a convention).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.roster import RosterGroup
from app.roster.messages import Notes
from app.roster.reading.values import LENGTHS

from .schools import Places, Year, terms_of
from .tables import CLASSES, ENROLMENTS, Package, day_of, is_true, key_of, keys_of, text_of, type_Row

HOME: Final = "homeroom"
TEACHES: Final = frozenset({"teacher", "aide", "administrator", "docent", "primary", "staff"})
LEARNS: Final = frozenset({"student", "leerling"})


@dataclass(slots=True)
class Links:
    """Who is linked to which group on the day that counts. `told`: False when the delivery does not say."""

    told: bool
    homes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # pupil: home classes, best first
    lessons: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # pupil: teaching groups
    taught: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # staff: groups
    mentors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # home class: staff
    schools: dict[str, str] = field(default_factory=dict)  # pupil: location of an enrolment
    unclear: set[str] = field(default_factory=set)  # users with an enrolment in a class that is not told


def read_groups(package: Package, notes: Notes, places: Places, year: Year) -> dict[str, RosterGroup]:
    """The groups of this school year by key."""
    groups: dict[str, RosterGroup] = {}
    for row in package.rows(CLASSES):
        key = key_of(row)
        if key is None:
            notes.error("group", "", "key-missing")
        elif key in groups:
            notes.error("group", key, "duplicate-key")
        elif places.is_of_others(keys_of(row, "schoolsourcedid")):
            continue
        elif year.holds(terms_of(row)):
            name = text_of(row, "title") or text_of(row, "classcode")
            if name is None:
                notes.warning("group", key, "group-name-missing")
            school = key_of(row, "schoolsourcedid")
            location = places.first_of([school or ""]) if places.is_told else school
            groups[key] = RosterGroup(
                key,
                (name or key)[: LENGTHS["group_name"]],
                year.year,
                location,
                (text_of(row, "classtype") or "").casefold() == HOME,
                year_of_study(row),
            )
    return groups


def year_of_study(row: type_Row) -> int | None:
    """'2', '02', '12' (as in EDEXML: year 2) as a year of secondary school; None when it is none, or not one."""
    found = set()
    for text in keys_of(row, "grades") or keys_of(row, "grade"):
        if text.isdecimal() and len(text) <= 2:
            number = int(text)
            found.add(number - 10 if number > 10 else number)
    return found.pop() if len(found) == 1 and 1 <= min(found) <= 6 else None


def read_links(package: Package, notes: Notes, groups: dict[str, RosterGroup], year: Year) -> Links:
    """The enrolments of this year that count on its day. One in a class of another year says nothing."""
    links = Links(package.tells(ENROLMENTS) and bool(groups), schools=schools_of(package))
    if not links.told:
        return links
    known = {key for row in package.tables[CLASSES] if (key := key_of(row))}
    unknown: set[str] = set()
    ranked: dict[str, list[tuple[bool, date, str]]] = defaultdict(list)
    for row in package.rows(ENROLMENTS):
        group, user = key_of(row, "classsourcedid"), key_of(row, "usersourcedid")
        if group is None or user is None:
            continue
        if group not in groups:
            if group not in known:
                links.unclear.add(user)
                unknown.add(group)
            continue
        begins, ends = day_of(row, "begindate"), day_of(row, "enddate")
        if (begins and begins > year.day) or (ends and ends < year.day):
            continue
        role = (text_of(row, "role") or "").casefold()
        if role in LEARNS:
            if groups[group].is_home:
                ranked[user].append((is_true(row, "primary") is True, begins or date.min, group))
            elif group not in links.lessons[user]:
                links.lessons[user].append(group)
        elif role in TEACHES:
            _teach(links, user, group, groups[group].is_home and is_true(row, "primary") is True)
    for group in sorted(unknown):
        notes.warning("group", group[:64], "group-unknown", group=group[:64])
    for user, homes in ranked.items():
        # Of several the primary one, then the newest.
        links.homes[user] = list(dict.fromkeys(key for *_rank, key in sorted(homes, key=_rank_of)))
    return links


def _rank_of(home: tuple[bool, date, str]) -> tuple[bool, int]:
    return not home[0], -home[1].toordinal()


def schools_of(package: Package) -> dict[str, str]:
    """The location of an enrolment of each pupil, for who has no better one."""
    found: dict[str, str] = {}
    for row in package.rows(ENROLMENTS):
        user, school = key_of(row, "usersourcedid"), key_of(row, "schoolsourcedid")
        if user and school and (text_of(row, "role") or "").casefold() in LEARNS:
            found.setdefault(user, school)
    return found


def _teach(links: Links, user: str, group: str, is_mentor: bool) -> None:
    if group not in links.taught[user]:
        links.taught[user].append(group)
    if is_mentor and user not in links.mentors[group]:
        links.mentors[group].append(user)
