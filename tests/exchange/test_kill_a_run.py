"""kill -9 at any moment of a run: before or after, never between; and the next one completes (R102, R106)."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import AuditLine, RunJournal, SyncRun
from app.services.history.journal import read_journal
from app.services.history.past import past_of
from tests.exchange.machine_world import World
from tests.exchange.run_killer import Killer, some_school

KILLS = 50


@pytest.fixture
def killer(app):
    killer = Killer(app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"])
    yield killer
    killer.close()


@pytest.fixture
def world(session):
    return World(session)


def ask(world, roster):
    world.moment = datetime.now(UTC)
    return world.asked(roster)


def end_the_lease(session):
    """As if a minute went by."""
    with transaction():
        session.execute(sa.update(SyncRun).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))


def test_killed_at_any_moment_it_is_before_or_after_r102_r106(session, world, killer):
    dice = random.Random(20261005)
    killer.warm_up(ask(world, some_school(0)), some_school(0))
    killed, statements, seconds = killer.carry_out(ask(world, some_school(KILLS + 1)), some_school(KILLS + 1))
    assert not killed
    outcomes = {"before": 0, "after": 0}
    for seed in range(1, KILLS + 1):
        roster, before = some_school(seed), world.whole()
        run_id = ask(world, roster)
        when = {"statements": dice.randint(1, statements)} if seed % 2 else {"seconds": dice.uniform(0, seconds)}
        killer.carry_out(run_id, roster, **when)
        came_to = outcome(session, world, run_id, before)
        outcomes[came_to] += 1
        if came_to == "after":
            assert nothing_is_left(world, killer, roster), "what it tells is what is known"
            continue
        end_the_lease(session)
        killed, *_spent = killer.carry_out(run_id, roster)
        assert not killed
        assert world.status(run_id) == "applied", "the next one completes it"
        assert is_complete(session, run_id)
        assert is_sound(session)

    assert outcomes["before"] > KILLS / 3, outcomes


def outcome(session, world, run_id, before):
    """Whether the run that was killed did nothing, or all that it had to."""
    assert is_sound(session)
    status, now = world.status(run_id), world.whole()
    if status == "applied":
        assert is_complete(session, run_id)
        return "after"
    assert status in ("running", "waiting")
    assert now == before
    for table in (RunJournal, AuditLine):
        assert session.scalar(sa.select(sa.func.count()).where(table.run_id == run_id)) == 0
    session.rollback()
    return "before"


def is_complete(session, run_id):
    """Whether the journal of the run can be read, and tells of everybody of whom the log tells."""
    past = past_of(read_journal(session, run_id))
    told = sa.select(AuditLine.subject_id, AuditLine.action).where(AuditLine.run_id == run_id)
    people = {
        id for id, action in session.execute(told.where(AuditLine.subject_kind == "person")) if action == "roster-new"
    }
    session.rollback()
    return people == {key[0] for key in past.new["person"]}


def is_sound(session):
    if session.get_bind().dialect.name != "sqlite":
        return True  # every constraint is checked as it is written
    found = [session.execute(sa.text(f"PRAGMA {check}")).all() for check in ("integrity_check", "foreign_key_check")]
    session.rollback()
    return found == [[("ok",)], []]


def nothing_is_left(world, killer, roster):
    whole = world.whole()
    killed, *_spent = killer.carry_out(ask(world, roster), roster)
    return not killed and world.whole() == whole
