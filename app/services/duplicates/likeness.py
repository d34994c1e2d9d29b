"""Whether two persons of one kind look like one and the same: a score with its reasons. Pure.

Points are added up; PROPOSED is enough to ask an administrator. An e-mail address alone never is: families share one.
Brothers, sisters and twins have another first name, and that settles it, unless a number or ECK iD says otherwise.
"""

import enum
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from flask_babel import lazy_gettext as _l

from app.models import names
from app.models.names import fold
from app.services.roster.plan.likeness import bare

PROPOSED: Final = 60  # points
MOST: Final = 100
LONG_LAST, LONG_FIRST = 4, 5  # letters from which one other letter may be a typing error: Tim and Tom are two


letters = lru_cache(maxsize=65536)(names.letters)  # a school has few different names


class Reason(enum.StrEnum):
    """What speaks for or against two persons being one."""

    ECKID = "eckid"
    NUMBER = "number"
    BIRTH = "birth"
    BIRTH_SWAPPED = "birth-swapped"
    LAST = "last"
    LAST_PREFIX = "last-prefix"
    LAST_TYPED = "last-typed"
    FIRST = "first"
    FIRST_PART = "first-part"
    FIRST_TYPED = "first-typed"
    INITIALS = "initials"
    INITIALS_FIT = "initials-fit"
    EMAIL = "email"
    OTHER_SOURCE = "other-source"
    ONE_CHILD = "one-child"
    OTHER_GENDER = "other-gender"
    OTHER_FIRST = "other-first"
    OTHER_BIRTH = "other-birth"

    @property
    def points(self) -> int:
        return WEIGHTS[self][0]

    @property
    def label(self) -> str:
        return str(WEIGHTS[self][1])


WEIGHTS: Final = {
    Reason.ECKID: (60, _l("the same ECK iD")),
    Reason.NUMBER: (40, _l("the same number")),
    Reason.BIRTH: (30, _l("the same date of birth")),
    Reason.BIRTH_SWAPPED: (22, _l("day and month of birth swapped")),
    Reason.LAST: (25, _l("the same last name")),
    Reason.LAST_PREFIX: (25, _l("the same last name, once with the prefix inside it")),
    Reason.LAST_TYPED: (15, _l("one typing error in the last name")),
    Reason.FIRST: (25, _l("the same first name")),
    Reason.FIRST_PART: (20, _l("one first name is part of the other")),
    Reason.FIRST_TYPED: (12, _l("one typing error in the first name")),
    Reason.INITIALS: (20, _l("the same initials")),
    Reason.INITIALS_FIT: (15, _l("the initials fit")),
    Reason.EMAIL: (15, _l("the same e-mail address")),
    Reason.OTHER_SOURCE: (10, _l("each from another source")),
    Reason.ONE_CHILD: (-15, _l("both a guardian of one child")),
    Reason.OTHER_GENDER: (-15, _l("another gender")),
    Reason.OTHER_FIRST: (-20, _l("another first name")),
    Reason.OTHER_BIRTH: (-40, _l("another date of birth")),
}


class Look(NamedTuple):
    """What two persons are compared by.

    `sources`: the ids of the sources that know the person; none: made by hand. `children`: the pupils of a guardian.
    """

    id: int
    kind: str
    number: str | None
    first_name: str | None
    initials: str | None
    prefix: str | None
    last_name: str
    birth_date: date | None
    gender: str | None
    email: str | None
    left_on: date | None = None
    eckid: str | None = None
    sources: frozenset[str] = frozenset()
    children: frozenset[int] = frozenset()

    @property
    def list_name(self) -> str:
        return names.list_name(self.last_name, self.first_name or names.dotted(self.initials), self.prefix)


class Likeness(NamedTuple):
    """How much two persons look alike, 0 to 100, and why: what speaks for it first."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def is_proposed(self) -> bool:
        return self.score >= PROPOSED


NOT_ALIKE: Final = Likeness(0, ())


def likeness(one: Look, other: Look) -> Likeness:
    """How much these two look like one person. Two kinds never do."""
    if one.kind != other.kind:
        return NOT_ALIKE
    found = [*_by_number(one, other), *_by_birth(one, other), _by_last_name(one, other)]
    sure = Reason.NUMBER in found or Reason.ECKID in found
    first = _by_first_name(one, other, sure)
    if first is Reason.OTHER_FIRST and not sure:
        return NOT_ALIKE
    found += [first, *_by_the_rest(one, other)]
    reasons = sorted((reason for reason in found if reason), key=lambda reason: -reason.points)
    return Likeness(max(0, min(MOST, sum(reason.points for reason in reasons))), tuple(reasons))


def is_typing_error(one: str, other: str) -> bool:
    """Whether one letter was forgotten, added or mistaken, or two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    start = min(len(one), len(other)) if start is None else start
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]


