"""Persons made by hand: staff members and other parties (Z-005, Z-106 to Z-111, Z-195 to Z-217, R123, R134)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.extensions import transaction
from app.models import Account, Gender, GroupStaff, IssuedSecret, LoginSession, Mentor, Person, PersonKind, Role
from app.services.access import Actor
from app.services.persons.changes import (
    add_other,
    add_staff,
    change_other,
    change_staff,
    delete_other,
    why_person_fixed,
)
from tests.accounts.accounts_world import NOW, actor_of, audit

STAFF = {"number": "M0200", "first_name": "Marloes", "prefix": "den", "last_name": "Boer", "email": "m@school.example"}
OTHER = {"first_name": "C.", "prefix": None, "last_name": "Ruimschotel", "email": "c@zorg.example"}


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def staff(session, actor):
    with transaction():
        return session.get(Person, add_staff(session, NOW, actor, **STAFF).id)


@pytest.fixture
def other(session, actor):
    with transaction():
        return session.get(Person, add_other(session, NOW, actor, **OTHER).id)


def test_a_staff_member_can_be_added_by_hand_and_has_no_link_z106_z108(session, actor, staff):
    assert (staff.kind, staff.hand_made, staff.list_name) == (PersonKind.STAFF, True, "Boer, Marloes den")
    assert staff.sort_key.startswith("boer")
    assert "m0200" in staff.search_key
    assert session.scalar(sa.select(GroupStaff)) is None
    assert session.scalar(sa.select(Mentor)) is None
    assert session.scalar(sa.select(Account).where(Account.person_id == staff.id)) is None
    assert audit("person-created")[0].subject_id == staff.id


def test_all_fields_of_a_staff_member_must_be_filled_in_z111_r134(session, actor):
    for field in ("number", "first_name", "last_name", "email"):
        for empty in ("", "   ", None, "\t\n"):
            with pytest.raises(InvalidInput) as refused:
                add_staff(session, NOW, actor, **STAFF | {field: empty})
            assert refused.value.field == field


def test_what_cannot_be_used_is_refused_at_its_field_r117_r134(session, actor):
    for field, wrong in [
        ("email", "geen adres"),
        ("email", "a@b@c"),
        ("email", "a@b.nl\r\nBcc: x@y.nl"),
        ("last_name", "x" * 201),
        ("number", "9" * 65),
    ]:
        with pytest.raises(InvalidInput) as refused:
            add_staff(session, NOW, actor, **STAFF | {field: wrong})
        assert refused.value.field == field


def test_odd_spaces_and_control_signs_do_not_get_into_a_name_r134(session, actor):
    made = add_staff(session, NOW, actor, **STAFF | {"last_name": " De\x00  Boer\r\n", "number": "M1"})
    assert made.last_name == "De Boer"


def test_a_staff_number_is_given_once_per_school_part7_nr22(session, actor, staff):
    with pytest.raises(InvalidInput, match="Er is al een medewerker met dit nummer"):
        add_staff(session, NOW, actor, **STAFF)


def test_a_hand_made_staff_member_can_be_changed(session, actor, staff):
    with transaction():
        changed = {**STAFF, "last_name": "Vries", "gender": Gender.FEMALE}
        change_staff(session, NOW, actor, staff.id, staff.version, **changed)
    found = session.get(Person, staff.id)
    assert (found.last_name, found.gender, found.version) == ("Vries", Gender.FEMALE, 2)
    assert found.sort_key.startswith("vries")
    assert audit("person-changed")[0].details["last_name"] == ["Boer", "Vries"]


def test_who_came_from_a_roster_is_not_changed_by_hand_z005_z086(session, actor, make_person):
    person = make_person(PersonKind.STAFF)
    assert why_person_fixed(person)
    with pytest.raises(NotAllowed, match="leerlingadministratiesysteem"):
        change_staff(session, NOW, actor, person.id, person.version, **STAFF)


@pytest.mark.parametrize("kind", [PersonKind.PUPIL, PersonKind.GUARDIAN])
def test_pupils_and_guardians_are_changed_by_no_function_at_all_z005(session, actor, make_person, kind):
    person = make_person(kind, hand_made=True)
    for change, values in ((change_staff, STAFF), (change_other, OTHER)):
        with pytest.raises(UnknownName):
            change(session, NOW, actor, person.id, person.version, **values)
    assert why_person_fixed(person)


def test_who_saw_an_older_version_is_told_r123(session, actor, staff):
    with pytest.raises(Conflict):
        change_staff(session, NOW, actor, staff.id, staff.version + 1, **STAFF)


def test_a_new_address_ends_what_was_sent_to_the_old_one_r32(session, actor, staff, make_account):
    account = make_account(staff)
    row = {"purpose": "first", "nonce": "n", "password_hash": "h", "token_hash": "t", "created_at": NOW}
    session.add(IssuedSecret(account_id=account.id, expires_at=NOW + timedelta(days=1), **row))
    session.commit()
    with transaction():
        change_staff(session, NOW, actor, staff.id, staff.version, **STAFF | {"email": "new@school.example"})
    assert session.scalar(sa.select(IssuedSecret.expires_at)) == NOW
    assert session.scalar(sa.select(IssuedSecret.nonce)) is None


def test_an_other_party_is_added_without_an_account_z195_z196(session, other):
    assert (other.kind, other.hand_made, other.list_name) == (PersonKind.OTHER, True, "Ruimschotel, C.")
    assert session.scalar(sa.select(Account).where(Account.person_id == other.id)) is None


def test_an_other_party_needs_a_last_name_only_z199_z203(session, actor):
    empty = dict.fromkeys(OTHER)
    assert add_other(session, NOW, actor, **empty | {"last_name": "Nagtegaal"}).email is None
    with pytest.raises(InvalidInput):
        add_other(session, NOW, actor, **empty)


def test_an_other_party_can_be_changed_z210(session, actor, other):
    with transaction():
        change_other(session, NOW, actor, other.id, other.version, **OTHER | {"first_name": "Caroliene", "email": None})
    found = session.get(Person, other.id)
    assert (found.full_name, found.email) == ("Caroliene Ruimschotel", None)


def test_deleting_an_other_party_deletes_the_account_too_z215_z216(session, actor, other, make_account, log_in):
    account = make_account(other, username="cruimschotel")
    log_in(account)
    with transaction():
        delete_other(session, NOW, actor, other.id, other.version)
    assert session.scalar(sa.select(Person).where(Person.kind == PersonKind.OTHER)) is None
    assert session.scalar(sa.select(Account).where(Account.username == "cruimschotel")) is None
    assert session.scalar(sa.select(LoginSession)) is None
    assert audit("person-deleted")[0].details == {"name": ["Ruimschotel, C.", None]}  # the snapshot (part 7 nr 17)
    assert audit("account-deleted")[0].details["username"] == ["cruimschotel", None]


@pytest.mark.parametrize("kind", [PersonKind.PUPIL, PersonKind.GUARDIAN, PersonKind.STAFF])
def test_nobody_else_can_be_deleted_z005(session, actor, make_person, kind):
    person = make_person(kind, hand_made=True)
    with pytest.raises(UnknownName):
        delete_other(session, NOW, actor, person.id, person.version)


def test_only_an_administrator_adds_persons_r46(session, institution):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        stranger = Actor("x", 1, institution.id, role, frozenset({1}))
        with pytest.raises(NotAllowed):
            add_staff(session, NOW, stranger, **STAFF)
        with pytest.raises(NotAllowed):
            add_other(session, NOW, stranger, **OTHER)


def test_persons_of_another_school_are_not_there_r52(session, other, make_account, institution):
    stranger = Actor("x", 10**6, institution.id + 1, Role.ADMINISTRATOR, frozenset({1}))
    with pytest.raises(UnknownName):
        delete_other(session, NOW, stranger, other.id, other.version)
