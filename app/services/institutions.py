"""New schools: the institution, its first application administrator, once the root account (Z-010, Z-080, Z-081)."""

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotAllowed, UnknownName
from app.models import Account, Institution, IssuedSecret, Location
from app.services.accounts.administrators import add_administrator, add_root
from app.services.accounts.rules import save
from app.services.login.credentials import FreshSecret, issue_secret
from app.services.mail.outbox import NewMail, can_be_mailed, queue_mails

from .access import Actor
from .audit import record

BRIN = re.compile(r"[0-9]{2}[A-Z]{2}")
LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class Given:
    """The first credentials of an account: by mail, or with the password to show once."""

    username: str
    delivery: str
    password: str | None


@dataclass(frozen=True, slots=True)
class NewInstitution:
    """What was made. None: not made now."""

    institution: Institution
    administrator: Given | None
    root: Given | None


def create_institution(
    session: Session,
    now: datetime,
    actor: Actor,
    secret_key: str,
    *,
    brin: str,
    name: str,
    admin_username: str | None = None,
    admin_email: str | None = None,
    fresh: tuple[FreshSecret, FreshSecret],
) -> NewInstitution:
    """The institution, all or nothing. `fresh`: two secrets made before the transaction. The caller commits.

    Raises InvalidInput for a BRIN or username that is wrong or exists; NotAllowed for others than the machine (Z-010).
    """
    if not actor.is_machine:
        raise NotAllowed(_("You have no rights for this."))
    if admin_email and not admin_username:
        raise InvalidInput(_("Give the username of the administrator too."), field="admin_username")
    if admin_email and not can_be_mailed(admin_email):
        raise InvalidInput(_("Fill in a valid e-mail address."), field="admin_email")
    institution = add_institution(session, now, brin, name)
    record(
        session,
        now,
        actor,
        "institution-created",
        "institution",
        institution.id,
        {"brin": [None, institution.brin]},
        institution.id,
    )
    administrator = None
    if admin_username:
        # Only the username is known of the first one (contract); the own name can be corrected on screen.
        account = add_administrator(
            session, now, institution.id, admin_username, admin_email, last_name=_name_in(admin_username)
        )
        administrator = _give(session, now, actor, secret_key, account, admin_email, fresh[0])
    root = add_root(session, now)
    given_root = _give(session, now, actor, secret_key, root, None, fresh[1]) if root else None
    return NewInstitution(institution, administrator, given_root)


def add_institution(session: Session, now: datetime, brin: str, name: str, *, is_practice: bool = False) -> Institution:
    """The bare institution. Raises InvalidInput for a wrong or known BRIN and for an empty name."""
    brin, name = brin.strip().upper(), " ".join(name.split())
    if not BRIN.fullmatch(brin):
        raise InvalidInput(_("A BRIN has two digits and two letters, such as 99ZZ."), field="brin")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            _("Give the institution a name of at most %(most)s characters.", most=LONGEST_NAME), field="name"
        )
    if session.scalar(sa.select(Institution.id).where(Institution.brin == brin)):
        raise InvalidInput(_("Institution %(brin)s exists already.", brin=brin), field="brin")
    institution = Institution(brin=brin, name=name, is_practice=is_practice, created_at=now)
    session.add(institution)
    save(session)
    return institution


def institution_of(session: Session, brin: str) -> Institution:
    """The institution with this BRIN. Raises UnknownName."""
    known = BRIN.fullmatch(brin := brin.strip().upper())
    found = session.scalar(sa.select(Institution).where(Institution.brin == brin)) if known else None
    if found is None:
        shown = brin if brin.isprintable() else ascii(brin)
        raise UnknownName(_("Institution %(brin)s does not exist.", brin=shown))
    return found


def list_institutions(session: Session) -> list[tuple[Institution, list[Location]]]:
    """All institutions with their locations, by BRIN and code; two queries."""
    places: dict[int, list[Location]] = {}
    for place in session.scalars(sa.select(Location).order_by(Location.code)):
        places.setdefault(place.institution_id, []).append(place)
    found = session.scalars(sa.select(Institution).order_by(Institution.brin))
    return [(institution, places.get(institution.id, [])) for institution in found]


def _give(
    session: Session,
    now: datetime,
    actor: Actor,
    secret_key: str,
    account: Account,
    email: str | None,
    fresh: FreshSecret,
) -> Given:
    """Issue the first secret: by mail when there is an address, else for the screen, once (Z-011, Z-101)."""
    told = {"username": [None, account.username], "role": [None, account.role.value]}
    record(session, now, actor, "account-created", "account", account.id, told, account.institution_id)
    secret = issue_secret(session, now, secret_key, account, "first", fresh).secret_row
    if email:
        mail = NewMail("administrator-new", email, account.institution_id, account.id, secret.id)
        queue_mails(session, now, [mail])
        return Given(account.username, "mail", None)
    wiped = sa.update(IssuedSecret).where(IssuedSecret.id == secret.id).values(nonce=None)
    session.execute(wiped)
    return Given(account.username, "screen", fresh.password)


def _name_in(username: str) -> str:
    """'admin_devries' -> 'devries'."""
    return username.removeprefix("admin_") or username
