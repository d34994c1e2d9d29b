"""Pins against runs on a database: they stay, drop, come back, and can be undone with the run."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import AuditLine, Institution, Person, Pin, SyncMessage
from app.services.corrections.pins import told_of
from app.services.runs.outcome import conclude
from app.services.runs.work import take_run
from tests.corrections.correction_world import GOOD, NOW, actor, email_of, lindelaan, pin, pins_left
from tests.history.history_world import history
from tests.roster.roster_world import LINDELAAN, TODAY, pupil, roster
from tests.runs.run_world import ask, take_in

__all__ = ["actor", "ask", "history", "lindelaan", "pin", "take_in"]  # fixtures


@pytest.fixture
def who(session, take_in, lindelaan):
    """A pupil from the roster at the administrator's own location, whose address is wrong there."""
    code = lindelaan.code
    take_in(told("fout@thuis.example", code))
    return session.scalar(sa.select(Person.id).where(Person.number == "100001"))


def told(email, code="99ZZ01", *more):
    return roster(pupil(email=email), *more, locations=(LINDELAAN._replace(code=code),))


@pytest.fixture
def run(session, ask, lindelaan):
    """A run of this roster from beginning to end; gives (its id, its status)."""

    def run(delivered, today=TODAY, **options):
        run_id = ask("practice", **options)
        with transaction():
            hold = take_run(session, NOW, run_id)
        with transaction():
            status = conclude(session, NOW, hold, replace(delivered, source="practice"), today)
        return run_id, status

    return run


def test_a_pin_survives_three_runs_with_other_values_and_drops_at_the_fourth(session, who, pin, take_in):
    pin(who)
    for email in ("fout@thuis.example", "anders@thuis.example", None):
        plan = take_in(told(email))
        assert [message.code for message in plan.messages] == ["pinned"]
        assert (email_of(session, who), pins_left(session)) == (GOOD, 1)
    plan = take_in(told(GOOD.upper()))
    assert [message.code for message in plan.messages] == ["pin-dropped"]
    assert (email_of(session, who), pins_left(session)) == (GOOD.upper(), 0)
    line = session.scalars(
        sa.select(AuditLine).where(AuditLine.subject_id == who).order_by(AuditLine.id.desc())
    ).first()
    assert line.details["pin"] == ["email", None]
    take_in(told("weer@thuis.example"))
    assert email_of(session, who) == "weer@thuis.example"


def test_a_pin_that_is_over_gives_way_at_the_next_run(session, who, pin, take_in):
    pin(who, until=TODAY)
    take_in(told("bron@thuis.example"))
    assert email_of(session, who) == GOOD
    take_in(told("bron@thuis.example"), TODAY + timedelta(days=1))
    assert (email_of(session, who), pins_left(session)) == ("bron@thuis.example", 0)


def test_a_pin_stays_while_the_person_is_gone_and_holds_on_return(session, who, pin, take_in):
    pin(who)
    take_in(roster(pupil("100002"), locations=(LINDELAAN,)))
    assert session.get_one(Person, who).left_on is not None
    take_in(told("fout@thuis.example", "99ZZ01", pupil("100002")))
    assert session.get_one(Person, who, populate_existing=True).left_on is None
    assert (email_of(session, who), pins_left(session)) == (GOOD, 1)


def test_a_run_with_nothing_new_writes_nothing_about_a_pinned_person(session, who, pin, take_in):
    pin(who)
    before = session.scalar(sa.select(sa.func.count()).select_from(AuditLine))
    assert take_in(told("fout@thuis.example")).is_empty
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditLine)) == before


def test_a_run_says_what_it_left_and_remembers_what_the_source_says(session, pin, run, lindelaan):
    run(told("fout@thuis.example"))
    who = session.scalar(sa.select(Person.id).where(Person.number == "100001"))
    pin(who)
    for email in ("anders@thuis.example", "anders@thuis.example"):
        run_id, status = run(told(email))
        assert status == "applied"
        message = session.scalar(sa.select(SyncMessage).where(SyncMessage.run_id == run_id))
        assert (message.code, message.details) == ("pinned", {"field": "email"})
    assert told_of(session, [who])[who, "email"][0] == "anders@thuis.example"
    lines = session.scalars(sa.select(AuditLine).where(AuditLine.action == "pin-told")).all()
    assert [line.details for line in lines] == [{"told_email": ["fout@thuis.example", "anders@thuis.example"]}]
    assert lines[0].run_id is not None


def test_a_preview_drops_no_pin_and_a_held_run_neither(session, pin, run, lindelaan):
    run(told("fout@thuis.example"))
    who = session.scalar(sa.select(Person.id).where(Person.number == "100001"))
    pin(who)
    assert run(told(GOOD), preview=True)[1] == "preview"
    assert pins_left(session) == 1


def test_pins_of_one_school_do_not_count_in_another(session, who, pin, take_in, institution):
    pin(who)
    other = Institution(brin="77YY", name="Elders", created_at=NOW)
    session.add(other)
    session.flush()
    session.execute(sa.update(Pin).values(institution_id=other.id))
    session.commit()
    take_in(told("bron@thuis.example"))
    assert email_of(session, who) == "bron@thuis.example"


def test_undoing_a_run_brings_back_the_pin_that_it_dropped(session, pin, history, lindelaan):
    history.run(told("fout@thuis.example"))
    who = history.person("100001").id
    pin(who, until=TODAY)
    dropped = history.run(told("bron@thuis.example"), today=TODAY + timedelta(days=1))
    assert (email_of(session, who), pins_left(session)) == ("bron@thuis.example", 0)
    history.undo(dropped)
    assert email_of(session, who) == GOOD
    kept = session.scalar(sa.select(Pin))
    assert (kept.person_id, kept.value, kept.reason, kept.until) == (who, GOOD, "Tikfout in de bron", TODAY)


def test_undoing_a_run_leaves_an_address_that_was_pinned_since(session, pin, history, lindelaan):
    history.run(told("eerst@thuis.example"))
    changed = history.run(told("fout@thuis.example"))
    who = history.person("100001").id
    pin(who)
    history.undo(changed)
    assert (email_of(session, who), pins_left(session)) == (GOOD, 1)
