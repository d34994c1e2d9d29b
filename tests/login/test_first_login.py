"""The first login with a password that the school gave out: it works once, for a while, and leads to one of one's own.

Z-041, R5, R18.
"""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa

from app.clock import local
from app.models import Account, IssuedSecret, Location, PersonKind
from app.services.login.credentials import readable_password
from app.work.mail.delivery import deliver
from app.work.mail.letter import moment_in_words
from tests.accounts.accounts_world import KEY, actor_of, made, placed
from tests.conftest import token_of
from tests.login.auth_world import NEW_PASSWORD, change, is_welcome, some_address, try_login
from tests.mail.mail_world import html_of, text_of

TWO_WEEKS, THREE_DAYS = timedelta(days=14), timedelta(hours=72)
TERMS = {
    PersonKind.PUPIL: TWO_WEEKS,
    PersonKind.GUARDIAN: TWO_WEEKS,
    PersonKind.OTHER: TWO_WEEKS,
    PersonKind.STAFF: THREE_DAYS,
}


@pytest.fixture
def newcomer(client, make_account, issue):
    """Somebody who just logged in with a first password; (client, account, that password)."""
    account = make_account(username="nieuw")
    issued = issue(account)
    answer = try_login(client, "nieuw", issued.password)
    assert answer.location == "/wachtwoord/wijzigen"
    return client, account, issued.password


def stored(session, account):
    return session.get(Account, account.id, populate_existing=True)


def test_a_first_password_must_be_replaced_before_anything_else_z041_r18(app, newcomer):
    client, _account, _issued = newcomer
    page = client.get("/wachtwoord/wijzigen")
    assert "U logt in met een wachtwoord dat de school heeft uitgegeven." in page.text
    assert 'name="current_password"' not in page.text, "it was proved a moment ago"
    with client.get("/static/zicht.css") as file:
        assert file.status_code == 200
    reached = {"auth.change_password", "auth.logout", "reports.receive", "static"}
    for rule in app.url_map.iter_rules():
        for method in {"GET", "POST"} & rule.methods if rule.endpoint not in reached else ():
            answer = client.open(some_address(rule), method=method)
            assert (answer.status_code, answer.location) == (302, "/wachtwoord/wijzigen"), (method, rule)


def test_with_the_own_password_the_newcomer_is_in_z041(newcomer, app, session):
    client, account, issued = newcomer
    assert stored(session, account).activated_at is None
    assert change(client, current=None).location == "/"
    assert client.get("/").status_code == 200
    assert stored(session, account).activated_at is not None
    assert try_login(app.test_client(), "nieuw", issued).status_code == 401, "it worked once (R5)"
    assert is_welcome(try_login(app.test_client(), "nieuw", NEW_PASSWORD))


def test_the_first_password_cannot_become_the_lasting_one_r5(newcomer, session):
    client, account, issued = newcomer
    answer = change(client, current=None, new=issued)
    assert "Kies een eigen wachtwoord, niet een dat de school u gaf." in answer.text
    assert stored(session, account).password_hash is None


def test_an_issued_secret_works_once_r5(newcomer, app, session):
    _client, _account, issued = newcomer
    assert try_login(app.test_client(), "nieuw", issued).status_code == 401
    assert session.scalar(sa.select(IssuedSecret.nonce)) is None


@pytest.mark.parametrize("task", ["create", "reset"])
@pytest.mark.parametrize("kind", TERMS)
def test_what_an_administrator_made_works_14_days_and_of_staff_72_hours_first_and_new_alike_r5_z145(
    app, administrator, make_person, make_account, session, clock, kind, task
):
    someone = placed(make_person, kind, session.scalars(sa.select(Location)).one())
    subject = make_account(someone) if task == "reset" else someone
    made(app, actor_of(administrator), task, kind, [subject.id])
    secret = session.scalars(sa.select(IssuedSecret)).one()
    username = session.scalar(sa.select(Account.username).where(Account.id == secret.account_id))
    assert secret.expires_at - secret.created_at == TERMS[kind]
    password = readable_password(KEY, secret.nonce)
    clock.ahead = secret.expires_at - datetime.now(UTC) + timedelta(seconds=1)
    assert try_login(app.test_client(), username, password).status_code == 401
    clock.ahead -= timedelta(seconds=31)
    assert is_welcome(try_login(app.test_client(), username, password))


@pytest.mark.parametrize("kind", [PersonKind.PUPIL, PersonKind.STAFF])
def test_mail_and_screen_say_until_when_exactly_r5_z101(app, administrator, admin_client, make_person, session, kind):
    actor, place = actor_of(administrator), session.scalars(sa.select(Location)).one()
    made(app, actor, "create", kind, [placed(make_person, kind, place).id])
    without = placed(make_person, kind, place)
    without.email = None
    session.commit()
    batch_id = made(app, actor, "create", kind, [without.id])
    mailed, on_screen = session.scalars(sa.select(IssuedSecret.expires_at).order_by(IssuedSecret.id)).all()
    deliver(app.config)
    (file,) = (app.config["INSTANCE"] / "mail").glob("*.eml")
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    for part in (text_of(letter), html_of(letter)):
        assert moment_in_words(mailed) in " ".join(part.split())
    token = token_of(admin_client.get("/beheer/accounts/").text)
    page = admin_client.post(f"/beheer/accounts/opdracht/{batch_id}/resultaat/", data={"csrf_token": token}).text
    assert f'data-label="Werkt één keer, tot">{local(on_screen):%d-%m-%Y %H:%M}</td>' in page
