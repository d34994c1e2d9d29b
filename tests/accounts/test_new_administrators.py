"""New application administrators (Z-017, Z-090, Z-154 to Z-167, Z-187)."""

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput, NotAllowed
from app.extensions import transaction
from app.models import Account, IssuedSecret, OutboxMail, Person, PersonKind, Role, Seat
from app.services.access import Actor
from app.services.accounts.administrators import new_administrator
from app.services.reach import locations_of
from tests.accounts.accounts_world import NOW, actor_of, audit, work

FORM = {
    "username": "admin_devries",
    "first_name": "Peter",
    "prefix": "de",
    "last_name": "Vries",
    "email": "p.devries@school.example",
}


@pytest.fixture
def add(session, administrator):
    def add(by=None, institution_id=None, **values):
        actor = by or actor_of(administrator)
        with transaction():
            institution_id = institution_id or administrator.institution_id
            return new_administrator(session, NOW, actor, institution_id=institution_id, **FORM | values).id

    return add


def test_a_staff_member_is_made_too_with_the_username_as_number_z156_z161_z162(session, add):
    account = session.get(Account, add())
    person = session.get(Person, account.person_id)
    assert (account.role, account.seat, account.username) == (Role.ADMINISTRATOR, Seat.ADMINISTRATION, "admin_devries")
    assert (person.kind, person.number, person.hand_made) == (PersonKind.STAFF, "admin_devries", True)
    assert person.full_name == "Peter de Vries"
    assert audit("account-created")[0].details["role"] == [None, "administrator"]


def test_the_details_go_out_by_mail_as_soon_as_a_worker_comes_by_z163(app, session, add):
    account_id = add()
    assert session.scalar(sa.select(OutboxMail)) is None
    work(app)
    mail = session.scalars(sa.select(OutboxMail)).one()
    assert (mail.template, mail.recipient, mail.account_id) == ("administrator-new", FORM["email"], account_id)
    secret = session.get(IssuedSecret, mail.secret_id)
    assert (secret.purpose, (secret.expires_at - secret.created_at).total_seconds()) == ("first", 72 * 3600)  # R5


def test_a_new_administrator_has_no_location_yet_z187(session, add):
    assert locations_of(session, session.get(Account, add())) == frozenset()


@pytest.mark.parametrize("field", ["username", "first_name", "last_name", "email"])
def test_all_fields_but_the_prefix_must_be_filled_in_z160(add, field):
    with pytest.raises(InvalidInput) as refused:
        add(**{field: " "})
    assert refused.value.field == field


def test_the_prefix_may_stay_empty_z160(session, add):
    assert session.get(Account, add(prefix=None)) is not None


@pytest.mark.parametrize("taken", ["admin_vanderwal", "Admin_VanderWal"])
def test_a_username_in_use_makes_nothing_at_all_z137(session, add, taken):
    before = session.scalar(sa.select(sa.func.count()).select_from(Person))
    with pytest.raises(InvalidInput):
        add(username=taken)
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == before


def test_a_staff_number_in_use_is_refused_at_the_username_z162(add, make_person):
    make_person(PersonKind.STAFF, number="admin_devries")
    with pytest.raises(InvalidInput) as refused:
        add()
    assert refused.value.field == "username"


def test_only_an_administrator_adds_administrators_z154_r50(add, institution):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotAllowed):
            add(by=Actor("x", 1, institution.id, role, frozenset({1})))


def test_not_in_another_school_r49(add, administrator):
    with pytest.raises(NotAllowed):
        add(institution_id=administrator.institution_id + 1)


def test_one_person_may_have_an_own_account_beside_it_z017_z090(app, session, add, administrator):
    from tests.accounts.accounts_world import made

    account = session.get(Account, add())
    made(app, actor_of(administrator), "create", "staff", [account.person_id])
    roles = session.scalars(sa.select(Account.role).where(Account.person_id == account.person_id))
    assert set(roles) == {Role.STAFF, Role.ADMINISTRATOR}
