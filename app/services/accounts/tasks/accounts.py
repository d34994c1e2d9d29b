"""The frame of the tasks on accounts: read, judged by one rule, locked and judged again when they are done."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Batch, BatchItem, Role
from app.services.access import Actor
from app.services.accounts.colleagues import further_among
from app.services.accounts.delivery import Delivery, delivery_of
from app.services.accounts.plan import AccountPlan
from app.services.contacts.handover import tasks_held

from .rows import accounts_in_reach, accounts_locked, groups_of, planned, skipped
from .task import NO_OPTIONS, Look, type_Options


@dataclass(slots=True)
class About:
    """What the rules look at beside the row itself. `administrators`: the usable ones that would remain."""

    actor: Actor
    delivery: Delivery
    administrators: set[int] = field(default_factory=set)
    holders: frozenset[int] = frozenset()  # who holds a task, once its tasks should have been handed over


type_Rule = Callable[[Any, About], str | None]
"""The code of the reason why nothing happens to this account, or None."""
type_Channel = Callable[[Any, About], str | None]
"""How the secret of this account would travel."""


def no_channel(_row: Any, _about: About) -> None:
    """The task hands out nothing."""


def plan_accounts_by(
    why: type_Rule,
    channel: type_Channel,
    session: Session,
    _now: datetime,
    actor: Actor,
    ids: Sequence[int],
    _options: type_Options = NO_OPTIONS,
) -> AccountPlan:
    """The plan of a task with this rule, in the order of the names. Only accounts in reach count."""
    rows = accounts_in_reach(session, actor, ids)
    groups, about = groups_of(session, rows), read_about(session, actor)
    further = further_among(session, actor, [row.account_id for row in rows])
    plan = AccountPlan(len(ids))
    for row in rows:
        if code := "more-locations" if row.account_id in further else why(row, about):
            plan.skipped.append(skipped(row, code))
        else:
            plan.accounts.append(planned(row, groups.get(row.person_id), row.username, channel(row, about)))
    return plan


def look_at_accounts(why: type_Rule, session: Session, _batch: Batch, items: list[BatchItem], starter: Actor) -> Look:
    """The accounts of these items as they are now, locked."""
    rows = accounts_locked(session, [item.account_id for item in items if item.account_id])
    subjects = {item.id: rows.get(item.account_id or 0) for item in items}
    about = read_about(session, starter)
    about.holders = frozenset(tasks_held(session, rows))
    found = {key: why(row, about) if row else "is-gone" for key, row in subjects.items()}
    return Look(subjects, {key: code for key, code in found.items() if code})


def read_about(session: Session, actor: Actor) -> About:
    """Two small queries."""
    usable = sa.select(Account.id).where(
        Account.institution_id == actor.institution_id,
        Account.role == Role.ADMINISTRATOR,
        Account.active,
        ~Account.blocked,
    )
    return About(actor, delivery_of(session, actor.institution_id), set(session.scalars(usable)))


def why_not_shut_out(row: Any, about: About) -> str | None:
    """Oneself and the last administrator stay; of many administrators in one go the last one stays (part 7 nr 16)."""
    if row.account_id == about.actor.account_id:
        return "own-account"
    if row.account_id in about.holders:
        return "holds-task"  # given to them after the start
    if row.account_id in about.administrators:
        if len(about.administrators) == 1:
            return "last-administrator"
        about.administrators.discard(row.account_id)
    return None


def parts_of(why: type_Rule, channel: type_Channel = no_channel) -> dict[str, Any]:
    """`plan` and `look` of a task with this rule."""
    return {"plan": partial(plan_accounts_by, why, channel), "look": partial(look_at_accounts, why)}


def ids_of(chosen: Collection[Any]) -> list[int]:
    return [row.account_id for row in chosen]
