"""Making an application administrator: the account, the staff member it belongs to, and the details by e-mail."""

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotAllowed
from app.models import Account, Batch, BatchItem, Person, PersonKind, Role, Seat
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.mail.outbox import can_be_mailed

from .rules import check_username, save


def new_administrator(
    session: Session,
    now: datetime,
    actor: Actor,
    *,
    username: str,
    first_name: str,
    prefix: str | None,
    last_name: str,
    email: str,
    institution_id: int,
) -> Account:
    """A new application administrator with a staff member whose number is the username (Z-154 to Z-163).

    The details go out by e-mail as soon as a worker has made the secret. Without a location the new one sees nothing
    yet (Z-187). The caller commits. Raises InvalidInput with its field.
    """
    require_administrator(actor)
    if not actor.is_machine and institution_id != actor.institution_id:
        raise NotAllowed(_("You have no rights for this."))
    for field, value in (("first_name", first_name), ("last_name", last_name)):
        if not value.strip():
            raise InvalidInput(_("Fill in this field."), field=field)  # Z-160
    if not can_be_mailed(email):
        raise InvalidInput(_("Fill in a valid e-mail address."), field="email")
    account = add_administrator(
        session, now, institution_id, username, email, first_name=first_name, prefix=prefix, last_name=last_name
    )
    told = {"username": [None, username], "role": [None, account.role.value]}
    record(session, now, actor, "account-created", "account", account.id, told, institution_id)
    issue_soon(session, now, actor, account)
    return account


def add_administrator(
    session: Session,
    now: datetime,
    institution_id: int | None,
    username: str,
    email: str | None,
    *,
    last_name: str,
    first_name: str | None = None,
    prefix: str | None = None,
    role: Role = Role.ADMINISTRATOR,
) -> Account:
    """The account with a hand-made staff member whose number is the username (Z-161, Z-162). The caller commits.

    Raises InvalidInput when the username cannot be used or is a staff number here already.
    """
    check_username(session, username)
    same = sa.select(Person.id).where(
        Person.institution_id == institution_id, Person.kind == PersonKind.STAFF, Person.number == username
    )
    if session.scalar(same.limit(1)):
        raise InvalidInput(_("A staff member with this number exists already."), field="username")
    return _add(session, now, institution_id, username, email, last_name, first_name, prefix, role)


def add_root(session: Session, now: datetime) -> Account | None:
    """The root account of the installation, without an institution; None when there is one already (Z-081, R10)."""
    if session.scalar(sa.select(Account.id).where(Account.role == Role.ROOT).limit(1)):
        return None
    return _add(session, now, None, "root", None, "Root", None, None, Role.ROOT)


def _add(
    session: Session,
    now: datetime,
    institution_id: int | None,
    username: str,
    email: str | None,
    last_name: str,
    first_name: str | None,
    prefix: str | None,
    role: Role,
) -> Account:
    person = Person(
        institution_id=institution_id,
        kind=PersonKind.STAFF,
        number=username,
        first_name=first_name,
        prefix=prefix,
        last_name=last_name,
        email=email,
        hand_made=True,
        created_at=now,
    )
    person.remake_keys()
    session.add(person)
    session.flush()
    account = Account(
        institution_id=institution_id,
        person_id=person.id,
        person=person,
        seat=Seat.of(role),
        role=role,
        username=username,
        created_at=now,
    )
    session.add(account)
    save(session)
    return account


def issue_soon(session: Session, now: datetime, actor: Actor, account: Account) -> Batch:
    """Let a worker make the first secret of this account and mail it: a started batch of one (Z-163)."""
    batch = Batch(
        institution_id=account.institution_id,
        actor_id=actor.account_id,
        task="reset",
        kind=PersonKind.STAFF.value,
        state="waiting",
        form_key=uuid4().hex,
        total=1,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    session.add(
        BatchItem(
            institution_id=account.institution_id,
            batch_id=batch.id,
            person_id=account.person_id,
            account_id=account.id,
            state="waiting",
        )
    )
    session.flush()
    return batch


def administrators_by_mail(session: Session, institution_id: int) -> list[tuple[int, str]]:
    """(account, e-mail address) of the application administrators of a school who can be reached."""
    rows = session.execute(
        sa.select(Account.id, Person.email)
        .join(Person, Person.id == Account.person_id)
        .where(Account.institution_id == institution_id, Account.role == Role.ADMINISTRATOR)
        .where(Account.active, ~Account.blocked, Person.email.is_not(None))
        .order_by(Account.id)
    )
    return [(account_id, email) for account_id, email in rows]
