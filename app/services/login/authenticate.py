"""Logging in: one answer for every refusal and the same work in each, so that it tells nothing (R11 to R14).

The entrance calls, in this order: `admit` (counts the try), `candidate_for` (reads), `Candidate.proves` (one hash, no
transaction open), `authenticate` (decides and writes).
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Institution
from app.services.access import Actor
from app.services.audit import record

from . import devices, hashing, throttle
from .alarm import raise_alarm
from .credentials import cancel_secrets, looks_issued, outstanding_secret, use_secret
from .own_password import owner
from .passwords import MAX_LENGTH
from .sessions import end_sessions, make_room, sweep_sessions
from .throttle import Bucket, Claim, Limit

FIVE_MINUTES = timedelta(minutes=5)
BY_NAME = Limit("login-name", 10, FIVE_MINUTES, again=1)
BY_DEVICE = Limit("login-device", 10, FIVE_MINUTES, again=1)
BY_ADDRESS = Limit("login-address", 400, FIVE_MINUTES, again=400)
BY_SCHOOL_NETWORK = Limit("login-school", 4_000, FIVE_MINUTES, again=4_000)
IN_TOTAL = Limit("login-total", 1_000, FIVE_MINUTES, again=1_000)
ALARMING = frozenset(limit.kind for limit in (BY_ADDRESS, BY_SCHOOL_NETWORK, IN_TOTAL))
CLOSED_AFTER = 100  # failures in a row; then only a new password from the school opens the account (R13)
STRANGE_AFTER = 20  # times shut in a row: such a device is no longer known (about 30 failures)
LONGEST_NAME = 100
VISITOR = Actor(name="visitor")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed and where from. `device`: the hash of the cookie of this browser; else it gets `new_device`."""

    username: str  # as typed_name() gives it
    password: str
    brin: str
    address: str
    from_school: bool = False
    device: str | None = None
    new_device: str | None = None

    @property
    def is_absurd(self) -> bool:
        """Too long to be a password: refused without hashing (R6)."""
        return len(self.password) > MAX_LENGTH


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who it may be, and the one hash that decides: of the issued secret or of the own password, by its shape."""

    account_id: int | None
    stored_hash: str | None
    secret_id: int | None

    def proves(self, password: str) -> bool:
        """Computes exactly one hash, whoever it is (R12). Raises TooMany when it is too busy (R2)."""
        return hashing.verify_password(self.stored_hash, password)


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody who may come in. `must_change`: came with a secret of the school; first an own password (Z-041)."""

    account_id: int
    must_change: bool


def typed_name(text: str) -> str:
    """A username as typed, without spaces around it; nothing when it cannot be one. Capitals count (Z-020)."""
    name = unicodedata.normalize("NFC", text).strip()
    return "" if "\0" in name or len(name) > LONGEST_NAME else name


def admit(session: Session, now: datetime, attempt: Attempt) -> Claim:
    """Count this try as a failure, until it proves right; not admitted when too many went before (R13, R14)."""
    return throttle.claim(session, now, _buckets(session, attempt))


def candidate_for(session: Session, now: datetime, attempt: Attempt) -> Candidate:
    """Looks up the account; the same two queries whether it exists or not."""
    found = session.execute(
        sa.select(Account.id, Account.password_hash).where(Account.username == attempt.username)
    ).one_or_none()
    account_id, own_hash = tuple(found) if found else (None, None)
    secret = outstanding_secret(session, now, account_id or 0)
    if not looks_issued(attempt.password):
        return Candidate(account_id, own_hash, None)
    return Candidate(account_id, secret.password_hash if secret else None, secret.id if secret else None)


def authenticate(
    session: Session, now: datetime, attempt: Attempt, candidate: Candidate, proved: bool, claim: Claim
) -> Welcome | None:
    """Let the account in, or write down why not. The caller commits, also a refusal."""
    account = session.get(Account, candidate.account_id or 0, populate_existing=True)
    institution = session.get(Institution, account.institution_id) if account and account.institution_id else None
    known = devices.is_known(session, attempt.username, attempt.device)
    reason = why_refused(account, institution, attempt, candidate, proved, known)
    if reason is None and candidate.secret_id and not use_secret(session, now, candidate.secret_id):
        reason = "secret-used"  # somebody else was first (R34)
    if reason is not None or account is None:
        _write_refusal(session, now, attempt, account, reason or "unknown", claim)
        return None
    _write_success(session, now, attempt, account, candidate)
    return Welcome(account.id, must_change=candidate.secret_id is not None)


