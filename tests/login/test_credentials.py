"""Secrets that are handed out: readable, once, for a while, and nowhere stored (R4, R5, R31, R32, R34, R112)."""

import math
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import IssuedSecret, Role
from app.services.login.credentials import (
    GROUP_SIZE,
    GROUPS,
    LETTERS,
    FreshSecret,
    activation_token,
    cancel_secrets,
    forget_lapsed_nonces,
    issue_secret,
    looks_issued,
    outstanding_secret,
    prepare_secret,
    readable_password,
    secret_of_token,
    token_hash,
    use_secret,
)
from app.services.login.hashing import verify_password

KEY = "k" * 40
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PATIENT = (Role.PUPIL, Role.GUARDIAN, Role.OTHER)
OF_STAFF = tuple(role for role in Role if role not in PATIENT)  # also a role that is yet to come


@pytest.fixture
def issue(session, make_account):
    """Issues a secret without hashing; the account is made when none is given."""

    def issue(account=None, purpose="first", now=NOW, nonce="n", **more):
        account = account or make_account()
        fresh = FreshSecret(nonce, readable_password(KEY, nonce), activation_token(KEY, nonce), "hash")
        issued = issue_secret(session, now, KEY, account, purpose, fresh, **more)
        session.commit()
        return issued

    return issue


def test_a_password_has_at_least_64_bits_and_no_signs_that_look_alike_r5():
    assert GROUPS * GROUP_SIZE * math.log2(len(LETTERS)) >= 64
    assert not set("0o1li") & set(LETTERS)
    assert looks_issued(readable_password(KEY, "nonce"))


def test_a_hundred_thousand_passwords_are_all_different_r5():
    assert len({readable_password(KEY, str(number)) for number in range(100_000)}) == 100_000


def test_password_and_link_follow_from_the_nonce_and_the_key_alone_r112():
    assert readable_password(KEY, "n") == readable_password(KEY, "n")
    assert readable_password(KEY, "n") != readable_password("x" * 40, "n")
    assert activation_token(KEY, "n") == activation_token(KEY, "n") != activation_token(KEY, "m")
    assert len(activation_token(KEY, "n")) == 43  # 256 bits (R31)


@pytest.mark.parametrize(
    "own", ["correct horse battery", "K7WM-P3HA-X9DE-T4RC", "k7wm-p3ha-x9de", "k7wm-p3ha-x9de-t4rc ", ""]
)
def test_no_other_text_looks_like_an_issued_password_r12(own):
    assert not looks_issued(own)


def test_a_prepared_secret_can_be_checked_by_its_hash_only_r5():
    fresh = prepare_secret(KEY)
    assert verify_password(fresh.password_hash, fresh.password)
    assert fresh.password == readable_password(KEY, fresh.nonce)


def test_only_hashes_of_password_and_token_are_stored_r4_r31(issue, session):
    issued = issue()
    stored = session.execute(sa.text("select * from issued_secret")).mappings().one()
    assert issued.password not in map(str, stored.values())
    assert issued.token not in map(str, stored.values())
    assert stored["token_hash"] == token_hash(issued.token)


@pytest.mark.parametrize(
    ("role", "purpose", "by_owner", "lives"),
    [
        *((role, purpose, False, timedelta(days=14)) for role in PATIENT for purpose in ("first", "reset")),
        *((role, purpose, False, timedelta(hours=72)) for role in OF_STAFF for purpose in ("first", "reset")),
        (Role.PUPIL, "reset", True, timedelta(minutes=60)),
        (Role.STAFF, "reset", True, timedelta(minutes=60)),
        (Role.ADMINISTRATOR, "reset", True, timedelta(minutes=60)),
    ],
)
def test_a_secret_works_for_its_time_and_not_a_second_longer_r5_r31(
    issue, session, make_account, role, purpose, by_owner, lives
):
    account = make_account(role=role)
    issued = issue(account, purpose, asked_by_owner=by_owner)
    assert outstanding_secret(session, NOW + lives - SECOND, account.id).id == issued.secret_row.id
    assert secret_of_token(session, NOW + lives - SECOND, issued.token)
    assert outstanding_secret(session, NOW + lives, account.id) is None
    assert secret_of_token(session, NOW + lives, issued.token) is None
    assert not use_secret(session, NOW + lives, issued.secret_row.id)


def test_a_secret_works_once_and_its_nonce_is_gone_r5_r31(issue, session):
    issued = issue()
    assert use_secret(session, NOW, issued.secret_row.id)
    assert not use_secret(session, NOW, issued.secret_row.id)
    session.commit()
    assert session.scalar(sa.select(IssuedSecret.nonce)) is None
    assert secret_of_token(session, NOW, issued.token) is None


def test_a_newer_secret_ends_the_older_one_r32(issue, session, make_account):
    account = make_account()
    old, new = issue(account, nonce="old"), issue(account, "reset", nonce="new")
    assert outstanding_secret(session, NOW, account.id).id == new.secret_row.id
    assert secret_of_token(session, NOW, old.token) is None
    assert not use_secret(session, NOW, old.secret_row.id)
    assert secret_of_token(session, NOW, new.token)[1].id == account.id


def test_a_cancelled_secret_is_worth_nothing_and_leaves_others_alone_r32(issue, session, make_account):
    mine, other = issue(nonce="mine"), issue(nonce="other")
    cancel_secrets(session, NOW, [mine.secret_row.account_id])
    session.commit()
    assert secret_of_token(session, NOW, mine.token) is None
    assert secret_of_token(session, NOW, other.token)


@pytest.mark.parametrize("flags", [{"active": False}, {"blocked": True}])
def test_the_link_of_an_account_that_is_shut_out_does_not_work_r32_z139_z141(issue, session, make_account, flags):
    issued = issue(make_account(**flags))
    assert secret_of_token(session, NOW, issued.token) is None


def test_looking_at_a_link_does_not_use_it_r33(issue, session):
    issued = issue()
    for _look in range(20):
        assert secret_of_token(session, NOW, issued.token)
    assert use_secret(session, NOW, issued.secret_row.id)


def test_of_twenty_who_use_a_secret_at_once_one_wins_r34(app, db, issue):
    secret_id, won = issue().secret_row.id, []
    db.session.rollback()  # an open reader would keep SQLite from committing

    def use():
        with app.app_context(), transaction():
            won.append(use_secret(db.session, NOW, secret_id))

    threads = [threading.Thread(target=use) for _one in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 20
    assert sum(won) == 1


def test_what_nobody_mailed_or_showed_in_time_can_no_longer_be_read_r112(issue, session):
    issue()
    forget_lapsed_nonces(session, NOW + timedelta(days=15))
    session.commit()
    assert session.scalar(sa.select(IssuedSecret.nonce)) is None
