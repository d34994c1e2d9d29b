"""A forgotten password, and the link of a mail with which a new one is chosen (R31 to R36, Z-029 to Z-031).

Asking changes nothing: the old password works until the new one is used (part 7 nr 20).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.models import Account, IssuedSecret
from app.services.access import Actor
from app.services.audit import record
from app.services.mail.outbox import NewMail, can_be_mailed, queue_mails

from . import throttle
from .credentials import FreshSecret, issue_secret, mailed_elsewhere, use_secret
from .own_password import owner, set_own_password
from .throttle import Bucket, Limit

VISITOR = Actor(name="visitor")
AN_HOUR = timedelta(hours=1)
BY_PAIR = Limit("forgotten-pair", 3, AN_HOUR, again=3, wait=AN_HOUR)
BY_ADDRESS = Limit("forgotten-address", 20, AN_HOUR, again=20, wait=AN_HOUR)
BY_SCHOOL_NETWORK = Limit("forgotten-school", 400, AN_HOUR, again=400, wait=AN_HOUR)


@dataclass(frozen=True, slots=True)
class Question:
    """What was typed on the page Wachtwoord vergeten, and where from."""

    username: str  # as login.typed_name() gives it
    email: str
    address: str
    from_school: bool = False

    @property
    def typed_email(self) -> str:
        return self.email.strip().casefold()


def admit_question(session: Session, now: datetime, question: Question) -> bool:
    """Count this question; False when too many went before. It is asked before any hash is made (R2)."""
    return throttle.claim(session, now, _buckets(question)).admitted


def withdraw_question(session: Session, now: datetime, question: Question) -> None:
    """We were too busy to answer: it does not count. The caller commits."""
    throttle.take_back(session, now, _buckets(question))


def answer_forgotten(session: Session, now: datetime, secret_key: str, question: Question, fresh: FreshSecret) -> None:
    """Queue a mail with a new password when name and address belong together; else nothing, and nobody can tell.

    `fresh` is made, and a line is written, for every question that was admitted: all cost the same (R36, R91). The
    caller commits.
    """
    account = session.scalar(
        sa.select(Account).where(Account.username == question.username).options(joinedload(Account.person))
    )
    reason = why_unanswered(account, question)
    if account is None or reason:
        told = {"reason": reason, "address": question.address}
        subject, whose = (account.id, account.institution_id) if account else (None, None)
        record(session, now, VISITOR, "password-forgotten-refused", "account", subject, told, whose)
        return
    issued = issue_secret(session, now, secret_key, account, "reset", fresh, asked_by_owner=True)
    mail = NewMail(
        "password-forgotten", account.person.email or "", account.institution_id, account.id, issued.secret_row.id
    )
    queue_mails(session, now, [mail])
    record(session, now, owner(account), "password-forgotten", "account", account.id, {"address": question.address})


def _buckets(question: Question) -> list[Bucket]:
    network = BY_SCHOOL_NETWORK if question.from_school else BY_ADDRESS
    pair = f"{question.username.casefold()}:{question.typed_email}"
    return [Bucket(BY_PAIR, pair), Bucket(network, question.address)]


def why_unanswered(account: Account | None, question: Question) -> str | None:
    """Why there is no mail, for the audit and never for the screen; None when the address typed is the one on file."""
    if account is None:
        return "unknown-username"
    on_file = account.person.email
    reasons = {
        "inactive": not account.active,
        "blocked": account.blocked,
        "no-address": not can_be_mailed(on_file),
        "another-address": (on_file or "").strip().casefold() != question.typed_email,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that still works."""

    secret_id: int
    account: Account


def link_behind(session: Session, now: datetime, hashed_token: str) -> Link | None:
    """What the link with this token (its hash) opens, or None; why not is nobody's business (R31, R32).

    It lapses with its secret, with the account, and when the address it was mailed to is no longer on file.
    """
    found = session.execute(
        sa.select(IssuedSecret.id, Account)
        .join(Account, Account.id == IssuedSecret.account_id)
        .where(IssuedSecret.token_hash == hashed_token, IssuedSecret.used_at.is_(None), IssuedSecret.expires_at > now)
        .where(Account.active, ~Account.blocked, ~mailed_elsewhere())
    ).one_or_none()
    return Link(*found) if found else None


def choose_password(session: Session, now: datetime, hashed_token: str, new_hash: str) -> bool:
    """Use the link up and store the password; False when it works no more or another was first (R34).

    Nobody is logged in by it, and who was logged in is not any more (R38, R26). The caller commits.
    """
    link = link_behind(session, now, hashed_token)
    if link is None or not use_secret(session, now, link.secret_id):
        return False
    return set_own_password(
        session, now, link.account, new_hash, action="password-chosen", replacing=link.account.password_hash
    )
