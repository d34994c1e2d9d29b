"""What an undo does as people read it: changes per record, the counts of contract.md, and why something stays. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from app.roster.field_names import FIELDS
from app.services.roster.plan.changes import KIND_OF, Change, Named

from .past import OWNERS, owners_of
from .table_rows import type_Key
from .undoing import Undo

type_Record = tuple[str, int]
"""(kind, id): pupil, guardian, staff, group or location."""
type_Fields = list[tuple[str, Any, Any]]

SHOWN: Final = {  # columns that are told by their own name
    "person": ("number", "first_name", "initials", "prefix", "last_name", "birth_date", "gender", "email", "left_on"),
    "enrolment": ("year_of_study", "programme_code", "leaving_date"),
    "guardianship": ("relation", "receives_post", "rank", "has_authority"),
    "school_group": ("name", "is_home"),
    "location": ("name", "code"),
}
KIND_OF_PLACE: Final = {"school_group": "group", "location": "location", "location_key": "location"}


def tell(undo: Undo) -> None:
    """Fills changes, counts and messages of the plan of this undo."""
    touched = dict.fromkeys(record for table, key in _touched(undo) if (record := record_of(undo, table, key)))
    fields = _fields(undo)
    stayed = {record_of(undo, table, key) for table, key, _code, _field in undo.stayed}
    for record in touched:
        what = _what(undo, record, fields.get(record, []))
        kind, id = record
        counts = undo.plan.counts[KIND_OF[kind]]
        counts.seen += 1
        if what is None:
            name = "skipped" if record in stayed else "unchanged"
            setattr(counts, name, getattr(counts, name) + 1)
            continue
        name = {"removed": "gone", "returned": "changed"}.get(what, what)
        setattr(counts, name, getattr(counts, name) + 1)
        told = () if what in ("new", "removed") else tuple(fields.get(record, ()))
        undo.plan.changes.append(Change(id, kind, *_called(undo, record), what, told))
    _tell_stayed(undo)


def _touched(undo: Undo) -> Iterator[tuple[str, type_Key]]:
    """Every row that the undo is about, and those that go along."""
    past = undo.past
    for rows in (past.new, past.changed, past.gone):
        for table in rows:
            yield from ((table, key) for key in rows[table] if undo.scope.has(table, key))
    yield from (("person", (id,)) for id in sorted(undo.removed))
    yield from ((table, (id,)) for table, id in sorted(undo.made))


def record_of(undo: Undo, table: str, key: type_Key) -> type_Record | None:
    """The record under which a row is told."""
    if table in OWNERS:
        past = undo.past
        rows = (undo.now(table, key), past.new[table].get(key), past.gone[table].get(key))
        owner = next(owners_of(table, key, *rows), None)
        return (undo.present.people[owner].kind, owner) if owner in undo.present.people else None
    if table != "location_key":
        return KIND_OF_PLACE[table], key[0]
    row = undo.past.new[table].get(key) or undo.past.gone[table].get(key) or undo.now(table, key) or {}
    return ("location", row["location_id"]) if "location_id" in row else None


def _what(undo: Undo, record: type_Record, fields: type_Fields) -> str | None:
    table = {"group": "school_group", "location": "location"}.get(record[0], "person")
    if (table, record[1]) in undo.made:
        return "new"
    if (table, (record[1],)) in undo.deleted:
        return "removed"
    left_on = undo.put_back["person"].get((record[1],), {}).get("left_on", "") if table == "person" else ""
    if left_on != "":
        return "gone" if left_on else "returned"
    return "changed" if fields else None


def _fields(undo: Undo) -> dict[type_Record, type_Fields]:
    """Per record what changes, as (field, now, becomes)."""
    fields: dict[type_Record, type_Fields] = defaultdict(list)
    for table, rows in undo.put_back.items():
        for key, values in rows.items():
            record, now = record_of(undo, table, key), undo.now(table, key) or {}
            if record:
                fields[record].extend(_of_values(undo, table, now, values))
    links: dict[tuple[type_Record, str], tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for place, rows in enumerate((undo.deleted, undo.inserted)):
        for table, key in rows:
            record = record_of(undo, table, key)
            for name, value in _of_link(undo, table, key) if record else ():
                links[record, name][place].append(value)  # type: ignore[index]
    for (record, name), (gone, new) in links.items():
        fields[record].append((name, _together(name, gone), _together(name, new)))
    return fields


def _of_values(undo: Undo, table: str, now: Any, values: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in SHOWN.get(table, ()):
        if name in values:
            yield name, now[name], values[name]
    if "location_id" in values:
        yield "location", *(_place_name(undo, one) for one in (now["location_id"], values["location_id"]))
    if "group_id" in values:
        groups = now["group_id"], values["group_id"]
        yield "group", *(one and Named([_group(undo, one)]) for one in groups)


def _of_link(undo: Undo, table: str, key: type_Key) -> Iterator[tuple[str, Any]]:
    """Under which field a row that goes or comes is told of its record, and what is told."""
    if table == "enrolment":
        yield "school_year", key[1]
    elif table == "group_staff":
        yield "groups", _group(undo, key[0])
    elif table == "group_pupil" and not _is_home(undo, key[0]):  # the class is told with the enrolment
        yield "teaching_groups", _group(undo, key[0])
    elif table in ("mentor", "guardianship") and key[1] in undo.present.people:
        name = undo.present.people[key[1]].name
        yield "mentors" if table == "mentor" else "pupil", (_ref(undo, "person", key[1]), name)
    elif table == "person_key":
        yield "source", key[0]
    elif table == "pin":
        yield "pin", key[1]


def _together(name: str, values: list[Any]) -> Any:
    if name in ("school_year", "source", "pin"):
        return values[0] if values else None
    return Named(values, "; " if name in ("mentors", "pupil") else ", ") if values else None


def _group(undo: Undo, id: int) -> tuple[int, str]:
    return _ref(undo, "school_group", id), _group_name(undo, id)


def _ref(undo: Undo, table: str, id: int) -> int:
    """As in a plan: below zero for what does not exist yet, so a preview shows its name."""
    return -id if (table, id) in undo.made else id


def _group_name(undo: Undo, id: int) -> str:
    if id in undo.present.groups:
        return undo.present.groups[id].name
    row = undo.past.gone["school_group"].get((id,)) or undo.past.new["school_group"].get((id,)) or {}
    return row.get("name", "")


def _is_home(undo: Undo, id: int) -> bool:
    if id in undo.present.groups:
        return undo.present.groups[id].is_home
    return bool((undo.past.gone["school_group"].get((id,)) or {}).get("is_home"))


def _place_name(undo: Undo, id: int) -> str:
    if id in undo.present.locations:
        return undo.present.locations[id][1]
    return (undo.past.gone["location"].get((id,)) or {}).get("name", "")


def _called(undo: Undo, record: type_Record) -> tuple[str, str]:
    """(number, name) of a record."""
    kind, id = record
    if kind == "group":
        return "", _group_name(undo, id)
    if kind == "location":
        gone = undo.past.gone["location"].get((id,)) or {}
        return undo.present.locations.get(id) or (gone.get("code", ""), gone.get("name", ""))
    return undo.present.people[id].number, undo.present.people[id].name


def _tell_stayed(undo: Undo) -> None:
    told = dict.fromkeys((record_of(undo, table, key), code, field) for table, key, code, field in undo.stayed)
    for record, code, field in told:
        kind, key = ("roster", "") if record is None else (record[0], "".join(_called(undo, record)[:1]))
        if kind == "group" and record:
            key = _group_name(undo, record[1])
        named = f"field-{field}" if f"field-{field}" in FIELDS else field
        undo.plan.note("warning", kind, key, code, **({"field": named} if field else {}))
    if undo.scope.out_of_reach:
        undo.plan.note("warning", "roster", "", "undo-elsewhere", count=str(len(undo.scope.out_of_reach)))
