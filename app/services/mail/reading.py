"""Reading the outbox for the mail screen, and trying failed mails again in bulk; never with a secret (R112)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from app.models import Account, IssuedSecret, OutboxMail, Person
from app.services.access import Actor, require_administrator
from app.services.audit import record_many

from .outbox import STATES, WITH_SECRET, can_be_mailed, mails_in_reach, secret_lapsed

PIECE = 500  # databases limit the values of one statement


def mail_counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many mails in reach are in each state; every state is named."""
    rows = session.execute(
        sa.select(OutboxMail.state, sa.func.count()).where(mails_in_reach(actor)).group_by(OutboxMail.state)
    )
    return dict.fromkeys(STATES, 0) | dict(rows.all())


def accounts_of_mails(session: Session, mails: Collection[OutboxMail]) -> dict[int, Account]:
    """Per account id the account with its person, for mails that are in reach already; one query."""
    ids = {mail.account_id for mail in mails if mail.account_id is not None}
    found = session.scalars(
        sa.select(Account)
        .join(Person, Person.id == Account.person_id)
        .options(contains_eager(Account.person))
        .where(Account.id.in_(ids))
    )
    return {account.id: account for account in found}


def failed_in_reach(session: Session, actor: Actor) -> list[int]:
    """The ids of all failed mails in reach."""
    chosen = sa.select(OutboxMail.id).where(OutboxMail.state == "failed", mails_in_reach(actor))
    return list(session.scalars(chosen.order_by(OutboxMail.id)))


@dataclass(frozen=True, slots=True)
class Resent:
    """What came of trying again: how many wait anew, and why others do not."""

    again: int = 0
    lapsed: int = 0  # the password in it is no longer valid
    bad_address: int = 0
    not_failed: int = 0  # went out, waits already, or was not in reach


def resend_many(session: Session, now: datetime, actor: Actor, mail_ids: Collection[int]) -> Resent:
    """Try these failed mails again, those in reach; the others are counted. The caller commits."""
    require_administrator(actor)
    ids = sorted(set(mail_ids))
    again, lapsed, bad_address = [], 0, 0
    for start in range(0, len(ids), PIECE):
        rows = session.execute(
            sa.select(OutboxMail, IssuedSecret)
            .outerjoin(IssuedSecret, IssuedSecret.id == OutboxMail.secret_id)
            .where(OutboxMail.id.in_(ids[start : start + PIECE]), OutboxMail.state == "failed", mails_in_reach(actor))
        )
        for mail, secret in rows:
            if mail.template in WITH_SECRET and secret_lapsed(secret, now):
                lapsed += 1
            elif not can_be_mailed(mail.recipient):
                bad_address += 1
            elif _wait_again(session, now, mail.id):
                again.append(mail.id)
    record_many(session, now, actor, "mail-resend", "mail", [(mail_id, {}) for mail_id in again])
    return Resent(len(again), lapsed, bad_address, len(ids) - len(again) - lapsed - bad_address)


def _wait_again(session: Session, now: datetime, mail_id: int) -> bool:
    """One winner: false when somebody else was first."""
    done = session.execute(
        sa.update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.state == "failed")
        .values(state="waiting", attempts=0, next_at=now, problem=None)
        .execution_options(synchronize_session=False)
    )
    return done.rowcount == 1