def withdraw(session: Session, now: datetime, attempt: Attempt) -> None:
    """The try could not be judged because we were too busy: it does not count."""
    throttle.take_back(session, now, _buckets(session, attempt))


def write_logout(session: Session, now: datetime, account_id: int) -> None:
    """Put the logout on record."""
    record(session, now, owner(session.get_one(Account, account_id)), "logout", "account", account_id)


def why_refused(
    account: Account | None,
    institution: Institution | None,
    attempt: Attempt,
    candidate: Candidate,
    proved: bool,
    known_device: bool,
) -> str | None:
    """The reason for the audit, never for the screen; None when the account may come in.

    People without an institution (root, national administration) may choose any: the list does not give them away.
    """
    if account is None:
        return "unknown-username"
    own = candidate.secret_id is None
    reasons = {
        "wrong-password": not proved or (own and account.password_hash != candidate.stored_hash),
        "wrong-institution": institution is not None and institution.brin != attempt.brin,
        "blocked": account.blocked,
        "inactive": not account.active,
        "closed": own and account.failures_in_a_row >= CLOSED_AFTER and not known_device,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _write_refusal(
    session: Session, now: datetime, attempt: Attempt, account: Account | None, reason: str, claim: Claim
) -> None:
    counted = account.id if account and reason == "wrong-password" else 0
    session.execute(
        sa.update(Account)
        .where(Account.id == counted)
        .values(failures_in_a_row=Account.failures_in_a_row + 1)
        .execution_options(synchronize_session=False)
    )
    if account and attempt.device and throttle.strikes(session, _device_bucket(attempt)) >= STRANGE_AFTER:
        devices.estrange(session, account.id, attempt.device)
    details = {"reason": reason, "address": attempt.address, "shut": sorted(claim.reached)}
    whose = account.institution_id if account else None
    record(session, now, VISITOR, "login-refused", "account", account.id if account else None, details, whose)
    if claim.reached & ALARMING:
        raise_alarm(session, now)


def _write_success(session: Session, now: datetime, attempt: Attempt, account: Account, candidate: Candidate) -> None:
    issued = candidate.secret_id is not None
    values = {"last_login_at": now, "failures_in_a_row": 0}
    # The new password was used, so now the old one ends (part 7 nr 20).
    session.execute(
        sa.update(Account)
        .where(Account.id == account.id)
        .values(values | ({"password_hash": None} if issued else {}))
        .execution_options(synchronize_session=False)
    )
    if issued:
        end_sessions(session, account.id)  # whoever came with the same letter, or with the old password (R18, R26)
    else:
        cancel_secrets(session, now, [account.id])  # who still knows the password needs no other, whoever made it (R32)
    mine, shared = _split(_buckets(session, attempt))
    throttle.clear(session, mine)
    throttle.take_back(session, now, shared)
    if device := attempt.device or attempt.new_device:
        devices.remember(session, now, account, device)
    make_room(session, account.id)
    details = {"address": attempt.address, "issued": issued}
    record(session, now, owner(account), "login", "account", account.id, details)
    _sweep(session, now)


def _buckets(session: Session, attempt: Attempt) -> list[Bucket]:
    """What a try counts under. A known device has a counter of its own, and no stranger can shut it (R14)."""
    if devices.is_known(session, attempt.username, attempt.device):
        return [_device_bucket(attempt)]
    named = Bucket(BY_NAME, attempt.username.casefold())  # Jdevries and jdevries count together (R13)
    if attempt.from_school:
        return [named, Bucket(BY_SCHOOL_NETWORK, attempt.address)]
    return [named, Bucket(BY_ADDRESS, attempt.address), Bucket(IN_TOTAL)]


def _device_bucket(attempt: Attempt) -> Bucket:
    return Bucket(BY_DEVICE, f"{attempt.device}:{attempt.username}")


def _split(buckets: list[Bucket]) -> tuple[list[Bucket], list[Bucket]]:
    """Those of this account, which a success clears, and those it shares with others."""
    own = [bucket for bucket in buckets if bucket.limit in (BY_NAME, BY_DEVICE)]
    return own, [bucket for bucket in buckets if bucket not in own]


def _sweep(session: Session, now: datetime) -> None:
    """Delete what no longer counts: ended sessions, old counters, devices not seen for long."""
    sweep_sessions(session, now)
    devices.sweep(session, now)
    throttle.sweep(session, now)
