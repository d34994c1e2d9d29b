"""People who log in: what the tests of the login pages share. argon2 is slow on purpose, so one hash serves all."""

import functools
import re
from datetime import UTC, datetime, timedelta

import argon2
import pytest
import sqlalchemy as sa

from app.models import Account, AuditLine, Institution, OutboxMail, Person, PersonKind, Role, Seat
from app.services.login import credentials, hashing
from tests.conftest import token_of

PASSWORD = "vier losse woorden samen"
NEW_PASSWORD = "zeven blauwe fietsbellen rinkelen"


@functools.cache
def hash_of(text=PASSWORD):
    return hashing.hash_password(text)


class Clock:
    """The clock of the entrances, which a test may put forward."""

    def __init__(self):
        self.ahead = timedelta()

    def now(self):
        return datetime.now(UTC) + self.ahead

    def forward(self, **how_much):
        self.ahead += timedelta(**how_much)


@pytest.fixture
def clock(monkeypatch):
    moved = Clock()
    monkeypatch.setattr("app.clock.now", moved.now)
    return moved


@pytest.fixture
def hashes(monkeypatch):
    """Counts every argon2 computation; they stay real."""
    done = []
    for name in ("hash", "verify"):
        real = getattr(argon2.PasswordHasher, name)

        def counted(self, *args, _real=real, _name=name, **more):
            done.append(_name)
            return _real(self, *args, **more)

        monkeypatch.setattr(argon2.PasswordHasher, name, counted)
    return done


@pytest.fixture
def owner(make_account):
    """Somebody with a password of their own: Jdevries."""
    return make_account(username="Jdevries", password_hash=hash_of(), activated_at=datetime.now(UTC))


@pytest.fixture
def root(session):
    """An account without institution."""
    person = Person(kind=PersonKind.STAFF, last_name="Root", email="root@zicht.example", created_at=datetime.now(UTC))
    person.remake_keys()
    session.add(person)
    session.flush()
    account = Account(
        person_id=person.id,
        role=Role.ROOT,
        seat=Seat.of(Role.ROOT),
        username="root",
        password_hash=hash_of(),
        created_at=datetime.now(UTC),
    )
    session.add(account)
    session.commit()
    return account


@pytest.fixture
def issue(app, session):
    """(account, ...) -> an issued secret with its readable password and token."""

    def issue(account, purpose="first", now=None, **how):
        moment, key = now or datetime.now(UTC), app.config["SECRET_KEY"]
        issued = credentials.issue_secret(session, moment, key, account, purpose, **how)
        session.commit()
        return issued

    return issue


@pytest.fixture
def second_school(session):
    school = Institution(brin="99YY", name="Demo instelling", created_at=datetime.now(UTC))
    session.add(school)
    session.commit()
    return school


def try_login(client, username="Jdevries", password=PASSWORD, institution="99ZZ", **more):
    """Through the real page: its token, then its form. More fields by name; headers and environ as werkzeug has it."""
    request = {name: more.pop(name) for name in ("headers", "environ_overrides") if name in more}
    token = token_of(client.get("/login").text)
    fields = {"csrf_token": token, "username": username, "password": password, "institution": institution} | more
    return client.post("/login", data=fields, **request)


def is_logged_in(client):
    return client.get("/wachtwoord/wijzigen").status_code == 200


def is_welcome(response):
    return response.status_code == 303 and not response.location.endswith("/login")


def change(client, current=PASSWORD, new=NEW_PASSWORD, repeat=None, **more):
    """Through the page Wachtwoord wijzigen."""
    token = token_of(client.get("/wachtwoord/wijzigen").text)
    fields = {"csrf_token": token, "new_password": new, "repeat_password": new if repeat is None else repeat} | more
    if current is not None:
        fields["current_password"] = current
    return client.post("/wachtwoord/wijzigen", data=fields)


def follow_link(client, token, new=NEW_PASSWORD, repeat=None):
    """Open the link of a mail and choose a password."""
    client.get(f"/activeren/{token}")
    page = client.get("/activeren/")
    if page.status_code != 200:
        return page
    fields = {"csrf_token": token_of(page.text), "new_password": new, "repeat_password": repeat or new}
    return client.post("/activeren/", data=fields)


def some_address(rule):
    """An address that this rule matches."""

    def value(found):
        return found[1].split(",")[0].strip() if found[1] else "1"

    return re.sub(r"<(?:any\(([^)]*)\):|[^:<>]+:)?\w+>", value, rule.rule)


def masked(response):
    """Status, headers and body without what differs by design: token, nonce, and what was typed."""
    body = re.sub(r'(name="csrf_token" value|nonce)="[^"]*"', r'\1="*"', response.text)
    headers = [(name, re.sub(r"nonce-[\w-]+", "nonce-*", value)) for name, value in response.headers]
    return response.status_code, [header for header in headers if header[0] != "Content-Length"], body


def audit_actions(session):
    return list(session.scalars(sa.select(AuditLine.action).order_by(AuditLine.id)))


def mails(session, template=None):
    wanted = sa.select(OutboxMail).order_by(OutboxMail.id)
    return list(session.scalars(wanted.where(OutboxMail.template == template) if template else wanted))
