"""The journal of a run: what it did row by row, with old and new values, so that it can be undone.

Written in the transaction of the run, packed (JSON, compressed) in parts of some thousand rows. Rows that are changed
or deleted are read before they are written; of new rows only what they are known by and what was filled in is kept.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.extensions import Moment
from app.models import Enrolment, Group, GroupPupil, GroupStaff, Person, PersonLocation, RunJournal
from app.services.bulk import insert_rows, pieces

from .table_rows import TABLES, identity_of, key_of, read_by, stored_columns, type_Key

PART: Final = 5_000  # rows in one part
LEVEL: Final = 1  # of compression: the time of a run counts for more than a few hundred kilobytes
# Made from other columns of the same row, so they are made again.
REMADE: Final = {Person: frozenset({"sort_key", "search_key"}), Group: frozenset({"sort_key"})}
UNNOTED: Final = {Person: frozenset({"hand_made", "created_at"})}  # of new rows: always the same
CASCADES: Final = (GroupPupil, GroupStaff)  # tables whose rows the database deletes along with a group

type_Change = tuple[Any, Mapping[str, Any]]


class Section(NamedTuple):
    """Rows of one table to which the same happened.

    new: the noted `columns`. gone: all stored `columns`. changed: what the row is known by, then the old values of
    `columns`, then the new ones.
    """

    table: str
    what: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Journal:
    """Collects what a run does; `write` stores it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._open: list[Section] = []
        self._count = 0

    def note_gone(
        self,
        session: Session,
        institution_id: int,
        table: type[Any],
        keys: Sequence[Any],
        by: Sequence[str] | None = None,
    ) -> None:
        """The rows with these keys (as a plan names them, or of the columns `by`) are about to be deleted."""
        columns = stored_columns(table)
        named = as_keys(table, keys) if by is None else {(key,) for key in keys}
        self._note(table, "gone", columns, read_by(session, institution_id, table, by or key_of(table), named, columns))

    def note_changed(
        self, session: Session, institution_id: int, table: type[Any], changes: Iterable[type_Change]
    ) -> None:
        """These rows are about to get these values."""
        remade = REMADE.get(table, frozenset())
        alike: dict[tuple[str, ...], dict[type_Key, Mapping[str, Any]]] = defaultdict(dict)
        for key, values in changes:
            names = tuple(sorted(values.keys() - remade))
            alike[names][as_key(table, key)] = values
        for names, rows in alike.items():
            if names:
                self._note(table, "changed", names, _before_and_after(session, institution_id, table, names, rows))

    def note_new(
        self, table: type[Any], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
    ) -> Iterator[tuple[Any, ...]]:
        """The same rows, noted while they pass on their way to the database."""
        left_out = REMADE.get(table, frozenset()) | UNNOTED.get(table, frozenset())
        noted = tuple(name for name in columns if name not in left_out)
        pick = itemgetter(*(columns.index(name) for name in noted))
        for piece in pieces(rows):
            self._note(table, "new", noted, map(pick, piece))
            yield from piece

    def write(self, session: Session, now: datetime, institution_id: int, run_id: int) -> None:
        """Store it, in the order in which it was noted. The caller commits."""
        self._pack()
        columns = ("institution_id", "run_id", "part", "packed", "created_at")
        rows = ((institution_id, run_id, part, packed, now) for part, packed in enumerate(self._parts))
        insert_rows(session, RunJournal, columns, rows)

    def _note(self, table: type[Any], what: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
        for piece in pieces(rows):
            self._open.append(Section(table.__tablename__, what, columns, piece))
            self._count += len(piece)
            if self._count >= PART:
                self._pack()

    def _pack(self) -> None:
        if self._open:
            text = json.dumps(self._open, default=_as_text, separators=(",", ":"), ensure_ascii=False)
            self._parts.append(zlib.compress(text.encode(), LEVEL))
        self._open, self._count = [], 0


def note_before(
    session: Session,
    institution_id: int,
    journal: Journal,
    gone: Mapping[type[Any], Sequence[Any]],
    changed: Mapping[type[Any], Sequence[type_Change]],
) -> None:
    """Note all that will be deleted and changed, also what the database itself does when a group goes."""
    groups = [(group,) for group in gone.get(Group, ())]
    for table, keys in gone.items():
        along = read_by(session, institution_id, table, ("group_id",), groups, key_of(table))
        keys = {*keys, *along} if table in CASCADES else keys
        journal.note_gone(session, institution_id, table, list(keys))
    back = {key for key, values in changed.get(Person, ()) if values.get("left_on", "") is None}
    # Who left keeps the places of then, whatever becomes of the links; who comes back gets those of the links.
    journal.note_gone(session, institution_id, PersonLocation, list(back), by=("person_id",))
    for table, changes in changed.items():
        emptied = _emptied(session, institution_id, groups, changes) if table is Enrolment else ()
        journal.note_changed(session, institution_id, table, [*changes, *emptied])


def _emptied(
    session: Session, institution_id: int, groups: Sequence[type_Key], changes: Sequence[type_Change]
) -> list[type_Change]:
    """The enrolments that lose their class because the group goes, and get no other one."""
    told = dict(changes)
    found = [row[0] for row in read_by(session, institution_id, Enrolment, ("group_id",), groups, ("id",))]
    return [(one, {"group_id": None}) for one in found if "group_id" not in told.get(one, ())]


def _before_and_after(
    session: Session,
    institution_id: int,
    table: type[Any],
    names: tuple[str, ...],
    rows: Mapping[type_Key, Mapping[str, Any]],
) -> Iterator[tuple[Any, ...]]:
    key, identity = key_of(table), identity_of(table)
    for row in read_by(session, institution_id, table, key, rows.keys(), (*key, *identity, *names)):
        values = rows[row[: len(key)]]
        yield (*row[len(key) :], *(values[name] for name in names))


def as_key(table: type[Any], key: Any) -> type_Key:
    """The key of a plan as a tuple: an id stands alone there."""
    return (key,) if key_of(table) == ("id",) else tuple(key)


def as_keys(table: type[Any], keys: Iterable[Any]) -> set[type_Key]:
    """These keys of a plan as tuples."""
    return {as_key(table, key) for key in keys}


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a journal")


def read_journal(session: Session, run_id: int) -> Iterator[Section]:
    """What this run did, in the order in which it was noted; nothing when it has no journal (any more)."""
    packed = sa.select(RunJournal.packed).where(RunJournal.run_id == run_id).order_by(RunJournal.part)
    for part in session.scalars(packed):
        for name, what, columns, rows in json.loads(zlib.decompress(part)):
            table = TABLES[name]
            told = (*identity_of(table), *columns, *columns) if what == "changed" else tuple(columns)
            yield Section(name, what, tuple(columns), _read_values(table, told, rows))


def _read_values(table: type[Any], names: Sequence[str], rows: list[list[Any]]) -> list[tuple[Any, ...]]:
    """The rows with days and moments as such again."""
    places = [(place, reader) for place, name in enumerate(names) if (reader := _reader(table, name))]
    for row in rows:
        for place, reader in places:
            if row[place] is not None:
                row[place] = reader(row[place])
    return [tuple(row) for row in rows]


def _reader(table: type[Any], name: str) -> Callable[[str], Any] | None:
    kind = table.__table__.c[name].type
    return (
        datetime.fromisoformat
        if isinstance(kind, Moment)
        else date.fromisoformat
        if isinstance(kind, sa.Date)
        else None
    )
