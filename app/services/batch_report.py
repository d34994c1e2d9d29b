"""What became of the mails of a batch, for its result page. Changes nothing."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from ..models import Account, Batch, BatchItem, OutboxMail, Person

SHOWN = 100  # lines on the page; failed ones come first
FAILED = frozenset({"failed", "dropped"})


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


def mail_report(session: Session, batch: Batch) -> MailReport:
    """Counts and lines of the mails that carry the secrets of this batch; two queries."""
    counts = dict(
        session.execute(
            sa.select(OutboxMail.state, sa.func.count()).where(_of(batch)).group_by(OutboxMail.state)
        ).tuples()
    )
    failed = sum(counts.get(state, 0) for state in FAILED)
    rows = _rows(session, batch) if counts else []
    return MailReport(counts.get("sent", 0), sum(counts.values()) - counts.get("sent", 0) - failed, failed, rows)


def _of(batch: Batch) -> sa.ColumnElement[bool]:
    secrets = sa.select(BatchItem.secret_id).where(BatchItem.batch_id == batch.id, BatchItem.secret_id.is_not(None))
    return OutboxMail.secret_id.in_(secrets)


def _rows(session: Session, batch: Batch) -> list[MailLine]:
    worst_first = sa.case((OutboxMail.state.in_(FAILED), 0), (OutboxMail.state == "waiting", 1), else_=2)
    found = session.execute(
        sa.select(OutboxMail, Account)
        .join(Account, Account.id == OutboxMail.account_id)
        .join(Person, Person.id == Account.person_id)
        .options(contains_eager(Account.person))
        .where(_of(batch))
        .order_by(worst_first, Person.sort_key, OutboxMail.id)
        .limit(SHOWN)
    )
    return [
        MailLine(account.person.list_name, account.username, account.id, mail.recipient, mail.state, mail.problem)
        for mail, account in found
    ]