def swapped(born: date) -> date | None:
    """The date with day and month swapped; None when that is no other date."""
    return date(born.year, born.day, born.month) if born.day <= 12 and born.day != born.month else None


def whole_last_name(one: Look) -> str:
    """Prefix and last name in one, in letters: "vandenberg" wherever the prefix was written."""
    return letters(f"{one.prefix or ''}{one.last_name}")


def first_letter(one: Look) -> str:
    """The letter that first name or initials begin with; nothing when there is none."""
    return letters(one.first_name or one.initials or "")[:1]


def _by_number(one: Look, other: Look) -> list[Reason]:
    found = []
    if one.eckid and other.eckid and one.eckid.casefold() == other.eckid.casefold():
        found.append(Reason.ECKID)
    if one.number and other.number and bare(one.number) == bare(other.number):
        found.append(Reason.NUMBER)
    return found


def _by_birth(one: Look, other: Look) -> list[Reason]:
    if not (one.birth_date and other.birth_date):
        return []
    if one.birth_date == other.birth_date:
        return [Reason.BIRTH]
    return [Reason.BIRTH_SWAPPED if swapped(one.birth_date) == other.birth_date else Reason.OTHER_BIRTH]


def _by_last_name(one: Look, other: Look) -> Reason | None:
    mine, theirs = letters(one.last_name), letters(other.last_name)
    if mine and mine == theirs:
        return Reason.LAST
    mine, theirs = whole_last_name(one), whole_last_name(other)
    if mine and mine == theirs:
        return Reason.LAST_PREFIX
    return Reason.LAST_TYPED if min(len(mine), len(theirs)) >= LONG_LAST and is_typing_error(mine, theirs) else None


def _by_first_name(one: Look, other: Look, sure: bool) -> Reason | None:
    if not (one.first_name and other.first_name):
        return _by_initials(one, other)
    mine, theirs = letters(one.first_name), letters(other.first_name)
    if mine == theirs:
        return Reason.FIRST
    if _is_part(one.first_name, other.first_name):
        return Reason.FIRST_PART
    long = min(len(mine), len(theirs)) >= LONG_FIRST and mine[0] == theirs[0]
    # Twins are called Marieke and Marijke, and are at school side by side.
    if long and is_typing_error(mine, theirs) and (sure or not _are_side_by_side(one, other)):
        return Reason.FIRST_TYPED
    return Reason.OTHER_FIRST


def _by_initials(one: Look, other: Look) -> Reason | None:
    mine, theirs = letters(one.initials or ""), letters(other.initials or "")
    if mine and mine == theirs:
        return Reason.INITIALS
    mine, theirs = mine or first_letter(one), theirs or first_letter(other)
    if not (mine and theirs):
        return None
    fits = mine.startswith(theirs) or theirs.startswith(mine) or first_letter(one) == first_letter(other)
    return Reason.INITIALS_FIT if fits else Reason.OTHER_FIRST


def _is_part(one: str, other: str) -> bool:
    """'Sanne' and 'Sanne Maria', 'Anne' and 'Anne-Marie'."""
    mine, theirs = (fold(name).replace("-", " ").split() for name in (one, other))
    least = min(len(mine), len(theirs))
    return least > 0 and mine[:least] == theirs[:least]


def _are_side_by_side(one: Look, other: Look) -> bool:
    """Whether one source tells both, and both are at school."""
    return not (one.left_on or other.left_on or one.sources.isdisjoint(other.sources))


def _by_the_rest(one: Look, other: Look) -> list[Reason]:
    found = []
    if one.email and other.email and one.email.casefold() == other.email.casefold():
        found.append(Reason.EMAIL)
    if one.sources.isdisjoint(other.sources) and (one.sources or other.sources):
        found.append(Reason.OTHER_SOURCE)
    if not one.children.isdisjoint(other.children):
        found.append(Reason.ONE_CHILD)  # S. Bruijnes and S. Bruijnes with one address are more often the two parents
    if {one.gender, other.gender} == {"male", "female"}:
        found.append(Reason.OTHER_GENDER)
    return found
