"""What we know of a school before a run, as plain tuples: so that the plan needs no database. rows/read.py reads it."""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from app.services.corrections.pins import type_Pins

from .authority import EQUAL, Say

PERSON_FIELDS: Final = (
    "number",
    "first_name",
    "initials",
    "prefix",
    "last_name",
    "birth_date",
    "gender",
    "email",
)
ECKID: Final = "eckid"  # the source of the keys that every source may tell
UNTOLD: Final = ""  # the number of a key that its source told no more; a told key has a number, or none at all
NUMBER, FIRST_NAME, INITIALS, PREFIX, LAST_NAME, BIRTH_DATE, GENDER, EMAIL = range(8)


class KnownLocation(NamedTuple):
    id: int
    code: str
    name: str
    sync_on: bool


class KnownGroup(NamedTuple):
    id: int
    location_id: int
    name: str
    is_home: bool
    source: str | None
    source_key: str | None


class KnownPerson(NamedTuple):
    id: int
    kind: str
    hand_made: bool
    left_on: date | None
    fields: tuple[Any, ...]  # in the order of PERSON_FIELDS


class KnownKey(NamedTuple):
    person_id: int
    number: str | None


class KnownEnrolment(NamedTuple):
    id: int
    location_id: int
    group_id: int | None
    year_of_study: int | None
    programme_code: str | None
    leaving_date: date | None


@dataclass(slots=True)
class KnownSchool:
    """The rows of one institution as far as one source and one school year concern them."""

    institution_id: int
    brin: str
    locations: tuple[KnownLocation, ...] = ()
    location_keys: dict[str, int] = field(default_factory=dict)
    off: frozenset[int] = frozenset()  # locations that are switched off for this source (Z-226)
    persons: dict[int, KnownPerson] = field(default_factory=dict)
    keys: dict[tuple[str, str], KnownKey] = field(default_factory=dict)  # (kind, key) of this source
    eckids: dict[tuple[str, str], int] = field(default_factory=dict)
    keyed: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))  # kind: person: key
    groups: tuple[KnownGroup, ...] = ()  # of this school year
    enrolments: dict[int, KnownEnrolment] = field(default_factory=dict)  # of this school year, by pupil
    placed: dict[int, int] = field(default_factory=dict)  # pupil: location of the newest enrolment
    pupil_groups: dict[int, Set[int]] = field(default_factory=lambda: defaultdict(set))
    staff_groups: dict[int, Set[int]] = field(default_factory=lambda: defaultdict(set))
    mentors: dict[int, Set[int]] = field(default_factory=lambda: defaultdict(set))  # pupil: staff
    guardians: dict[int, dict[int, tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(dict))
    with_account: frozenset[int] = frozenset()
    newest_year: int | None = None  # the last school year that pupils were read in for
    made_on: date | None = None  # of the delivery of this source that was applied last
    say: Say = EQUAL  # what this source may say beside the others
    pins: type_Pins = field(default_factory=dict)  # fields that were corrected by hand
    former: dict[int, tuple[KnownPerson, ...]] = field(default_factory=dict)  # who was merged into whom, as they were
    absorbed: frozenset[tuple[str, str]] = frozenset()  # of `keys`: those of who was merged into another
    # Who and what only sources know that are not used any more, where no source goes before this one (left_behind.py):
    left_behind: dict[str, frozenset[int]] = field(default_factory=dict)  # by kind: persons
    left_groups: frozenset[int] = frozenset()  # of `groups`
    elsewhere: dict[int, bool] = field(default_factory=dict)  # merged, known to another source: does that still tell

    @property
    def is_new(self) -> bool:
        """Whether no pupil was ever read in for this school."""
        return not self.placed
