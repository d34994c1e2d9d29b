"""Who is struck by which policy, and when: read for the planner page, and for what is due today.

Between 1 August and the first enrolments of the new school year nobody is struck: everybody would seem to have left
(domain.md 5.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import school_year_of
from app.models import Account, ContactTask, Enrolment, Person, PersonKind, Seat
from app.services.access import Actor
from app.services.reach import visible_persons

from .chosen import Arriving, Leaving, Policy

RULE: Final = "left"  # in account.closed_by


@dataclass(frozen=True, slots=True)
class Planned:
    """An account that a policy will make inactive on this day, unless its owner comes back."""

    account_id: int
    username: str
    name: str
    kind: PersonKind
    left_on: date
    on: date
    holds_task: bool  # then it waits: somebody must take over first


def is_between_years(session: Session, institution_id: int | None, today: date) -> bool:
    """Whether the school year of today has no enrolments yet, while an earlier one has."""
    newest = session.scalar(
        sa.select(sa.func.max(Enrolment.school_year)).where(Enrolment.institution_id == institution_id)
    )
    return newest is not None and newest < school_year_of(today)


def planned_closings(
    session: Session, actor: Actor, policies: Mapping[PersonKind, Policy], most: int | None = None
) -> list[Planned]:
    """Whose account will be made inactive when, soonest first. One query."""
    closing = {kind: one.days for kind, one in policies.items() if one.leaving is Leaving.DEACTIVATE}
    if not closing:
        return []
    holds = sa.exists().where(ContactTask.account_id == Account.id).correlate(Account)
    rows = session.execute(
        sa.select(Account.id, Account.username, Person, holds)
        .join(Person, Person.id == Account.person_id)
        .where(Account.seat == Seat.OWN, Account.active, Person.left_on.is_not(None), Person.kind.in_(closing))
        .where(Person.institution_id == actor.institution_id, visible_persons(actor))
    )
    found = [
        Planned(
            account_id,
            username,
            person.list_name,
            person.kind,
            person.left_on,
            person.left_on + timedelta(days=closing[person.kind]),
            holds_task,
        )
        for account_id, username, person, holds_task in rows
    ]
    return sorted(found, key=lambda one: (one.on, one.name))[:most]


def due_today(
    session: Session, actor: Actor, policies: Mapping[PersonKind, Policy], today: date
) -> tuple[list[int], list[int], dict[PersonKind, list[int]]]:
    """(accounts to make inactive, accounts of who came back, per kind the persons who get an account).

    Who has no e-mail address is left to an administrator: nobody would see the details.
    """
    back = list(
        session.scalars(
            sa.select(Account.id)
            .join(Person, Person.id == Account.person_id)
            .where(Account.institution_id == actor.institution_id, Account.closed_by == RULE, ~Account.active)
            .where(Person.left_on.is_(None))
        )
    )
    if is_between_years(session, actor.institution_id, today):
        return [], back, {}
    closing = [one.account_id for one in planned_closings(session, actor, policies) if one.on <= today]
    held = set(session.scalars(sa.select(ContactTask.account_id).where(ContactTask.account_id.in_(closing))))
    making = {
        kind: list(
            session.scalars(
                sa.select(Person.id)
                .where(Person.institution_id == actor.institution_id, Person.kind == kind, ~Person.has_account)
                .where(Person.left_on.is_(None), Person.email.is_not(None), ~Person.hand_made)
                .order_by(Person.id)
            )
        )
        for kind, policy in policies.items()
        if policy.arriving is Arriving.MAKE
    }
    return [one for one in closing if one not in held], back, {kind: ids for kind, ids in making.items() if ids}
