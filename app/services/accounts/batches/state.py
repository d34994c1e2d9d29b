"""How far a batch is, and what became of each of its rows. Changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Batch, BatchItem, OutboxMail, Person, PersonKind, names
from app.services.access import Actor
from app.services.accounts.plan import REASONS, Skipped
from app.services.accounts.reading import home_groups
from app.services.reach import visible_persons

ENDED = ("done", "failed")


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is. Of those who got something: by which way; `shown`: on screen, once (Z-102)."""

    id: int
    state: str
    total: int
    done: int
    chosen: int  # who gets something, or got it
    made: int
    skipped: int
    failed_rows: int
    left: int  # rows that nobody reached
    by_mail: int
    on_screen: int
    by_letter: int
    shown: bool

    @property
    def finished(self) -> bool:
        return self.state in ENDED

    @property
    def failed(self) -> bool:
        return self.state == "failed"

    @property
    def to_retry(self) -> int:
        return self.failed_rows + self.left if self.finished else 0


def batch_state(session: Session, batch: Batch) -> BatchState:
    """Progress and counts; one query besides the batch itself."""
    grouped = (
        sa.select(BatchItem.state, BatchItem.delivery, sa.func.count())
        .where(BatchItem.batch_id == batch.id)
        .group_by(BatchItem.state, BatchItem.delivery)
    )
    counts = {(state, delivery): n for state, delivery, n in session.execute(grouped)}

    def of(*states: str, delivery: str | None = "") -> int:
        return sum(n for (state, how), n in counts.items() if state in states and (delivery == "" or how == delivery))

    going = ("waiting", "done") if batch.state == "draft" else ("done",)
    return BatchState(
        batch.id,
        batch.state,
        batch.total,
        batch.done,
        of("waiting", "done"),
        of("done"),
        of("skipped"),
        of("failed"),
        of("waiting"),
        of(*going, delivery="mail"),
        of(*going, delivery="screen"),
        of(*going, delivery="letter"),
        batch.shown_at is not None,
    )


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One row of the check page: who, and what will happen."""

    name: str
    group: str | None
    username: str
    role: str | None
    email: str | None
    delivery: str | None
    note: str | None


def check_lines(session: Session, batch: Batch, start: int, count: int) -> list[CheckLine]:
    """Those who get something, from `start` on, in the order of the names. Two queries."""
    found = session.execute(
        sa.select(BatchItem, Person, Account.role)
        .join(Person, Person.id == BatchItem.person_id)
        .outerjoin(Account, Account.id == BatchItem.account_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.state == "waiting")
        .order_by(BatchItem.id)
        .offset(start)
        .limit(count)
    ).all()
    groups = home_groups(session, [person.id for _item, person, _role in found if person.kind is PersonKind.PUPIL])
    return [
        CheckLine(
            person.list_name,
            groups.get(person.id),
            item.username or "",
            role.label if role else None,
            person.email,
            item.delivery,
            item.note,
        )
        for item, person, role in found
    ]


def skipped_in(session: Session, actor: Actor, batch: Batch, most: int | None = None) -> list[Skipped]:
    """Who gets or got nothing, and why, as far as in reach now; in the order of the names."""
    rows = session.execute(
        sa.select(Person, BatchItem.account_id, BatchItem.reason)
        .join(Person, Person.id == BatchItem.person_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.state.in_(("skipped", "failed")), visible_persons(actor))
        .order_by(Person.sort_key, BatchItem.id)
        .limit(most)
    )
    return [Skipped(row[0].id, row[1], row[0].kind, row[0].number, row[0].list_name, row[2]) for row in rows]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What became of one row: for the file of the result. Never a password."""

    number: str | None
    name: str
    kind: PersonKind
    username: str | None
    outcome: str  # done, skipped, failed, waiting
    reason: str | None
    delivery: str | None
    mail: str | None  # the state of the mail that carried the secret
    problem: str | None  # what the mail server said


def result_lines(session: Session, actor: Actor, batch: Batch) -> Iterator[ResultLine]:
    """Every row of the batch, as far as in reach now, in its order. One query."""
    rows = session.execute(
        sa.select(
            Person.number,
            Person.last_name,
            Person.first_name,
            Person.initials,
            Person.prefix,
            Person.kind,
            sa.func.coalesce(Account.username, BatchItem.username).label("username"),
            BatchItem.state,
            BatchItem.reason,
            BatchItem.delivery,
            OutboxMail.state.label("mail"),
            OutboxMail.problem,
        )
        .select_from(BatchItem)
        .join(Person, Person.id == BatchItem.person_id)
        .outerjoin(Account, Account.id == BatchItem.account_id)
        .outerjoin(
            OutboxMail,
            sa.and_(OutboxMail.secret_id == BatchItem.secret_id, OutboxMail.account_id == BatchItem.account_id),
        )
        .where(BatchItem.batch_id == batch.id, visible_persons(actor))
        .order_by(BatchItem.id)
    )
    for row in rows:
        name = names.list_name(row.last_name, row.first_name or names.dotted(row.initials), row.prefix)
        reason = str(REASONS[row.reason]) if row.reason else None
        yield ResultLine(
            row.number, name, row.kind, row.username, row.state, reason, row.delivery, row.mail, row.problem
        )
