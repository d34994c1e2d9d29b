"""The outbox from the side of the postman: which mails are due, who holds one, and how it ended (R113 to R115).

Mails are held with `lease_until`: the moment itself is the token of the holder, so a holder whose lease ran out and was
taken over can no longer write. A lease that ran out means that a worker died or stood still: then it is uncertain
whether the mail went out, unless its book tells (work/mail/book.py).
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.models import (
    Account,
    Guardianship,
    Institution,
    IssuedSecret,
    Location,
    OutboxMail,
    Person,
    PersonKind,
    PersonLocation,
    Role,
)
from app.services.corrections.blocks import has_block, may_see_pupil

from .outbox import ABOUT_ACCOUNT, WITH_SECRET

FIRST_WAITS = (1, 5, 15, 60, 240)  # minutes; then every four hours
GIVE_UP_AFTER = 48 * 60  # minutes
URGENT = ("password-forgotten",)  # somebody sits waiting for these; they go before a bulk of thousands
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
A_MINUTE = timedelta(minutes=1)
LOOK_AGAIN = timedelta(minutes=1)
COUNTING = 1_168  # the number of a lock in PostgreSQL that nothing else takes
PAGE = 25  # mails that a worker takes at once


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that may go out, with all that its text needs."""

    id: int
    template: str
    recipient: str
    details: dict[str, Any]
    message_id: str
    attempts: int
    lease_until: datetime | None
    created_at: datetime
    secret_id: int | None
    nonce: str | None
    secret_used_at: datetime | None
    secret_expires_at: datetime | None
    secret_form: str | None
    username: str | None
    role: Role | None
    kind: PersonKind | None
    person_id: int | None
    first_name: str | None
    initials: str | None
    prefix: str | None
    last_name: str | None
    school: str | None
    brin: str | None


@dataclass(frozen=True, slots=True)
class Family:
    """What letters say about persons besides: first names of children, and the location, by person id."""

    children: dict[int, list[str]]
    places: dict[int, str]


