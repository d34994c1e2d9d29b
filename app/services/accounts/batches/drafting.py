"""From the chosen rows to work that waits: frozen in a draft, looked at, started once (Z-094 to Z-098, R124)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, UnknownName
from app.models import Batch, BatchItem, PersonKind
from app.services.access import Actor, require_administrator
from app.services.accounts.plan import AccountPlan
from app.services.accounts.tasks import TASKS
from app.services.audit import record
from app.services.bulk import insert_rows
from app.services.contacts.handover import hand_over

from .reach import lost_from_reach

COLUMNS = (
    *("institution_id", "batch_id", "person_id", "account_id"),
    *("state", "reason", "username", "delivery", "note"),
)
NOTE = 200  # letters of a note that are kept


def draft_batch(
    session: Session,
    now: datetime,
    actor: Actor,
    task: str,
    kind: str,
    ids: Sequence[int],
    form_key: str,
    options: Mapping[str, Any] | None = None,
) -> Batch:
    """Freeze the chosen persons or accounts, with what will happen to each, while the administrator looks.

    The same `form_key` finds the same batch (R124). Raises UnknownName when any of the ids is out of reach (R51),
    InvalidInput when nobody was chosen. The caller commits.
    """
    require_administrator(actor)
    if (known := _drafted(session, actor, form_key)) is not None:
        return known
    if not ids:
        raise InvalidInput(_("Choose at least one line first."))
    plan = TASKS[task].plan(session, now, actor, list(dict.fromkeys(ids)), options or {})
    if len(plan.accounts) + len(plan.skipped) != len(set(ids)):
        raise UnknownName(_("Somebody you chose does not exist, or not for you. Choose again."))
    batch = Batch(
        institution_id=actor.institution_id,
        actor_id=actor.account_id,
        task=task,
        kind=PersonKind(kind).value,
        state="draft",
        form_key=form_key,
        options=dict(options) if options else None,
        total=len(set(ids)),
        done=len(plan.skipped),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(batch)
    except IntegrityError:  # the other half of a double click was first
        return _drafted(session, actor, form_key, must_exist=True)
    insert_rows(session, BatchItem, COLUMNS, _items(batch, plan))
    return batch


def _items(batch: Batch, plan: AccountPlan) -> Iterable[tuple[Any, ...]]:
    """In the order of the names. Who is skipped now stays so: what the check page shows is what happens."""
    own = (batch.institution_id, batch.id)
    for line in plan.accounts:
        note = line.note[:NOTE] if line.note else None
        yield *own, line.person_id, line.account_id, "waiting", None, line.username, line.delivery, note
    for line in plan.skipped:
        yield *own, line.person_id, line.account_id, "skipped", line.code, None, None, None


def _drafted(session: Session, actor: Actor, form_key: str, *, must_exist: bool = False) -> Batch | None:
    found = session.scalar(sa.select(Batch).where(Batch.form_key == form_key))
    if found is not None and not _own(actor, found):
        raise Conflict(_("This page is out of date. Choose again."))
    if found is None and must_exist:
        raise Conflict(_("This page is out of date. Choose again."))
    return found


def batch_in_reach(session: Session, actor: Actor, batch_id: int) -> Batch:
    """The batch, for who made it only: it shows passwords. Raises UnknownName."""
    batch = session.get(Batch, batch_id)
    if batch is None or not _own(actor, batch):
        raise UnknownName(_("This work does not exist."))
    return batch


def _own(actor: Actor, batch: Batch) -> bool:
    return batch.institution_id == actor.institution_id and batch.actor_id == actor.account_id


def start_batch(
    session: Session,
    now: datetime,
    actor: Actor,
    batch_id: int,
    takers: Mapping[int, int | None] | None = None,
) -> Batch:
    """Let the work begin; once: a second call gives the same batch and changes nothing (R124). The caller commits.

    `takers`: who takes over each task of those who are shut out (P-021). Raises Conflict when somebody in it went out
    of the actor's reach since it was drafted (R47), InvalidInput when a task has no taker.
    """
    require_administrator(actor)
    batch = batch_in_reach(session, actor, batch_id)
    if batch.state == "draft" and lost_from_reach(session, actor, batch):
        raise Conflict(_("Somebody you chose is not at one of your locations any more. Choose again."))
    if batch.state == "draft" and TASKS[batch.task].shuts_out:
        hand_over(session, now, actor, batch, takers or {})
    started = session.execute(
        sa.update(Batch).where(Batch.id == batch.id, Batch.state == "draft").values(state="waiting")
    )
    if started.rowcount:
        told = {"total": batch.total}
        record(session, now, actor, f"batch-{batch.task}", "batch", batch.id, told, batch.institution_id)
    session.refresh(batch)
    return batch


def retry_batch(session: Session, now: datetime, actor: Actor, batch_id: int, form_key: str) -> Batch:
    """A draft of the same work for the rows that failed or were never reached. The caller commits.

    Raises InvalidInput when there are none, Conflict while the work goes on.
    """
    batch = batch_in_reach(session, actor, batch_id)
    if batch.state not in ("done", "failed"):
        raise Conflict(_("The work is not done yet. Wait a moment."))
    column = BatchItem.person_id if TASKS[batch.task].of == "persons" else BatchItem.account_id
    left = sa.select(column).where(BatchItem.batch_id == batch.id, BatchItem.state.in_(("failed", "waiting")))
    ids = [one for one in session.scalars(left.order_by(BatchItem.id)) if one is not None]
    if not ids:
        raise InvalidInput(_("Nothing failed: there is nothing to do again."))
    return draft_batch(session, now, actor, batch.task, batch.kind, ids, form_key, batch.options)


def reprint_batch(session: Session, now: datetime, actor: Actor, batch_id: int, form_key: str) -> Batch:
    """A draft of new letters for the accounts that got one in this batch. The caller commits.

    Raises InvalidInput when there are none.
    """
    batch = batch_in_reach(session, actor, batch_id)
    printed = sa.select(BatchItem.account_id).where(BatchItem.batch_id == batch.id, BatchItem.delivery == "letter")
    ids = [one for one in session.scalars(printed.where(BatchItem.state == "done").order_by(BatchItem.id)) if one]
    return draft_batch(session, now, actor, "print", batch.kind, ids, form_key)
