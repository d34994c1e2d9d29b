"""A stolen secret does not outlive its remedy: the real owner comes in, or the school hands out another (R18, R32)."""

from datetime import UTC, datetime

import pytest

from app.extensions import transaction
from app.services.login.credentials import outstanding_secret
from app.services.login.own_password import set_own_password
from tests.login.auth_world import change, is_logged_in, is_welcome, try_login


@pytest.fixture
def thief(app, make_account, issue):
    """Somebody who found the letter of a pupil and logged in with it; (browser, account)."""
    account = make_account(username="nieuw")
    browser = app.test_client()
    assert is_welcome(try_login(browser, "nieuw", issue(account).password))
    return browser, account


def test_a_new_secret_for_who_never_chose_a_password_ends_the_session_of_a_thief_r32_r26(app, thief, issue):
    browser, account = thief
    secret = issue(account, "reset")
    assert not is_logged_in(browser)
    assert is_welcome(try_login(app.test_client(), "nieuw", secret.password))


def test_who_logs_in_with_a_secret_throws_all_others_out_r18_r26(app, log_in, owner, issue):
    others = [log_in(owner) for _browser in range(3)]
    secret = issue(owner, "reset")
    assert all(map(is_logged_in, others)), "only making one ends nothing: else anybody could log anybody out"
    mine = app.test_client()
    assert is_welcome(try_login(mine, password=secret.password))
    assert [is_logged_in(browser) for browser in others] == [False] * 3
    assert is_logged_in(mine)


def test_a_form_that_was_on_its_way_when_the_session_ended_changes_nothing_r26(app, db, thief, issue):
    """The session of the thief was read before it ended; the write that follows is refused."""
    _browser, account = thief
    with transaction():
        kept = set_own_password(
            db.session, datetime.now(UTC), account, "hash", action="x", replacing=None, session_kept="ended meanwhile"
        )
    assert not kept


def test_the_owner_who_logs_in_needs_no_secret_whoever_made_it_r32(client, owner, issue, session):
    by_owner, by_school = issue(owner, "reset", asked_by_owner=True), issue(owner, "reset")
    assert is_welcome(try_login(client))
    assert outstanding_secret(session, datetime.now(UTC), owner.id) is None
    for secret in (by_owner, by_school):
        assert try_login(client.application.test_client(), password=secret.password).status_code == 401


def test_after_the_choice_of_a_password_the_thief_is_out_too_r26(app, thief, issue):
    browser, account = thief
    mine = app.test_client()
    try_login(mine, "nieuw", issue(account, "reset").password)
    assert change(mine, current=None).location == "/"
    assert change_refused(browser)
    assert is_logged_in(mine)


def change_refused(browser):
    return browser.get("/wachtwoord/wijzigen").status_code == 302
