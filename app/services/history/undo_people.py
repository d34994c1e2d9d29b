"""Undoing what a run did to persons and to the rows that hang on them. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from .past import MEMBERS, owners_of
from .table_rows import type_Key
from .undoing import LINKS, Undo, changed_since, differs, values_back

SETS: Final = {"group_staff": "groups", "group_pupil": "teaching_groups", "mentor": "mentors"}
OF_CLASS: Final = frozenset({"group", "location", "school_year"})  # fields that tell of the class of a pupil
EVERYTHING: Final = "*"  # in place of a field: somebody left, came back or was merged


def undo_people(undo: Undo) -> None:
    """Who is made again, who is deleted, who is marked as left, and which fields go back."""
    for key, row in undo.past.gone["person"].items():
        if not undo.scope.has("person", key):
            continue
        if undo.now("person", key) is None:
            undo.made.add(("person", key[0]))
            undo.insert("person", key, row)
        else:
            undo.stay("person", key, "undo-place-taken")
    other_values = changed_since(undo.past, undo.present)
    for key, row in undo.past.new["person"].items():
        now = undo.now("person", key)
        if now is not None and undo.scope.has("person", key):
            _undo_new(undo, key, now, _why_kept(undo, row, now, other_values))
    for key, pairs in undo.past.changed["person"].items():
        if undo.scope.has("person", key):
            undo.change("person", key, values_back(undo, "person", key, pairs))
    _undo_places(undo)


def _undo_places(undo: Undo) -> None:
    """Who leaves again is seen from where they were before they came back, and from nowhere else."""
    left_again = {key[0] for key in undo.past.came_back if undo.leaves(key[0])}
    if left_again:
        then = undo.past.gone["person_location"].items()
        undo.plan.rows["person_location"].gone.extend(sorted(left_again))
        undo.plan.rows["person_location"].new.extend(row for key, row in then if key[0] in left_again)  # type: ignore[misc]


def _undo_new(undo: Undo, key: type_Key, now: Mapping[str, Any], code: str | None) -> None:
    if code is None:
        undo.removed.add(key[0])
        undo.delete("person", key)
        return
    undo.left.add(key[0])
    undo.stay("person", key, code)
    undo.change("person", key, {} if now["left_on"] else {"left_on": undo.present.today})


def _why_kept(undo: Undo, row: Mapping[str, Any], now: Mapping[str, Any], other_values: frozenset[int]) -> str | None:
    """Why somebody whom the run made is not deleted, as the code of a message; None when nothing keeps them."""
    person = row["id"]
    if person in undo.present.tied:
        return f"undo-kept-{undo.present.tied[person]}"
    changed = differs(row, now) or now["left_on"] is not None or person in other_values
    return "undo-kept-changed" if changed else None


def undo_links(undo: Undo) -> None:
    """Keys, enrolments, groups, mentors, pairs and pins: those that the run made go, those it deleted come again."""
    for table in LINKS:
        for key, pairs in undo.past.changed[table].items():
            if undo.scope.has(table, key) and not _goes_along(undo, table, key):
                undo.change(table, key, values_back(undo, table, key, pairs))
        for key, row in undo.past.new[table].items():
            if undo.now(table, key) is None:
                continue
            if _goes_along(undo, table, key):
                undo.delete(table, key)
            elif undo.scope.has(table, key):
                _undo_new_link(undo, table, key, row)
        for key, row in undo.past.gone[table].items():
            if undo.scope.has(table, key):
                _undo_gone_link(undo, table, key, row)
    _leave_groups(undo)


def _leave_groups(undo: Undo) -> None:
    """Who leaves is in no group of this year any more and has, or is, no mentor: also what came after the run."""
    year = max((group.school_year for group in undo.present.groups.values()), default=0)
    for person in filter(undo.leaves, undo.present.joined):
        for table, key in sorted(undo.present.joined[person]):
            if table == "mentor" or undo.present.groups[key[0]].school_year == year:
                undo.delete(table, key)


def _goes_along(undo: Undo, table: str, key: type_Key) -> bool:
    """Whether somebody whose row this is is deleted."""
    if not undo.removed:
        return False
    return any(
        one in undo.removed for one in owners_of(table, key, undo.past.new[table].get(key), undo.now(table, key))
    )


def _undo_new_link(undo: Undo, table: str, key: type_Key, row: Mapping[str, Any]) -> None:
    now = undo.now(table, key)
    if table not in MEMBERS and any(one in undo.left for one in owners_of(table, key, row)):
        return  # who is marked as left keeps all but groups and mentors, to be known again
    if table in MEMBERS and any(map(undo.leaves, owners_of(table, key, row))):
        undo.delete(table, key)
    elif now is None or differs(row, now):
        undo.stay(table, key, "undo-changed", _shown_as(table))
    elif _is_of_later(undo, table, key):
        undo.stay(table, key, "undo-changed", SETS[table])
    else:
        undo.delete(table, key)


def _undo_gone_link(undo: Undo, table: str, key: type_Key, row: Mapping[str, Any]) -> None:
    if table in ("group_pupil", "group_staff"):
        key = (undo.group_of(key[0]), key[1])
        row = {**row, "group_id": key[0]}
    now, owners = undo.now(table, key), list(owners_of(table, key, row))
    if now is not None:
        if differs({name: value for name, value in row.items() if name != "id"}, now):
            undo.stay(table, key, "undo-changed", _shown_as(table))
    elif not _has_its_place(undo, table, key, row, owners):
        undo.stay(table, key, "undo-target-gone", _shown_as(table))
    elif _is_of_later(undo, table, key):
        undo.stay(table, key, "undo-changed", SETS[table])
    else:
        undo.insert(table, key, row)


def _has_its_place(undo: Undo, table: str, key: type_Key, row: Mapping[str, Any], owners: list[int]) -> bool:
    """Whether the people, group and location that a row refers to are there."""
    if not all(undo.is_there("person", one) for one in owners):
        return False
    if row.get("location_id") is not None and not undo.is_there("location", row["location_id"]):
        return False
    return row.get("group_id") is None or undo.bring("school_group", row["group_id"])


def _is_of_later(undo: Undo, table: str, key: type_Key) -> bool:
    """Whether the groups or mentors of this person were changed after the run: then all of them stay as they are.

    The class of a pupil goes the way of the enrolment, where the run changed that too.
    """
    if table not in SETS:
        return False
    person = next(owners_of(table, key))
    since = undo.present.since.get(person, frozenset())
    if table == "group_pupil" and (group := undo.present.groups.get(key[0])) and group.is_home:
        enrolled = person, group.school_year
        if "group_id" in undo.past.changed["enrolment"].get(enrolled, ()):
            return "group_id" not in undo.put_back["enrolment"].get(enrolled, ())
        return bool(since & (OF_CLASS | {EVERYTHING}))
    return bool(since & {SETS[table], EVERYTHING})


def _shown_as(table: str) -> str:
    """The field under which a message tells of a row of this table."""
    return {**SETS, "guardianship": "pair", "person_key": "key", "enrolment": "school_year"}.get(table, table)
