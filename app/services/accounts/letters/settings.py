"""What a school chose of its letters: how many on a sheet, its own words, its logo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.letters import LAYOUTS
from app.letters.logo import NoPicture, safe_logo
from app.models import Institution
from app.services.access import Actor, require_administrator
from app.services.accounts.settings import choose_settings, settings_at
from app.services.audit import record

PART: Final = "letters"
LONGEST: Final = 600  # letters of a text


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """`opening`: to who comes in for the first time; `active`: to who has a password of their own; "" is ours."""

    layout: str = "1"
    opening: str = ""
    active: str = ""
    closing: str = ""


def choice_from(values: Mapping[str, Any]) -> LetterChoice:
    """The choice as it is stored."""
    return LetterChoice(**{name: values[name] for name in ("layout", "opening", "active", "closing") if name in values})


def letter_choice(session: Session, institution_id: int | None) -> LetterChoice:
    """What this school chose. One query."""
    return choice_from(settings_at(session, institution_id, PART))


def choose_letters(session: Session, now: datetime, actor: Actor, choice: LetterChoice) -> bool:
    """Keep the choice; whether it is another one. Raises InvalidInput with its field. The caller commits."""
    if choice.layout not in LAYOUTS:
        raise InvalidInput(_("Choose how many letters stand on a sheet."), field="layout")
    for name in ("opening", "active", "closing"):
        text = getattr(choice, name)
        if len(text) > LONGEST:
            raise InvalidInput(_("Use at most %(most)s characters.", most=LONGEST), field=name)
    values = {name: getattr(choice, name) for name in ("layout", "opening", "active", "closing")}
    return choose_settings(session, now, actor, PART, values)


def choose_logo(session: Session, now: datetime, actor: Actor, body: bytes | None) -> None:
    """Keep this logo, or none. Raises InvalidInput for what is no picture. The caller commits."""
    require_administrator(actor)
    try:
        logo = safe_logo(body) if body else None
    except NoPicture:
        raise InvalidInput(_("Choose a picture of at most 2 MB, as PNG or JPEG."), field="logo") from None
    session.execute(sa.update(Institution).where(Institution.id == actor.institution_id).values(logo=logo))
    told = {"logo": [None, "new"] if logo else ["old", None]}
    record(session, now, actor, "settings-changed", "institution", actor.institution_id, told, actor.institution_id)


def logo_of(session: Session, institution_id: int | None) -> bytes | None:
    """The logo as PNG."""
    return session.scalar(sa.select(Institution.logo).where(Institution.id == institution_id))
