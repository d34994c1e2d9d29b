"""Logging in (Z-018 to Z-028): who comes in, and that a refusal tells nothing (R8, R10 to R12, R16)."""

import re
from datetime import UTC, datetime, timedelta

import argon2
import pytest
import sqlalchemy as sa

from app.models import Account, AuditLine, LoginSession
from app.services.login import authenticate as service
from app.services.login import hashing
from tests.conftest import token_of
from tests.login.auth_world import PASSWORD, audit_actions, hash_of, is_logged_in, is_welcome, masked, try_login


def test_the_page_has_the_fields_and_warns_about_capitals_z019_z021_z022_z026(client, institution):
    page = client.get("/login").text
    for name in ("username", "password", "institution", "remember"):
        assert f'name="{name}"' in page
    assert "Let op hoofdletters: Jdevries en jdevries zijn verschillend." in page
    assert "Herinner mij" in page
    assert re.search(r'<button class="btn btn-primary w-100" type="submit">Inloggen</button>', page)


def test_the_page_says_what_an_absent_school_means_z025(client, institution, second_school):
    page = client.get("/login").text
    assert "Staat uw school niet in de lijst? Dan klopt de gebruikersnaam waarschijnlijk niet." in page
    assert [name in page for name in ("De Zilverlinde (99ZZ)", "Demo instelling (99YY)")] == [True, True]


def test_password_managers_may_help_and_pasting_is_free_r8(client, institution):
    page = client.get("/login").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_the_start_page_is_the_login_for_who_has_no_session_z018(client, institution):
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (302, "/login")


