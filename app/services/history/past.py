"""What a run did, and what is there now: plain values, from which undo.py decides without a database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from .journal import Section
from .table_rows import TABLES, identity_of, type_Key

type_Row = dict[str, Any]
type_Rows = dict[type_Key, type_Row]

# Whose row it is: columns that name a person. The first is the one under whom it is told.
OWNERS: Final = {
    "person": ("id",),
    "person_key": ("person_id",),
    "enrolment": ("person_id",),
    "group_pupil": ("person_id",),
    "group_staff": ("person_id",),
    "mentor": ("pupil_id", "staff_id"),
    "guardianship": ("guardian_id", "pupil_id"),
    "pin": ("person_id",),
    "person_location": ("person_id",),
}
BARE: Final[type_Row] = {}  # the row of a link that has nothing but its key; a school has many
MEMBERS: Final = ("group_pupil", "group_staff", "mentor")  # who left is in none of these any more


def _by_table() -> defaultdict[str, dict[type_Key, Any]]:
    return defaultdict(dict)


@dataclass(slots=True)
class Past:
    """What one run did: by table, and by what a row is known by."""

    new: dict[str, type_Rows] = field(default_factory=_by_table)
    gone: dict[str, type_Rows] = field(default_factory=_by_table)
    changed: dict[str, dict[type_Key, dict[str, tuple[Any, Any]]]] = field(default_factory=_by_table)

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.gone or self.changed)

    @property
    def came_back(self) -> set[type_Key]:
        """Who had left and returned in the run."""
        pairs = ((key, changed.get("left_on")) for key, changed in self.changed["person"].items())
        return {key for key, left_on in pairs if left_on and left_on[1] is None}

    def keys(self, table: str) -> set[type_Key]:
        """What the rows of this table to which something happened are known by."""
        return {*self.new[table], *self.gone[table], *self.changed[table]}


def past_of(sections: Iterable[Section]) -> Past:
    """The journal of a run, by row."""
    past = Past()
    for table, what, columns, rows in sections:
        identity = identity_of(TABLES[table])
        for row in rows:
            if what == "changed":
                key, values = row[: len(identity)], row[len(identity) :]
                pairs = zip(columns, values[: len(columns)], values[len(columns) :], strict=True)
                past.changed[table].setdefault(key, {}).update({name: (old, new) for name, old, new in pairs})
                continue
            key, told = named_row(identity, columns, row)
            getattr(past, what)[table][key] = told
    return past


def named_row(identity: tuple[str, ...], columns: Sequence[str], row: Sequence[Any]) -> tuple[type_Key, type_Row]:
    """What a row is known by, and its values by column; of a bare link the key tells all, so it has no values."""
    told = dict(zip(columns, row, strict=True))
    key = tuple(told[name] for name in identity)
    return key, BARE if told.keys() - {"institution_id"} == set(identity) else told


class Somebody(NamedTuple):
    """A person as a message names it."""

    kind: str
    number: str
    name: str


class GroupNow(NamedTuple):
    """A group that is there, or was."""

    location_id: int
    school_year: int
    name: str
    is_home: bool


@dataclass(slots=True)
class Present:
    """What is there now, as far as it concerns what the run did."""

    today: date
    rows: dict[str, type_Rows] = field(default_factory=_by_table)  # by what a row is known by
    taken_ids: dict[str, Set[int]] = field(default_factory=dict)  # of deleted rows: their ids that others have now
    people: dict[int, Somebody] = field(default_factory=dict)  # everybody who is named, also who is gone
    there: set[int] = field(default_factory=set)  # of those: who exists
    places: Mapping[int, Set[int]] = field(default_factory=dict)  # person: locations from which they are seen
    groups: dict[int, GroupNow] = field(default_factory=dict)  # of the whole school
    locations: dict[int, tuple[str, str]] = field(default_factory=dict)  # of the whole school: (code, name)
    tied: dict[int, str] = field(default_factory=dict)  # new persons on whom something else hangs: "account", "other"
    joined: dict[int, set[tuple[str, type_Key]]] = field(
        default_factory=dict
    )  # who was new or came back: MEMBERS since
    used_groups: dict[int, set[tuple[str, type_Key]]] = field(default_factory=dict)  # new groups: what refers to them
    used_places: dict[int, set[tuple[str, type_Key]]] = field(default_factory=dict)  # new locations: the same
    since: Mapping[int, Set[str]] = field(default_factory=dict)  # person: fields that the log says changed later


def owners_of(table: str, key: type_Key, *rows: Mapping[str, Any] | None) -> Iterator[int]:
    """The persons whose row this is; `rows` are looked in when the key does not tell."""
    identity = dict(zip(identity_of(TABLES[table]), key, strict=True))
    for name in OWNERS.get(table, ()):
        told = identity.get(name, next((row[name] for row in rows if row and name in row), None))
        if told is not None:
            yield told