def why_dropped(mail: Due, now: datetime) -> str | None:
    """Why this mail goes out no more, or None: what it tells is no longer true (R115)."""
    if mail.template in ABOUT_ACCOUNT and mail.username is None:
        return _("The account was deleted before this e-mail could be sent.")
    if mail.template in WITH_SECRET and (
        mail.nonce is None
        or mail.secret_used_at is not None
        or mail.secret_expires_at is None
        or mail.secret_expires_at <= now
    ):
        return _("The password in it had lapsed before this e-mail could be sent.")
    return None


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after this many tries, with some spread; None: it took 48 hours, give up (R115)."""
    waited = sum(FIRST_WAITS[:attempts]) + max(0, attempts - len(FIRST_WAITS)) * FIRST_WAITS[-1]
    if waited > GIVE_UP_AFTER:
        return None
    minutes = FIRST_WAITS[min(attempts, len(FIRST_WAITS)) - 1]
    return timedelta(minutes=minutes * random.uniform(1, 1.2))  # noqa: S311 - spreads load, guards nothing


def is_due(now: datetime) -> sa.ColumnElement[bool]:
    """The condition on OutboxMail: may be sent now and nobody holds it."""
    free = sa.or_(OutboxMail.lease_until.is_(None), OutboxMail.lease_until < now)
    return sa.and_(OutboxMail.state == "waiting", OutboxMail.next_at <= now, free)


def due_mails(session: Session, now: datetime, limit: int = PAGE) -> list[Due]:
    """The next mails, urgent ones first, then the oldest."""
    columns = [
        *(getattr(OutboxMail, name) for name in ("id", "template", "recipient", "details", "message_id", "attempts")),
        *(OutboxMail.lease_until, OutboxMail.created_at, OutboxMail.secret_id),
        *(IssuedSecret.nonce, IssuedSecret.used_at, IssuedSecret.expires_at, IssuedSecret.form),
        *(Account.username, Account.role, Person.kind, Person.id),
        *(Person.first_name, Person.initials, Person.prefix, Person.last_name, Institution.name, Institution.brin),
    ]
    found = session.execute(
        sa.select(*columns)
        .select_from(OutboxMail)
        .outerjoin(IssuedSecret, IssuedSecret.id == OutboxMail.secret_id)
        .outerjoin(Account, Account.id == OutboxMail.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Institution, Institution.id == OutboxMail.institution_id)
        .where(is_due(now))
        .order_by(sa.case((OutboxMail.template.in_(URGENT), 0), else_=1), OutboxMail.id)
        .limit(limit)
    )
    return [Due(*row) for row in found]


def family_of(session: Session, mails: Sequence[Due]) -> Family:
    """What the letters to these mails say about the persons; two queries for a whole page.

    A guardian who may not see a pupil is told no location: it may be where that pupil is.
    """
    guardians = [mail.person_id for mail in mails if mail.kind is PersonKind.GUARDIAN]
    persons = [mail.person_id for mail in mails if mail.person_id is not None]
    children: dict[int, list[str]] = {}
    places: dict[int, str] = {}
    if guardians:
        rows = session.execute(
            sa.select(Guardianship.guardian_id, Person.first_name)
            .join(Person, Person.id == Guardianship.pupil_id)
            .where(Guardianship.guardian_id.in_(guardians), may_see_pupil())
            .where(Person.left_on.is_(None), Person.first_name.is_not(None))
            .order_by(Person.sort_key, Person.id)
        )
        for guardian_id, name in rows:
            children.setdefault(guardian_id, []).append(name)
    if persons:
        rows = session.execute(
            sa.select(PersonLocation.person_id, Location.name)
            .join(Location, Location.id == PersonLocation.location_id)
            .where(PersonLocation.person_id.in_(persons), ~has_block(PersonLocation.person_id))
            .order_by(Location.code.desc())
        )
        places = dict(rows.all())
    return Family(children, places)


def hold(session: Session, now: datetime, mails: Sequence[Due], length: timedelta) -> tuple[datetime, list[Due]]:
    """Take these mails for `length`: the token of the holder, and those that nobody else took meanwhile.

    One whose last holder never came back may have been sent: it is marked uncertain (R113).
    """
    token = now + length + timedelta(microseconds=random.randrange(1000))  # noqa: S311 - two holders differ by it
    ids = [mail.id for mail in mails]
    late = OutboxMail.lease_until.is_not(None)
    session.execute(
        _change(OutboxMail.id.in_(ids), is_due(now)).values(
            lease_until=token,
            attempts=OutboxMail.attempts + 1,
            uncertain=sa.case((late, sa.true()), else_=OutboxMail.uncertain),
        )
    )
    ours = set(session.scalars(sa.select(OutboxMail.id).where(OutboxMail.id.in_(ids), OutboxMail.lease_until == token)))
    return token, [mail for mail in mails if mail.id in ours]


def finish(session: Session, token: datetime, ids: Collection[int], **values: Any) -> int:
    """Write how the tries ended and let go; how many were still ours. Sent or dropped: wipes the nonces (R112)."""
    if not ids:
        return 0
    ours = sa.and_(OutboxMail.id.in_(ids), OutboxMail.lease_until == token)
    if values.get("state") in ("sent", "dropped"):
        secrets = sa.select(OutboxMail.secret_id).where(ours, OutboxMail.secret_id.is_not(None))
        wipe = sa.update(IssuedSecret).where(IssuedSecret.id.in_(secrets)).values(nonce=None)
        session.execute(wipe.execution_options(synchronize_session=False))
    return session.execute(_change(ours).values(lease_until=None, **values)).rowcount


def give_back(session: Session, token: datetime, ids: Collection[int]) -> None:
    """Let go of mails that were not tried."""
    finish(session, token, ids, attempts=OutboxMail.attempts - 1)


def _change(*which: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(OutboxMail).where(*which).execution_options(synchronize_session=False)


def postpone_due(session: Session, now: datetime, problem: str) -> int:
    """The mail server cannot be used at all: one try further for everything that is due. Returns how many."""
    due = session.execute(sa.select(OutboxMail.id, OutboxMail.attempts).where(is_due(now))).all()
    for mail_id, attempts in due:
        wait = wait_after(attempts + 1)
        same = (OutboxMail.id == mail_id, OutboxMail.attempts == attempts, OutboxMail.state == "waiting")
        session.execute(_change(*same).values(attempts=attempts + 1, problem=problem, **_after(now, wait)))
    return len(due)


def is_in_the_clear(settings: Mapping[str, Any]) -> bool:
    """Whether mails, with the passwords in them, would go to another machine for all on the way to read (R116)."""
    server, safe = settings["MAIL_SERVER"], settings["MAIL_USE_TLS"] or settings["MAIL_USE_SSL"]
    return bool(server) and server not in LOOPBACK and not safe


def hold_back(session: Session, now: datetime, problem: str) -> int:
    """Our own settings forbid sending: all that is due waits, told why, without a try counted. Returns how many."""
    values = {"problem": problem, "next_at": now + LOOK_AGAIN}
    return session.execute(_change(is_due(now)).values(**values)).rowcount


def room_this_minute(session: Session, now: datetime, per_minute: int) -> int:
    """How many more mails may go out now. Counts also what other workers hold; only one of them counts at a time."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyhow
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(COUNTING)))
    sent = sa.and_(OutboxMail.state == "sent", OutboxMail.sent_at > now - A_MINUTE)
    held = sa.and_(OutboxMail.state == "waiting", OutboxMail.lease_until > now)
    gone = session.scalar(sa.select(sa.func.count()).select_from(OutboxMail).where(sa.or_(sent, held))) or 0
    return max(0, per_minute - gone)


def hasten(session: Session, now: datetime) -> None:
    """Everything that waits may go now, whatever its next try was."""
    session.execute(_change(OutboxMail.state == "waiting", OutboxMail.next_at > now).values(next_at=now))


def postpone(session: Session, now: datetime, token: datetime, mail: Due, problem: str, **more: Any) -> str:
    """One step down the ladder for a mail that we hold: "deferred", or "failed" after 48 hours."""
    values = _after(now, wait_after(mail.attempts + 1))
    finish(session, token, [mail.id], problem=problem, **values, **more)
    return "failed" if "state" in values else "deferred"


def _after(now: datetime, wait: timedelta | None) -> dict[str, Any]:
    return {"next_at": now + wait} if wait else {"state": "failed"}
