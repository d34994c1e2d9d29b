"""Secrets that we hand out: a first or a new password with its link, usable once and for a while (R5, R31 to R34).

Nothing readable is stored (R4, R112): password and link are derived from a random nonce with a key that lives outside
the database, for as long as they must still be mailed or shown; then the nonce is wiped and only hashes stay.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.models import Account, IssuedSecret, OutboxMail, Person, Role
from app.services.sealing import derive_key

from .hashing import hash_many, hash_password, quick_hash
from .sessions import end_sessions_of

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without 0 and o, 1, l and i: they look alike on paper
GROUPS, GROUP_SIZE = 4, 4  # 31 ** 16 = 79 bits
ISSUED = re.compile(rf"[{LETTERS}]{{{GROUP_SIZE}}}(-[{LETTERS}]{{{GROUP_SIZE}}}){{{GROUPS - 1}}}")

Purpose = Literal["first", "reset"]
BY_HAND = timedelta(days=14)  # an administrator made it, a first or a new one
BY_HAND_FOR_STAFF = timedelta(hours=72)  # who sees more than the own data has more to lose
LONGER = frozenset({Role.PUPIL, Role.GUARDIAN, Role.OTHER})  # all other roles are of staff, now and later
BY_OWNER = timedelta(minutes=60)  # the owner asked for it on the login page


@dataclass(frozen=True, slots=True)
class FreshSecret:
    """A secret that is not stored yet, hashed while no transaction was open."""

    nonce: str
    password: str
    token: str
    password_hash: str
    form: str = "password"  # or "link": it is told as a link to choose a password, and as the code of that link


@dataclass(frozen=True, slots=True)
class Issued:
    """A stored secret with its readable forms, which live only in this value."""

    secret_row: IssuedSecret
    password: str
    token: str


def looks_issued(text: str) -> bool:
    """Whether this has the shape of a password that we hand out; own passwords never have it."""
    return ISSUED.fullmatch(text) is not None


def readable_password(secret_key: str, nonce: str) -> str:
    """The password of this nonce: 'k7wm-p3ha-x9de-t4rc'."""
    number = int.from_bytes(_derive(secret_key, "password", nonce))
    letters = ""
    for _place in range(GROUPS * GROUP_SIZE):
        number, rest = divmod(number, len(LETTERS))
        letters += LETTERS[rest]
    return "-".join(letters[start : start + GROUP_SIZE] for start in range(0, len(letters), GROUP_SIZE))


def activation_token(secret_key: str, nonce: str) -> str:
    """The token of the link of this nonce: 256 bits."""
    return urlsafe_b64encode(_derive(secret_key, "token", nonce)).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What is stored of a token (R31)."""
    return hashlib.sha256(token.encode()).hexdigest()


def prepare_secret(secret_key: str) -> FreshSecret:
    """A new secret; call it before the transaction, because hashing takes long."""
    nonce = secrets.token_urlsafe(32)
    password = readable_password(secret_key, nonce)
    return FreshSecret(nonce, password, activation_token(secret_key, nonce), hash_password(password))


def prepare_secrets(secret_key: str, forms: Iterable[str]) -> Iterator[FreshSecret]:
    """A new secret for each of these forms, passwords hashed over all cores; links cost no such hash."""
    drawn = [(form, secrets.token_urlsafe(32)) for form in forms]
    slow = hash_many([readable_password(secret_key, nonce) for form, nonce in drawn if form == "password"])
    for form, nonce in drawn:
        password = readable_password(secret_key, nonce)
        hashed = next(slow) if form == "password" else quick_hash(password)
        yield FreshSecret(nonce, password, activation_token(secret_key, nonce), hashed, form)


def lifetime(role: Role, *, asked_by_owner: bool = False) -> timedelta:
    """How long a new secret works: a first one and one that an administrator made alike (R5, R31)."""
    if asked_by_owner:
        return BY_OWNER
    return BY_HAND if role in LONGER else BY_HAND_FOR_STAFF


def issue_secret(
    session: Session,
    now: datetime,
    secret_key: str,
    account: Account,
    purpose: Purpose,
    fresh: FreshSecret | None = None,
    *,
    asked_by_owner: bool = False,
) -> Issued:
    """Store a secret for this account; older ones lapse (R32), the owner's own password keeps working.

    `fresh` comes from prepare_secret() before the transaction; without it the hash is made here, inside.
    """
    fresh = fresh or prepare_secret(secret_key)
    row = secret_row(now, account.id, account.institution_id, account.role, purpose, fresh, asked_by_owner)
    supersede(session, now, [account.id])
    stored = IssuedSecret(**row)
    session.add(stored)
    session.flush()
    return Issued(stored, fresh.password, fresh.token)


