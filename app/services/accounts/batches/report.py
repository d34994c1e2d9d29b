"""Reading batches for the screens: one's own batches, and what became of the mails of one. Changes nothing."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from app.models import Account, Batch, BatchItem, OutboxMail, Person
from app.services.access import Actor

from .reach import in_reach_now

SHOWN = 100  # lines on the page; failed ones come first
BATCHES = 50  # the newest of one's own
FAILED = frozenset({"failed", "dropped"})


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One of one's own batches. `to_show`: passwords that wait to be seen, once."""

    id: int
    at: datetime
    task: str
    total: int
    done: int
    state: str
    to_show: int


def own_batches(session: Session, actor: Actor) -> list[BatchLine]:
    """The newest batches that this actor started, newest first; drafts are left out. One query."""
    on_screen = (
        sa.select(sa.func.count())
        .where(BatchItem.batch_id == Batch.id, BatchItem.delivery == "screen")
        .correlate(Batch)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Batch, on_screen)
        .where(Batch.institution_id == actor.institution_id, Batch.actor_id == actor.account_id)
        .where(Batch.state != "draft")
        .order_by(Batch.id.desc())
        .limit(BATCHES)
    )
    return [
        BatchLine(b.id, b.created_at, b.task, b.total, b.done, b.state, 0 if b.shown_at else waiting)
        for b, waiting in rows
    ]


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail: for which account, to which address, and how it went. `problem`: what the mail server said."""

    name: str
    username: str
    account_id: int
    recipient: str
    state: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class MailReport:
    """The mails of one batch: all counted, the first SHOWN listed."""

    sent: int
    waiting: int
    failed: int
    lines: list[MailLine]

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.failed


def mail_report(session: Session, actor: Actor, batch: Batch) -> MailReport:
    """Counts and lines of the mails that carry the secrets of this batch, as far as in reach now; two queries."""
    counted = _mails(sa.select(OutboxMail.state, sa.func.count()), actor, batch).group_by(OutboxMail.state)
    counts = dict(session.execute(counted).all())
    failed = sum(counts.get(state, 0) for state in FAILED)
    sent, lines = counts.get("sent", 0), _lines(session, actor, batch) if counts else []
    return MailReport(sent, sum(counts.values()) - sent - failed, failed, lines)


def _mails(chosen: sa.Select, actor: Actor, batch: Batch) -> sa.Select:
    """The choice from the mails of this batch to persons in reach."""
    secrets = sa.select(BatchItem.secret_id).where(BatchItem.batch_id == batch.id, BatchItem.secret_id.is_not(None))
    joined = chosen.join(Account, Account.id == OutboxMail.account_id).join(Person, Person.id == Account.person_id)
    return joined.where(OutboxMail.secret_id.in_(secrets), in_reach_now(actor))


def _lines(session: Session, actor: Actor, batch: Batch) -> list[MailLine]:
    worst_first = sa.case((OutboxMail.state.in_(FAILED), 0), (OutboxMail.state == "waiting", 1), else_=2)
    found = session.execute(
        _mails(sa.select(OutboxMail, Account), actor, batch)
        .options(contains_eager(Account.person))
        .order_by(worst_first, Person.sort_key, OutboxMail.id)
        .limit(SHOWN)
    )
    return [
        MailLine(account.person.list_name, account.username, account.id, mail.recipient, mail.state, mail.problem)
        for mail, account in found
    ]
