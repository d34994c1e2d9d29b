"""How a new account reaches its owner: with what to log in the first time, and by which channel. Pure but the reading.

Per kind of person a school chooses a temporary password, a link to choose an own one, or nothing at all because these
people log in elsewhere (single sign-on). Who has no e-mail address is reached on screen or by letter (Z-099 to Z-101).
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import PersonKind, Seat
from app.services.access import Actor
from app.services.mail.outbox import can_be_mailed

from .settings import choose_settings, settings_at

PART: Final = "delivery"


class SignIn(enum.StrEnum):
    """With what somebody comes in the first time."""

    PASSWORD = "password"  # noqa: S105 (the name of a choice)
    LINK = "link"
    ELSEWHERE = "elsewhere"  # single sign-on: no secret is handed out


class Channel(enum.StrEnum):
    """How a secret reaches its owner."""

    MAIL = "mail"
    SCREEN = "screen"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a school chose."""

    sign_in: Mapping[PersonKind, SignIn] = field(default_factory=dict)
    without_email: Channel = Channel.SCREEN

    def form(self, kind: PersonKind, seat: Seat = Seat.OWN) -> SignIn:
        """What this kind of person gets. Accounts to administer with always get a password of ours."""
        if seat is not Seat.OWN:
            return SignIn.PASSWORD
        return self.sign_in.get(kind, SignIn.PASSWORD)

    def channel(self, kind: PersonKind, email: str | None, seat: Seat = Seat.OWN) -> Channel | None:
        """How the secret reaches this person; None when no secret is handed out."""
        if self.form(kind, seat) is SignIn.ELSEWHERE:
            return None
        return Channel.MAIL if can_be_mailed(email) else self.without_email


def delivery_from(values: Mapping[str, Any]) -> Delivery:
    """The choice as it is stored; what is not there is as the manual has it."""
    chosen = values.get("sign_in") or {}
    return Delivery(
        {kind: SignIn(chosen[kind.value]) for kind in PersonKind if kind.value in chosen},
        Channel(values.get("without_email") or Channel.SCREEN),
    )


def delivery_of(session: Session, institution_id: int | None) -> Delivery:
    """What this school chose. One query."""
    return delivery_from(settings_at(session, institution_id, PART))


def choose_delivery(
    session: Session, now: datetime, actor: Actor, sign_in: Mapping[str, str], without_email: str
) -> bool:
    """Keep the choice (kind: how); whether it is another one. Raises InvalidInput. The caller commits."""
    known = {kind.value for kind in PersonKind}
    if set(sign_in) != known or not set(sign_in.values()) <= set(SignIn):
        raise InvalidInput(_("Choose again: this form is not complete."))
    if without_email not in (Channel.SCREEN, Channel.LETTER):
        raise InvalidInput(_("Choose again: this form is not complete."))
    values = {"sign_in": dict(sign_in), "without_email": without_email}
    return choose_settings(session, now, actor, PART, values)
