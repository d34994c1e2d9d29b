"""Persons made by hand: staff members and other parties (Z-106 to Z-111, Z-195 to Z-217).

Who came from a roster is changed at the source, never here: pupils, guardians, and imported staff (Z-005, Z-086).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.models import Account, Gender, Person, PersonKind
from app.services.access import Actor, require_administrator
from app.services.accounts.colleagues import why_address_fixed
from app.services.accounts.rules import save
from app.services.audit import record
from app.services.login.own_address import address_changed
from app.services.login.sessions import end_sessions
from app.services.mail.outbox import can_be_mailed
from app.services.reach import visible_persons

LONGEST = {"first_name": 200, "prefix": 32, "last_name": 200, "email": 254, "number": 64}
NEEDED = {
    PersonKind.STAFF: ("number", "first_name", "last_name", "email"),  # Z-111: all fields are filled in
    PersonKind.OTHER: ("last_name",),
}


def add_staff(
    session: Session,
    now: datetime,
    actor: Actor,
    *,
    number: str,
    first_name: str,
    prefix: str | None,
    last_name: str,
    email: str,
    gender: Gender | None = None,
) -> Person:
    """A staff member who is in no roster, meant for a (care) manager (Z-106, Z-107). The caller commits.

    Cannot be linked to pupils or groups (Z-108). Raises InvalidInput with its field.
    """
    typed = {"number": number, "first_name": first_name, "prefix": prefix, "last_name": last_name, "email": email}
    return _add(session, now, actor, PersonKind.STAFF, typed, gender)


def change_staff(
    session: Session,
    now: datetime,
    actor: Actor,
    person_id: int,
    version: int,
    *,
    number: str,
    first_name: str,
    prefix: str | None,
    last_name: str,
    email: str,
    gender: Gender | None = None,
) -> Person:
    """Change a hand-made staff member. Raises NotAllowed for one from a roster, Conflict on `version` (R123).

    The e-mail address of an administrator with locations that the actor does not have stays: NotAllowed (R50).
    """
    typed = {"number": number, "first_name": first_name, "prefix": prefix, "last_name": last_name, "email": email}
    return _change(session, now, actor, PersonKind.STAFF, person_id, version, typed, gender)


def add_other(
    session: Session,
    now: datetime,
    actor: Actor,
    *,
    first_name: str | None,
    prefix: str | None,
    last_name: str,
    email: str | None,
) -> Person:
    """An other party, without an account (Z-195, Z-196). The caller commits."""
    typed = {"first_name": first_name, "prefix": prefix, "last_name": last_name, "email": email}
    return _add(session, now, actor, PersonKind.OTHER, typed, None)


def change_other(
    session: Session,
    now: datetime,
    actor: Actor,
    person_id: int,
    version: int,
    *,
    first_name: str | None,
    prefix: str | None,
    last_name: str,
    email: str | None,
) -> Person:
    """Change an other party (Z-210). Raises Conflict on `version` (R123)."""
    typed = {"first_name": first_name, "prefix": prefix, "last_name": last_name, "email": email}
    return _change(session, now, actor, PersonKind.OTHER, person_id, version, typed, None)


def delete_other(session: Session, now: datetime, actor: Actor, person_id: int, version: int) -> None:
    """Delete an other party with the account that belongs to it (Z-215, Z-216). The caller commits.

    The lines of the audit keep the names (Z-217, part 7 nr 17).
    """
    require_administrator(actor)
    person = _person(session, actor, PersonKind.OTHER, person_id, version)
    for account in session.scalars(sa.select(Account).where(Account.person_id == person.id)):
        end_sessions(session, account.id)
        told = {"username": [account.username, None], "role": [account.role.value, None]}
        record(session, now, actor, "account-deleted", "account", account.id, told, person.institution_id)
        session.delete(account)
    session.flush()
    told = {"name": [person.list_name, None]}
    record(session, now, actor, "person-deleted", "person", person.id, told, person.institution_id)
    session.delete(person)
    save(session)


def why_person_fixed(person: Person) -> str | None:
    """Why this person cannot be changed by hand, or None."""
    if person.kind in NEEDED and person.hand_made:
        return None
    return _("This person comes from the school administration system. Change the data there.")


def _add(
    session: Session,
    now: datetime,
    actor: Actor,
    kind: PersonKind,
    typed: Mapping[str, str | None],
    gender: Gender | None,
) -> Person:
    require_administrator(actor)
    values = _clean(kind, typed)
    _check_number(session, actor.institution_id, values.get("number"), None)
    person = Person(
        institution_id=actor.institution_id, kind=kind, gender=gender, hand_made=True, created_at=now, **values
    )
    person.remake_keys()
    session.add(person)
    save(session)
    told = {name: [None, value] for name, value in values.items() if value}
    record(session, now, actor, "person-created", "person", person.id, told, person.institution_id)
    return person


def _change(
    session: Session,
    now: datetime,
    actor: Actor,
    kind: PersonKind,
    person_id: int,
    version: int,
    typed: Mapping[str, str | None],
    gender: Gender | None,
) -> Person:
    require_administrator(actor)
    person = _person(session, actor, kind, person_id, version)
    if reason := why_person_fixed(person):
        raise NotAllowed(reason)
    wanted: dict[str, Any] = {**_clean(kind, typed), **({"gender": gender} if gender else {})}
    changes = {name: [getattr(person, name), new] for name, new in wanted.items() if getattr(person, name) != new}
    if not changes:
        return person
    if "email" in changes and (reason := why_address_fixed(session, actor, person.id)):
        raise NotAllowed(reason)
    if "number" in changes:
        _check_number(session, person.institution_id, wanted["number"], person.id)
    for name, (_old, new) in changes.items():
        setattr(person, name, new)
    person.remake_keys()
    save(session)
    if "email" in changes:  # what was sent to the old address works no more, and who was in logs in anew (R26, R32)
        address_changed(session, now, [person.id], old_address=changes["email"][0])
    record(session, now, actor, "person-changed", "person", person.id, changes, person.institution_id)
    return person


def _person(session: Session, actor: Actor, kind: PersonKind, person_id: int, version: int) -> Person:
    """The person of this kind in reach. Raises UnknownName, or Conflict when changed since `version`."""
    found = session.scalar(
        sa.select(Person).where(Person.id == person_id, Person.kind == kind, visible_persons(actor, kind))
    )
    if found is None:
        raise UnknownName(_("This person does not exist."))
    if found.version != version:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again and repeat."))
    return found


def _clean(kind: PersonKind, typed: Mapping[str, str | None]) -> dict[str, str | None]:
    """The typed text without odd spaces and control characters. Raises InvalidInput with the field (R134)."""
    values = {
        name: " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text or "").split()) or None for name, text in typed.items()
    }
    for name in NEEDED[kind]:
        if not values[name]:
            raise InvalidInput(_("Fill in this field."), field=name)
    for name, text in values.items():
        if text and len(text) > LONGEST[name]:
            raise InvalidInput(_("This is too long: at most %(most)s characters.", most=LONGEST[name]), field=name)
    if values["email"] and not can_be_mailed(values["email"]):
        raise InvalidInput(_("Fill in a valid e-mail address."), field="email")
    return values


def _check_number(session: Session, institution_id: int | None, number: str | None, person_id: int | None) -> None:
    """Raises InvalidInput when another staff member has this number; the roster merges on it (part 7 nr 22)."""
    if number is None:
        return
    same = sa.select(Person.id).where(
        Person.institution_id == institution_id, Person.kind == PersonKind.STAFF, Person.number == number
    )
    if session.scalar(same.where(Person.id != (person_id or 0)).limit(1)):
        raise InvalidInput(_("A staff member with this number exists already."), field="number")
