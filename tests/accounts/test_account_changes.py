"""Changing one account or a few (Z-136 to Z-167, R17, R26, R49, R50, R51, R123, part 7 nrs 15, 16, 25)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.extensions import transaction
from app.models import Account, IssuedSecret, Location, LoginSession, OutboxMail, PersonKind, Role
from app.services.access import MANAGED, Actor
from app.services.accounts.changes import change_account, delete_account, why_account_fixed
from tests.accounts.accounts_world import NOW, actor_of, audit, placed


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def change(session, actor):
    """Changes an account as this administrator, from the version that is saved now."""

    def change(account, by=None, version=None, **values):
        with transaction():
            version = version or session.get(Account, account.id).version
            return change_account(session, NOW, by or actor, account.id, version, **values).id

    return change


@pytest.fixture
def logged_in(session):
    """Gives an account a session and an outstanding secret."""

    def logged_in(account):
        row = {"institution_id": account.institution_id, "account_id": account.id, "created_at": NOW}
        session.add(
            LoginSession(id_hash=f"s{account.id}", data={}, seen_at=NOW, ends_at=NOW + timedelta(hours=1), **row)
        )
        hashes = {"password_hash": "h", "token_hash": f"t{account.id}"}
        session.add(IssuedSecret(purpose="first", nonce="n", expires_at=NOW + timedelta(days=1), **row, **hashes))
        session.commit()
        return account

    return logged_in


def sessions(session):
    return session.scalars(sa.select(LoginSession.account_id)).all()


def test_a_username_can_be_changed_and_the_owner_is_told_z136(session, change, make_account, logged_in):
    account = logged_in(make_account(username="M0147"))
    change(account, username="J.deBruijn")
    assert session.get(Account, account.id).username == "J.deBruijn"
    mail = session.scalars(sa.select(OutboxMail)).one()
    assert (mail.template, mail.account_id) == ("username-changed", account.id)
    assert audit("account-changed")[0].details == {"username": ["M0147", "J.deBruijn"]}
    assert sessions(session) == [account.id]


@pytest.mark.parametrize("taken", ["jdevries", "JDevries"])
def test_a_username_in_use_is_refused_with_a_free_one_also_in_another_case_z137_part7_nr21(change, make_account, taken):
    make_account(username="jdevries")
    with pytest.raises(InvalidInput) as refused:
        change(make_account(), username=taken)
    assert refused.value.field == "username"
    assert "Deze gebruikersnaam is al in gebruik." in refused.value.message
    assert f"{taken}2" in refused.value.message


def test_the_own_username_can_get_other_capitals_z020(session, change, make_account):
    account = make_account(username="jdevries")
    change(account, username="JdeVries")
    assert session.get(Account, account.id).username == "JdeVries"


def test_an_unsafe_username_is_refused_at_its_field_z136(change, make_account):
    with pytest.raises(InvalidInput) as refused:
        change(make_account(), username="jan jansen")
    assert refused.value.field == "username"


@pytest.mark.parametrize("flags", [{"active": False}, {"blocked": True}])
def test_who_is_shut_out_loses_sessions_and_secrets_at_once_z138_z140_r17_r32(
    session, change, make_account, logged_in, flags
):
    account, other = logged_in(make_account()), logged_in(make_account())
    change(account, **flags)
    assert not session.get(Account, account.id).is_active
    assert sessions(session) == [other.id]
    assert session.scalars(sa.select(IssuedSecret.account_id).where(IssuedSecret.nonce.is_not(None))).all() == [
        other.id
    ]


def test_active_and_blocked_are_two_flags_z141(session, change, make_account):
    account = make_account()
    change(account, active=False, blocked=True)
    change(account, active=True)
    found = session.get(Account, account.id)
    assert (found.active, found.blocked, found.is_active) == (True, True, False)
    change(account, blocked=False)
    assert session.get(Account, account.id).is_active


def test_a_staff_member_becomes_care_manager_and_logs_in_anew_z069_z142_r26(session, change, make_account, logged_in):
    account = logged_in(make_account())
    change(account, role=Role.CARE_MANAGER)
    assert session.get(Account, account.id).role is Role.CARE_MANAGER
    assert audit("account-changed")[0].details == {"role": ["staff", "care_manager"]}
    assert sessions(session) == []


def test_a_care_manager_does_not_become_staff_member_again_part7_nr15(change, make_account):
    with pytest.raises(NotAllowed, match="geen medewerker meer worden"):
        change(make_account(role=Role.CARE_MANAGER), role=Role.STAFF)


def test_no_other_role_can_be_given_by_anybody_z142_z078_r50(session, administrator, change, make_account, make_person):
    kinds = {Role.PUPIL: PersonKind.PUPIL, Role.GUARDIAN: PersonKind.GUARDIAN, Role.OTHER: PersonKind.OTHER}
    place = session.scalar(sa.select(Location))
    for old in sorted(MANAGED):
        account = make_account(placed(make_person, kinds.get(old, PersonKind.STAFF), place), old)
        for new in set(Role) - {old}:
            if (old, new) == (Role.STAFF, Role.CARE_MANAGER):
                continue
            with pytest.raises(NotAllowed):
                change(account, role=new)
        assert session.get(Account, account.id, populate_existing=True).role is old


@pytest.mark.parametrize("role", [Role.NATIONAL, Role.ROOT])
def test_accounts_above_are_not_there_for_an_administrator_r50_r52_z078(change, make_account, role):
    with pytest.raises(UnknownName):
        change(make_account(role=role), active=False)


def test_nobody_but_an_administrator_changes_accounts_z054_r46(change, make_account, institution):
    account = make_account()
    for role in set(Role) - {Role.ADMINISTRATOR}:
        by = Actor("x", make_account(role=role).id, institution.id, role, frozenset({1}))
        with pytest.raises(NotAllowed):
            change(account, by=by, active=False)


def test_who_saw_an_older_version_is_told_and_nothing_is_lost_r123(session, change, make_account):
    account = make_account()
    seen = account.version
    change(account, version=seen, blocked=True)
    with pytest.raises(Conflict):
        change(account, version=seen, active=False)
    found = session.get(Account, account.id, populate_existing=True)
    assert (found.active, found.blocked) == (True, True)


def test_saving_without_a_change_writes_nothing(session, change, make_account):
    account = make_account(username="same")
    change(account, username="same", active=True, blocked=False, role=Role.STAFF)
    assert audit("account-changed") == []
    assert session.get(Account, account.id).version == 1


@pytest.mark.parametrize("flags", [{"active": False}, {"blocked": True}])
def test_nobody_shuts_out_oneself_part7_nr16(change, administrator, make_account, flags):
    make_account(role=Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="Dit is uw eigen account"):
        change(administrator, **flags)


def test_the_last_active_administrator_cannot_be_shut_out_or_deleted_part7_nr16(
    session, change, institution, administrator
):
    machine = Actor("command", institution_id=institution.id)
    assert why_account_fixed(session, machine, administrator).startswith(
        "Dit is de laatste actieve applicatiebeheerder"
    )
    with pytest.raises(NotAllowed):
        change(administrator, by=machine, active=False)
    with pytest.raises(NotAllowed):
        delete_account(session, NOW, machine, administrator.id, administrator.version)


def test_an_inactive_administrator_does_not_count_as_one_who_remains_part7_nr16(
    change, institution, administrator, make_account
):
    make_account(role=Role.ADMINISTRATOR, active=False)
    with pytest.raises(NotAllowed):
        change(administrator, by=Actor("command", institution_id=institution.id), blocked=True)
