"""Batches: accounts or new passwords for many at once, chosen, checked, started once, and shown once (Z-094 to Z-105).

A batch is drafted with its rows frozen, looked at, and started; accounts/batch_work.py makes it in the background.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, UnknownName
from app.models import Account, Batch, BatchItem, IssuedSecret, Person, PersonKind
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.login.credentials import readable_password
from app.services.reach import visible_persons

from .batch_reach import in_reach_now, lost_from_reach
from .plan import AccountPlan, Skipped, Task, plan_accounts, plan_resets
from .reading import home_groups

PLANS = {"create": plan_accounts, "reset": plan_resets}
ENDED = ("done", "failed")


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is. `on_screen`: passwords that come on screen; `shown`: they were, once (Z-102)."""

    id: int
    state: str
    total: int
    done: int
    made: int
    skipped: int
    by_mail: int
    on_screen: int
    shown: bool

    @property
    def finished(self) -> bool:
        return self.state in ENDED

    @property
    def failed(self) -> bool:
        return self.state == "failed"


@dataclass(frozen=True, slots=True)
class ShownSecret:
    """One line of the page that shows passwords once."""

    account_id: int
    name: str
    group: str | None
    username: str
    password: str
    until: datetime


def draft_batch(
    session: Session, now: datetime, actor: Actor, task: Task, kind: str, ids: Sequence[int], form_key: str
) -> Batch:
    """Freeze the chosen persons (create) or accounts (reset) while the administrator looks. The caller commits.

    The same `form_key` finds the same batch (R124). Raises UnknownName when any of the ids is out of reach (R51),
    InvalidInput when nobody was chosen.
    """
    require_administrator(actor)
    if (known := _drafted(session, actor, form_key)) is not None:
        return known
    if not ids:
        raise InvalidInput(_("Choose at least one line first."))
    lines = _lines(PLANS[task](session, actor, list(dict.fromkeys(ids))))
    if len(lines) != len(set(ids)):
        raise UnknownName(_("Somebody you chose does not exist, or not for you. Choose again."))
    batch = Batch(
        institution_id=actor.institution_id,
        actor_id=actor.account_id,
        task=task,
        kind=PersonKind(kind).value,
        state="draft",
        form_key=form_key,
        total=len(lines),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(batch)
    except IntegrityError:  # the other half of a double click was first
        return _drafted(session, actor, form_key, must_exist=True)
    common = {"institution_id": batch.institution_id, "batch_id": batch.id, "state": "waiting"}
    session.execute(sa.insert(BatchItem), [common | line for line in lines])
    return batch


def _lines(plan: AccountPlan) -> list[dict[str, int | None]]:
    """The items in the order of the names; who will be skipped is in it too, with the reason found at the work."""
    return [{"person_id": line.person_id, "account_id": line.account_id} for line in (*plan.accounts, *plan.skipped)]


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


def batch_plan(session: Session, actor: Actor, batch: Batch) -> AccountPlan:
    """What the batch will do, decided anew from the data of this moment."""
    column = BatchItem.person_id if batch.task == "create" else BatchItem.account_id
    ids = session.scalars(sa.select(column).where(BatchItem.batch_id == batch.id, column.is_not(None)))
    return PLANS[batch.task](session, actor, list(ids))


def start_batch(session: Session, now: datetime, actor: Actor, batch_id: int) -> Batch:
    """Let the work begin; once: a second call gives the same batch and changes nothing (R124). The caller commits.

    Raises Conflict when somebody in it went out of the actor's reach since it was drafted (R47).
    """
    require_administrator(actor)
    batch = batch_in_reach(session, actor, batch_id)
    if batch.state == "draft" and lost_from_reach(session, actor, batch):
        raise Conflict(_("Somebody you chose is not at one of your locations any more. Choose again."))
    started = session.execute(
        sa.update(Batch).where(Batch.id == batch.id, Batch.state == "draft").values(state="waiting")
    )
    if started.rowcount:
        record(
            session, now, actor, f"batch-{batch.task}", "batch", batch.id, {"total": batch.total}, batch.institution_id
        )
    session.refresh(batch)
    return batch


def batch_state(session: Session, batch: Batch) -> BatchState:
    """Progress and counts; one query besides the batch itself."""
    counts = {
        (row.state, row.delivery): row.n
        for row in session.execute(
            sa.select(BatchItem.state, BatchItem.delivery, sa.func.count().label("n"))
            .where(BatchItem.batch_id == batch.id)
            .group_by(BatchItem.state, BatchItem.delivery)
        )
    }
    by_mail, on_screen = counts.get(("done", "mail"), 0), counts.get(("done", "screen"), 0)
    return BatchState(
        batch.id,
        batch.state,
        batch.total,
        batch.done,
        by_mail + on_screen,
        counts.get(("skipped", None), 0),
        by_mail,
        on_screen,
        batch.shown_at is not None,
    )


def skipped_in(session: Session, actor: Actor, batch: Batch) -> list[Skipped]:
    """Who got nothing, and why, as far as in reach now; in the order of the names."""
    rows = session.execute(
        sa.select(Person, BatchItem.account_id, BatchItem.reason)
        .join(Person, Person.id == BatchItem.person_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.state == "skipped", visible_persons(actor))
        .order_by(Person.sort_key, BatchItem.id)
    )
    return [Skipped(row[0].id, row[1], row[0].kind, row[0].number, row[0].list_name, row[2]) for row in rows]


def reveal_secrets(
    session: Session, now: datetime, actor: Actor, batch_id: int, secret_key: str
) -> list[ShownSecret] | None:
    """The passwords of those without e-mail address; None when they were shown before (Z-102). The caller commits.

    Only one caller ever gets them; afterwards nothing is left to make them from, also of those that went out of reach
    and are not shown (R4, R47). Raises Conflict while the work is not done.
    """
    batch = batch_in_reach(session, actor, batch_id)
    if batch.state not in ENDED:
        raise Conflict(_("The work is not done yet. Wait a moment."))
    first = session.execute(sa.update(Batch).where(Batch.id == batch.id, Batch.shown_at.is_(None)).values(shown_at=now))
    if not first.rowcount:
        return None
    rows = _to_show(session, now, actor, batch)
    groups = home_groups(session, [person.id for _s, _a, person in rows])
    shown = [
        ShownSecret(
            account.id,
            person.list_name,
            groups.get(person.id),
            account.username,
            readable_password(secret_key, secret.nonce or ""),
            secret.expires_at,
        )
        for secret, account, person in rows
    ]
    on_screen = sa.select(BatchItem.secret_id).where(BatchItem.batch_id == batch.id, BatchItem.delivery == "screen")
    wiped = sa.update(IssuedSecret).where(IssuedSecret.id.in_(on_screen)).values(nonce=None)
    session.execute(wiped.execution_options(synchronize_session=False))
    if shown:
        record(session, now, actor, "secrets-shown", "batch", batch.id, {"count": len(shown)}, batch.institution_id)
    return shown


def _to_show(session: Session, now: datetime, actor: Actor, batch: Batch) -> list[tuple[IssuedSecret, Account, Person]]:
    found = session.execute(
        sa.select(IssuedSecret, Account, Person)
        .join(BatchItem, BatchItem.secret_id == IssuedSecret.id)
        .join(Account, Account.id == IssuedSecret.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.delivery == "screen", in_reach_now(actor))
        .where(IssuedSecret.nonce.is_not(None), IssuedSecret.used_at.is_(None), IssuedSecret.expires_at > now)
        .order_by(Person.sort_key, BatchItem.id)
    )
    return [(row[0], row[1], row[2]) for row in found]
