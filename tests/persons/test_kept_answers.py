"""What is kept with a row so that lists are fast never differs from what it was made of."""

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Account, Enrolment, Person, PersonKind, Role, Seat
from app.services.access import MANAGED, ROLE_OF_KIND
from app.services.accounts.changes import couple_locations, delete_account
from app.services.accounts.reading import visible_accounts
from app.services.persons.changes import add_other, delete_other
from app.services.reach import recompute_reach, visible_persons
from tests.accounts.accounts_world import NOW, actor_of, made


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


def agree(session):
    """Whether every person and every account tells the truth now."""
    session.expire_all()
    own = set(session.scalars(sa.select(Account.person_id).where(Account.seat == Seat.OWN)))
    said = set(session.scalars(sa.select(Person.id).where(Person.has_account)))
    places = sa.select(Account.place_set_id, Person.place_set_id).join(Person, Person.id == Account.person_id)
    return said == own and all(kept == true for kept, true in session.execute(places))


def test_accounts_of_a_batch_and_the_end_of_one_z096_z147(app, session, actor, make_person):
    staff = [make_person(PersonKind.STAFF) for _ in range(3)]
    made(app, actor, "create", "staff", [one.id for one in staff])
    assert agree(session)
    assert all(one.has_account for one in staff)
    account = session.scalar(sa.select(Account).where(Account.person_id == staff[0].id))
    with transaction():
        delete_account(session, NOW, actor, account.id, account.version)
    assert agree(session)
    assert [one.has_account for one in staff] == [False, True, True]


def test_an_account_to_administer_with_is_no_own_account_z017(session, administrator):
    assert agree(session)
    assert not session.get(Person, administrator.person_id).has_account


def test_a_person_who_is_deleted_with_the_account_z216(session, actor, make_account):
    with transaction():
        other = add_other(session, NOW, actor, first_name=None, prefix=None, last_name="Buiten", email=None)
    make_account(other)
    assert agree(session)
    with transaction():
        delete_other(session, NOW, actor, other.id, other.version)
    assert agree(session)


def test_a_pupil_who_moves_takes_the_account_along_z170(session, make_account, make_person, make_location):
    here, there = make_location(), make_location("Havenkwartier")
    pupil = make_person(location=here)
    account = make_account(pupil)
    before = account.place_set_id
    session.execute(sa.update(Enrolment).values(location_id=there.id))
    recompute_reach(session, pupil.institution_id)
    session.commit()
    assert agree(session)
    assert account.place_set_id not in (None, before)


def test_a_coupled_location_counts_for_the_account_too_z167(session, actor, administrator, make_account, make_location):
    manager = make_account(role=Role.CARE_MANAGER)
    assert manager.place_set_id is None
    with transaction():
        couple_locations(session, NOW, actor, manager.id, actor.locations)
    assert agree(session)
    assert manager.place_set_id == session.get(Account, administrator.id).place_set_id is not None


def test_accounts_are_in_reach_exactly_when_their_persons_are_r47(session, make_account, make_person, make_location):
    there, place = make_location("Havenkwartier"), make_location("Tuindorp")
    for kind in PersonKind:
        for location in (None, there, place):
            person = make_person(kind, location=location)
            make_account(person, role=ROLE_OF_KIND[kind])
    make_account(role=Role.CARE_MANAGER, locations=[there])
    make_account(role=Role.ADMINISTRATOR)
    for locations in ([], [there], [there, place]):
        looker = actor_of(make_account(role=Role.ADMINISTRATOR, locations=locations))
        persons = sa.select(Account.id).join(Person, Person.id == Account.person_id)
        persons = persons.where(Account.role.in_(MANAGED), visible_persons(looker))
        seen = set(session.scalars(sa.select(Account.id).where(visible_accounts(looker))))
        assert seen == set(session.scalars(persons))
        assert seen
