"""The current password, asked with every change of it (R9, Z-049): counted and throttled as a login is."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.models import Account
from app.services.audit import record

from . import throttle
from .own_password import owner
from .throttle import Bucket, Limit

BY_ACCOUNT = Limit("change-password", 10, timedelta(minutes=5), again=1)


def admit(session: Session, now: datetime, account_id: int) -> bool:
    """Count this try as a failure until it proves right; False when too many went before. The caller commits."""
    return throttle.claim(session, now, [_bucket(account_id)]).admitted


def withdraw(session: Session, now: datetime, account_id: int) -> None:
    """The try could not be judged because we were too busy: it does not count. The caller commits."""
    throttle.take_back(session, now, [_bucket(account_id)])


def conclude(session: Session, now: datetime, account_id: int, right: bool) -> None:
    """Forget the failures, or put this one on record. The caller commits."""
    if right:
        throttle.clear(session, [_bucket(account_id)])
        return
    who = owner(session.get_one(Account, account_id))
    record(session, now, who, "password-change-refused", "account", account_id)


def _bucket(account_id: int) -> Bucket:
    return Bucket(BY_ACCOUNT, str(account_id))
