"""New passwords from a mentor for the own pupils, when the school allows it (P-090)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import NotAllowed, UnknownName
from app.models import Account, Mentor, Person, PersonKind, Role, Seat
from app.services.access import Actor
from app.services.audit import record
from app.services.login.credentials import FreshSecret, issue_secret
from app.services.mail.outbox import NewMail, queue_mails

from .delivery import SignIn, delivery_of
from .plan import mail_address
from .reading import home_groups
from .settings import choose_settings, settings_at

PART: Final = "mentors"
ROLES: Final = frozenset({Role.STAFF, Role.CARE_MANAGER})


@dataclass(frozen=True, slots=True)
class OwnPupil:
    """A pupil of this mentor. `account_id`: None when there is no account that can get a new password."""

    name: str
    group: str | None
    username: str | None
    account_id: int | None
    by_mail: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What a mentor made. `password`: to show once; None when it went by mail."""

    name: str
    username: str
    password: str | None
    until: datetime


def mentors_may_reset(session: Session, institution_id: int | None) -> bool:
    """Whether this school allows it. One query."""
    return bool(settings_at(session, institution_id, PART).get("reset"))


def allow_mentors(session: Session, now: datetime, actor: Actor, allowed: bool) -> bool:
    """Keep the choice; whether it is another one. The caller commits."""
    return choose_settings(session, now, actor, PART, {"reset": allowed})


def is_mentor(session: Session, actor: Actor) -> bool:
    """Whether this actor has pupils whose passwords may be made anew. At most two queries."""
    if actor.role not in ROLES or not mentors_may_reset(session, actor.institution_id):
        return False
    return session.scalar(_pupils(actor, Person.id).limit(1)) is not None


def own_pupils(session: Session, actor: Actor) -> list[OwnPupil]:
    """The pupils of this mentor in the order of their names. Raises NotAllowed where the school does not allow it."""
    _check(session, actor)
    rows = session.execute(
        _pupils(actor, Person, Account)
        .outerjoin(Account, sa.and_(Account.person_id == Person.id, Account.seat == Seat.OWN))
        .order_by(Person.sort_key, Person.id)
    ).all()
    groups = home_groups(session, [person.id for person, _account in rows])
    elsewhere = delivery_of(session, actor.institution_id).form(PersonKind.PUPIL) is SignIn.ELSEWHERE
    return [
        OwnPupil(
            person.list_name,
            groups.get(person.id),
            account.username if account else None,
            account.id if account and account.is_active and not elsewhere else None,
            mail_address(person) is not None,
        )
        for person, account in rows
    ]


def reset_by_mentor(
    session: Session, now: datetime, actor: Actor, account_id: int, secret_key: str, fresh: FreshSecret
) -> Given:
    """A new password for this pupil: mailed, or in the answer when there is no address. The caller commits.

    `fresh` was made before the transaction. Raises NotAllowed, and UnknownName for whoever is no pupil of this mentor.
    """
    _check(session, actor)
    chosen = _pupils(actor, Account, Person).join(Account, Account.person_id == Person.id)
    usable = (Account.id == account_id, Account.seat == Seat.OWN, Account.active, ~Account.blocked)
    found = session.execute(chosen.where(*usable)).one_or_none()
    if found is None or delivery_of(session, actor.institution_id).form(PersonKind.PUPIL) is SignIn.ELSEWHERE:
        raise UnknownName(_("This account does not exist."))
    account, person = found
    issued = issue_secret(session, now, secret_key, account, "reset", fresh)
    row, address = issued.secret_row, mail_address(person)
    row.channel = "mail" if address else "screen"
    if address:
        mail = NewMail("account-reset", address, account.institution_id, account.id, row.id)
        queue_mails(session, now, [mail])
    else:
        row.nonce = None  # it is in the answer to this one request, and nowhere else (Z-102)
    told = {"delivery": row.channel, "by": "mentor"}
    record(session, now, actor, "password-issued", "account", account.id, told, account.institution_id)
    return Given(person.list_name, account.username, None if address else issued.password, row.expires_at)


def _check(session: Session, actor: Actor) -> None:
    if actor.role not in ROLES or not mentors_may_reset(session, actor.institution_id):
        raise NotAllowed(_("You have no rights for this."))


def _pupils(actor: Actor, *columns: object) -> sa.Select:
    """A choice from the pupils who are at school and have this actor as mentor."""
    me = sa.select(Account.person_id).where(Account.id == actor.account_id).scalar_subquery()
    mine = sa.select(Mentor.pupil_id).where(Mentor.staff_id == me)
    return (
        sa.select(*columns)
        .select_from(Person)
        .where(
            Person.id.in_(mine),
            Person.kind == PersonKind.PUPIL,
            Person.left_on.is_(None),
            Person.institution_id == actor.institution_id,
        )
    )
