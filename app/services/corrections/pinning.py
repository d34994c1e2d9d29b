"""Setting and lifting a pin: an administrator corrects a field of a person by hand, and says why."""

import re
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.models import Person, PersonKind, Pin
from app.services.access import Actor, require_administrator
from app.services.accounts.colleagues import why_address_fixed
from app.services.accounts.rules import save
from app.services.audit import record
from app.services.login.own_address import address_changed
from app.services.mail.outbox import can_be_mailed
from app.services.reach import visible_persons

from .pins import PINNABLE, UNHEARD, pin_of, told_of

LONGEST_VALUE: Final = 254
LONGEST_REASON: Final = 500


def why_no_pin(session: Session, actor: Actor, person: Person) -> str | None:
    """Why the e-mail address of this person cannot be pinned, or let go, by this actor; None when it can."""
    if person.kind is PersonKind.OTHER or person.hand_made:
        return _("This person was added by hand: no roster changes the data. Change it at the person.")
    return why_address_fixed(session, actor, person.id)


def set_pin(
    session: Session,
    now: datetime,
    today: date,
    actor: Actor,
    person_id: int,
    version: int,
    *,
    value: str | None,
    reason: str,
    until: date | None = None,
    field: str = "email",
) -> Pin:
    """Pin this field at `value` (None: no e-mail address) until and with `until`; it is the person's value at once.

    A pin that is there already gets the new value, reason and last day. The caller commits. Raises InvalidInput with
    its field, NotAllowed for who reaches further (R50), Conflict on `version` (R123), UnknownName out of reach.
    """
    require_administrator(actor)
    value, reason = checked_pin(today, field, value, reason, until)
    person = person_to_pin(session, actor, person_id, version)
    pin, old = pin_of(session, person.id, field), getattr(person, field)
    known = told_of(session, [person.id]).get((person.id, field)) if pin else None
    told = known[0] if known else old if pin is None else UNHEARD
    values = {"value": value, "reason": reason, "until": until, "made_by": actor.account_id, "made_at": now}
    if pin is None:
        pin = Pin(institution_id=person.institution_id, person_id=person.id, field=field, **values)
        session.add(pin)
    else:
        for name, new in values.items():
            setattr(pin, name, new)
    _take(session, now, person, field, value)
    details: dict[str, Any] = {field: [old, value], "reason": reason, "until": until and until.isoformat()}
    details |= {} if told == UNHEARD else {f"told_{field}": [None, told]}
    record(session, now, actor, "pin-set", "person", person.id, details, person.institution_id)
    return pin


def lift_pin(
    session: Session, now: datetime, actor: Actor, pin_id: int, version: int, *, take_told: bool = False
) -> Person:
    """Let a pinned field go: the next run takes what the source says. `version` is that of the person (R123).

    `take_told`: take what the source said last now, when that is known. The caller commits.
    """
    require_administrator(actor)
    pin = pin_in_reach(session, actor, pin_id)
    person, field = person_to_pin(session, actor, pin.person_id, version), pin.field
    told = told_of(session, [person.id]).get((person.id, field)) if take_told else None
    old, new = getattr(person, field), told[0] if told else getattr(person, field)
    session.delete(pin)
    _take(session, now, person, field, new)
    details = {"pin": [field, None], "reason": pin.reason} | ({field: [old, new]} if old != new else {})
    record(session, now, actor, "pin-lifted", "person", person.id, details, person.institution_id)
    return person


def pin_in_reach(session: Session, actor: Actor, pin_id: int) -> Pin:
    """The pin of somebody in reach. Raises UnknownName, the same for absent and for out of reach (R52)."""
    pin = session.scalar(
        sa.select(Pin).join(Person, Person.id == Pin.person_id).where(Pin.id == pin_id, visible_persons(actor))
    )
    if pin is None:
        raise UnknownName(_("This correction does not exist any more."))
    return pin


def person_to_pin(session: Session, actor: Actor, person_id: int, version: int | None = None) -> Person:
    """The person in reach whose fields may be pinned. Raises UnknownName, NotAllowed, or Conflict on `version`."""
    person = session.scalar(sa.select(Person).where(Person.id == person_id, visible_persons(actor)))
    if person is None:
        raise UnknownName(_("This person does not exist."))
    if reason := why_no_pin(session, actor, person):
        raise NotAllowed(reason)
    if version is not None and person.version != version:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again and repeat."))
    return person


def checked_pin(today: date, field: str, value: str | None, reason: str, until: date | None) -> tuple[str | None, str]:
    """Value and reason without odd spaces. Raises InvalidInput with the field that is wrong (R134)."""
    if field not in PINNABLE:
        raise InvalidInput(_("This field cannot be pinned."), field="value")
    value = cleaned(value)
    if value and not (can_be_mailed(value) and len(value) <= LONGEST_VALUE):
        raise InvalidInput(_("Fill in a valid e-mail address."), field="value")
    return value, checked_reason(reason, until, today)


def checked_reason(reason: str | None, until: date | None, today: date, *, needed: bool = True) -> str:
    """The reason without odd spaces. Raises InvalidInput when it is empty or too long, or the last day is behind us."""
    words = cleaned(reason) or ""
    if needed and not words:
        raise InvalidInput(_("Fill in why. Colleagues read it later."), field="reason")
    if len(words) > LONGEST_REASON:
        raise InvalidInput(_("This is too long: at most %(most)s characters.", most=LONGEST_REASON), field="reason")
    if until is not None and until < today:
        raise InvalidInput(_("The last day is over already. Choose a later day, or leave it empty."), field="until")
    return words


def cleaned(text: str | None) -> str | None:
    """The typed text without odd spaces and control characters; None when nothing is left."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text or "").split()) or None


def _take(session: Session, now: datetime, person: Person, field: str, value: str | None) -> None:
    """The person gets this value; what hung on an old address ends (R26, R32). Raises Conflict (R123)."""
    old = getattr(person, field)
    setattr(person, field, value)
    flag_modified(person, field)  # the version goes up in any case: who looked at the record before is told
    person.remake_keys()
    save(session)
    if field == "email" and old and (value or "").casefold() != old.casefold():
        address_changed(session, now, [person.id], old_address=old)
