"""Accounts for persons without one (Z-087, Z-094 to Z-105)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import local, school_year_of
from app.models import Account, Batch, BatchItem, FormerUsername, PersonKind, Seat
from app.services.access import ROLE_OF_KIND, Actor
from app.services.accounts.delivery import SignIn, delivery_of
from app.services.accounts.former import take_back
from app.services.accounts.handing import Handed, hand_out
from app.services.accounts.naming import NameBook
from app.services.accounts.plan import AccountPlan
from app.services.audit import record_many
from app.services.corrections.blocks import shut_out

from .rows import groups_of, persons_in_reach, persons_locked, planned, skipped
from .task import NO_OPTIONS, PERSONS, Look, Task, Work, type_Options


def why_no_account(person: Any, is_shut_out: bool = False) -> str | None:
    """The code of the reason why this person gets no account, or None (Z-087, Z-096).

    `is_shut_out`: a guardian whose access to every pupil is blocked (services/corrections/blocks.py).
    """
    if person.has_account:
        return "has-account"
    if person.left_on is not None:
        return "has-left"
    return "access-blocked" if is_shut_out else None


def plan_accounts(
    session: Session,
    now: datetime,
    actor: Actor,
    ids: Sequence[int],
    _options: type_Options = NO_OPTIONS,
) -> AccountPlan:
    """What happens when these persons get an account, in the order of their names. Only persons in reach count."""
    delivery, people = delivery_of(session, actor.institution_id), persons_in_reach(session, actor, ids)
    book = NameBook(session, actor.institution_id, ids, school_year_of(local(now).date()))
    groups = groups_of(session, people)
    shut = shut_out(session, [row.person_id for row in people if row.kind is PersonKind.GUARDIAN])
    plan = AccountPlan(len(ids))
    for row in people:
        if code := why_no_account(row, row.person_id in shut):
            plan.skipped.append(skipped(row, code))
            continue
        choice = book.choose(row)
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
    ids = [person.person_id for person in work.chosen.values()]
    year = school_year_of(local(work.now).date())
    items = sa.select(BatchItem.id, BatchItem.username).where(BatchItem.id.in_(list(work.chosen)))
    shown = dict(work.session.execute(items).all())
    while True:
        book = NameBook(work.session, work.batch.institution_id, ids, year, work.taken)
        chosen: dict[int, str] = {}
        for item_id, person in work.chosen.items():
            wanted = shown.get(item_id)
            is_free = wanted and book.is_free(wanted, person.person_id)
            chosen[item_id] = wanted if is_free else book.choose(person).username
            work.taken.add(chosen[item_id])
        clash = _taken_now(work.session, {chosen[item]: one.person_id for item, one in work.chosen.items()})
        if not clash:
            take_back(work.session, chosen.values())
            return chosen
        work.taken.difference_update(set(chosen.values()) - clash)


def _taken_now(session: Session, wanted: Mapping[str, int]) -> set[str]:
    """Those of these usernames (with who would get them) that somebody has, or that somebody else had."""
    lower = sa.func.lower(Account.username)
    clash = set(session.scalars(sa.select(lower).where(lower.in_(list(wanted)))))
    had = sa.select(FormerUsername.username, FormerUsername.person_id).where(FormerUsername.username.in_(list(wanted)))
    return clash | {name for name, person_id in session.execute(had) if person_id != wanted[name]}


CREATE = Task("create", PERSONS, plan_accounts, _look, _do, _forms)
