"""The accounts of the practice school: everybody may know their password, so no other school ever gets them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import NotAllowed
from app.models import (
    Account,
    AccountLocation,
    Institution,
    Location,
    Person,
    PersonKind,
    Role,
    Seat,
    SourceConnection,
    SyncRun,
    Upload,
)
from app.services import audit
from app.services.access import HAS_LOCATIONS_BY_HAND, Actor
from app.services.institutions import add_institution
from app.services.reach import recompute_reach

NAME: Final = "De Zilverlinde"
PASSWORD: Final = "oefenen-mag-hier-altijd"  # noqa: S105 - of the practice school alone, and printed at every start
ACCOUNTS: Final = {  # first part of the username: the role, and of which kind of person
    "admin": (Role.ADMINISTRATOR, PersonKind.STAFF),
    "zorgmanager": (Role.CARE_MANAGER, PersonKind.STAFF),
    "medewerker": (Role.STAFF, PersonKind.STAFF),
    "leerling": (Role.PUPIL, PersonKind.PUPIL),
    "verzorger": (Role.GUARDIAN, PersonKind.GUARDIAN),
}
SIGNS_OF_USE: Final = (Account, Person, SyncRun, Upload, SourceConnection)


@dataclass(frozen=True, slots=True)
class PracticeAccount:
    """An account to try out; `password` is None when its owner chose another one."""

    username: str
    role: str
    password: str | None


def practice_institution(session: Session, now: datetime, brin: str) -> Institution:
    """The practice school with this BRIN, made when absent. The caller commits.

    Raises NotAllowed for a school that is used (it has people, accounts or imports, or a source), InvalidInput for a
    wrong BRIN.
    """
    found = session.scalar(sa.select(Institution).where(Institution.brin == brin.strip().upper()))
    if found is None:
        return add_institution(session, now, brin, NAME, is_practice=True)
    used = sa.or_(*(sa.exists().where(table.institution_id == found.id) for table in SIGNS_OF_USE))
    if not found.is_practice and session.scalar(sa.select(used)):
        raise NotAllowed(_("%(name)s is a real school. Choose another BRIN for the practice school.", name=found.name))
    found.is_practice = True
    return found


def add_practice_accounts(
    session: Session, now: datetime, actor: Actor, institution: Institution, hash_password: Callable[[str], str]
) -> None:
    """One account of each role that is not there yet; the administrator gets all locations. The caller commits.

    Raises NotAllowed for every other school: these passwords are known to all.
    """
    if not institution.is_practice:
        raise NotAllowed(_("Only the practice school has these accounts."))
    places = list(session.scalars(sa.select(Location.id).where(Location.institution_id == institution.id)))
    known = set(session.scalars(sa.select(Account.username).where(Account.institution_id == institution.id)))
    for first, (role, kind) in ACCOUNTS.items():
        username = f"{first}_{institution.brin.lower()}"
        if username in known:
            continue
        hand_made = role is Role.ADMINISTRATOR
        person = (
            _administrator(session, now, institution, username) if hand_made else _somebody(session, institution, kind)
        )
        if person is None:
            continue
        account = _account(institution, person, username, role, now, hash_password(PASSWORD))
        session.add(account)
        session.flush()
        for place in places if role in HAS_LOCATIONS_BY_HAND else ():
            session.add(AccountLocation(account_id=account.id, location_id=place, institution_id=institution.id))
        session.flush()
        recompute_reach(session, institution.id, [person.id])
        audit.record(session, now, actor, "account-created", "account", account.id, {}, institution.id)


def _account(
    institution: Institution, person: Person, username: str, role: Role, now: datetime, password_hash: str
) -> Account:
    return Account(
        institution_id=institution.id,
        person_id=person.id,
        seat=Seat.of(role),
        role=role,
        username=username,
        password_hash=password_hash,
        password_changed_at=now,
        activated_at=now,
        created_at=now,
    )


def _administrator(session: Session, now: datetime, institution: Institution, username: str) -> Person:
    person = Person(
        institution_id=institution.id,
        kind=PersonKind.STAFF,
        number=username,
        first_name="Marijke",
        prefix="van der",
        last_name="Wal",
        email="m.vanderwal@school.example",
        hand_made=True,
        created_at=now,
    )
    person.remake_keys()
    session.add(person)
    session.flush()
    return person


def _somebody(session: Session, institution: Institution, kind: PersonKind) -> Person | None:
    """The first person of this kind without an account."""
    taken = sa.exists().where(Account.person_id == Person.id)
    return session.scalars(
        sa.select(Person)
        .where(Person.institution_id == institution.id, Person.kind == kind)
        .where(Person.left_on.is_(None), Person.hand_made.is_(False), ~taken)
        .order_by(Person.id)
        .limit(1)
    ).first()


def known_accounts(session: Session, institution: Institution) -> list[PracticeAccount]:
    """The accounts made above, for who wants to log in."""
    names = [f"{first}_{institution.brin.lower()}" for first in ACCOUNTS]
    found = session.scalars(
        sa.select(Account).where(Account.institution_id == institution.id, Account.username.in_(names))
    )
    by_name = {account.username: account for account in found if institution.is_practice}
    return [
        PracticeAccount(
            name, account.role.value, PASSWORD if account.password_changed_at == account.created_at else None
        )
        for name in names
        if (account := by_name.get(name))
    ]
