"""What the database knows of merged persons: who they were, and whether another source still tells them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Merge, PersonKey
from app.services.bulk import read_rows
from app.services.roster.plan.known import ECKID, UNTOLD


def read_former(
    session: Session, institution_id: int, fields: Iterable[str]
) -> dict[int, list[tuple[int, str, bool, None, tuple[Any, ...]]]]:
    """Per person all who were merged into it, also by way of another, as (id, kind, made by hand, None, fields).

    And the person itself as it was at each merge: meanwhile the record of another may have been heard.
    """
    rows = sa.select(Merge.kept_id, Merge.absorbed_id, Merge.rows).where(Merge.institution_id == institution_id)
    merges = {absorbed_id: (kept_id, kept) for kept_id, absorbed_id, kept in session.execute(rows)}
    found: dict[int, list[Any]] = defaultdict(list)
    for kept_id, kept in merges.values():
        while kept_id in merges:
            kept_id = merges[kept_id][0]
        for was in (kept["person"], kept["kept"]):
            born = date.fromisoformat(was["birth_date"]) if was["birth_date"] else None
            values = was | {"birth_date": born}
            told = tuple(values[name] for name in fields)
            found[kept_id].append((was["id"], was["kind"], was["hand_made"], None, told))
    return dict(found)


def read_elsewhere(
    session: Session, source: str, person_ids: Collection[int], retired: Iterable[str] = ()
) -> dict[int, bool]:
    """Those of these persons whom another source knows, each with whether that one still told it the last time.

    `retired`: sources that say nothing any more.
    """
    rows = sa.select(PersonKey.person_id, PersonKey.number).where(
        PersonKey.person_id.in_(list(person_ids)), PersonKey.source.not_in((source, ECKID, *retired))
    )
    found: dict[int, bool] = {}
    for person_id, number in read_rows(session, rows):
        found[person_id] = found.get(person_id, False) or number != UNTOLD
    return found
