"""Wachtwoord wijzigen: by oneself (Z-042 to Z-050), and first of all after a login with an issued secret (Z-041)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.models import Account, IssuedSecret, LoginSession
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
    some_address,
    try_login,
)


@pytest.fixture
def visitor(log_in, owner):
    """Jdevries, logged in."""
    return log_in(owner)


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


def test_the_current_password_is_not_asked_again_after_a_slip_and_is_never_sent_back_z050(visitor, owner, clock):
    answer = change(visitor, new="te kort")
    assert PASSWORD not in answer.text
    assert 'name="current_password"' not in answer.text
    assert "Uw huidige wachtwoord klopt." in answer.text
    assert change(visitor, current=None).location == "/"


def test_a_proof_is_forgotten_after_ten_minutes_and_after_the_change(visitor, owner, clock):
    change(visitor, new="te kort")
    clock.forward(minutes=10, seconds=1)
    assert change(visitor, current=None).status_code == 400
    change(visitor)
    assert 'name="current_password"' in visitor.get("/wachtwoord/wijzigen").text


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
    change(visitor, new="te kort")
    hashes.clear()
    answer = change(visitor, current=None, new="x" * 4_097)
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


def test_a_first_password_must_be_replaced_before_anything_else_z041_r18(app, newcomer):
    client, _account, _issued = newcomer
    page = client.get("/wachtwoord/wijzigen")
    assert "U logt in met een wachtwoord dat de school heeft uitgegeven." in page.text
    assert 'name="current_password"' not in page.text, "it was proved a moment ago"
    with client.get("/static/zicht.css") as file:
        assert file.status_code == 200
    reached = {"auth.change_password", "auth.logout", "static"}
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


def test_the_old_password_works_until_the_new_one_is_used_part_7_nr_20(app, owner, issue):
    issue(owner, "reset")
    assert is_welcome(try_login(app.test_client()))
    issued = issue(owner, "reset")  # the login ended the first one (R32)
    assert is_welcome(try_login(app.test_client(), password=issued.password))
    assert try_login(app.test_client()).status_code == 401


def test_two_changes_at_once_have_one_winner(log_in, owner, session, monkeypatch):
    """The second one finds another password than the one it proved, and changes nothing."""
    first, second = log_in(owner), log_in(owner)
    change(second, new="te kort")  # proved, not changed
    token = token_of(second.get("/wachtwoord/wijzigen").text)
    real = hashing.hash_password

    def slowly(text):
        monkeypatch.setattr(hashing, "hash_password", real)
        assert change(first, new="de eerste was sneller klaar").location == "/"
        return real(text)

    monkeypatch.setattr(hashing, "hash_password", slowly)
    fields = {"csrf_token": token, "new_password": NEW_PASSWORD, "repeat_password": NEW_PASSWORD}
    assert second.post("/wachtwoord/wijzigen", data=fields).status_code == 409
    assert hashing.verify_password(stored(session, owner).password_hash, "de eerste was sneller klaar")
    assert not is_logged_in(second)
