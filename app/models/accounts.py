"""Who can log in, how they prove it, and what keeps strangers out."""

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base, Moment

from .columns import Id, coded, plain_text, references
from .people import Person


class Role(enum.StrEnum):
    """Exactly eight roles (Z-056)."""

    PUPIL = "pupil"
    STAFF = "staff"
    GUARDIAN = "guardian"
    OTHER = "other"
    CARE_MANAGER = "care_manager"
    ADMINISTRATOR = "administrator"
    NATIONAL = "national"
    ROOT = "root"

    @property
    def label(self) -> str:
        return str(ROLE_LABELS[self])


ROLE_LABELS = {
    Role.PUPIL: _l("Data subject"),
    Role.STAFF: _l("Staff member"),
    Role.GUARDIAN: _l("Guardian"),
    Role.OTHER: _l("Other party"),
    Role.CARE_MANAGER: _l("(Care) manager"),
    Role.ADMINISTRATOR: _l("Application administrator"),
    Role.NATIONAL: _l("National administration"),
    Role.ROOT: _l("Root"),
}


class Seat(enum.StrEnum):
    """A person has at most one account of each: the own one, and one to administer with (Z-017, Z-090)."""

    OWN = "own"
    ADMINISTRATION = "administration"

    @classmethod
    def of(cls, role: Role) -> "Seat":
        return cls.ADMINISTRATION if role in (Role.ADMINISTRATOR, Role.NATIONAL, Role.ROOT) else cls.OWN


class Account(UserMixin, Base):
    """The login of exactly one person with exactly one role (Z-084, Z-089). Usable: active, not blocked."""

    __tablename__ = "account"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "seat"),
        # The order by role, and what the filters of a list find.
        sa.Index(
            *("ix_account_list", "institution_id", "role", "id"),
            *("active", "place_set_id", "blocked", "last_login_at", "person_id"),
        ),
    )

    id: Mapped[Id]
    institution_id: Mapped[int | None] = references("institution.id")
    person_id: Mapped[int] = references("person.id")
    # The one of the person; kept by the database itself, so that a list need not look up every owner.
    place_set_id: Mapped[int | None] = references("place_set.id", ondelete="SET NULL")
    seat: Mapped[Seat] = mapped_column(coded(Seat))
    role: Mapped[Role] = mapped_column(coded(Role))
    username: Mapped[str] = mapped_column(plain_text(100), unique=True)  # over the installation, case counts (Z-023)
    active: Mapped[bool] = mapped_column(default=True)
    blocked: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))  # the owner's own password; None: never chosen
    password_changed_at: Mapped[datetime | None] = mapped_column(Moment)
    activated_at: Mapped[datetime | None] = mapped_column(Moment)  # the first own password was chosen
    last_login_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(sa.String(24))  # the rule that made it inactive; None: a person did
    failures_in_a_row: Mapped[int] = mapped_column(default=0)  # 100 closes the account until a reset (R13)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_active(self) -> bool:  # Flask-Login's word for: may be used (Z-139, Z-141)
        return self.active and not self.blocked


class AccountLocation(Base):
    """A location coupled by hand to an administrator or a care manager (Z-109, Z-167, Z-179)."""

    __tablename__ = "account_location"

    account_id: Mapped[int] = references("account.id", primary_key=True)
    location_id: Mapped[int] = references("location.id", primary_key=True, index=True)
    institution_id: Mapped[int] = references("institution.id")


class IssuedSecret(Base):
    """A one-time secret that we handed out: a first or a new password, with its link. Never the lasting password.

    The readable text is not stored: it is derived from `nonce` with a key outside the database, while it must still
    be mailed or shown once (R5, R31, R112); then the nonce is wiped and only the hashes stay.
    """

    __tablename__ = "issued_secret"

    id: Mapped[Id]
    institution_id: Mapped[int | None] = references("institution.id")
    account_id: Mapped[int] = references("account.id", index=True)
    purpose: Mapped[str] = mapped_column(sa.String(16))  # "first" or "reset"
    form: Mapped[str] = mapped_column(sa.String(8), default="password", server_default="password")  # or "link"
    channel: Mapped[str | None] = mapped_column(sa.String(8))  # how it reaches its owner: mail, screen or letter
    nonce: Mapped[str | None] = mapped_column(sa.String(64))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class FormerUsername(Base):
    """A username that somebody had and nobody has now: only that person may get it again."""

    __tablename__ = "former_username"

    username: Mapped[str] = mapped_column(plain_text(100), primary_key=True)  # in lower case
    institution_id: Mapped[int | None] = references("institution.id", ondelete="SET NULL")
    person_id: Mapped[int | None] = references("person.id", ondelete="SET NULL", index=True)  # None: erased
    given_up_at: Mapped[datetime] = mapped_column(Moment)


class LoginSession(Base):
    """A server-side session; the cookie holds a random id of which only the SHA-256 is here (R21)."""

    __tablename__ = "login_session"

    id_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    institution_id: Mapped[int | None] = references("institution.id")
    account_id: Mapped[int | None] = references("account.id", index=True)
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


class KnownDevice(Base):
    """A browser from which this account logged in before; strangers' failures do not shut it out (R14)."""

    __tablename__ = "known_device"
    __table_args__ = (sa.UniqueConstraint("account_id", "token_hash"),)

    id: Mapped[Id]
    institution_id: Mapped[int | None] = references("institution.id")
    account_id: Mapped[int] = references("account.id")
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    seen_at: Mapped[datetime] = mapped_column(Moment)


class Throttle(Base):
    """Failures counted under one key (account, device, address, all); shared by all processes (R13)."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    failures: Mapped[int]
    strikes: Mapped[int] = mapped_column(default=0)
    window_ends_at: Mapped[datetime] = mapped_column(Moment)
    shut_until: Mapped[datetime | None] = mapped_column(Moment)
