"""The list Instelling of the login page, and which of them goes with a typed username (Z-022, Z-024, part 7 nr 19)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Institution

from .throttle import Limit

A_MINUTE = timedelta(minutes=1)
BY_ADDRESS = Limit("institution-address", 60, A_MINUTE, again=60, wait=A_MINUTE)
BY_SCHOOL_NETWORK = Limit("institution-school", 1_500, A_MINUTE, again=1_500, wait=A_MINUTE)


@dataclass(frozen=True, slots=True)
class Choice:
    """An institution as one may choose it."""

    brin: str
    name: str
    id: int

    @property
    def label(self) -> str:
        return f"{self.name} ({self.brin})"


def all_choices(session: Session) -> list[Choice]:
    """Every institution, by name."""
    rows = session.execute(sa.select(Institution.brin, Institution.name, Institution.id).order_by(Institution.name))
    return [Choice(*row) for row in rows]


def choice_for(session: Session, key: bytes, username: str) -> Choice | None:
    """The institution of this username (as `login.typed_name` gives it); None when there are no institutions.

    An unknown username gets one all the same, drawn by a keyed hash: always the same one, and drawn in every case, so
    that neither the answer nor its time tells whether the username exists. Accounts without an institution (root,
    national administration) get a drawn one too, and may log in with any.
    """
    owner = session.scalar(sa.select(Account.institution_id).where(Account.username == username))
    choices = all_choices(session)
    drawn = _drawn(key, username, choices)
    return next((choice for choice in choices if choice.id == owner), drawn)


def _drawn(key: bytes, username: str, choices: Sequence[Choice]) -> Choice | None:
    """One of them, by chance but always the same; a new institution changes the answer of few usernames."""
    return max(
        choices, key=lambda choice: hmac.digest(key, f"{choice.brin}:{username}".encode(), "sha256"), default=None
    )
