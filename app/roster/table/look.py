"""What a table looks like to us, for who checks it before it is read: nothing here becomes a person."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from flask_babel import gettext as _

from app.clock import today as today_in_amsterdam
from app.errors import RosterUnreadable
from app.roster import RosterMessage
from app.roster.messages import Notes

from .fields import About
from .kept_values import UNUSABLE
from .mapping import Mapping
from .opening import TableFile, table_files
from .reading import Table, TableRow, open_table
from .traps import note_traps

SHOWN_ROWS: Final = 10
LONGEST_SAMPLE: Final = 40
WORDS: Final = {
    "male": lambda: _("male"),
    "female": lambda: _("female"),
    "unknown": lambda: _("unknown"),
}


@dataclass(frozen=True, slots=True)
class TableLook:
    """One table as it is understood; `refused` is the one sentence that says why it cannot be read, else None.

    `mapping` is complete, so it can be changed, kept and given back. `missing` names fields without which the table
    cannot be read. `rows` are the first ten, each as (field, text) pairs; `count` is the number of rows. `others` are
    the further tables of a package.
    """

    name: str
    kind: About | None = None
    mapping: Mapping | None = None
    titles: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    traps: tuple[RosterMessage, ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    count: int = 0
    sheets: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    refused: str | None = None
    samples: tuple[str, ...] = ()  # per column the first cell with something in it, as it stands there
    others: tuple["TableLook", ...] = ()
    is_remembered: bool = False  # read by a mapping that the school used before

    def to_json(self) -> str:
        """The look as text, to come out of the process that read the file."""
        return json.dumps(_plain(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "TableLook":
        """The look in this text, which `to_json` made."""
        return _look(json.loads(text))


def look_at(
    paths: Sequence[Path], mapping: Mapping | None = None, *, today: date | None = None, known: Collection[str] = ()
) -> TableLook:
    """How these files are understood, by the mapping or by their titles. Never raises for a file that cannot be read.

    `known` are numbers of people at the school: when they have zeros in front and the table has none, Excel took them.
    """
    try:
        files, packed = table_files([Path(path) for path in paths])
    except RosterUnreadable as refused:
        return TableLook(Path(paths[0]).name if paths else "", refused=refused.message)
    day = today or today_in_amsterdam()
    first, *others = [_look_at_one(file, mapping or packed, day, known) for file in files]
    return replace(first, others=tuple(others))


def _look_at_one(file: TableFile, mapping: Mapping | None, today: date, known: Collection[str]) -> TableLook:
    look = TableLook(file.name)
    try:
        table = open_table(file, mapping, today)
        look = replace(
            look,
            kind=table.about,
            mapping=table.mapping,
            titles=table.titles,
            unknown=table.unknown,
            missing=tuple(field.name for field in table.missing),
            sheets=table.sheet.sheets,
            delimiter=table.sheet.delimiter,
            encoding=table.sheet.encoding,
        )
        if table.about is None:
            return replace(look, samples=_samples(table))
        look = replace(look, samples=_samples(table))
        rows = table.rows()
        names = sorted(table.columns, key=lambda name: table.columns[name])
        shown = tuple(_shown(row, names) for row in islice(rows, SHOWN_ROWS))
        for _row in rows:
            pass
        return replace(look, rows=shown, count=table.seen, traps=_traps(table, known))
    except RosterUnreadable as refused:
        return replace(look, refused=refused.message)


def _samples(table: Table) -> tuple[str, ...]:
    """Looks ahead in the first rows, which stay to be read."""
    start = list(islice(table.lines, SHOWN_ROWS))
    table.lines = chain(start, table.lines)
    columns = (
        next((row[place] for _line, row in start if place < len(row) and row[place] not in (None, "")), "")
        for place in range(len(table.titles))
    )
    return tuple(
        f"{cell:%d-%m-%Y}" if isinstance(cell, date) else str(cell).strip()[:LONGEST_SAMPLE] for cell in columns
    )


def _shown(row: TableRow, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, shown_value(row.values[name])) for name in names)


def shown_value(value: Any) -> str:
    """A value in the words of who checks it: '09-03-2011', 'ja', 'vrouw', 'h2a.wi, h2a.en'."""
    if value == UNUSABLE:
        return _("cannot be read")
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return WORDS[value]() if value in WORDS else str(value)


def _traps(table: Table, known: Collection[str]) -> tuple[RosterMessage, ...]:
    notes = Notes()
    columns = table.reader.columns
    note_traps(columns, [name for name in columns if name.endswith("number")], notes)
    seen = columns.get("number")
    codes = {message.code for message in notes.messages}
    if seen and not seen.zeros and "table-leading-zeros" not in codes and any(one.startswith("0") for one in known):
        notes.warning("roster", "", "table-leading-zeros", column=seen.title)
    return tuple(notes.messages)


def _plain(look: TableLook) -> dict[str, Any]:
    values = {name: value for name, value in asdict(look).items() if name not in ("mapping", "others", "kind")}
    return values | {
        "kind": look.kind and look.kind.value,
        "mapping": look.mapping and look.mapping.to_json(),
        "others": [_plain(other) for other in look.others],
    }


def _look(told: dict[str, Any]) -> TableLook:
    lists = {name: tuple(told[name]) for name in ("titles", "unknown", "missing", "sheets", "samples")}
    return TableLook(
        **told
        | lists
        | {
            "kind": About(told["kind"]) if told["kind"] else None,
            "mapping": Mapping.from_json(told["mapping"], may_miss=True) if told["mapping"] else None,
            "traps": tuple(RosterMessage(*trap) for trap in told["traps"]),
            "rows": tuple(tuple((name, text) for name, text in row) for row in told["rows"]),
            "others": tuple(_look(other) for other in told["others"]),
        }
    )
