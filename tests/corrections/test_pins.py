"""Pinning an e-mail address by hand, and letting it go."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.extensions import transaction
from app.models import AuditLine, LoginSession, OutboxMail, Person, PersonKind, Pin, Role
from app.services.corrections.pinning import lift_pin, set_pin
from app.services.corrections.pins import pins_of, remember_told
from app.services.corrections.reading import list_pins
from tests.corrections.correction_world import (
    GOOD,
    NOW,
    actions,
    actor,
    actor_of,
    email_of,
    lindelaan,
    make_pair,
    pin,
    pins_left,
)
from tests.roster.roster_world import TODAY

__all__ = ["actor", "lindelaan", "make_pair", "pin"]  # fixtures


@pytest.fixture
def pupil(make_person, lindelaan):
    return make_person(PersonKind.PUPIL, lindelaan, email="fout@thuis.example").id


def test_a_pinned_address_is_the_address_at_once_and_is_found_by_a_search(session, pupil, pin, actor):
    pin(pupil)
    person = session.get_one(Person, pupil)
    assert person.email == GOOD
    assert GOOD in person.search_key
    assert "fout@" not in person.search_key
    line = session.scalar(sa.select(AuditLine).where(AuditLine.action == "pin-set"))
    assert line.details["email"] == ["fout@thuis.example", GOOD]
    assert line.details["reason"] == "Tikfout in de bron"
    assert (line.actor_name, line.subject_id) == (actor.name, pupil)
    assert pins_of(session, person.institution_id, TODAY) == {pupil: {"email": GOOD}}


def test_another_address_ends_sessions_and_the_old_one_is_told_r32(
    session, app, lindelaan, make_person, make_account, log_in, pin
):
    person = make_person(PersonKind.PUPIL, lindelaan, email="fout@thuis.example")
    log_in(make_account(person))
    pin(person.id)
    assert session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 0
    assert session.scalars(sa.select(OutboxMail.recipient)).all() == ["fout@thuis.example"]


def test_pinning_the_address_that_is_there_disturbs_nobody(session, lindelaan, make_person, make_account, log_in, pin):
    person = make_person(PersonKind.PUPIL, lindelaan, email=GOOD)
    log_in(make_account(person))
    pin(person.id, GOOD)
    assert session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 0


@pytest.mark.parametrize("value", [GOOD, "fout@thuis.example"])
def test_of_two_administrators_the_second_is_told_r123(session, pupil, pin, actor, value):
    version = session.get_one(Person, pupil).version
    pin(pupil, value)
    with pytest.raises(Conflict), transaction():
        set_pin(session, NOW, TODAY, actor, pupil, version, value="derde@thuis.example", reason="Later")
    assert email_of(session, pupil) == value


def test_a_second_pin_replaces_the_first_and_keeps_what_the_source_says(session, pupil, pin, actor):
    pin(pupil)
    pin(pupil, "nieuw@thuis.example", reason="Ander adres", until=TODAY + timedelta(days=30))
    assert pins_left(session) == 1
    (line,) = list_pins(session, actor).rows
    assert (line.pin.value, line.pin.reason, line.told) == ("nieuw@thuis.example", "Ander adres", "fout@thuis.example")


def test_lifting_leaves_the_address_until_the_next_run(session, pupil, pin, actor):
    pin_id = pin(pupil)
    with transaction():
        lift_pin(session, NOW, actor, pin_id, session.get_one(Person, pupil).version)
    assert (email_of(session, pupil), pins_left(session)) == (GOOD, 0)
    assert actions(session, pupil) == ["pin-set", "pin-lifted"]


def test_lifting_takes_what_the_source_says_at_once_when_asked(session, pupil, pin, actor, institution):
    pin_id = pin(pupil)
    with transaction():
        told = [(pupil, "email", "fout@thuis.example", "anders@thuis.example")]
        remember_told(session, NOW, actor, told, institution.id)
    with transaction():
        lift_pin(session, NOW, actor, pin_id, session.get_one(Person, pupil).version, take_told=True)
    assert email_of(session, pupil) == "anders@thuis.example"


def test_lifting_with_an_old_version_or_twice_is_refused(session, pupil, pin, actor):
    version = session.get_one(Person, pupil).version
    pin_id = pin(pupil)
    with pytest.raises(Conflict), transaction():
        lift_pin(session, NOW, actor, pin_id, version)
    with transaction():
        lift_pin(session, NOW, actor, pin_id, version + 1)
    with pytest.raises(UnknownName), transaction():
        lift_pin(session, NOW, actor, pin_id, version + 2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"value": "geen adres"}, "value"),
        ({"reason": " \n "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"field": "last_name"}, "value"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(session, pupil, pin, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        pin(pupil, **wrong)
    assert refused.value.field == field
    assert pins_left(session) == 0


def test_whom_you_do_not_see_you_do_not_pin_r52(session, make_person, make_location, pin, actor):
    far = make_person(PersonKind.PUPIL, make_location("Oost")).id
    with pytest.raises(UnknownName):
        pin(far)
    with transaction():
        row = {"institution_id": actor.institution_id, "person_id": far, "field": "email", "reason": "x"}
        session.add(Pin(**row, made_at=NOW))
    assert list_pins(session, actor).rows == []
    pin_id = session.scalar(sa.select(Pin.id))
    with pytest.raises(UnknownName):
        lift_pin(session, NOW, actor, pin_id, 1)


def test_the_address_of_a_colleague_who_reaches_further_is_not_pinned_r50(make_account, make_location, lindelaan, pin):
    further = make_account(role=Role.ADMINISTRATOR, locations=[lindelaan, make_location("Oost")])
    with pytest.raises(NotAllowed):
        pin(further.person_id)


@pytest.mark.parametrize(("kind", "made"), [(PersonKind.OTHER, True), (PersonKind.STAFF, True)])
def test_who_was_added_by_hand_is_changed_not_pinned(make_person, pin, kind, made):
    with pytest.raises(NotAllowed, match="met de hand toegevoegd"):
        pin(make_person(kind, hand_made=made).id)


def test_who_does_not_administer_pins_nothing(session, make_account, lindelaan, pupil, pin):
    manager = make_account(role=Role.CARE_MANAGER, locations=[lindelaan])
    with pytest.raises(NotAllowed):
        pin(pupil, by=actor_of(session, manager))


def test_pins_that_are_over_do_not_hold(session, pupil, pin, institution):
    pin(pupil, until=TODAY)
    assert pins_of(session, institution.id, TODAY) == {pupil: {"email": GOOD}}
    assert pins_of(session, institution.id, TODAY + timedelta(days=1)) == {}


def test_a_list_finds_by_name_and_tells_who_and_why(session, pupil, make_person, lindelaan, pin, actor, administrator):
    pin(make_person(PersonKind.PUPIL, lindelaan, last_name="Zilver").id)
    pin(pupil)
    assert [line.person.last_name for line in list_pins(session, actor, "zilv").rows] == ["Zilver"]
    page = list_pins(session, actor)
    assert page.total == 2
    name = session.get_one(Person, administrator.person_id).full_name
    assert {line.by for line in page.rows} == {name}