def test_who_logs_in_arrives_at_the_welcome_screen_z032(client, owner, session):
    answer = try_login(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_logged_in(client)
    assert audit_actions(session) == ["login"]
    assert session.get(Account, owner.id).last_login_at is not None


def test_capitals_count_in_the_username_z020(client, owner, make_account):
    make_account(username="jdevries", password_hash=hash_of("een heel ander geheim hier"))
    assert try_login(client, "jdevries").status_code == 401
    assert is_welcome(try_login(client, "Jdevries"))


def test_spaces_around_the_username_do_not_count_but_in_the_password_they_do_r8(client, owner):
    assert try_login(client, password=f"{PASSWORD} ").status_code == 401
    assert try_login(client, password=PASSWORD.upper()).status_code == 401
    assert is_welcome(try_login(client, " Jdevries "))


def test_an_accent_counts_however_it_was_typed_r8(client, make_account):
    make_account(username="renée", password_hash=hash_of("cafés en thé op zondag"))
    assert is_welcome(try_login(client, "rene\u0301e", "cafe\u0301s en the\u0301 op zondag"))


@pytest.fixture
def refusals(session, owner, make_account, second_school, issue, clock):
    """The reasons to refuse, each as (username, password, institution)."""
    usual = {"password_hash": hash_of()}
    make_account(username="geblokkeerd", blocked=True, **usual)
    make_account(username="inactief", active=False, **usual)
    make_account(username="dicht", failures_in_a_row=service.CLOSED_AFTER, **usual)
    make_account(username="nieuw")
    late = issue(make_account(username="verlopen"), now=clock.now() - timedelta(days=14, seconds=1))
    throttled = service.Attempt("teveel", "x", "99ZZ", "192.0.2.1")
    for _try in range(10):
        service.admit(session, clock.now(), throttled)
    session.commit()
    return {
        "unknown": ("bestaatniet", PASSWORD, "99ZZ"),
        "wrong password": ("Jdevries", "x" * 20, "99ZZ"),
        "wrong institution": ("Jdevries", PASSWORD, "99YY"),
        "blocked": ("geblokkeerd", PASSWORD, "99ZZ"),
        "inactive": ("inactief", PASSWORD, "99ZZ"),
        "not activated": ("nieuw", PASSWORD, "99ZZ"),
        "expired first password": ("verlopen", late.password, "99ZZ"),
        "closed": ("dicht", PASSWORD, "99ZZ"),
        "throttled": ("teveel", PASSWORD, "99ZZ"),
    }


def test_nine_refusals_look_alike_and_cost_one_hash_each_r11_r12(client, refusals, hashes):
    seen = {}
    for reason, (username, password, institution) in refusals.items():
        hashes.clear()
        answer = try_login(client, username, password, institution)
        status, headers, body = masked(answer)
        body = body.replace(f'value="{username}"', 'value="NAME"').replace(" selected", "")
        seen[reason] = (status, headers, body)
        assert len(hashes) == (0 if reason == "throttled" else 1), reason
    for reason, answer in seen.items():
        assert answer == seen["unknown"], reason
    assert seen["unknown"][0] == 401
    assert "Inloggen is niet gelukt." in seen["unknown"][2]


def test_the_audit_knows_the_reason_but_not_what_was_typed_r91(client, refusals, session):
    try_login(client, "geheim-in-het-verkeerde-vak", "x")
    try_login(client, "geblokkeerd")
    lines = session.scalars(sa.select(AuditLine).order_by(AuditLine.id)).all()
    assert [line.details["reason"] for line in lines] == ["unknown-username", "blocked"]
    assert "geheim" not in "".join(f"{line.actor_name}{line.details}" for line in lines)


def test_an_issued_secret_that_another_used_first_does_not_open_r34(client, make_account, issue, session, clock):
    issued = issue(make_account(username="nieuw"))
    attempt = service.Attempt("nieuw", issued.password, "99ZZ", "192.0.2.1")
    found = service.candidate_for(session, clock.now(), attempt)
    assert is_welcome(try_login(client, "nieuw", issued.password))
    assert service.authenticate(session, clock.now(), attempt, found, True, service.Claim(True)) is None


def test_an_address_never_logs_in_and_a_form_needs_its_token_r16(client, owner):
    client.get(f"/login?username=Jdevries&password={PASSWORD}&institution=99ZZ")
    assert not is_logged_in(client)
    fields = {"username": "Jdevries", "password": PASSWORD, "institution": "99ZZ"}
    answer = client.post("/login", data=fields)
    assert answer.status_code == 400
    assert "Deze pagina stond te lang open. Log opnieuw in." in answer.text
    assert 'value="Jdevries"' in answer.text, "what was typed is still there"
    assert not is_logged_in(client)


def test_an_absurdly_long_password_is_refused_without_hashing_r6(client, owner, hashes):
    assert try_login(client, password="x" * 4_097).status_code == 401
    assert hashes == []


def test_a_strange_username_is_refused_like_any_other_r65(client, owner):
    for username in ("a\0b", "x" * 5_000, "", "' OR 1=1 --", "%", "\ud7ff"):
        assert try_login(client, username).status_code == 401


def test_a_hash_of_former_times_is_made_anew_once_r1(client, make_account, session, hashes):
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    account_id = make_account(username="oud", password_hash=old).id
    assert is_welcome(try_login(client, "oud"))
    renewed = session.get(Account, account_id, populate_existing=True).password_hash
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashing.verify_password(renewed, PASSWORD)
    client.delete_cookie("zicht")
    assert is_welcome(try_login(client, "oud"))
    assert session.get(Account, account_id, populate_existing=True).password_hash == renewed


def test_there_are_no_default_accounts_r10(session, client):
    names = ("admin", "root", "beheerder", "administrator", "zicht")
    words = ("admin", "root", "zicht", "welkom", "password", "", "beheerder", "1234", "geheim", "wachtwoord")
    now = datetime.now(UTC)
    for username in names:
        for word in words:
            attempt = service.Attempt(username, word, "99ZZ", "192.0.2.1")
            assert service.candidate_for(session, now, attempt) == service.Candidate(None, None, None)
    assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_a_session_that_was_planted_before_the_login_is_not_used_r23(app, client, owner, session):
    page = client.get("/login")
    planted = client.get_cookie("zicht").value
    fields = {"csrf_token": token_of(page.text), "username": "Jdevries", "password": PASSWORD, "institution": "99ZZ"}
    client.post("/login", data=fields)
    assert client.get_cookie("zicht").value != planted
    thief = app.test_client()
    thief.set_cookie("zicht", planted)
    assert not is_logged_in(thief)
    assert session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) <= 2
