"""Contactpersonen on screen: the card, its file, and the question who takes over (P-018 to P-022)."""

import sqlalchemy as sa

from app.extensions import db
from app.models import Account, ContactTask, PersonKind
from tests.accounts.accounts_world import work
from tests.screens.account_screens_world import ACCOUNTS, fresh, here, page, post, text_of

__all__ = ["here"]  # fixtures
CARD = "/beheer/contactpersonen/"


def given(client, task, account, place=0):
    return post(client, f"{CARD}toewijzen/", CARD, task=task, place=place, account=account)


def test_a_task_is_given_on_the_card_and_is_in_its_file(admin_client, make_account, make_person, here):
    account = make_account(make_person(PersonKind.STAFF, last_name="Bruin"))
    assert "AVG" in page(admin_client, CARD)
    assert "Opgeslagen." in page(admin_client, given(admin_client, "privacy", account.id).location)
    given(admin_client, "finance", account.id, here.id)
    lines = admin_client.get(f"{CARD}contactpersonen.csv").get_data(as_text=True).splitlines()
    assert len([line for line in lines if "Bruin" in line]) == 2
    given(admin_client, "privacy", 0)
    assert db.session.scalars(sa.select(ContactTask.task)).all() == ["finance"]
    assert given(admin_client, "privacy", "x").status_code == 400
    assert given(admin_client, "coffee", account.id).status_code == 404


def test_blocking_one_account_with_a_task_leads_to_the_question_who_takes_over_p021(
    app, admin_client, make_account, administrator
):
    account = make_account(username="bru")
    given(admin_client, "privacy", account.id)
    address = f"{ACCOUNTS}{account.id}/"
    form = {"version": account.version, "username": "bru", "active": "y", "blocked": "y", "role": "staff"}
    answer = post(admin_client, address, address, **form)
    assert "Wie neemt het over?" in page(admin_client, answer.location)
    assert not fresh(Account, account.id).blocked

    check, task = answer.location.partition("?")[0], db.session.scalar(sa.select(ContactTask.id))
    refused = post(admin_client, f"{check}start/", check)
    assert refused.status_code == 400
    assert "Kies voor elke taak wie die overneemt." in text_of(refused)
    post(admin_client, f"{check}start/", check, **{f"task-{task}": administrator.id})
    work(app)
    assert fresh(Account, account.id).blocked
    assert db.session.scalar(sa.select(ContactTask.account_id)) == administrator.id
