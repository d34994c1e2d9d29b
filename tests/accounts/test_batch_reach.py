"""A batch reaches no further than who started it does now: at its start, its work and its result (R17, R47, R49)."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.errors import Conflict
from app.extensions import transaction
from app.models import Account, Batch, Enrolment, IssuedSecret, Location
from app.services.accounts.batches.drafting import draft_batch, start_batch
from app.services.accounts.batches.report import mail_report
from app.services.accounts.batches.state import skipped_in
from app.services.reach import recompute_reach
from tests.accounts.accounts_world import actor_of, made, reasons, shown, started, work


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def pupils(session, make_person, actor):
    """Two pupils here: Blijft, who stays, and Gaat, who goes. Neither has an e-mail address, unless told."""
    place = session.scalar(sa.select(Location))

    def make(**values):
        return [make_person(location=place, last_name=name, **{"email": None} | values) for name in ("Blijft", "Gaat")]

    return make


@pytest.fixture
def moves(session, make_location):
    """Puts a pupil at a location that the administrator does not have."""

    def move(person):
        place = make_location("Oost")
        with transaction():
            moved = sa.update(Enrolment).where(Enrolment.person_id == person.id).values(location_id=place.id)
            session.execute(moved)
            recompute_reach(session, person.institution_id)

    return move


def test_a_draft_with_somebody_who_went_out_of_reach_does_not_start_r47(session, actor, pupils, moves):
    stays, goes = pupils()
    with transaction():
        batch_id = draft_batch(session, datetime.now(UTC), actor, "create", "pupil", [stays.id, goes.id], "key").id
    moves(goes)
    with pytest.raises(Conflict, match="Kies opnieuw"):
        start_batch(session, datetime.now(UTC), actor, batch_id)
    assert session.get(Batch, batch_id).state == "draft"


@pytest.mark.parametrize("task", ["create", "reset"])
def test_who_goes_out_of_reach_after_the_start_is_skipped_r47(app, session, actor, pupils, moves, make_account, task):
    stays, goes = people = pupils()
    ids = [person.id if task == "create" else make_account(person).id for person in people]
    batch_id = started(actor, task, "pupil", ids)
    moves(goes)
    work(app)
    assert reasons(batch_id) == ["out-of-reach"]
    got = sa.select(Account.person_id).join(IssuedSecret, IssuedSecret.account_id == Account.id)
    assert session.scalars(got).all() == [stays.id]
    assert skipped_in(session, actor, session.get(Batch, batch_id)) == []  # nor is it told who


@pytest.mark.parametrize("change", [{"blocked": True}, {"active": False}])
def test_who_is_shut_out_after_the_start_makes_nothing_any_more_r17(app, session, actor, administrator, pupils, change):
    batch_id = started(actor, "create", "pupil", [person.id for person in pupils()])
    with transaction():
        session.execute(sa.update(Account).where(Account.id == administrator.id).values(change))
    work(app)
    assert reasons(batch_id) == ["out-of-reach"] * 2


def test_the_passwords_on_screen_are_of_those_in_reach_alone_and_nothing_is_left_r47_r4(
    app, session, actor, pupils, moves
):
    _stays, goes = people = pupils()
    batch_id = made(app, actor, "create", "pupil", [person.id for person in people])
    moves(goes)
    assert [line.name for line in shown(actor, batch_id)] == ["Blijft, Noor"]
    assert session.scalars(sa.select(IssuedSecret.nonce)).all() == [None, None]


def test_the_mails_of_a_result_are_those_to_persons_in_reach_r47(app, session, actor, pupils, moves):
    _stays, goes = people = pupils(email="ouder@school.example")
    batch_id = made(app, actor, "create", "pupil", [person.id for person in people])
    moves(goes)
    report = mail_report(session, actor, session.get(Batch, batch_id))
    assert ([line.name for line in report.lines], report.total) == (["Blijft, Noor"], 1)
