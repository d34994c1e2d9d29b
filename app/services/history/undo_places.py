"""Undoing what a run did to groups and locations: those it made go when they are empty. Pure."""

from typing import Any

from .past import GroupNow
from .table_rows import type_Key
from .undoing import Undo, differs, values_back


def make_places_again(undo: Undo) -> None:
    """Locations and groups that the run deleted, before anything that refers to them."""
    codes = {code for code, _name in undo.present.locations.values()}
    for key, row in undo.past.gone["location"].items():
        if not undo.scope.has("location", key) or undo.now("location", key) is not None:
            continue
        if row["code"] in codes or row["id"] in undo.present.taken_ids.get("location", ()):
            undo.stay("location", key, "undo-place-taken")
            continue
        undo.made.add(("location", row["id"]))
        undo.insert("location", key, row)
    by_name = {(one.location_id, one.school_year, one.name): id for id, one in undo.present.groups.items()}
    for key, row in undo.past.gone["school_group"].items():
        place = row["location_id"], row["school_year"], row["name"]
        if undo.now("school_group", key) is not None:
            continue
        if place in by_name:
            undo.stands_for[row["id"]] = by_name[place]
        else:
            _make_group_again(undo, key, row)


def _make_group_again(undo: Undo, key: type_Key, row: dict[str, Any]) -> None:
    asked = undo.scope.has("school_group", key)
    taken = row["id"] in undo.present.taken_ids.get("school_group", ())
    if taken or not undo.is_there("location", row["location_id"]):
        if asked:
            undo.stay("school_group", key, "undo-place-taken" if taken else "undo-target-gone", "location")
        return
    if asked or undo.scope.reaches("school_group", key):
        undo.waiting[row["id"]] = row
    if asked:
        undo.bring("school_group", row["id"])


def undo_groups(undo: Undo) -> None:
    """Groups that the run made or changed, once it is decided who is in them."""
    for key, row in undo.past.new["school_group"].items():
        now = undo.now("school_group", key)
        if now is None or not undo.scope.has("school_group", key):
            continue
        if differs(row, now):
            undo.stay("school_group", key, "undo-group-changed")
        elif all(_is_let_go(undo, *user) for user in undo.present.used_groups.get(key[0], ())) and not _is_wanted(
            undo, key[0]
        ):
            undo.delete("school_group", key)
        else:
            undo.stay("school_group", key, "undo-group-used")
    for key, pairs in undo.past.changed["school_group"].items():
        if undo.scope.has("school_group", key):
            _undo_changed_group(undo, key, values_back(undo, "school_group", key, pairs))


def _undo_changed_group(undo: Undo, key: type_Key, back: dict[str, Any]) -> None:
    if not back:
        return
    after = {id: one for id, one in undo.present.groups.items() if ("school_group", (id,)) not in undo.deleted}
    for id, values in undo.put_back["school_group"].items():
        after[id[0]] = after[id[0]]._replace(**_of_place(values))
    mine = after.pop(key[0])._replace(**_of_place(back))
    if any(one[:3] == mine[:3] for one in after.values()):
        undo.stay("school_group", key, "undo-place-taken", "name")
        back = {name: value for name, value in back.items() if name not in GroupNow._fields}
    undo.change("school_group", key, back)


def _of_place(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in GroupNow._fields}


def undo_locations(undo: Undo) -> None:
    """Locations that the run made or changed, and by which key a source knows them; after the groups."""
    keys = undo.past.new["location_key"]
    for key in undo.past.new["location"]:
        now = undo.now("location", key)
        if now is None or not undo.scope.has("location", key):
            continue
        if all(_is_let_go(undo, *user) or user[1] in keys for user in undo.present.used_places.get(key[0], ())):
            for own in [own for own, told in keys.items() if told["location_id"] == key[0]]:
                if undo.now("location_key", own) is not None:
                    undo.delete("location_key", own)
            undo.delete("location", key)
        else:
            undo.stay("location", key, "undo-location-used")
    for key, pairs in undo.past.changed["location"].items():
        if undo.scope.has("location", key):
            undo.change("location", key, _without_taken_code(undo, key, values_back(undo, "location", key, pairs)))
    _undo_keys(undo)


def _undo_keys(undo: Undo) -> None:
    made = undo.past.new["location"]
    for key, row in undo.past.new["location_key"].items():
        now = undo.now("location_key", key)
        its_own = (row["location_id"],) in made  # goes with its location, or stays with it
        if now is not None and not its_own and not differs(row, now) and undo.scope.has("location_key", key):
            undo.delete("location_key", key)
    for key, row in undo.past.gone["location_key"].items():
        free = undo.now("location_key", key) is None and undo.is_there("location", row["location_id"])
        if free and undo.scope.has("location_key", key):
            undo.insert("location_key", key, row)


def _without_taken_code(undo: Undo, key: type_Key, back: dict[str, Any]) -> dict[str, Any]:
    others = (code for id, (code, _name) in undo.present.locations.items() if undo.is_there("location", id))
    if "code" in back and back["code"] in others:
        undo.stay("location", key, "undo-place-taken", "code")
        return {name: value for name, value in back.items() if name != "code"}
    return back


def _is_let_go(undo: Undo, table: str, key: type_Key) -> bool:
    """Whether what refers to a group or location goes, or refers to another one afterwards."""
    if (table, key) in undo.deleted:
        return True
    column = "group_id" if table == "enrolment" else "location_id"
    return column in undo.put_back[table].get(key, ())


def _is_wanted(undo: Undo, group: int) -> bool:
    """Whether something that comes again is in this group."""
    return any(row.get("group_id") == group for row in undo.inserted.values())
