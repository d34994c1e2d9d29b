"""New passwords for existing accounts, as a batch (Z-105, Z-132, Z-143 to Z-145, part 7 nr 20)."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Account, IssuedSecret, OutboxMail, PersonKind
from app.services.login.credentials import outstanding_secret
from tests.accounts.accounts_world import actor_of, audit, made, reasons, shown, started, work


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


def test_a_new_password_leaves_the_own_one_working_until_it_is_used_z105_z144_part7_nr20(
    app, session, actor, make_account, make_person
):
    account = make_account(make_person(PersonKind.OTHER), password_hash="own")
    batch_id = made(app, actor, "reset", "other", [account.id])
    assert session.get(Account, account.id).password_hash == "own"
    mail = session.scalars(sa.select(OutboxMail)).one()
    assert (mail.template, mail.account_id) == ("account-reset", account.id)
    assert outstanding_secret(session, datetime.now(UTC), account.id).purpose == "reset"
    assert audit("password-issued")[0].subject_id == account.id
    assert shown(actor, batch_id) == []


def test_without_address_the_new_password_comes_on_screen_and_ends_the_earlier_one_z145_r32(
    app, session, actor, make_account, make_person
):
    account = make_account(make_person(PersonKind.OTHER, email=None))
    first = shown(actor, made(app, actor, "reset", "other", [account.id]))[0]
    second = shown(actor, made(app, actor, "reset", "other", [account.id]))[0]
    assert first.password != second.password
    working = session.scalars(sa.select(IssuedSecret).where(IssuedSecret.expires_at > datetime.now(UTC))).all()
    assert len(working) == 1


@pytest.mark.parametrize(("flags", "reason"), [({"active": False}, "inactive"), ({"blocked": True}, "blocked")])
def test_an_account_that_is_shut_out_gets_no_new_password_z139_z141_part7_nr20(
    app, session, actor, make_account, make_person, flags, reason
):
    account = make_account(make_person(PersonKind.OTHER), **flags)
    batch_id = made(app, actor, "reset", "other", [account.id])
    assert reasons(batch_id) == [reason]
    assert outstanding_secret(session, datetime.now(UTC), account.id) is None
    assert session.scalar(sa.select(OutboxMail)) is None


def test_an_account_deleted_meanwhile_is_skipped_with_its_reason(app, session, actor, make_account, make_person):
    account = make_account(make_person(PersonKind.OTHER))
    batch_id = started(actor, "reset", "other", [account.id])
    with transaction():
        session.execute(sa.delete(Account).where(Account.id == account.id))
    work(app)
    assert reasons(batch_id) == ["is-gone"]
