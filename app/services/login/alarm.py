"""Somebody tries one password on many accounts: the administrators hear of it, at most once an hour (R14)."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Person, Role
from app.services.access import Actor
from app.services.audit import record
from app.services.mail.outbox import NewMail, can_be_mailed, queue_mails

from . import throttle
from .throttle import Bucket, Limit

AN_HOUR = timedelta(hours=1)
ONCE_AN_HOUR = Bucket(Limit("login-alarm", 1, AN_HOUR, again=1, wait=AN_HOUR))
WARNED = (Role.ADMINISTRATOR, Role.ROOT)


def raise_alarm(session: Session, now: datetime) -> None:
    """Write an audit line and queue a mail to every usable administrator, unless that was done within the hour."""
    if not throttle.claim(session, now, [ONCE_AN_HOUR]).admitted:
        return
    found = session.execute(
        sa.select(Account.id, Account.institution_id, Person.email)
        .join(Person, Person.id == Account.person_id)
        .where(Account.role.in_(WARNED), Account.active, ~Account.blocked, Person.email.is_not(None))
    ).all()
    mails = [
        NewMail("login-alarm", row.email, row.institution_id, account_id=row.id)
        for row in found
        if can_be_mailed(row.email)
    ]
    queue_mails(session, now, mails)
    record(session, now, Actor(name="login"), "login-alarm", "installation", None, {"mails": len(mails)})
