"""Users as pupils, guardians and staff. A role decides the kind; nobody gets a kind by guessing (formats.md 7.2).

Never read: password, and of the demographics anything but date of birth and sex (R83).
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

from app.roster import ABSENT, Kind, RosterGuardian, RosterPupil, RosterStaff
from app.roster.messages import Notes, as_read
from app.roster.reading.name_prefixes import is_prefix, split_prefix
from app.roster.reading.values import LENGTHS, Checker

from .groups import Links, year_of_study
from .identifiers import code_of_staff, eckid_of, number_of
from .schools import Places, Year
from .tables import Role, keys_of, text_of, type_Row

Person = TypeVar("Person", RosterPupil, RosterGuardian, RosterStaff)

WORD: Final = {Kind.PUPILS: "pupil", Kind.GUARDIANS: "guardian", Kind.STAFF: "staff"}
SEXES: Final = {
    **dict.fromkeys(("male", "m", "man"), "male"),
    **dict.fromkeys(("female", "f", "v", "vrouw"), "female"),
    **dict.fromkeys(("unspecified", "other", "unknown", "u", "x", "onbekend"), "unknown"),
}
OPTIONAL: Final = ("first_name", "initials", "prefix", "gender", "email", "birth_date", "year_of_study")
_DOTTED = re.compile(r"(?:[A-Z][a-z]{0,2}\.\s?)+")
_BARE = re.compile(r"[A-Z]{1,2}")


class User(NamedTuple):
    """One row, its roles, and the row of its demographics."""

    key: str
    row: type_Row
    roles: tuple[Role, ...]
    details: type_Row | None


class PeopleReader:
    """Reads users of one school year."""

    def __init__(self, notes: Notes, places: Places, links: Links, year: Year, today: date) -> None:
        self._notes = notes
        self._check = Checker(notes, today)
        self._places = places
        self._links = links
        self._year = year

    def pupil(self, user: User) -> RosterPupil | None:
        """A pupil; None (with a note) without a name. Who has left is told with the last day."""
        number = self._number(Kind.PUPILS, user)
        names = self._names("pupil", number, user)
        if names is None:
            return None
        role = role_on(user.roles, self._year.day)
        links, homes = self._links, self._links.homes.get(user.key, [])
        no_home = ABSENT if user.key in links.unclear or not links.homes else None
        return RosterPupil(
            key=user.key,
            number=number,
            school_year=self._year.year,
            location_key=self._location(user, role, number),
            year_of_study=year_of_study(user.row),
            group_key=homes[0] if homes else no_home,
            group_keys=(*homes[1:], *links.lessons.get(user.key, ())) if links.told else ABSENT,
            mentor_keys=self._mentors(homes) if homes or no_home is None else ABSENT,
            enrolled_on=role.begins if role.begins > self._year.day else None,
            leaving_date=role.ends if role.ends < self._year.last else None,
            birth_date=self.birth_date(number, user),
            eckid=eckid_of(user.row),
            **names,
        )

    def guardian(self, user: User) -> RosterGuardian | None:
        """A guardian. Of first names only the initials are kept (Z-259)."""
        number = self._number(Kind.GUARDIANS, user)
        names = self._names("guardian", number, user)
        if names is None:
            return None
        first = names.pop("first_name")
        names["initials"] = names["initials"] or initials_of(first)
        return RosterGuardian(key=user.key, number=number, **names)

    def staff(self, user: User) -> RosterStaff | None:
        """A staff member with the groups of the enrolments."""
        number = self._number(Kind.STAFF, user)
        names = self._names("staff", number, user)
        if names is None:
            return None
        taught = tuple(self._links.taught.get(user.key, ())) if self._links.told else ABSENT
        return RosterStaff(
            key=user.key,
            number=number,
            group_keys=taught,
            groups_complete=user.key not in self._links.unclear,
            eckid=eckid_of(user.row),
            code=code_of_staff(user.row),
            **names,
        )

    def _mentors(self, homes: list[str]) -> Any:
        """The mentors of the home class; ABSENT when this delivery calls nobody mentor: then it has no such custom."""
        mentors = self._links.mentors
        return tuple(mentors.get(homes[0], ())) if homes and mentors else () if mentors else ABSENT

    def _number(self, kind: Kind, user: User) -> str:
        number = number_of(kind, user.key, user.row)
        if len(number) > LENGTHS["number"]:
            self._notes.warning(WORD[kind], user.key, "key-no-number")
            return ""
        return number

    def _names(self, kind: str, number: str, user: User) -> dict[str, Any] | None:
        """The fields that all people share; a prefix is taken from middleName or from before the last name."""
        row, shown = user.row, number or user.key
        first = text_of(row, "preferredgivenname") or text_of(row, "givenname")
        last, middle, prefix = text_of(row, "familyname"), text_of(row, "middlename"), None
        if middle is not None and is_prefix(middle):
            prefix = middle
        elif last is not None:
            prefix, last = split_prefix(last)
        if last is None and first is not None:
            last, first = first, None
            self._notes.warning(kind, shown, "only-first-name", user.key)
        if last is None:
            self._notes.error(kind, shown, "last-name-missing", user.key)
            return None
        initials = first if first and are_initials(first, kind) else None
        sex = user.details and text_of(user.details, "sex")
        return {
            "last_name": last[: LENGTHS["last_name"]],
            "prefix": prefix,
            "first_name": None if initials else self._check.text(kind, shown, "first_name", first),
            "initials": self._check.text(kind, shown, "initials", initials),
            "gender": self.gender(kind, shown, sex),
            "email": self._check.email(kind, shown, text_of(row, "email")),
        }

    def gender(self, kind: str, number: str, sex: str | None) -> str | None:
        """The gender in our words; a code that we do not know is noted."""
        if not sex:
            return None
        if sex.casefold() not in SEXES:
            self._notes.warning(kind, number, "gender-unknown-code", field="gender", value=as_read(sex))
        return SEXES.get(sex.casefold(), "unknown")

    def birth_date(self, number: str, user: User) -> date | None:
        """The date of birth of a pupil; of others none is kept."""
        born = (user.details and text_of(user.details, "birthdate")) or text_of(user.row, "birthdate")
        return self._check.date("pupil", number or user.key, "birth_date", born)

    def _location(self, user: User, role: Role, number: str) -> str | None:
        """Where a pupil is: at the school of the role, else of the home class, else of any class."""
        places, row = self._places, user.row
        main = text_of(row, "primaryorgsourcedid")
        told = (main, *role.orgs) if main in role.orgs or not role.orgs else role.orgs
        named = [key for key in (*told, *keys_of(row, "orgsourcedids")) if key]
        found = places.first_of(named) or places.first_of([self._links.schools.get(user.key, "")]) or places.default
        if found is None and named and places.is_told:
            self._notes.warning("pupil", number, "location-unknown", user.key, location=named[0])
        # What is not listed here may be known from before.
        return found or (named[0] if len(named) == 1 and not places.is_told else None)


def role_on(roles: Iterable[Role], day: date) -> Role:
    """The role that counts: one of this day, the primary one first; else the one to come; else the last that ended."""
    return min(roles, key=lambda role: (_standing(role, day), not role.is_primary, -role.ends.toordinal()))


def _standing(role: Role, day: date) -> int:
    return 0 if role.is_on(day) else 1 if role.begins > day else 2


def are_initials(first: str, kind: str) -> bool:
    """Whether a source sends initials as first name: 'C.M.'; of guardians also 'CM', who often have no other."""
    return bool(_DOTTED.fullmatch(first) or (kind == "guardian" and _BARE.fullmatch(first)))


def initials_of(first: str | None) -> str | None:
    """'Anna Maria' -> 'A.M.'; None without a name."""
    letters = [word[0].upper() for word in (first or "").replace("-", " ").split() if word[0].isalpha()]
    return "".join(f"{letter}." for letter in letters[:8]) or None


def without_silent(people: Iterable[Person]) -> tuple[Person, ...]:
    """These people, with ABSENT in every field that nobody has: then the source does not keep it."""
    people = tuple(people)
    silent: dict[str, Any] = {
        name: ABSENT
        for name in OPTIONAL
        if people and hasattr(people[0], name) and all(getattr(one, name) is None for one in people)
    }
    return tuple(one._replace(**silent) for one in people) if silent else people
