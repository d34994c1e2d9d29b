"""Mails to persons in and out of reach, for the tests of the mail screen."""

import itertools
from datetime import timedelta

import pytest

from app.models import IssuedSecret, Location, OutboxMail, Role
from app.services.access import Actor
from tests.conftest import token_of
from tests.screens.sync_world import NOW

MAILS = "/beheer/mails/"
numbers = itertools.count(1)


@pytest.fixture
def make_mail(session):
    def make(account=None, state="failed", **values):
        standard = {
            "institution_id": account.institution_id if account else None,
            "account_id": account.id if account else None,
            "template": "username-changed",  # one that holds no secret
            "recipient": f"ouder{next(numbers)}@thuis.example",
            "details": {},
            "message_id": f"m{next(numbers)}",
            "created_at": NOW,
            "next_at": NOW,
            "attempts": 1,
            "problem": "De mailserver weigert deze mail (550)." if state == "failed" else None,
        }
        mail = OutboxMail(state=state, **standard | values)
        session.add(mail)
        session.commit()
        return mail

    return make


@pytest.fixture
def here(administrator, session):
    return session.query(Location).one()


@pytest.fixture
def elsewhere(make_location):
    return make_location("Praktijkschool Oost")


@pytest.fixture
def pupil_account(make_person, make_account, here):
    return lambda place=here, **values: make_account(make_person(location=place, **values))


@pytest.fixture
def actor(administrator, here):
    return Actor(
        administrator.username, administrator.id, here.institution_id, Role.ADMINISTRATOR, frozenset({here.id})
    )


@pytest.fixture
def post(admin_client):
    def post(address="", **values):
        form = {"csrf_token": token_of(admin_client.get(MAILS).get_data(as_text=True))} | values
        return admin_client.post(f"{MAILS}{address}", data=form, follow_redirects=True)

    return post


def secret_of(session, account, **values):
    standard = {
        "institution_id": account.institution_id, "account_id": account.id, "purpose": "first", "nonce": "geheim",
        "password_hash": "hash-van-geheim", "token_hash": f"t{account.id}", "created_at": NOW,
        "expires_at": NOW + timedelta(days=14),
    }  # fmt: skip
    secret = IssuedSecret(**standard | values)
    session.add(secret)
    session.commit()
    return secret
