"""Guessing is slowed down, and nobody can lock out somebody else with it (R13, R14, R15)."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import db as database
from app.extensions import transaction
from app.models import Account, KnownDevice, Role, Throttle
from app.services.login import authenticate as login
from app.services.login import hashing, throttle
from app.services.login.authenticate import Attempt, Candidate
from tests.databases import make_app
from tests.login.auth_world import audit_actions, is_welcome, mails, try_login

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
NOBODY = Candidate(None, None, None)


def attempt(username="Jdevries", address="192.0.2.1", **more):
    return Attempt(username, "x", "99ZZ", address, **more)


def fail(session, times, now=NOW, **who):
    """So many wrong passwords, without the page and the hash; the last claim."""
    for _time in range(times):
        claim = login.admit(session, now, attempt(**who))
        if claim.admitted:
            found = login.candidate_for(session, now, attempt(**who))
            login.authenticate(session, now, attempt(**who), found, False, claim)
    session.commit()
    return claim


def test_the_eleventh_try_is_refused_even_with_the_right_password_and_the_wait_helps_r13(
    client, owner, session, clock, hashes
):
    fail(session, 10, clock.now())
    assert try_login(client).status_code == 401
    assert hashes == [], "what is throttled is not hashed (R12)"
    clock.forward(minutes=1, seconds=1)
    assert is_welcome(try_login(client))


def test_tries_during_the_wait_do_not_lengthen_it_r13(session):
    fail(session, 10)
    fail(session, 50, NOW + timedelta(seconds=50))
    assert login.admit(session, NOW + timedelta(seconds=61), attempt()).admitted


def test_each_wait_is_longer_than_the_one_before_up_to_a_quarter_of_an_hour_r13(session):
    fail(session, 10)
    moment, waits = NOW, []
    for _round in range(6):
        shut_until = session.scalar(sa.select(Throttle.shut_until).where(Throttle.key.like("login-name:%")))
        waits.append((shut_until - moment).total_seconds() / 60)
        moment = shut_until
        fail(session, 1, moment)
    assert waits == [1, 2, 4, 8, 15, 15]


def test_success_clears_the_count_r13(client, owner, session, clock):
    fail(session, 9, clock.now())
    assert is_welcome(try_login(client))
    assert fail(session, 9, clock.now()).admitted


def test_after_a_quiet_while_the_count_starts_anew(session):
    fail(session, 9)
    assert fail(session, 9, NOW + timedelta(minutes=5)).admitted


@pytest.mark.parametrize("name", ["jdevries", "JDEVRIES", " Jdevries ", "ｊdevries"])
def test_other_capitals_and_spaces_count_as_the_same_account_r13(session, name):
    fail(session, 10)
    same = login.admit(session, NOW, attempt(login.typed_name(name)))
    assert same.admitted is (name == "ｊdevries")


def test_another_process_and_a_restart_keep_the_count_r13(app, session, owner, clock):
    fail(session, 10, clock.now())
    other = make_app(app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"])
    assert try_login(other.test_client()).status_code == 401
    with other.app_context():
        database.engine.dispose()


def test_tries_at_the_same_moment_cannot_all_slip_through_r13(app, owner):
    admitted = []

    def try_once():
        with app.app_context(), transaction():
            admitted.append(login.admit(database.session, NOW, attempt()).admitted)

    database.session.rollback()
    threads = [threading.Thread(target=try_once) for _thread in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(admitted) == [False] * 10 + [True] * 10


def test_300_pupils_who_fail_once_do_not_lock_out_the_301st_r14(client, owner, session, clock):
    for number in range(300):
        login.admit(session, clock.now(), attempt(f"leerling{number}", "127.0.0.1"))
    session.commit()
    assert is_welcome(try_login(client))


def test_a_stranger_cannot_lock_out_the_owner_on_a_known_device_r14(client, app, owner, session, clock):
    try_login(client)
    client.delete_cookie("zicht")
    fail(session, 100, clock.now(), address="203.0.113.9")
    for _hour in range(30):  # until the account is closed for who is not known
        clock.forward(minutes=16)
        fail(session, 3, clock.now(), address="203.0.113.9")
    session.execute(sa.update(Account).values(failures_in_a_row=login.CLOSED_AFTER))
    session.commit()
    assert try_login(app.test_client()).status_code == 401
    assert is_welcome(try_login(client))


def test_a_device_that_keeps_failing_is_no_longer_known_r14(client, owner, session, clock):
    try_login(client)
    device = session.scalar(sa.select(KnownDevice.token_hash))
    fail(session, 10, clock.now(), device=device)
    for _time in range(login.STRANGE_AFTER):
        clock.forward(minutes=16)
        fail(session, 1, clock.now(), device=device)
    assert session.scalar(sa.select(sa.func.count()).select_from(KnownDevice)) == 0


def test_a_hundred_failures_close_the_account_until_a_new_password_opens_it_r13(
    app, client, owner, session, issue, clock
):
    session.execute(sa.update(Account).values(failures_in_a_row=login.CLOSED_AFTER - 1))
    session.commit()
    try_login(client, password="x" * 20)
    assert try_login(client).status_code == 401, "closed, also for the right password"
    issued = issue(owner, "reset")
    assert is_welcome(try_login(client, password=issued.password))
    assert session.get(Account, owner.id, populate_existing=True).failures_in_a_row == 0


def test_failures_in_a_row_are_counted_and_a_success_starts_anew_r13(client, owner, session):
    try_login(client, password="x" * 20)
    assert session.get(Account, owner.id, populate_existing=True).failures_in_a_row == 1
    try_login(client)
    assert session.get(Account, owner.id, populate_existing=True).failures_in_a_row == 0


@pytest.fixture
def warned(make_account):
    for number in range(2):
        make_account(username=f"beheerder{number}", role=Role.ADMINISTRATOR)
    make_account(username="beheerder-af", role=Role.ADMINISTRATOR, active=False)


@pytest.mark.parametrize("addresses", [1, 7])
def test_one_password_on_many_accounts_is_stopped_and_administrators_hear_of_it_r14(session, warned, addresses):
    admitted = 0
    for number in range(2_000):
        who = attempt(f"leerling{number}", f"198.51.100.{number % addresses}")
        claim = login.admit(session, NOW, who)
        if claim.admitted:
            login.authenticate(session, NOW, who, NOBODY, False, claim)
            admitted += 1
    assert admitted == (login.BY_ADDRESS if addresses == 1 else login.IN_TOTAL).failures
    assert audit_actions(session).count("login-alarm") == 1
    assert [mail.template for mail in mails(session)] == ["login-alarm"] * 2, "once, to the usable ones"


def test_the_school_s_own_network_has_a_limit_of_its_own_r14(session):
    for number in range(1_000):
        assert login.admit(session, NOW, attempt(f"leerling{number}", from_school=True)).admitted


def test_a_right_password_takes_back_what_it_shut_for_others(session):
    shared = throttle.Bucket(login.BY_ADDRESS, "192.0.2.1")
    for _time in range(login.BY_ADDRESS.failures):
        throttle.claim(session, NOW, [shared])
    assert not throttle.claim(session, NOW, [shared]).admitted
    throttle.take_back(session, NOW, [shared])
    assert throttle.claim(session, NOW, [shared]).admitted


def test_the_table_holds_no_names_and_no_addresses(session):
    login.admit(session, NOW, attempt("Jdevries", "192.0.2.1"))
    keys = " ".join(session.scalars(sa.select(Throttle.key)))
    assert "jdevries" not in keys.casefold()
    assert "192.0.2" not in keys


def test_old_counters_are_swept(session):
    login.admit(session, NOW, attempt())
    throttle.sweep(session, NOW + timedelta(days=2))
    assert session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 0


def test_when_it_is_too_busy_to_judge_a_try_does_not_count_r2(app, owner, session, monkeypatch):
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    places = [hashing._room.acquire() for _core in range(hashing.CORES)]
    try:
        answer = try_login(app.test_client())
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    finally:
        for _place in places:
            hashing._room.release()
    assert set(session.scalars(sa.select(Throttle.failures))) == {0}
    assert is_welcome(try_login(app.test_client()))
