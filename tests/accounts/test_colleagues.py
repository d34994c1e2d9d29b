"""A colleague with locations that one does not have can be looked at, not changed (R9, R17, R26, R50)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.errors import NotAllowed
from app.extensions import transaction
from app.models import Account, AccountLocation, Batch, IssuedSecret, LoginSession, OutboxMail, PersonKind, Role
from app.services.accounts.administrators import new_administrator
from app.services.accounts.changes import change_account, delete_account, why_account_fixed
from app.services.accounts.tasks import TASKS
from app.services.persons.changes import change_staff
from tests.accounts.accounts_world import NOW, actor_of, made, reasons, started, work

FURTHER = "heeft vestigingen die u niet hebt"
TYPED = {"number": "B1", "first_name": "Bea", "prefix": None, "last_name": "Bos", "email": "boef@elders.example"}


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def here(session, administrator):
    return session.scalar(sa.select(AccountLocation.location_id))


@pytest.fixture
def colleague(make_person, make_account, make_location, session, administrator):
    """Makes another administrator, with a hand-made record: at one's own location, and elsewhere too or not."""

    def make(*, further, also_here=True, **values):
        person = make_person(PersonKind.STAFF, hand_made=True, number="B1", first_name="Bea", last_name="Bos")
        mine = session.get(Account, administrator.id)
        own = [session.get_one(AccountLocation, (mine.id, place)) for place in actor_of(mine).locations]
        places = [type("Place", (), {"id": link.location_id}) for link in own] if also_here else []
        return make_account(
            person, Role.ADMINISTRATOR, [*places, *([make_location("Oost")] if further else [])], **values
        )

    return make


def attempts(session, actor, account):
    """Everything one could do to an account, by name."""
    id, version, person = account.id, account.version, account.person_id
    return {
        "rename": lambda: change_account(session, NOW, actor, id, version, username="anders"),
        "block": lambda: change_account(session, NOW, actor, id, version, blocked=True),
        "deactivate": lambda: change_account(session, NOW, actor, id, version, active=False),
        "delete": lambda: delete_account(session, NOW, actor, id, version),
        "e-mail": lambda: change_staff(session, NOW, actor, person, 1, **TYPED),
    }


@pytest.mark.parametrize("what", ["rename", "block", "deactivate", "delete", "e-mail"])
def test_a_colleague_with_more_locations_stays_as_it_is_r50(session, actor, colleague, what):
    account = colleague(further=True)
    with pytest.raises(NotAllowed, match=FURTHER):
        attempts(session, actor, account)[what]()


@pytest.mark.parametrize("what", ["rename", "block", "deactivate", "delete", "e-mail"])
@pytest.mark.parametrize("also_here", [True, False], ids=["one location", "no location"])
def test_a_colleague_without_more_locations_can_be_changed_r50(session, actor, colleague, what, also_here):
    attempts(session, actor, colleague(further=False, also_here=also_here))[what]()


def test_the_screen_hears_why_and_a_bulk_action_skips_with_the_reason_r50(session, actor, colleague, make_account):
    account, other = colleague(further=True), make_account()
    assert FURTHER in why_account_fixed(session, actor, account)
    for task in ("block", "deactivate", "delete", "reset", "print"):
        plan = TASKS[task].plan(session, NOW, actor, [account.id, other.id], {})
        assert [one.account_id for one in plan.accounts] == [other.id]
        assert [one.code for one in plan.skipped] == ["more-locations"]


def test_a_colleague_with_more_locations_gets_no_new_password_from_one_r9_r50(app, session, actor, colleague):
    account = colleague(further=True)
    assert reasons(made(app, actor, "reset", "staff", [account.id])) == ["more-locations"]
    assert session.scalar(sa.select(IssuedSecret)) is None


def test_locations_coupled_between_start_and_work_count_too_r50(app, session, actor, colleague, make_location):
    account = colleague(further=False)
    batch_id = started(actor, "reset", "staff", [account.id])
    link = {"account_id": account.id, "location_id": make_location("Oost").id, "institution_id": account.institution_id}
    with transaction():
        session.execute(sa.insert(AccountLocation), [link])
    work(app)
    assert reasons(batch_id) == ["more-locations"]


def test_the_invitation_of_a_new_colleague_goes_out_whatever_is_coupled_meanwhile_z163(
    app, session, actor, make_location
):
    with transaction():
        values = {name: TYPED[name] for name in ("first_name", "prefix", "last_name", "email")}
        made_now = datetime.now(UTC)
        account = new_administrator(
            session, made_now, actor, username="admin_bos", institution_id=actor.institution_id, **values
        )
        place = {"location_id": make_location("Oost").id, "institution_id": actor.institution_id}
        session.execute(sa.insert(AccountLocation), [place | {"account_id": account.id}])
    work(app)
    assert session.scalars(sa.select(OutboxMail.template)).all() == ["administrator-new"]


def test_a_changed_address_ends_sessions_and_what_was_sent_r26_r32(session, actor, colleague):
    account = colleague(further=False)
    own = {"institution_id": account.institution_id, "account_id": account.id, "created_at": NOW}
    session.add(LoginSession(id_hash="s", data={}, seen_at=NOW, ends_at=NOW + timedelta(hours=1), **own))
    hashes = {"password_hash": "h", "token_hash": "t"}
    session.add(IssuedSecret(purpose="reset", nonce="n", expires_at=NOW + timedelta(days=1), **own, **hashes))
    session.commit()
    with transaction():
        change_staff(session, NOW, actor, account.person_id, 1, **TYPED)
    assert session.scalar(sa.select(LoginSession)) is None
    assert session.scalar(sa.select(IssuedSecret.expires_at)) == NOW


def test_what_a_deleted_administrator_had_started_goes_no_further_r17(app, session, actor, colleague, make_account):
    account = colleague(further=False)
    batch_id = started(actor_of(account), "reset", "staff", [make_account().id])
    with transaction():
        delete_account(session, NOW, actor, account.id, account.version)
    work(app)
    assert session.get(Batch, batch_id).state == "failed"
    assert session.scalar(sa.select(IssuedSecret)) is None
