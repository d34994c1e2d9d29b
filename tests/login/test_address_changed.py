"""Another e-mail address: what went to the old one works no more, and its owner hears of it (R19, R26, R32)."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import IssuedSecret, Person
from app.services.login.credentials import outstanding_secret
from app.services.login.own_address import address_changed
from app.services.mail.outbox import NewMail, queue_mails
from tests.login.auth_world import follow_link, hash_of, is_logged_in, mails, try_login
from tests.roster.roster_world import pupil, roster
from tests.runs.run_world import known_of, take_in

__all__ = ["known_of", "take_in"]
OLD = "oud@adres.example"


@pytest.fixture
def mailed(make_account, make_person, issue, session):
    """(username) -> account, secret: its mail to the old address waits."""

    def mailed(username="nieuw", **values):
        account = make_account(make_person(email=OLD), username=username, **values)
        secret = issue(account, "first")
        mail = NewMail("account-new", OLD, account.institution_id, account.id, secret.secret_row.id)
        queue_mails(session, datetime.now(UTC), [mail])
        session.commit()
        return account, secret

    return mailed


@pytest.fixture
def move(db):
    def move(account, **how):
        with transaction():
            db.session.execute(sa.update(Person).where(Person.id == account.person_id).values(email="new@x.example"))
            address_changed(db.session, datetime.now(UTC), [account.person_id], **how)

    return move


def test_secret_session_and_waiting_mail_end_with_the_old_address_r32_r26(client, log_in, mailed, move, session):
    account, secret = mailed(password_hash=hash_of())
    browser = log_in(account)
    move(account)
    assert not is_logged_in(browser)
    assert try_login(client, "nieuw", secret.password).status_code == 401
    assert follow_link(client, secret.token).status_code == 400
    (mail,) = mails(session)
    session.refresh(mail)
    assert (mail.state, mail.problem) == ("dropped", "Het e-mailadres is gewijzigd voordat deze mail weg was.")
    assert session.scalar(sa.select(IssuedSecret.nonce)) is None


def test_others_keep_what_they_have(mailed, log_in, move, session):
    other, secret = mailed("ander")
    browser = log_in(other)
    move(mailed()[0])
    assert is_logged_in(browser)
    assert outstanding_secret(session, datetime.now(UTC), other.id).id == secret.secret_row.id
    assert [mail.state for mail in mails(session)] == ["waiting", "dropped"]


@pytest.mark.parametrize("now_on_file", ["new@x.example", None])
def test_a_secret_that_was_mailed_elsewhere_is_refused_however_the_address_changed_r32(
    client, mailed, session, now_on_file
):
    account, secret = mailed()
    session.execute(sa.update(Person).where(Person.id == account.person_id).values(email=now_on_file))
    session.commit()
    assert outstanding_secret(session, datetime.now(UTC), account.id) is None
    assert try_login(client, "nieuw", secret.password).status_code == 401


def test_capitals_make_no_other_address(client, mailed, session):
    account, secret = mailed()
    session.execute(sa.update(Person).where(Person.id == account.person_id).values(email=OLD.upper()))
    session.commit()
    assert outstanding_secret(session, datetime.now(UTC), account.id).id == secret.secret_row.id


def test_the_owner_hears_of_it_at_the_old_address_without_the_new_one_r19(mailed, move, session):
    account, _secret = mailed()
    move(account, old_address=OLD)
    (told,) = mails(session, "address-changed")
    assert (told.recipient, told.account_id, told.secret_id) == (OLD, account.id, None)
    assert "new@x.example" not in str(told.details)


@pytest.mark.parametrize(
    ("old", "new", "ends"),
    [
        (OLD, "new@x.example", True),
        (OLD, None, True),
        (OLD, OLD.upper(), False),
        (OLD, OLD, False),
        (None, "new@x.example", False),
    ],
)
def test_a_roster_ends_it_only_for_who_really_moved_r32_r26(take_in, session, log_in, make_account, old, new, ends):
    take_in(roster(pupil(email=old, first_name="Noor")))
    browser = log_in(make_account(session.scalars(sa.select(Person)).one(), password_hash="x"))
    take_in(roster(pupil(email=new, first_name="Nora")))
    assert session.scalar(sa.select(Person.email)) == new
    assert is_logged_in(browser) is not ends
    assert mails(session, "address-changed") == [], "the school said so itself"


def test_nobody_without_an_account_is_told(make_person, db, session):
    person = make_person(email="new@x.example")
    with transaction():
        address_changed(db.session, datetime.now(UTC), [person.id], old_address=OLD)
    assert mails(session) == []
