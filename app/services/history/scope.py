"""What of a run an undo is about: all, or what belongs to a location, a kind or a person; and within reach. Pure.

A row that links two people is of both. Whoever was or is at a location that is out of reach stays as they are.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Final

from .past import OWNERS, Past, Present, owners_of
from .table_rows import type_Key

KINDS: Final = ("pupil", "guardian", "staff", "group", "location")
KIND_OF_TABLE: Final = {"school_group": "group", "location": "location", "location_key": "location"}


@dataclass(frozen=True, slots=True)
class Limits:
    """To what an undo is limited; None: no limit. `within`: ids of the locations that the actor reaches."""

    location_id: int | None = None
    kind: str | None = None
    number: str | None = None
    within: frozenset[int] | None = None


NO_LIMITS: Final = Limits()


@dataclass(slots=True)
class Scope:
    """Answers whether a row of the journal belongs to an undo, and counts who was left out for lack of reach."""

    past: Past
    present: Present
    limits: Limits
    places: Mapping[int, Set[int]] = field(init=False)
    out_of_reach: set[tuple[str, int]] = field(default_factory=set)
    _told: dict[tuple[str, type_Key], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = _places(self.past, self.present)

    def has(self, table: str, key: type_Key) -> bool:
        """Whether the undo is about this row."""
        if self.limits == NO_LIMITS:
            return True
        if (table, key) not in self._told:
            self._told[table, key] = self._has(table, key)
        return self._told[table, key]

    def _has(self, table: str, key: type_Key) -> bool:
        rows = self.rows_of(table, key)
        if table in OWNERS:
            owners = list(owners_of(table, key, *rows))
            asked = any(self._asked_person(one) for one in owners)
            reached = all(self._reached("person", one, self.places.get(one, frozenset())) for one in owners)
        else:
            spots = _spots(table, key, rows)
            asked = self._asked_place(KIND_OF_TABLE[table], spots)
            reached = self._reached(table, _number(key), spots)
        return asked and reached

    def reaches(self, table: str, key: type_Key) -> bool:
        """Whether this group or location is within reach, asked for or not."""
        return self.limits.within is None or _spots(table, key, self.rows_of(table, key)) <= self.limits.within

    def rows_of(self, table: str, key: type_Key) -> tuple[Mapping[str, Any] | None, ...]:
        """The row as it is now, and as the journal has it."""
        now, new, gone = (of[table].get(key) for of in (self.present.rows, self.past.new, self.past.gone))
        changed = self.past.changed[table].get(key) or {}
        before, after = ({name: pair[place] for name, pair in changed.items()} for place in (0, 1))
        return now, new, gone, before, after

    def _asked_person(self, person: int) -> bool:
        limits, somebody = self.limits, self.present.people.get(person)
        kind, number = (somebody.kind, somebody.number) if somebody else (None, None)
        return (
            limits.kind in (None, kind)
            and limits.number in (None, number)
            and (limits.location_id is None or limits.location_id in self.places.get(person, frozenset()))
        )

    def _asked_place(self, kind: str, spots: Set[int]) -> bool:
        limits = self.limits
        here = limits.location_id is None or limits.location_id in spots
        return limits.number is None and limits.kind in (None, kind) and here

    def _reached(self, table: str, one: int, spots: Set[int]) -> bool:
        within = self.limits.within
        if within is None or spots <= within:
            return True
        self.out_of_reach.add((table, one))
        return False


def _number(key: type_Key) -> int:
    return key[0] if isinstance(key[0], int) else hash(key)


def _spots(table: str, key: type_Key, rows: tuple[Mapping[str, Any] | None, ...]) -> frozenset[int]:
    """The locations of a group or location: where it is, and where it was."""
    name = "id" if table == "location" else "location_id"
    told = {row[name] for row in rows if row and row.get(name) is not None}
    return frozenset(told | {key[0]} if table == "location" else told)


def _places(past: Past, present: Present) -> Mapping[int, Set[int]]:
    """Where everybody is and was: as seen now, and as the rows of the journal say."""
    places: dict[int, set[int]] = defaultdict(set)
    for person, spots in present.places.items():
        places[person] |= spots
    for rows in (past.new["enrolment"], past.gone["enrolment"]):
        for key, row in rows.items():
            places[key[0]].add(row["location_id"])
    for key, pairs in past.changed["enrolment"].items():
        places[key[0]].update(pairs.get("location_id", ()))
    for table in ("group_pupil", "group_staff"):
        for group, person in past.keys(table):
            if group in present.groups:
                places[person].add(present.groups[group].location_id)
    for table in ("guardianship", "mentor"):
        for key in past.keys(table):
            pupil, other = (key[1], key[0]) if table == "guardianship" else key
            places[other] |= places.get(pupil, set())
    return places
