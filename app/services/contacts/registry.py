"""The relation card: every task with its holder, for the school and per location (P-018 to P-020)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.errors import InvalidInput, UnknownName
from app.models import Account, ContactTask, Institution, Location, Person, Role
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.reach import visible_persons

TASKS: Final = {  # P-020, in the order of the card
    "lead": _l("Lead contact of the school"),
    "application": _l("Application administration"),
    "administration": _l("Administrative management"),
    "finance": _l("Financial contact"),
    "privacy": _l("Privacy contact (GDPR)"),
    "timetable": _l("Timetable"),
    "internship": _l("Responsible for internships"),
    "teaching": _l("Responsible for teaching"),
    "support": _l("Responsible for support"),
}
HOLDERS: Final = frozenset({Role.STAFF, Role.CARE_MANAGER, Role.ADMINISTRATOR})  # a task is of somebody who works here


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who can hold a task."""

    account_id: int
    name: str
    username: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A task at a place. `location`: None for the whole school; `holder`: None when nobody holds it."""

    task: str
    location: Location | None
    holder: Holder | None
    is_usable: bool  # whether the account of the holder works
    since: datetime | None


def read_card(session: Session, actor: Actor) -> list[Entry]:
    """Every task of the whole school and of each location in reach, whether somebody holds it or not. Two queries."""
    places = [None, *_places(session, actor)]
    rows = session.execute(
        sa.select(ContactTask, Account, Person)
        .join(Account, Account.id == ContactTask.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(ContactTask.institution_id == actor.institution_id)
    )
    held = {(one.task, one.location_id): (one, account, person) for one, account, person in rows}
    card = []
    for place in places:
        for task in TASKS:
            found = held.get((task, place.id if place else None))
            if found is None:
                card.append(Entry(task, place, None, False, None))
                continue
            one, account, person = found
            holder = Holder(account.id, person.list_name, account.username, person.email)
            card.append(Entry(task, place, holder, account.is_active, one.since))
    return card


def possible_holders(session: Session, actor: Actor) -> list[Holder]:
    """Who can take a task: staff in reach with an account that works, in the order of their names. One query."""
    rows = session.execute(
        sa.select(Account.id, Account.username, Person)
        .join(Person, Person.id == Account.person_id)
        .where(*_can_hold(), visible_persons(actor))
        .order_by(Person.sort_key, Account.id)
    )
    return [Holder(account_id, person.list_name, username, person.email) for account_id, username, person in rows]


def assign_task(
    session: Session, now: datetime, actor: Actor, task: str, location_id: int | None, account_id: int | None
) -> bool:
    """Give the task to this account, or to nobody; whether that is another one. The caller commits.

    Raises UnknownName for a task, location or account that is not there for this actor, InvalidInput for an account
    that does not work (P-022).
    """
    require_administrator(actor)
    if task not in TASKS:
        raise UnknownName(_("This task does not exist."))
    codes = {place.id: place.code for place in _places(session, actor)}
    if location_id is not None and location_id not in codes:
        raise UnknownName(_("This location does not exist."))
    lock_card(session, actor.institution_id)
    if account_id is not None:
        check_holders(session, actor, {account_id})
    here = (
        ContactTask.institution_id == actor.institution_id,
        ContactTask.task == task,
        ContactTask.location_id == location_id if location_id else ContactTask.location_id.is_(None),
    )
    known = session.scalar(sa.select(ContactTask).where(*here))
    before = known.account_id if known else None
    if before == account_id:
        return False
    if account_id is None:
        session.execute(sa.delete(ContactTask).where(*here))
    elif known:
        known.account_id, known.since = account_id, now
    else:
        own = {"institution_id": actor.institution_id, "location_id": location_id, "task": task}
        session.add(ContactTask(account_id=account_id, since=now, **own))
    session.flush()
    told = {"task": task, "location": codes.get(location_id or 0), "account": [before, account_id]}
    record(session, now, actor, "task-assigned", "institution", actor.institution_id, told, actor.institution_id)
    return True


def check_holders(session: Session, actor: Actor, account_ids: set[int]) -> None:
    """Raises InvalidInput unless all of these can hold a task and are in reach (P-022)."""
    able = (
        sa.select(Account.id).join(Person, Person.id == Account.person_id).where(*_can_hold(), visible_persons(actor))
    )
    found = set(session.scalars(able.where(Account.id.in_(sorted(account_ids)))))
    if found != account_ids:
        raise InvalidInput(_("Choose a staff member whose account works."))


def lock_card(session: Session, institution_id: int | None) -> None:
    """From here to the end of the transaction nobody else changes the card of this school."""
    row = sa.select(Institution.id).where(Institution.id == institution_id)
    session.execute(row.with_for_update(key_share=True))


def vacancies(session: Session, actor: Actor) -> Mapping[str, int]:
    """How many tasks of the whole school nobody holds, and how many are held by an account that does not work."""
    card = [entry for entry in read_card(session, actor) if entry.location is None or entry.holder is not None]
    return {
        "open": sum(entry.holder is None for entry in card),
        "useless": sum(entry.holder is not None and not entry.is_usable for entry in card),
    }


def _can_hold() -> tuple[sa.ColumnElement[bool], ...]:
    return Account.role.in_(sorted(HOLDERS)), Account.active, ~Account.blocked


def _places(session: Session, actor: Actor) -> list[Location]:
    chosen = sa.select(Location).where(Location.institution_id == actor.institution_id)
    if actor.locations is not None:
        chosen = chosen.where(Location.id.in_(sorted(actor.locations)))
    return list(session.scalars(chosen.order_by(Location.code)))
