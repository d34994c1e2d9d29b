"""What the parts of an undo share while it is decided. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.services.roster.plan.changes import Plan

from .past import Past, Present, owners_of
from .scope import Scope
from .table_rows import TABLES, identity_of, key_of, type_Key

LINKS: Final = ("person_key", "enrolment", "group_pupil", "group_staff", "mentor", "guardianship", "pin")
RENUMBERED: Final = ("location_key", "person_key", "enrolment", "pin")  # nothing refers to their id
WORDS: Final = {"group_id": "group", "location_id": "location", "source_key": "key"}  # columns as messages call them


@dataclass(slots=True)
class Undo:
    """An undo while it is decided: what goes back, and what stays as it is."""

    past: Past
    present: Present
    scope: Scope
    plan: Plan = field(default_factory=Plan)
    removed: set[int] = field(default_factory=set)  # persons who are deleted
    left: set[int] = field(default_factory=set)  # persons of the run who are marked as left instead
    made: set[tuple[str, int]] = field(default_factory=set)  # (table, id) of persons, groups, locations made again
    waiting: dict[int, Mapping[str, Any]] = field(default_factory=dict)  # groups that come if somebody needs them
    stands_for: dict[int, int] = field(default_factory=dict)  # deleted groups: the one that has their place now
    put_back: dict[str, dict[type_Key, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    deleted: dict[tuple[str, type_Key], None] = field(default_factory=dict)
    inserted: dict[tuple[str, type_Key], Mapping[str, Any]] = field(default_factory=dict)
    stayed: list[tuple[str, type_Key, str, str]] = field(default_factory=list)  # (table, key, code, field)

    def now(self, table: str, key: type_Key) -> Mapping[str, Any] | None:
        """The row as it is."""
        return self.present.rows[table].get(key)

    def stay(self, table: str, key: type_Key, code: str, name: str = "") -> None:
        """This stays as it is, and why."""
        self.stayed.append((table, key, code, WORDS.get(name, name)))

    def delete(self, table: str, key: type_Key) -> None:
        """The row goes."""
        if (table, key) not in self.deleted:
            self.deleted[table, key] = None
            self.plan.rows[table].gone.append(self._named(table, key))

    def change(self, table: str, key: type_Key, values: dict[str, Any]) -> None:
        """The row gets these values."""
        if values:
            self.put_back[table][key] = values
            self.plan.rows[table].changed.append((self._named(table, key), values))

    def insert(self, table: str, key: type_Key, row: Mapping[str, Any]) -> None:
        """The row comes again."""
        whole = {**dict(zip(identity_of(TABLES[table]), key, strict=True)), **row}
        again = {name: value for name, value in whole.items() if name != "institution_id"}
        if table in RENUMBERED and again.get("id") in self.present.taken_ids.get(table, ()):
            del again["id"]
        self.inserted[table, key] = row
        self.plan.rows[table].new.append(again)  # type: ignore[arg-type]

    def bring(self, table: str, id: int) -> bool:
        """Whether this group or location exists once the undo is done; one that the run deleted comes along."""
        if not self.is_there(table, id) and table == "school_group" and (row := self.waiting.get(id)) is not None:
            self.made.add((table, id))
            self.insert(table, (id,), row)
        return self.is_there(table, id)

    def is_there(self, table: str, id: int) -> bool:
        """Whether this person, group or location exists once the undo is done."""
        if (table, (id,)) in self.deleted:
            return False
        there = {"person": self.present.there, "school_group": self.present.groups, "location": self.present.locations}
        return (table, id) in self.made or id in there[table]

    def leaves(self, person: int) -> bool:
        """Whether this person is at the school now, and has left once the undo is done."""
        return bool(self.put_back["person"].get((person,), {}).get("left_on"))

    def group_of(self, id: int | None) -> int | None:
        """The group itself, or the one that has its place now."""
        return self.stands_for.get(id, id) if id is not None else None

    def _named(self, table: str, key: type_Key) -> Any:
        """How a plan names this row."""
        names = key_of(TABLES[table])
        row = dict(zip(identity_of(TABLES[table]), key, strict=True)) | dict(self.now(table, key) or {})
        return row["id"] if names == ("id",) else tuple(row[name] for name in names)


def differs(row: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether the row has other values now than the run wrote; a bare link has none."""
    return any(now.get(name, value) != value for name, value in row.items())


def values_back(undo: Undo, table: str, key: type_Key, pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """The values that go back of a row that the run changed: those that are still as it wrote them."""
    now = undo.now(table, key)
    if now is None:
        undo.stay(table, key, "undo-not-there")
        return {}
    back = {}
    for name, (old, new) in pairs.items():
        old = undo.group_of(old) if name == "group_id" else old
        if now[name] == old:
            continue
        if now[name] != new:
            undo.stay(table, key, "undo-changed", name)
        elif name in ("group_id", "location_id") and old is not None and not _exists(undo, name, old):
            undo.stay(table, key, "undo-target-gone", name)
        else:
            back[name] = old
    return back


def _exists(undo: Undo, name: str, id: int) -> bool:
    return undo.bring("school_group" if name == "group_id" else "location", id)


def changed_since(past: Past, present: Present) -> frozenset[int]:
    """Of whom a row that the run made has other values now."""
    return frozenset(
        owner
        for table in LINKS
        for key, row in past.new[table].items()
        if (now := present.rows[table].get(key)) is not None and differs(row, now)
        for owner in owners_of(table, key, row)
    )
