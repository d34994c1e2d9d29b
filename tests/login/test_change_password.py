"""Wachtwoord wijzigen: by oneself (Z-042 to Z-050), and first of all after a login with an issued secret (Z-041)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.errors import TooMany
from app.models import Account, LoginSession
from app.services.login import hashing
from tests.conftest import token_of
from tests.login.auth_world import (
    NEW_PASSWORD,
    PASSWORD,
    audit_actions,
    change,
    hash_of,
    is_logged_in,
    is_welcome,
    mails,
    try_login,
)


@pytest.fixture
def visitor(log_in, owner):
    """Jdevries, logged in."""
    return log_in(owner)


def stored(session, account):
    return session.get(Account, account.id, populate_existing=True)


def test_the_page_has_its_name_its_words_and_its_fields_z044_to_z048(visitor):
    page = visitor.get("/wachtwoord/wijzigen").text
    assert "ProfielWijzigWachtwoordPage" in page
    assert (
        "Voor het wijzigen van uw wachtwoord vragen we eerst het huidige wachtwoord om zeker te zijn dat u de gene "
        "bent die de wijziging doorvoert."
    ) in page
    labels = ("Gebruikersnaam", "Huidig wachtwoord", "Nieuw wachtwoord", "Herhaal nieuw wachtwoord")
    assert [f">{label}</label>" in page for label in labels] == [True] * 4
    assert 'value="Jdevries" readonly' in page
    assert '<button class="btn btn-primary" type="submit">Wachtwoord wijzigen</button>' in page


def test_the_new_password_counts_from_now_and_the_owner_is_told_z049_r26(visitor, client, owner, session):
    assert change(visitor).location == "/"
    assert hashing.verify_password(stored(session, owner).password_hash, NEW_PASSWORD)
    assert [mail.account_id for mail in mails(session, "password-changed")] == [owner.id]
    assert audit_actions(session) == ["password-changed"]
    assert is_welcome(try_login(client, password=NEW_PASSWORD))


@pytest.mark.parametrize("current", ["", "x" * 20, PASSWORD.upper(), None, "x" * 5_000])
def test_without_the_right_current_password_nothing_changes_z049_r9(visitor, owner, session, current):
    before = owner.password_hash
    answer = change(visitor, current=current)
    assert answer.status_code == 400
    assert "Dit is niet uw huidige wachtwoord. Er is niets gewijzigd." in answer.text
    assert stored(session, owner).password_hash == before
    assert mails(session) == []


def test_two_different_new_passwords_change_nothing_and_the_message_stands_beside_the_field_z050(
    visitor, owner, session
):
    answer = change(visitor, repeat="iets heel anders")
    assert answer.status_code == 400
    assert 'id="repeat_password-error"' in answer.text
    assert "De twee nieuwe wachtwoorden zijn niet gelijk. Er is niets gewijzigd." in answer.text
    assert stored(session, owner).password_hash == hash_of()


def test_the_password_of_today_is_no_new_password_z048(visitor, owner, session):
    before = stored(session, owner).password_hash
    answer = change(visitor, PASSWORD, PASSWORD)
    assert answer.status_code == 400
    assert "Dit is het wachtwoord dat u nu hebt." in answer.text
    assert stored(session, owner).password_hash == before


def test_after_a_slip_the_current_password_is_asked_again_in_words_and_never_sent_back_z050_r9(visitor, session, owner):
    answer = change(visitor, new="te kort")
    assert answer.status_code == 400
    assert PASSWORD not in answer.text
    field = answer.text[answer.text.index('id="current_password"') :]
    assert 'aria-describedby="current_password-hint"' in field[: field.index(">")]
    assert "Er is niets gewijzigd. Typ ook uw huidige wachtwoord opnieuw." in field[: field.index('id="new_password"')]
    assert answer.text.count("autofocus") == 1
    for current in (None, "", "x" * 20):
        assert change(visitor, current=current).status_code == 400, "what was right a moment ago proves nothing now"
    assert hashing.verify_password(stored(session, owner).password_hash, PASSWORD)
    assert change(visitor).location == "/"


def test_the_page_asks_it_once_more_after_a_change_and_says_nothing_of_a_slip_r9(visitor):
    assert change(visitor).location == "/"
    page = visitor.get("/wachtwoord/wijzigen").text
    assert 'name="current_password"' in page
    assert "Typ ook uw huidige wachtwoord opnieuw" not in page


def test_a_wrong_current_password_counts_also_beside_a_weak_new_one_r9(visitor, hashes):
    for _time in range(10):
        change(visitor, current="x" * 20, new="te kort")
    hashes.clear()
    assert "U hebt het te vaak geprobeerd." in change(visitor, new="te kort").text
    assert hashes == []


def test_when_it_is_too_busy_to_judge_the_try_does_not_count_r2_r9(visitor, monkeypatch):
    def busy(_stored, _text):
        raise TooMany("busy", retry_after=5)

    with monkeypatch.context() as patched:
        patched.setattr(hashing, "verify_password", busy)
        assert {change(visitor).status_code for _time in range(11)} == {429}
    assert change(visitor).location == "/"


def test_wrong_current_passwords_are_throttled_r9(visitor, owner, session, clock, hashes):
    for _time in range(10):
        change(visitor, current="x" * 5_000)
    hashes.clear()
    answer = change(visitor)
    assert "U hebt het te vaak geprobeerd. Wacht een paar minuten." in answer.text
    assert hashes == []
    clock.forward(minutes=1, seconds=1)
    assert change(visitor).location == "/"


def test_the_own_name_and_school_are_no_password_r7(visitor, make_location):
    make_location("Berkenhof")
    for word in ("DeZilverlinde2026", "Berkenhof12345678", "Jdevries123456789"):
        assert "Dit wachtwoord is makkelijk te raden." in change(visitor, new=word).text


def test_128_characters_count_to_the_last_r6(visitor, client, owner):
    long = ("zeven blauwe fietsbellen rinkelen " * 4)[:120] + "abcdwxyz"
    assert len(long) == 128
    assert change(visitor, new=long).location == "/"
    assert try_login(client, password=long[:-1] + "!").status_code == 401
    assert is_welcome(try_login(client, password=long))


def test_4097_characters_are_refused_without_hashing_r6(visitor, hashes):
    answer = change(visitor, new="x" * 4_097)
    assert answer.status_code == 400
    assert "Dit wachtwoord is te lang." in answer.text
    assert hashes == []


def test_a_password_of_three_years_old_is_good_enough_r6(client, owner, session):
    session.execute(sa.update(Account).values(password_changed_at=datetime.now(UTC) - timedelta(days=3 * 365)))
    session.commit()
    assert try_login(client).location == "/"


def test_all_other_sessions_end_and_this_one_goes_on_under_a_new_id_r26(log_in, owner, session):
    browsers = [log_in(owner) for _browser in range(5)]
    before = browsers[0].get_cookie("zicht").value
    change(browsers[0])
    assert [is_logged_in(browser) for browser in browsers] == [True, False, False, False, False]
    assert browsers[0].get_cookie("zicht").value != before
    assert session.scalar(sa.select(sa.func.count()).where(LoginSession.account_id == owner.id)) == 1


def test_a_secret_that_was_handed_out_lapses_with_a_new_password_r32(visitor, client, owner, issue):
    issued = issue(owner, "reset")
    change(visitor)
    assert try_login(client, password=issued.password).status_code == 401


def test_extra_fields_change_nothing_r49(visitor, owner, session, institution):
    names = ("id", "role", "is_root", "institution_id", "username", "password_hash", "active", "blocked")
    fields = ("id", "role", "institution_id", "username", "active", "blocked")
    before = [getattr(owner, name) for name in fields]
    assert change(visitor, **dict.fromkeys(names, "1")).location == "/"
    assert [getattr(stored(session, owner), name) for name in fields] == before


def test_the_old_password_works_until_the_new_one_is_used_part_7_nr_20(app, owner, issue):
    issue(owner, "reset")
    assert is_welcome(try_login(app.test_client()))
    issued = issue(owner, "reset")  # the login ended the first one (R32)
    assert is_welcome(try_login(app.test_client(), password=issued.password))
    assert try_login(app.test_client()).status_code == 401


def test_two_changes_at_once_have_one_winner(log_in, owner, session, monkeypatch):
    """The second one finds another password than the one it proved, and changes nothing."""
    first, second = log_in(owner), log_in(owner)
    token = token_of(second.get("/wachtwoord/wijzigen").text)
    real = hashing.hash_password

    def slowly(text):
        monkeypatch.setattr(hashing, "hash_password", real)
        assert change(first, new="de eerste was sneller klaar").location == "/"
        return real(text)

    monkeypatch.setattr(hashing, "hash_password", slowly)
    fields = {"csrf_token": token, "new_password": NEW_PASSWORD, "repeat_password": NEW_PASSWORD}
    fields["current_password"] = PASSWORD
    assert second.post("/wachtwoord/wijzigen", data=fields).status_code == 409
    assert hashing.verify_password(stored(session, owner).password_hash, "de eerste was sneller klaar")
    assert not is_logged_in(second)
