"""Sessions live on the server: they end when they should, and nothing in them can be stolen twice (R17, R21 to R30)."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.auth.sessions import LIMITS, OTHERS
from app.models import Account, LoginSession, PersonKind, Role
from app.services.login.sessions import end_sessions
from tests.conftest import token_of
from tests.login.auth_world import audit_actions, hash_of, is_logged_in, is_welcome, try_login


def log_out(client):
    return client.post("/logout", data={"csrf_token": token_of(client.get("/wachtwoord/wijzigen").text)})


def sessions_of(session, account):
    return session.scalar(sa.select(sa.func.count()).where(LoginSession.account_id == account.id))


@pytest.mark.parametrize("values", [{"blocked": True}, {"active": False}])
def test_a_block_acts_on_the_next_request_of_every_session_and_they_stay_dead_r17(log_in, owner, session, values):
    browsers = [log_in(owner) for _browser in range(5)]
    assert all(is_logged_in(browser) for browser in browsers)
    session.execute(sa.update(Account).values(**values))
    end_sessions(session, owner.id)
    session.commit()
    answers = [browser.get("/wachtwoord/wijzigen") for browser in browsers]
    assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/login")] * 5
    session.execute(sa.update(Account).values(active=True, blocked=False))
    session.commit()
    assert not any(is_logged_in(browser) for browser in browsers)


def test_a_session_dies_even_when_nobody_ended_its_row_r17(log_in, owner, session):
    browser = log_in(owner)
    session.execute(sa.update(Account).values(blocked=True))
    session.commit()
    assert not is_logged_in(browser)
    session.execute(sa.update(Account).values(blocked=False))
    session.commit()
    assert not is_logged_in(browser)


def test_a_deleted_account_is_nobody_r17(log_in, owner, session):
    browser = log_in(owner)
    session.execute(sa.delete(Account))
    session.commit()
    assert browser.get("/").status_code == 302


def test_the_database_knows_only_the_hash_of_the_cookie_r21(client, app, owner, session):
    try_login(client)
    cookie = client.get_cookie("zicht").value
    stored = session.scalar(sa.select(LoginSession.id_hash).where(LoginSession.account_id == owner.id))
    assert stored == hashlib.sha256(cookie.encode()).hexdigest()
    assert len(cookie) >= 43, "256 bits"
    thief = app.test_client()
    thief.set_cookie("zicht", stored)
    assert not is_logged_in(thief)


def test_a_cookie_kept_from_before_the_logout_opens_nothing_r21(client, app, owner, session):
    try_login(client)
    kept = client.get_cookie("zicht").value
    log_out(client)
    thief = app.test_client()
    thief.set_cookie("zicht", kept)
    assert not is_logged_in(thief)
    assert sessions_of(session, owner) == 0


def test_a_cookie_that_we_never_gave_is_nobody_r21(client, institution):
    for cookie in ("", "x", "x" * 43, "x" * 4_000, "%00%00", "é" * 30):
        client.set_cookie("zicht", cookie)
        assert client.get("/wachtwoord/wijzigen").status_code == 302


def test_an_id_is_new_at_login_and_at_logout_r23(client, owner):
    client.get("/login")
    seen = [client.get_cookie("zicht").value]
    try_login(client)
    seen.append(client.get_cookie("zicht").value)
    log_out(client)
    seen.append(client.get_cookie("zicht").value)
    assert len(set(seen)) == 3


@pytest.mark.parametrize("role", Role)
def test_idle_and_longest_time_per_role_r24(role):
    expected = {True: (timedelta(minutes=30), timedelta(hours=12)), False: (timedelta(hours=2), timedelta(hours=24))}
    administers = role in {Role.ADMINISTRATOR, Role.CARE_MANAGER, Role.NATIONAL, Role.ROOT}
    assert LIMITS.get(role, OTHERS) == expected[administers]


@pytest.mark.parametrize(("role", "idle"), [(Role.STAFF, 120 * 60), (Role.CARE_MANAGER, 30 * 60)])
def test_idle_sessions_end_to_the_second_and_the_server_decides_r24(client, make_account, clock, role, idle):
    make_account(username="Jdevries", role=role, password_hash=hash_of())
    try_login(client)
    clock.forward(seconds=idle - 1)
    assert is_logged_in(client)
    clock.forward(seconds=idle + 1)
    assert not is_logged_in(client)


def test_a_busy_session_ends_after_a_day_at_the_latest_r24(client, owner, clock):
    try_login(client)
    for _hour in range(23):
        clock.forward(hours=1)
        assert is_logged_in(client)
    clock.forward(minutes=59)
    assert is_logged_in(client)
    clock.forward(minutes=1, seconds=1)
    assert not is_logged_in(client)


def test_logging_out_is_on_every_page_and_by_post_alone_r29_z051_z052(client, owner, session):
    try_login(client)
    page = client.get("/wachtwoord/wijzigen").text
    assert 'action="/logout"' in page
    assert "Uitloggen" in page
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert is_logged_in(client)
    answer = log_out(client)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "U bent uitgelogd." in client.get("/login").text
    assert not is_logged_in(client)
    assert audit_actions(session) == ["login", "logout"]


def test_logging_out_without_a_session_is_no_error(client, institution):
    token = token_of(client.get("/login").text)
    assert client.post("/logout", data={"csrf_token": token}).location == "/login"


def test_pages_are_not_kept_by_the_browser_r29(log_in, owner):
    for address in ("/", "/wachtwoord/wijzigen", "/login", "/wachtwoord/vergeten"):
        assert log_in(owner).get(address).headers["Cache-Control"] == "no-store"


def test_an_eleventh_login_ends_the_oldest_session_r30(app, log_in, owner, session):
    first = log_in(owner)
    others = [log_in(owner) for _browser in range(9)]
    newest = app.test_client()
    assert is_welcome(try_login(newest))
    assert [is_logged_in(browser) for browser in (first, others[0], newest)] == [False, True, True]
    assert sessions_of(session, owner) == 10


def test_sessions_whose_time_is_over_are_swept_at_the_next_login(app, client, log_in, owner, session, clock):
    app.test_client().get("/login")
    log_in(owner)
    clock.forward(days=2)
    try_login(client)
    late = datetime.now(UTC) + timedelta(days=1)
    assert session.scalar(sa.select(sa.func.count()).where(LoginSession.ends_at <= late)) == 0


def test_ids_are_unique_r21():
    assert len({secrets.token_urlsafe(32) for _id in range(10_000)}) == 10_000


def test_who_logs_in_over_another_session_is_that_one_only(client, owner, make_account, make_person, session):
    other = make_account(make_person(PersonKind.STAFF), username="ander", password_hash=hash_of())
    page = client.get("/login").text
    try_login(client)
    client.get("/wachtwoord/wijzigen")
    fields = {"username": "ander", "password": "vier losse woorden samen", "institution": "99ZZ"}
    token = token_of(client.get("/wachtwoord/wijzigen").text)
    assert client.post("/login", data=fields | {"csrf_token": token_of(page)}).status_code == 400, "an old form"
    assert is_welcome(client.post("/login", data=fields | {"csrf_token": token}))
    assert 'value="ander" readonly' in client.get("/wachtwoord/wijzigen").text
    assert [sessions_of(session, account) for account in (owner, other)] == [0, 1]
