"""Browsers from which an account logged in before: failures of strangers do not shut them out (R14).

A browser holds one random token; here is its SHA-256, once for every account that used it.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, KnownDevice

KEPT = timedelta(days=180)


def is_known(session: Session, username: str, device: str | None) -> bool:
    """Whether the account with exactly this username was logged in to from this browser. No cookie: no query."""
    if device is None:
        return False
    found = sa.select(KnownDevice.id).join(Account, Account.id == KnownDevice.account_id)
    return session.scalar(found.where(Account.username == username, KnownDevice.token_hash == device)) is not None


def remember(session: Session, now: datetime, account: Account, device: str) -> None:
    """From now on this browser is known for this account."""
    seen = session.execute(
        sa.update(KnownDevice)
        .where(KnownDevice.account_id == account.id, KnownDevice.token_hash == device)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
    if not seen.rowcount:
        session.add(
            KnownDevice(institution_id=account.institution_id, account_id=account.id, token_hash=device, seen_at=now)
        )
        session.flush()


def estrange(session: Session, account_id: int, device: str) -> None:
    """This browser failed too often to be known any longer."""
    session.execute(
        sa.delete(KnownDevice).where(KnownDevice.account_id == account_id, KnownDevice.token_hash == device)
    )


def forget(session: Session, account_id: int, *, keep: str | None = None) -> None:
    """No browser is known any more for this account, but `keep`: after a new password."""
    kept = KnownDevice.token_hash != keep if keep else sa.true()
    session.execute(sa.delete(KnownDevice).where(KnownDevice.account_id == account_id, kept))


def sweep(session: Session, now: datetime) -> None:
    """Delete the browsers that were not seen for long."""
    session.execute(sa.delete(KnownDevice).where(KnownDevice.seen_at < now - KEPT))
