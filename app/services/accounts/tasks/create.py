"""Accounts for persons without one (Z-087, Z-094 to Z-105)."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Batch, BatchItem, FormerUsername, PersonKind, Seat
from app.services.access import ROLE_OF_KIND, Actor
from app.services.accounts.delivery import SignIn, delivery_of
from app.services.accounts.handing import Handed, hand_out
from app.services.accounts.plan import AccountPlan, taken_usernames
from app.services.accounts.usernames import choose_username
from app.services.audit import record_many
from app.services.corrections.blocks import shut_out

from .rows import groups_of, named, persons_in_reach, persons_locked, planned, skipped
from .task import PERSONS, Look, Task, Work, type_Options


def why_no_account(person: Any, is_shut_out: bool = False) -> str | None:
    """The code of the reason why this person gets no account, or None (Z-087, Z-096).

    `is_shut_out`: a guardian whose access to every pupil is blocked (services/corrections/blocks.py).
    """
    if person.has_account:
        return "has-account"
    if person.left_on is not None:
        return "has-left"
    return "access-blocked" if is_shut_out else None


def plan_accounts(session: Session, actor: Actor, ids: Sequence[int], _options: type_Options = {}) -> AccountPlan:  # noqa: B006
    """What happens when these persons get an account, in the order of their names. Only persons in reach count."""
    taken, delivery = taken_usernames(session), delivery_of(session, actor.institution_id)
    people = persons_in_reach(session, actor, ids)
    groups = groups_of(session, people)
    shut = shut_out(session, [row.person_id for row in people if row.kind is PersonKind.GUARDIAN])
    plan, numbers = AccountPlan(len(ids)), dict[str, int]()
    for row in people:
        if code := why_no_account(row, row.person_id in shut):
            plan.skipped.append(skipped(row, code))
            continue
        choice = choose_username(named(row), taken, numbers)
        taken.add(choice.username)
        channel = delivery.channel(row.kind, row.email)
        plan.accounts.append(planned(row, groups.get(row.person_id), choice.username, channel, choice.note))
    return plan


def _look(session: Session, batch: Batch, items: list[BatchItem], _starter: Actor) -> Look:
    people = persons_locked(session, [item.person_id for item in items])
    subjects = {item.id: people.get(item.person_id) for item in items}
    guardians = [row.person_id for row in people.values() if row.kind is PersonKind.GUARDIAN]
    shut = shut_out(session, guardians)
    found = {key: why_no_account(row, row.person_id in shut) if row else "is-gone" for key, row in subjects.items()}
    return Look(subjects, {key: code for key, code in found.items() if code})


def _forms(session: Session, batch: Batch, item_ids: Sequence[int]) -> Mapping[int, str]:
    """A batch makes accounts for one kind of person."""
    form = delivery_of(session, batch.institution_id).form(PersonKind(batch.kind))
    return {} if form is SignIn.ELSEWHERE else dict.fromkeys(item_ids, form.value)


def _do(work: Work) -> None:
    usernames = _free_names(work)
    rows = [
        {
            "institution_id": person.institution_id,
            "person_id": person.person_id,
            "seat": Seat.OWN,
            "role": ROLE_OF_KIND[person.kind],
            "username": usernames[item_id],
            "created_at": work.now,
        }
        for item_id, person in work.chosen.items()
    ]
    insert = sa.insert(Account).returning(Account.id, Account.person_id)
    made = {row.person_id: row.id for row in work.session.execute(insert, rows)}
    delivery = delivery_of(work.session, work.batch.institution_id)
    handed = [
        Handed(
            item_id,
            made[person.person_id],
            ROLE_OF_KIND[person.kind],
            person.email,
            "first",
            delivery.channel(person.kind, person.email) if item_id in work.secrets else None,
            work.secrets.get(item_id),
        )
        for item_id, person in work.chosen.items()
    ]
    hand_out(work.session, work.now, work.batch, handed)
    lines = [(one.account_id, one.told(work.batch) | {"username": [None, usernames[one.item_id]]}) for one in handed]
    record_many(work.session, work.now, work.starter, "account-created", "account", lines, work.batch.institution_id)


def _free_names(work: Work) -> dict[int, str]:
    """A username per item: the one that was shown, unless it was taken since. Found out here, not by an error."""
    lower = sa.func.lower(Account.username)
    shown = dict(
        work.session.execute(
            sa.select(BatchItem.id, BatchItem.username).where(BatchItem.id.in_(list(work.chosen)))
        ).all()
    )
    while True:
        chosen: dict[int, str] = {}
        for item_id, person in work.chosen.items():
            wanted = shown.get(item_id)
            free = wanted and wanted not in work.taken
            chosen[item_id] = wanted if free else choose_username(named(person), work.taken).username
            work.taken.add(chosen[item_id])
        asked = list(chosen.values())
        clash = set(work.session.scalars(sa.select(lower).where(lower.in_(asked))))
        clash |= set(work.session.scalars(sa.select(FormerUsername.username).where(FormerUsername.username.in_(asked))))
        if not clash:
            return chosen
        work.taken.difference_update(set(asked) - clash)


CREATE = Task("create", PERSONS, plan_accounts, _look, _do, _forms)
