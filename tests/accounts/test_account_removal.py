"""Several accounts at once, deleting an account, and coupling locations (Z-146 to Z-150, Z-167, Z-179 to Z-191)."""

import pytest
import sqlalchemy as sa

from app.errors import Conflict, NotAllowed, UnknownName
from app.extensions import transaction
from app.models import (
    Account,
    AccountLocation,
    Institution,
    Location,
    LoginSession,
    Person,
    PersonKind,
    PersonLocation,
    Role,
)
from app.services.accounts.changes import couple_locations, delete_account
from tests.accounts.accounts_world import NOW, actor_of, audit, placed


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


def coupled(session, account):
    return set(session.scalars(sa.select(AccountLocation.location_id).where(AccountLocation.account_id == account.id)))


def test_deleting_an_account_leaves_the_person_z147_z148_z149(session, actor, make_account, make_person):
    account = make_account(make_person(PersonKind.STAFF))
    person_id = account.person_id
    with transaction():
        delete_account(session, NOW, actor, account.id, account.version)
    assert session.get(Account, account.id) is None
    assert session.get(Person, person_id) is not None
    assert audit("account-deleted")[0].details["username"] == [account.username, None]


def test_only_the_chosen_account_goes_and_the_other_one_of_the_person_stays_part7_nr16(session, actor, make_account):
    own = make_account()
    second = make_account(session.get(Person, own.person_id), Role.ADMINISTRATOR)
    with transaction():
        delete_account(session, NOW, actor, own.id, own.version)
    assert session.get(Account, second.id) is not None


def test_with_the_account_go_its_sessions_and_its_locations_by_hand_part7_nr15(session, actor, make_account, log_in):
    place = session.scalar(sa.select(Location))
    account = make_account(role=Role.CARE_MANAGER, locations=[place])
    log_in(account)
    with transaction():
        delete_account(session, NOW, actor, account.id, account.version)
    assert session.scalar(sa.select(LoginSession)) is None
    assert session.scalars(sa.select(PersonLocation).where(PersonLocation.person_id == account.person_id)).all() == []


def test_a_deletion_of_what_changed_meanwhile_is_refused_r123(session, actor, make_account):
    account = make_account()
    with pytest.raises(Conflict):
        delete_account(session, NOW, actor, account.id, account.version + 1)


def test_nobody_deletes_the_own_account_part7_nr16(session, actor, administrator, make_account):
    make_account(role=Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        delete_account(session, NOW, actor, administrator.id, administrator.version)


@pytest.mark.parametrize("role", [Role.CARE_MANAGER, Role.ADMINISTRATOR])
def test_care_managers_and_administrators_are_coupled_to_locations_z167_z179_z186(
    session, administrator, make_account, make_location, role
):
    here, there = make_location("Havenkwartier"), make_location("Oost")
    account = make_account(role=role)
    with transaction():
        couple_locations(session, NOW, actor_of(administrator), administrator.id, [here.id, there.id])
    actor = actor_of(administrator)
    for wanted in ({here.id, there.id}, {there.id}, set()):
        with transaction():
            couple_locations(session, NOW, actor, account.id, wanted)
        assert coupled(session, account) == wanted
        reach = sa.select(PersonLocation.location_id).where(PersonLocation.person_id == account.person_id)
        assert set(session.scalars(reach)) == wanted
    assert [line.details["locations"] for line in audit("locations-coupled")[1:]] == [
        [[], ["99ZZ02", "99ZZ03"]],
        [["99ZZ02", "99ZZ03"], ["99ZZ03"]],
        [["99ZZ03"], []],
    ]


def test_an_administrator_changes_the_own_locations_and_it_is_written_down_z190_z191(
    session, actor, administrator, make_location
):
    place = make_location("Havenkwartier")
    with transaction():
        couple_locations(session, NOW, actor, administrator.id, [place.id])
    assert coupled(session, administrator) == {place.id}
    assert audit("locations-coupled")[0].actor_id == administrator.id


def test_an_administrator_without_any_location_can_couple_oneself_part7_nr2(session, make_account, make_location):
    place = make_location()
    lost = make_account(role=Role.ADMINISTRATOR)
    with transaction():
        couple_locations(session, NOW, actor_of(lost), lost.id, [place.id])
    assert actor_of(lost).locations == {place.id}


@pytest.mark.parametrize("kind", list(PersonKind))
def test_no_other_role_can_be_coupled_also_not_by_a_direct_call_z109_z178_part7_nr25(
    session, actor, make_account, make_person, kind
):
    place = session.scalar(sa.select(Location))
    account = make_account(placed(make_person, kind, place))
    with pytest.raises(NotAllowed, match="Alleen een .zorg.manager of een applicatiebeheerder"):
        couple_locations(session, NOW, actor, account.id, [place.id])
    assert coupled(session, account) == set()


def test_a_location_of_another_school_is_not_there_r49(session, actor, administrator):
    other = Institution(brin="88YY", name="Elders", created_at=NOW)
    session.add(other)
    session.flush()
    place = Location(institution_id=other.id, code="88YY00", name="Elders")
    session.add(place)
    session.commit()
    for wrong in (place.id, 10**9):
        with pytest.raises(UnknownName, match="Deze vestiging bestaat niet"):
            couple_locations(session, NOW, actor, administrator.id, [wrong])
