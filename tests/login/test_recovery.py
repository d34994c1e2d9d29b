"""Wachtwoord vergeten and the link of a mail (Z-029 to Z-031, R31 to R37)."""

import pytest
import sqlalchemy as sa

from app.errors import TooMany
from app.models import IssuedSecret, Person
from app.services.login import credentials
from tests.conftest import token_of
from tests.login.auth_world import NEW_PASSWORD, follow_link, is_welcome, mails, masked, try_login


@pytest.fixture
def ask(client):
    def ask(username="Jdevries", email=None, address="192.0.2.1"):
        token = token_of(client.get("/wachtwoord/vergeten").text)
        fields = {"csrf_token": token, "username": username, "email": email}
        return client.post("/wachtwoord/vergeten", data=fields, environ_overrides={"REMOTE_ADDR": address})

    return ask


@pytest.fixture
def email(owner, session):
    return session.scalar(sa.select(Person.email).where(Person.id == owner.person_id))


def mailed_token(app, session):
    nonce = session.scalars(sa.select(IssuedSecret.nonce).order_by(IssuedSecret.id.desc())).first()
    return credentials.activation_token(app.config["SECRET_KEY"], nonce)


def test_the_login_page_offers_it_and_it_asks_username_and_address_z029_z030(client, institution):
    assert '<a href="/wachtwoord/vergeten">Wachtwoord vergeten</a>' in client.get("/login").text
    page = client.get("/wachtwoord/vergeten").text
    assert [f'name="{name}"' in page for name in ("username", "email")] == [True, True]


def test_a_right_pair_is_mailed_a_link_that_opens_once_z031(app, client, ask, owner, email, session):
    ask(email=f" {email.upper()} ")
    (mail,) = mails(session)
    assert (mail.template, mail.recipient, mail.account_id) == ("password-forgotten", email, owner.id)
    token = mailed_token(app, session)
    assert token not in str(mail.details)
    assert follow_link(client, token).location == "/login"
    assert is_welcome(try_login(client, password=NEW_PASSWORD))
    assert follow_link(app.test_client(), token).status_code == 400, "a second time it refuses (R33)"


@pytest.fixture
def questions(owner, email, make_account, make_person):
    make_account(username="inactief", active=False, password_hash="x")
    make_account(username="geblokkeerd", blocked=True, password_hash="x")
    make_account(make_person(email=None), username="geenmail")
    return {
        "known": ("Jdevries", email),
        "unknown": ("bestaatniet", email),
        "another address": ("Jdevries", "iemand@anders.example"),
        "inactive": ("inactief", "p2@school.example"),
        "blocked": ("geblokkeerd", "p3@school.example"),
        "no address on file": ("geenmail", "x@y.example"),
        "capitals": ("jdevries", email),
        "nothing": ("", ""),
        "strange": ("a\0b", "a\0b@c.example"),
    }


def test_every_question_gets_the_same_answer_and_costs_the_same_hash_r36(ask, client, questions, hashes, session):
    answers = []
    for username, address in questions.values():
        hashes.clear()
        answers.append((masked(ask(username, address)), masked(client.get("/wachtwoord/vergeten")), list(hashes)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][2] == ["hash"]
    assert "Dan krijgt u binnen enkele minuten een e-mail." in answers[0][1][2]
    assert len(mails(session)) == 1, "only the right pair"


def test_three_mails_an_hour_per_account_and_then_still_the_same_answer_r36(ask, client, email, session, clock):
    answers = [masked(ask(email=email)) for _time in range(5)]
    assert all(answer == answers[0] for answer in answers)
    assert len(mails(session)) == 3
    clock.forward(hours=1, seconds=1)
    ask(email=email)
    assert len(mails(session)) == 4


def test_a_flood_of_questions_gets_the_same_answer_but_no_hash_r2(ask, email, hashes):
    usual = masked(ask(email=email))
    for number in range(19):
        ask(f"leerling{number}", "x@y.example")
    hashes.clear()
    assert masked(ask("nog iemand", "x@y.example")) == usual
    assert hashes == []


def test_when_it_is_too_busy_to_hash_the_question_does_not_count_r2(ask, email, session, monkeypatch):
    def busy(_key):
        raise TooMany("busy", retry_after=5)

    with monkeypatch.context() as patched:
        patched.setattr("app.auth.forgotten.prepare_secret", busy)
        answers = [ask(email=email) for _time in range(5)]
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(429, "5")}
    ask(email=email)
    assert len(mails(session)) == 1


def test_twenty_questions_an_hour_per_address_r36(ask, email, session, make_account, make_person):
    for number in range(20):
        ask(f"leerling{number}", "x@y.example")
    ask(email=email)
    assert mails(session) == []
    ask(email=email, address="192.0.2.2")
    assert len(mails(session)) == 1


def test_two_children_with_one_address_each_get_their_own_mail_r36(ask, make_account, make_person, session):
    children = [make_account(make_person(email="thuis@gezin.example"), username=name) for name in ("noor", "sem")]
    ask("sem", "thuis@gezin.example")
    assert [mail.account_id for mail in mails(session)] == [children[1].id], "the one that was named, and no other"


def test_asking_changes_nothing_the_old_password_works_part_7_nr_20(ask, client, email, session):
    ask(email=email)
    assert is_welcome(try_login(client))
