"""Carries out an undo with the writers of a run: rows, reach, place sets and routes, search keys, log and journal."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import Group, Location, Person, SyncRun, names
from app.services.access import Actor
from app.services.combinations import PLACE_SETS, ROUTES, forget_places, renew_combinations
from app.services.login.own_address import address_changed
from app.services.reach import recompute_reach, restore_places
from app.services.roster.apply import write_audit
from app.services.roster.plan.changes import Plan, Rows
from app.services.roster.plan.known import PERSON_FIELDS
from app.services.roster.rows.new_rows import COLUMNS, name_keys
from app.services.roster.rows.writing import TableRows, write_rows

from .past import Present, type_Row
from .table_rows import TABLES


def put_back(session: Session, now: datetime, actor: Actor, run: SyncRun, plan: Plan, present: Present) -> None:
    """Write this plan of an undo; the run gets a journal of its own, so that it can be undone too.

    The caller commits.
    """
    if plan.is_empty:
        return
    tables = {
        TABLES[name]: TableRows(new=_batches(rows), changed=list(_remade(name, rows, present)), gone=rows.gone)
        for name, rows in plan.rows.items()
        if TABLES[name] in COLUMNS
    }
    places = tables[Location].gone if Location in tables else []
    forget_places(session, run.institution_id, places)
    write_rows(session, now, run.institution_id, tables, run.id)
    recompute_reach(session, run.institution_id)
    then = plan.rows["person_location"]
    restore_places(session, run.institution_id, then.gone, then.new)  # type: ignore[arg-type]
    if places:
        renew_combinations(session, run.institution_id, {PLACE_SETS: None, ROUTES: None})
    address_changed(session, now, _moved(plan, present))
    write_audit(session, now, actor, plan.changes, run.institution_id, run.id)


def _batches(rows: Rows) -> list[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """The rows that come again, with those of the same columns together; first those that know their id."""
    alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows.new:
        values: type_Row = row  # type: ignore[assignment]
        alike[tuple(values)].append(tuple(values.values()))
    return sorted(alike.items(), key=lambda batch: "id" not in batch[0])


def _remade(name: str, rows: Rows, present: Present) -> Iterator[tuple[Any, type_Row]]:
    """The values that go back, with the keys of sorting and searching made from them."""
    for key, values in rows.changed:
        if TABLES[name] is Person and not values.keys() <= {"left_on"}:
            merged = present.rows[name][key,] | values
            sort_key, search_key = name_keys(tuple(merged[field] for field in PERSON_FIELDS))
            values = values | {"sort_key": sort_key, "search_key": search_key}
        elif TABLES[name] is Group and "name" in values:
            values = values | {"sort_key": names.group_sort_key(values["name"])}
        yield key, values


def _moved(plan: Plan, present: Present) -> Iterable[int]:
    """Whose e-mail address is another one, or gone (R32)."""
    for person, values in plan.rows["person"].changed:
        old = present.rows["person"][person,]["email"]
        if old and "email" in values and (values["email"] or "").casefold() != old.casefold():
            yield person
