"""The roster of a school as plain values: the one shape that every source delivers and the plan reads.

Foreign field names live only in the adapters beside this file. A value is one of three: a text (or date, number),
None (the source says: there is none) or ABSENT (the source says nothing, so what we know stays; formats.md 4.1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, Protocol


class _Absent:
    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"  # there is only one, also when it comes from another process

    def __bool__(self) -> bool:
        return False


ABSENT: Final = _Absent()
type_Text = str | None | _Absent


class Kind(StrEnum):
    """The five kinds of record that a roster holds, in the plural as in the answers of contract.md."""

    PUPILS = "pupils"
    GUARDIANS = "guardians"
    STAFF = "staff"
    GROUPS = "groups"
    LOCATIONS = "locations"


class RosterMessage(NamedTuple):
    """What could not be used, or deserves a look. `code` has its Dutch sentence in messages.py (Z-239, Z-244)."""

    severity: str  # "error": this record was skipped · "warning": used, but look · "info"
    kind: str  # "pupil", "guardian", "staff", "group", "location", "roster"
    key: str  # the human number when there is one, else the technical key
    code: str
    values: Mapping[str, str] = {}
    record_key: str = ""  # the technical key of the record, when it differs from `key`


class RosterLocation(NamedTuple):
    key: str
    name: str
    code: str = ""  # six characters (BRIN6) when the source knows it, else ""
    is_guess: bool = False  # True: the source names no location; this one is only for a school that has none yet


class RosterGroup(NamedTuple):
    key: str
    name: str
    school_year: int  # the year in which it starts
    location_key: str | None = None  # None: the location of most of its pupils
    is_home: bool = True  # home class ("stamgroep"); False: teaching group ("lesgroep")
    year_of_study: int | None = None


class RosterPupil(NamedTuple):
    """One pupil with the enrolment of one school year (Z-246 to Z-258)."""

    key: str
    number: str
    last_name: str
    school_year: int
    location_key: str | None  # None: the source does not say; who is known stays where they are
    first_name: type_Text = ABSENT
    initials: type_Text = ABSENT
    prefix: type_Text = ABSENT
    birth_date: date | None | _Absent = ABSENT
    gender: type_Text = ABSENT  # "male", "female", "unknown"
    email: type_Text = ABSENT
    year_of_study: int | None | _Absent = ABSENT
    programme_code: type_Text = ABSENT
    group_key: str | None | _Absent = ABSENT  # the home class
    group_keys: tuple[str, ...] | _Absent = ABSENT  # teaching groups
    mentor_keys: tuple[str, ...] | _Absent = ABSENT
    enrolled_on: date | None = None
    leaving_date: date | None = None  # inclusive: still a pupil on that day (domain.md 5.4)
    eckid: str | None = None
    key_lasts: bool = True  # False: the key may not be used to recognise somebody next time (EDEXML "#")


class RosterGuardian(NamedTuple):
    """A parent or guardian; no first name exists (Z-259 to Z-264)."""

    key: str
    number: str
    last_name: str
    initials: type_Text = ABSENT
    prefix: type_Text = ABSENT
    gender: type_Text = ABSENT
    email: type_Text = ABSENT
    is_numbered: bool = True  # False: the number is made up of child and name; a guardian of that child goes before it


class RosterGuardianship(NamedTuple):
    """The pair guardian-pupil, which carries relation, post and authority (Z-265 to Z-267)."""

    guardian_key: str
    pupil_key: str
    relation: type_Text = ABSENT
    receives_post: bool | None | _Absent = ABSENT
    rank: int | None | _Absent = ABSENT  # 1: first contact
    has_authority: bool | None | _Absent = ABSENT  # "ouderlijk gezag"


class RosterStaff(NamedTuple):
    """A staff member (Z-269 to Z-275)."""

    key: str
    number: str
    last_name: str
    first_name: type_Text = ABSENT
    initials: type_Text = ABSENT
    prefix: type_Text = ABSENT
    gender: type_Text = ABSENT
    email: type_Text = ABSENT
    group_keys: tuple[str, ...] | _Absent = ()  # classes and teaching groups
    groups_complete: bool = True  # False: there may be more groups than these, so none is taken away
    eckid: str | None = None
    key_lasts: bool = True
    code: str | None = None  # the short code of a teacher, when the source tells one beside the number


class RosterMembership(NamedTuple):
    """Somebody in a group, as a delivery of changes tells it: who came into a group or went out."""

    group_key: str
    person_key: str
    role: str = "pupil"  # "pupil", "staff", "mentor"


class RosterDetails(NamedTuple):
    """The date of birth and gender of somebody whom a delivery of changes does not tell otherwise."""

    person_key: str
    birth_date: date | None | _Absent = ABSENT
    gender: type_Text = ABSENT


@dataclass(frozen=True, slots=True)
class Roster:
    """A whole delivery. What a source does not deliver is left as it is, never treated as gone.

    A delivery of changes only (`is_delta`) leaves whoever it does not tell as they are; it names who is `gone`, who
    `joined` a group and who `parted` from one.
    """

    source: str
    brin: str | None  # None: the source does not say which school this is
    school_year: int
    reference_date: date  # who is enrolled on this day counts (Z-245)
    delivers: frozenset[Kind]
    partly: frozenset[Kind] = frozenset()  # of these it tells only some: who was never told by it is not missing
    made_on: date | None = None  # the day the delivery was made; None for a service, which tells what is so now
    locations: tuple[RosterLocation, ...] = ()
    groups: tuple[RosterGroup, ...] = ()
    pupils: tuple[RosterPupil, ...] = ()
    guardians: tuple[RosterGuardian, ...] = ()
    guardianships: tuple[RosterGuardianship, ...] = ()
    staff: tuple[RosterStaff, ...] = ()
    closed_locations: frozenset[str] = frozenset()  # keys the source refused: their people are not gone
    unasked: frozenset[str] = frozenset()  # how keys of people begin who were not asked after: they are not gone
    messages: tuple[RosterMessage, ...] = ()
    is_delta: bool = False
    gone: frozenset[tuple[Kind, str]] = frozenset()  # technical keys
    joined: tuple[RosterMembership, ...] = ()
    parted: tuple[RosterMembership, ...] = ()
    details: tuple[RosterDetails, ...] = ()
    only_known: frozenset[tuple[Kind, str]] = frozenset()  # records that count only for whom we know
    whole_pairs: frozenset[str] = frozenset()  # pupils of whom all guardians are told, also when it is none
    groups_complete: bool = True  # False: there may be more groups than these, so none is gone
    partial: frozenset[Kind] = frozenset()  # kinds of which some people are told and not all, so nobody is gone
    tells_lessons: bool = True  # False: the source tells classes only, so teaching groups stay as they are
    staff_links_told: bool = True  # False: the source tells no links of staff, so all of them count (Z-268)
    # A list that somebody made: it names those it does not tell itself (pupils, staff, groups, locations) by the number
    # or name that people use, all staff in it count (Z-268 needs no link), and it tells one sort of groups or both.
    is_list: bool = False


type_Progress = Callable[[str, int], None]
"""Called by a slow source with (kind, records so far)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a service source. `title` is translated when shown; `form`: see setting_checks.py."""

    name: str
    title: object
    secret: bool = False
    required: bool = True
    form: str = ""  # "": an address when the name ends in _url, else a line of text


class Probe(NamedTuple):
    """What a service lets us read, found with a few cheap questions ("Test verbinding")."""

    locations: tuple[str, ...] = ()  # names
    may_read: frozenset[Kind] = frozenset()
    refused: frozenset[Kind] = frozenset()
    remarks: tuple[RosterMessage, ...] = ()
    brin: str | None = None  # whose data these are, when the service says so


class RosterSource(Protocol):
    """Something that can be asked for a whole roster."""

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole roster. Raises RosterUnreadable or RosterUnavailable; never returns half of one."""


@dataclass(frozen=True, slots=True)
class SourceKind:
    """An entry of the register in sources.py: what a source is called, can deliver, needs, and how to open it.

    `open_files(paths, brin, today)` for files, `connect(settings, brin, today)` for services; both give a RosterSource.
    `today` is a date in Amsterdam. A source reads one file, or several that belong together (`many_files`).
    """

    id: str
    title: object
    delivers: tuple[Kind, ...]
    open_files: Callable[..., RosterSource] | None = None
    connect: Callable[..., RosterSource] | None = None
    settings: tuple[Setting, ...] = field(default=())
    needs_files: bool = True
    many_files: bool = False
    look: Callable[..., str] | None = None  # what is in files of this kind, as text, before they are read

    @property
    def kind(self) -> str:
        return "service" if self.connect else "file"
