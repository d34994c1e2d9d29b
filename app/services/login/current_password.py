"""The current password, asked before it may be changed (R9, Z-049): counted and throttled as a login is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...models import Account
from ..audit import record
from . import hashing, throttle
from .own_password import owner
from .throttle import Bucket, Limit

BY_ACCOUNT = Limit("change-password", 10, timedelta(minutes=5), again=1)


@dataclass(frozen=True, slots=True)
class Current:
    """The stored hash to compare with; shut when too many tries went before."""

    stored_hash: str | None
    is_shut: bool

    def fits(self, typed: str) -> bool:
        """Computes one hash."""
        return hashing.verify_password(self.stored_hash, typed)


def ask_current(session: Session, now: datetime, account_id: int) -> Current:
    """Count this try as a failure until it proves right. The caller commits."""
    admitted = throttle.claim(session, now, [_bucket(account_id)]).admitted
    return Current(session.get_one(Account, account_id).password_hash, is_shut=not admitted)


def conclude(session: Session, now: datetime, account_id: int, right: bool) -> None:
    """Forget the failures, or put this one on record. The caller commits."""
    if right:
        throttle.clear(session, [_bucket(account_id)])
        return
    who = owner(session.get_one(Account, account_id))
    record(session, now, who, "password-change-refused", "account", account_id)


def _bucket(account_id: int) -> Bucket:
    return Bucket(BY_ACCOUNT, str(account_id))
