"""The relation card: who holds which task, and that nobody is shut out with one (P-018 to P-022)."""

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput, UnknownName
from app.extensions import transaction
from app.models import Account, ContactTask, Location, Role
from app.services.accounts.batches.drafting import draft_batch, start_batch
from app.services.accounts.changes import HoldsTask, change_account, delete_account
from app.services.contacts.handover import tasks_in
from app.services.contacts.registry import TASKS, assign_task, possible_holders, read_card, vacancies
from tests.accounts.accounts_world import NOW, actor_of, audit, reasons, work


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def assign(session, actor):
    def assign(task, account, location=None):
        with transaction():
            return assign_task(session, NOW, actor, task, location, account)

    return assign


def holders(session):
    rows = session.execute(sa.select(ContactTask.task, ContactTask.location_id, ContactTask.account_id))
    return sorted(map(tuple, rows), key=repr)


def test_the_card_shows_every_task_of_the_school_and_of_each_location_in_reach_p019_p020(
    session, actor, assign, make_account, make_location
):
    make_location("Havenkwartier")
    account = make_account()
    assert assign("privacy", account.id)
    assert not assign("privacy", account.id), "the same again changes nothing"

    card = read_card(session, actor)
    assert len(card) == 2 * len(TASKS)
    (held,) = [entry for entry in card if entry.holder]
    assert (held.task, held.location, held.holder.account_id, held.is_usable) == ("privacy", None, account.id, True)
    assert [line.details for line in audit("task-assigned")] == [
        {"task": "privacy", "location": None, "account": [None, account.id]}
    ]
    assert vacancies(session, actor)["open"] == len(TASKS) - 1


def test_only_staff_with_an_account_that_works_hold_a_task_p022(session, actor, assign, make_account, make_person):
    blocked, pupil = make_account(blocked=True), make_account(make_person(), Role.PUPIL)
    for account in (blocked, pupil):
        with pytest.raises(InvalidInput, match="waarvan het account werkt"):
            assign("finance", account.id)
    assert {one.account_id for one in possible_holders(session, actor)} == {actor.account_id}
    with pytest.raises(UnknownName):
        assign("coffee", actor.account_id)


def test_a_location_out_of_reach_has_no_card_r47(session, actor, assign, make_location):
    elsewhere = make_location("Havenkwartier").id
    with pytest.raises(UnknownName):
        assign("finance", actor.account_id, elsewhere)
    here = session.scalar(sa.select(Location.id).where(Location.id != elsewhere))
    assert assign("finance", actor.account_id, here)
    assert holders(session) == [("finance", here, actor.account_id)]


@pytest.mark.parametrize("task", ["deactivate", "block", "delete"])
def test_who_is_shut_out_hands_over_every_task_at_the_start_p021(app, session, actor, assign, make_account, task):
    leaving, staying = make_account().id, make_account().id
    assign("finance", leaving)
    assign("privacy", leaving)
    with transaction():
        batch = draft_batch(session, NOW, actor, task, "staff", [leaving, make_account().id], "key")
        batch_id, (first, second) = batch.id, [one.id for one in tasks_in(session, batch)]
    for wrong in ({}, {first: staying}, {first: staying, second: leaving}, {first: 999_999, second: None}):
        with pytest.raises(InvalidInput), transaction():
            start_batch(session, NOW, actor, batch_id, wrong)
    with transaction():
        start_batch(session, NOW, actor, batch_id, {first: staying, second: None})
    work(app)

    assert holders(session) == [("finance", None, staying)]
    assert reasons(batch_id) == []
    assert [line.details["account"] for line in audit("task-assigned")][2:] == [
        [leaving, staying],
        [leaving, None],
    ]


def test_a_task_that_came_after_the_start_keeps_the_account_p022(app, session, actor, assign, make_account):
    account = make_account()
    with transaction():
        batch_id = draft_batch(session, NOW, actor, "delete", "staff", [account.id], "key").id
        start_batch(session, NOW, actor, batch_id)
    assign("support", account.id)
    work(app)

    assert reasons(batch_id) == ["holds-task"]
    assert holders(session) == [("support", None, account.id)]


def test_one_account_with_a_task_is_not_shut_out_without_a_question_p021(session, actor, assign, make_account):
    account = make_account()
    assign("support", account.id)
    with pytest.raises(HoldsTask):
        change_account(session, NOW, actor, account.id, account.version, blocked=True)
    with pytest.raises(HoldsTask):
        delete_account(session, NOW, actor, account.id, account.version)
    session.rollback()
    assert not session.get(Account, account.id).blocked
