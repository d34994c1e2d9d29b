"""Blocking a guardian's access to a pupil and lifting it, with a reason that colleagues can read later."""

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.errors import Conflict, InvalidInput, UnknownName
from app.models import AccessBlock, Guardianship, Person
from app.services.access import Actor, require_administrator
from app.services.accounts.rules import save
from app.services.audit import record
from app.services.reach import visible_persons

from .blocks import REASONS, Why, block_in_reach, block_of
from .pinning import checked_reason

ADULT: Final = 18  # years; from then on the pupil decides who sees the record


def block_access(
    session: Session,
    now: datetime,
    today: date,
    actor: Actor,
    guardian_id: int,
    pupil_id: int,
    version: int,
    *,
    why: Why,
    until: date | None = None,
) -> AccessBlock:
    """This guardian may not see this pupil any more, until and with `until`. The caller commits.

    Both must be in reach. `version` is that of the guardian. Raises InvalidInput with its field, UnknownName for no
    such pair in reach, Conflict when somebody else changed or blocked meanwhile (R123).
    """
    require_administrator(actor)
    guardian, pupil = pair_in_reach(session, actor, guardian_id, pupil_id)
    why = checked_why(today, pupil, why, until)
    _check_version(guardian, version)
    if block_of(session, guardian_id, pupil_id) is not None:
        raise Conflict(_("Access to this pupil is blocked already."))
    block = AccessBlock(
        institution_id=guardian.institution_id,
        guardian_id=guardian_id,
        pupil_id=pupil_id,
        reason=why.stored(),
        made_by=actor.account_id,
        made_at=now,
        until=until,
    )
    session.add(block)
    flag_modified(guardian, "sort_key")  # the version goes up: who looked at the record before is told
    save(session)
    details = {"pupil": [None, pupil_id], "reason": str(why), "until": until and until.isoformat()}
    record(session, now, actor, "access-blocked", "person", guardian_id, details, guardian.institution_id)
    return block


def lift_block(session: Session, now: datetime, actor: Actor, block_id: int, version: int) -> tuple[Person, Person]:
    """The pair gives access again, when it still exists; gives (guardian, pupil). The caller commits.

    `version` is that of the guardian. Raises UnknownName unless both are in reach, Conflict (R123).
    """
    require_administrator(actor)
    block = block_in_reach(session, actor, block_id)
    guardian, pupil = _both(session, actor, block.guardian_id, block.pupil_id)
    _check_version(guardian, version)
    session.delete(block)
    flag_modified(guardian, "sort_key")
    save(session)
    details = {"pupil": [pupil.id, None], "reason": str(Why.of(block.reason))}
    record(session, now, actor, "access-allowed", "person", guardian.id, details, guardian.institution_id)
    return guardian, pupil


def pair_in_reach(session: Session, actor: Actor, guardian_id: int, pupil_id: int) -> tuple[Person, Person]:
    """(guardian, pupil) of an existing pair, both in reach. Raises UnknownName (R52)."""
    pair = sa.select(Guardianship.guardian_id).where(
        Guardianship.guardian_id == guardian_id, Guardianship.pupil_id == pupil_id
    )
    if session.scalar(pair) is None:
        raise UnknownName(_("This guardian and this pupil are not linked."))
    return _both(session, actor, guardian_id, pupil_id)


def _both(session: Session, actor: Actor, guardian_id: int, pupil_id: int) -> tuple[Person, Person]:
    chosen = sa.select(Person).where(Person.id.in_((guardian_id, pupil_id)), visible_persons(actor))
    found = {person.id: person for person in session.scalars(chosen)}
    if len(found) < 2:
        raise UnknownName(_("This guardian and this pupil are not linked."))
    return found[guardian_id], found[pupil_id]


def _check_version(guardian: Person, version: int) -> None:
    if guardian.version != version:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again and repeat."))


def checked_why(today: date, pupil: Person, why: Why, until: date | None) -> Why:
    """The reason without odd spaces. Raises InvalidInput with the field that is wrong."""
    if why.code not in REASONS:
        raise InvalidInput(_("Choose a reason."), field="reason")
    try:
        text = checked_reason(why.text, until, today, needed=why.code == "other")
    except InvalidInput as wrong:
        raise InvalidInput(wrong.message, field="text" if wrong.field == "reason" else wrong.field) from None
    adult = adult_on(pupil.birth_date)
    if why.code == "adult" and adult is not None and adult > today:
        said = _("This pupil turns 18 on %(day)s. Choose another reason, or do this then.", day=f"{adult:%d-%m-%Y}")
        raise InvalidInput(said, field="reason")
    return Why(why.code, text)


def adult_on(birth_date: date | None) -> date | None:
    """The day on which somebody turns 18; None when the birth date is not known. Of 29 February: 1 March."""
    if birth_date is None:
        return None
    try:
        return birth_date.replace(year=birth_date.year + ADULT)
    except ValueError:
        return date(birth_date.year + ADULT, 3, 1)


def lift_ended(session: Session, now: datetime, today: date) -> int:
    """Lift the blocks whose last day is over; gives how many. The caller commits."""
    ended = list(session.scalars(sa.select(AccessBlock).where(AccessBlock.until < today).order_by(AccessBlock.id)))
    for block in ended:
        actor = Actor("scheduler", institution_id=block.institution_id)
        details = {"pupil": [block.pupil_id, None], "until": str(block.until)}
        record(session, now, actor, "access-allowed", "person", block.guardian_id, details)
        session.delete(block)
    session.flush()
    return len(ended)
