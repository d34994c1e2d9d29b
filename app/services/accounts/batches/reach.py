"""Whom a batch may still touch and show: the reach of who started it as it is now, not as it was (R17, R47, R50)."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Batch, BatchItem, Person, Role
from app.services.access import MAY_ADMINISTER, Actor
from app.services.accounts.colleagues import further_among, reaches_further
from app.services.reach import locations_of, visible_persons

BY_POLICY = "policy:"  # how the form keys of batches begin that nobody asked for


def starter_of(session: Session, batch: Batch) -> Actor:
    """Who started the batch, with the locations of now; the machine when it was a command."""
    account = session.get(Account, batch.actor_id, populate_existing=True) if batch.actor_id else None
    if account is None:
        name = "scheduler" if batch.form_key.startswith(BY_POLICY) else "command"
        return Actor(name, institution_id=batch.institution_id)
    reach = locations_of(session, account)
    return Actor(account.username, account.id, account.institution_id, Role(account.role), reach)


def lost_from_reach(session: Session, actor: Actor, batch: Batch) -> bool:
    """Whether somebody in this batch is out of the actor's reach since it was drafted."""
    seen = sa.exists().where(Person.id == BatchItem.person_id, visible_persons(actor))
    lost = sa.select(BatchItem.id).where(BatchItem.batch_id == batch.id, ~seen)
    return session.scalar(lost.limit(1)) is not None


def in_reach_now(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Person joined with Account: what a batch made may be shown to this actor."""
    return sa.and_(visible_persons(actor), ~reaches_further(actor))


def out_of_reach(
    session: Session, batch: Batch, people: Mapping[int, int], accounts: Mapping[int, int]
) -> dict[int, str]:
    """Per item the code of the reason why who started the batch may not do this any more.

    `people` and `accounts`: per item the id of its person, and of the account that gets a new password. An account
    that was made together with the batch is the invitation of a new colleague: it goes out, whatever was coupled since.
    """
    starter = starter_of(session, batch)
    if starter.is_machine:
        return {}
    if not _may_still(session, starter):
        return dict.fromkeys(people, "out-of-reach")
    new = _made_with(session, batch, accounts.values())
    seen = set(session.scalars(sa.select(Person.id).where(Person.id.in_(people.values()), visible_persons(starter))))
    further = further_among(session, starter, set(accounts.values())) - new
    found = {item: "more-locations" for item, account in accounts.items() if account in further}
    lost = {item for item, person in people.items() if person not in seen and accounts.get(item) not in new}
    return found | dict.fromkeys(lost, "out-of-reach")


def _may_still(session: Session, starter: Actor) -> bool:
    usable = sa.select(Account.id).where(Account.id == starter.account_id, Account.active, ~Account.blocked)
    return starter.role in MAY_ADMINISTER and session.scalar(usable) is not None


def _made_with(session: Session, batch: Batch, account_ids: Collection[int]) -> set[int]:
    same = sa.select(Account.id).where(Account.id.in_(list(account_ids)), Account.created_at == batch.created_at)
    return set(session.scalars(same))
