"""Who takes over the tasks of accounts that are closed, blocked or deleted (P-021)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import Account, Batch, BatchItem, ContactTask, Location, Person
from app.services.access import Actor
from app.services.audit import record
from app.services.bulk import pieces

from .registry import TASKS, check_holders, lock_card


@dataclass(frozen=True, slots=True)
class HeldTask:
    """A task of somebody who is about to be shut out."""

    id: int
    title: str
    place: str | None  # None: the whole school
    holder: str
    account_id: int


def tasks_held(session: Session, account_ids: Collection[int]) -> set[int]:
    """Which of these accounts hold a task."""
    found = set[int]()
    for part in pieces(account_ids):
        held = sa.select(ContactTask.account_id).where(ContactTask.account_id.in_(part))
        found.update(session.scalars(held))
    return found


def tasks_in(session: Session, batch: Batch) -> list[HeldTask]:
    """The tasks of those whom this batch will shut out. One query."""
    rows = session.execute(
        sa.select(ContactTask, Location.name, Person)
        .join(BatchItem, BatchItem.account_id == ContactTask.account_id)
        .join(Account, Account.id == ContactTask.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Location, Location.id == ContactTask.location_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.state == "waiting")
        .order_by(Person.sort_key, ContactTask.id)
    )
    return [
        HeldTask(one.id, str(TASKS.get(one.task, one.task)), place, person.list_name, one.account_id)
        for one, place, person in rows
    ]


def hand_over(session: Session, now: datetime, actor: Actor, batch: Batch, chosen: Mapping[int, int | None]) -> None:
    """Give every task in this batch to who was chosen (task: account, or None: nobody for now). The caller commits.

    Raises InvalidInput when a task was forgotten, or goes to an account that does not work or is shut out too.
    """
    lock_card(session, batch.institution_id)
    tasks = tasks_in(session, batch)
    if any(task.id not in chosen for task in tasks):
        raise InvalidInput(_("Choose for every task who takes it over."))
    takers = {account_id for task in tasks if (account_id := chosen[task.id]) is not None}
    leaving = sa.select(BatchItem.account_id).where(BatchItem.batch_id == batch.id, BatchItem.state == "waiting")
    if takers & set(session.scalars(leaving)):
        raise InvalidInput(_("Choose somebody whose account stays."))
    if takers:
        check_holders(session, actor, takers)
    for task in tasks:
        row, taker = session.get_one(ContactTask, task.id), chosen[task.id]
        told = {"task": row.task, "account": [row.account_id, taker]}
        if taker is None:
            session.delete(row)
        else:
            row.account_id, row.since = taker, now
        record(session, now, actor, "task-assigned", "institution", batch.institution_id, told, batch.institution_id)
    session.flush()
