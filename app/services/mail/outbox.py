"""The outbox: mails are rows that commit with their cause; work/mail/delivery.py sends them later (R111 to R117).

A row holds no secret: password and link are derived when the mail goes out (R112).
"""

import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict, UnknownName
from app.models import Account, IssuedSecret, OutboxMail, Person
from app.services.access import Actor
from app.services.accounts.reading import visible_accounts
from app.services.audit import record

STATES = ("waiting", "sent", "failed", "dropped")
WITH_SECRET = frozenset({"account-new", "account-reset", "administrator-new", "password-forgotten"})
ABOUT_ACCOUNT = WITH_SECRET | {"address-changed", "password-changed", "username-changed"}
TEMPLATES = ABOUT_ACCOUNT | {"exchange-worry", "login-alarm", "sync-failed", "sync-held"}
# What may be mailed: one address, without quotes, comments or control characters; other scripts only in the domain.
ADDRESS = re.compile(r"(?=.{3,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([\w-]{1,63}\.)+[\w-]{2,63}")


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to queue. `details`: what its template says besides (never a secret)."""

    template: str
    recipient: str
    institution_id: int | None
    account_id: int | None = None
    secret_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def can_be_mailed(address: str | None) -> bool:
    """Whether a mail can be sent to this address at all (Z-100, R117); whether it arrives, only sending shows."""
    return bool(address) and ADDRESS.fullmatch(address) is not None and ".." not in address and _in_dns_form(address)


def queue_mails(session: Session, now: datetime, mails: Iterable[NewMail]) -> None:
    """Insert the mails with one statement; the caller commits them with their cause.

    An address that cannot be used makes that one mail "failed" at once: shown, and no reason to stop the others.
    """
    rows = [_row(now, mail) for mail in mails]
    if rows:
        session.execute(sa.insert(OutboxMail), rows)


def _row(now: datetime, mail: NewMail) -> dict[str, Any]:
    if mail.template not in TEMPLATES:
        raise ValueError(f"no such mail: {mail.template}")
    usable = can_be_mailed(mail.recipient)
    return {
        "institution_id": mail.institution_id,
        "account_id": mail.account_id,
        "secret_id": mail.secret_id,
        "template": mail.template,
        "recipient": mail.recipient if usable else re.sub(r"[\x00-\x1f\x7f]", " ", mail.recipient)[:254],
        "details": dict(mail.details),
        "message_id": secrets.token_hex(16),
        "state": "waiting" if usable else "failed",
        "problem": None if usable else _("This is not a valid e-mail address."),
        "created_at": now,
        "next_at": now,
    }


def mails_in_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on OutboxMail for what this actor may see: mails to accounts in reach."""
    if actor.is_machine:
        return sa.true()
    seen = (
        sa.select(Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id == OutboxMail.account_id, visible_accounts(actor))
        .correlate(OutboxMail)
    )
    return sa.and_(OutboxMail.institution_id == actor.institution_id, seen.exists())


def resend(session: Session, now: datetime, actor: Actor, mail_id: int) -> OutboxMail:
    """Try a failed or waiting mail again, from the first try on. The caller commits.

    Raises UnknownName for a mail out of reach, Conflict when it went out or its password is no longer any good.
    """
    mail = session.scalar(sa.select(OutboxMail).where(OutboxMail.id == mail_id, mails_in_reach(actor)))
    if mail is None:
        raise UnknownName(_("This e-mail does not exist."))
    if mail.state not in ("failed", "waiting"):
        raise Conflict(_("This e-mail was sent already or has lapsed. Make a new password instead."))
    if mail.template in WITH_SECRET and secret_lapsed(session.get(IssuedSecret, mail.secret_id or 0), now):
        raise Conflict(_("The password in this e-mail is no longer valid. Make a new password instead."))
    if not can_be_mailed(mail.recipient):
        raise Conflict(_("This e-mail address is not valid. Correct it in the school administration system."))
    free = sa.or_(OutboxMail.lease_until.is_(None), OutboxMail.lease_until < now)
    changed = session.execute(
        sa.update(OutboxMail)
        .where(OutboxMail.id == mail.id, OutboxMail.state == mail.state, free)
        .values(state="waiting", attempts=0, next_at=now, problem=None)
    )
    if not changed.rowcount:
        raise Conflict(_("This e-mail is being sent right now."))
    record(session, now, actor, "mail-resend", "mail", mail.id, institution_id=mail.institution_id)
    return mail


def drop_secrets(session: Session, account_ids: Collection[int]) -> None:
    """The mails with a secret that wait for these accounts go out no more: their address is not on file any more."""
    session.execute(
        sa.update(OutboxMail)
        .where(OutboxMail.account_id.in_(account_ids), OutboxMail.state == "waiting")
        .where(OutboxMail.template.in_(WITH_SECRET))
        .values(state="dropped", problem=_("The e-mail address was changed before this e-mail could be sent."))
        .execution_options(synchronize_session=False)
    )


def secret_lapsed(secret: IssuedSecret | None, now: datetime) -> bool:
    """Whether what a mail with a secret must tell is no longer true: used, cancelled, shown or expired (R115)."""
    return secret is None or secret.nonce is None or secret.used_at is not None or secret.expires_at <= now


def outbox_counts(session: Session, institution_id: int | None) -> dict[str, int]:
    """How many mails of this institution (None: of all) are in each state, every state named; and "uncertain"."""
    mine = sa.true() if institution_id is None else OutboxMail.institution_id == institution_id
    found = dict(
        session.execute(sa.select(OutboxMail.state, sa.func.count()).where(mine).group_by(OutboxMail.state)).all()
    )
    uncertain = session.scalar(sa.select(sa.func.count()).where(mine, OutboxMail.uncertain))
    return {state: found.get(state, 0) for state in STATES} | {"uncertain": uncertain or 0}


def _in_dns_form(address: str) -> bool:
    """Whether the domain has a form that mail servers know (IDN becomes its xn-- form)."""
    try:
        domain = address.rpartition("@")[2].encode("idna").decode("ascii")
    except UnicodeError:
        return False
    labels = domain.split(".")
    return not any(label.startswith("-") or label.endswith("-") for label in labels)