def secret_row(
    now: datetime,
    account_id: int,
    institution_id: int | None,
    role: Role,
    purpose: Purpose,
    fresh: FreshSecret,
    asked_by_owner: bool = False,
    channel: str | None = None,
) -> dict[str, object]:
    """The values of one row of issued_secret, for inserting many at once."""
    return {
        "institution_id": institution_id,
        "account_id": account_id,
        "purpose": purpose,
        "form": fresh.form,
        "channel": channel,
        "nonce": fresh.nonce,
        "password_hash": fresh.password_hash,
        "token_hash": token_hash(fresh.token),
        "created_at": now,
        "expires_at": now + lifetime(role, asked_by_owner=asked_by_owner),
    }


def outstanding_secret(session: Session, now: datetime, account_id: int) -> IssuedSecret | None:
    """The newest secret of this account that still works, or None."""
    return session.scalar(
        sa.select(IssuedSecret)
        .where(IssuedSecret.account_id == account_id, *_working(now), ~mailed_elsewhere())
        .order_by(IssuedSecret.id.desc())
        .limit(1)
    )


def secret_of_token(session: Session, now: datetime, token: str) -> tuple[IssuedSecret, Account] | None:
    """The working secret behind the token of a link, with its usable account and person; None for all else alike."""
    found = session.execute(
        sa.select(IssuedSecret, Account)
        .join(Account, Account.id == IssuedSecret.account_id)
        .options(joinedload(Account.person))
        .where(IssuedSecret.token_hash == token_hash(token), *_working(now))
        .where(Account.active, ~Account.blocked, ~mailed_elsewhere())
    ).one_or_none()
    return (found[0], found[1]) if found else None


def use_secret(session: Session, now: datetime, secret_id: int) -> bool:
    """Use this secret up; False when somebody else was first, or when it works no more (R34)."""
    used = session.execute(
        sa.update(IssuedSecret)
        .where(IssuedSecret.id == secret_id, *_working(now))
        .values(used_at=now, nonce=None)
        .execution_options(synchronize_session=False)
    )
    return used.rowcount == 1


def cancel_secrets(session: Session, now: datetime, account_ids: Collection[int]) -> None:
    """What was handed out to these accounts works no more: after a change of password or address, a lock (R32)."""
    session.execute(
        sa.update(IssuedSecret)
        .where(IssuedSecret.account_id.in_(list(account_ids)), *_working(now))
        .values(expires_at=now, nonce=None)
        .execution_options(synchronize_session=False)
    )


def supersede(session: Session, now: datetime, account_ids: Collection[int]) -> None:
    """Before these accounts get a new secret: the older ones lapse (R32).

    Who is logged in to an account without a password of its own came with an older one, perhaps a stolen one: such
    sessions end, so that a new letter is a remedy (R26). Others stay: else anybody could log anybody out.
    """
    cancel_secrets(session, now, account_ids)
    without = sa.select(Account.id).where(Account.id.in_(list(account_ids)), Account.password_hash.is_(None))
    end_sessions_of(session, without)


def mailed_elsewhere() -> sa.ColumnElement[bool]:
    """The condition on IssuedSecret: it was mailed to an address that is no longer on file (R32)."""
    on_file = (
        sa.select(sa.func.lower(Person.email))
        .join(Account, Account.person_id == Person.id)
        .where(Account.id == IssuedSecret.account_id)
        .correlate(IssuedSecret)
        .scalar_subquery()
    )
    return sa.exists().where(
        OutboxMail.account_id == IssuedSecret.account_id,
        OutboxMail.secret_id == IssuedSecret.id,
        sa.func.lower(OutboxMail.recipient) != sa.func.coalesce(on_file, ""),
    )


def forget_lapsed_nonces(session: Session, now: datetime) -> None:
    """Wipe what could still be read of secrets that nobody mailed or showed in time."""
    session.execute(
        sa.update(IssuedSecret)
        .where(IssuedSecret.nonce.is_not(None), IssuedSecret.expires_at <= now)
        .values(nonce=None)
        .execution_options(synchronize_session=False)
    )


def _working(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return IssuedSecret.used_at.is_(None), IssuedSecret.expires_at > now


def _derive(secret_key: str, use: str, nonce: str) -> bytes:
    return hmac.digest(derive_key(secret_key, "issued-secrets"), f"{use}:{nonce}".encode(), hashlib.sha256)
