"""What a school chose about its accounts, one part per subject: `Institution.accounts` holds {part: {…}}."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Institution
from app.services.access import Actor, require_administrator
from app.services.audit import record


def settings_of(institution: Institution, part: str) -> dict[str, Any]:
    """What this school chose of this part; {} when it chose nothing yet."""
    return dict((institution.accounts or {}).get(part) or {})


def settings_at(session: Session, institution_id: int | None, part: str) -> dict[str, Any]:
    """The same by id. One query."""
    chosen = session.scalar(sa.select(Institution.accounts).where(Institution.id == institution_id))
    return dict((chosen or {}).get(part) or {})


def choose_settings(session: Session, now: datetime, actor: Actor, part: str, values: Mapping[str, Any]) -> bool:
    """Replace this part by these values; whether they are others. The other parts stay, also of who saves meanwhile.

    The caller checked the values, and commits.
    """
    require_administrator(actor)
    row = sa.select(Institution).where(Institution.id == actor.institution_id)
    institution = session.scalars(row.with_for_update(key_share=True).execution_options(populate_existing=True)).one()
    before = settings_of(institution, part)
    if before == dict(values):
        return False
    institution.accounts = {**(institution.accounts or {}), part: dict(values)}
    told = {name: [before.get(name), values.get(name)] for name in sorted({*before, *values})}
    changed = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    record(session, now, actor, "settings-changed", "institution", institution.id, {part: changed}, institution.id)
    return True
