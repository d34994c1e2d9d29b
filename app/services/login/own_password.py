"""Giving an account the password that its owner chose: all that hangs on it happens here, for every way (R26, R32)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, LoginSession, Person
from app.services.access import Actor
from app.services.audit import record
from app.services.mail.outbox import NewMail, queue_mails

from . import devices
from .credentials import cancel_secrets
from .sessions import end_sessions


def owner(account: Account) -> Actor:
    """The owner of an account, acting on the own account."""
    return Actor(account.username, account.id, account.institution_id, account.role)


def set_own_password(
    session: Session,
    now: datetime,
    account: Account,
    new_hash: str,
    *,
    action: str,
    replacing: str | None,
    session_kept: str | None = None,
    device_kept: str | None = None,
) -> bool:
    """Store the hash; False when the password was changed meanwhile by another (`replacing` is no longer stored),
    or when the session that asks for it, `session_kept`, was ended meanwhile.

    Other sessions end, what was handed out lapses, the owner is told by mail. The caller commits.
    """
    lives = sa.exists().where(LoginSession.id_hash == session_kept) if session_kept else sa.true()
    stored = session.execute(
        sa.update(Account)
        .where(Account.id == account.id, lives, Account.password_hash.is_not_distinct_from(replacing))
        .where(Account.active, ~Account.blocked)
        .values(
            password_hash=new_hash,
            password_changed_at=now,
            activated_at=sa.func.coalesce(Account.activated_at, now),
            failures_in_a_row=0,
        )
        .execution_options(synchronize_session=False)
    )
    if stored.rowcount != 1:
        return False
    cancel_secrets(session, now, [account.id])
    end_sessions(session, account.id, session_kept)
    devices.forget(session, account.id, keep=device_kept)
    record(session, now, owner(account), action, "account", account.id)
    email = session.scalar(sa.select(Person.email).where(Person.id == account.person_id))
    if email:
        queue_mails(session, now, [NewMail("password-changed", email, account.institution_id, account.id)])
    return True


def renew_hash(session: Session, account_id: int, old_hash: str, new_hash: str) -> None:
    """The same password hashed with the parameters of today, unless it was changed meanwhile (R1)."""
    session.execute(
        sa.update(Account)
        .where(Account.id == account_id, Account.password_hash == old_hash)
        .values(password_hash=new_hash)
        .execution_options(synchronize_session=False)
    )
