"""Runs and real processes: killed, stopped and started together, at every stage (R102, R106). SQLite and PostgreSQL."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Person, SyncRun
from app.work.runs import work_on_runs
from tests.processes import wait_until
from tests.runs.run_process import Worker
from tests.runs.run_world import ask, carry_out, connected, count
from tests.sources.somtoday.somtoday_player import Player

__all__ = ["ask", "carry_out", "connected"]


@pytest.fixture
def start(app):
    """Starts a worker in a process of its own; all are ended at the end."""
    workers = []

    def start():
        workers.append(Worker(app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"]))
        return workers[-1]

    yield start
    for worker in workers:
        worker.close()


@pytest.fixture
def player():
    with Player(pupils=30, guardians=40, staff=6) as player:
        yield player


@pytest.fixture
def state(session):
    def state(run):
        row = session.execute(sa.select(SyncRun.status, SyncRun.fence).where(SyncRun.id == run)).one()
        session.rollback()
        return tuple(row)

    return state


def end_the_lease(session):
    """As if a minute went by."""
    with transaction():
        session.execute(sa.update(SyncRun).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))


def people(session):
    number = count(session, Person)
    session.rollback()
    return number


def test_a_run_whose_worker_was_killed_is_done_by_the_next_r102_r106(
    app, session, ask, connected, player, start, state
):
    connected(player)
    run = ask("somtoday", "manual")
    player.faults.slow = 0.2
    worker = start().go()
    wait_until(lambda: len(player.requests) > 3)
    worker.kill()
    player.faults.slow = 0

    assert (state(run), people(session)) == (("running", 1), 0)
    assert work_on_runs(app.config) == 0, "the lease still runs"
    end_the_lease(session)
    assert work_on_runs(app.config) == 1
    assert (state(run), people(session)) == (("applied", 2), 76)


def test_a_worker_that_wakes_up_too_late_writes_nothing_r106(app, session, ask, connected, player, start, state):
    connected(player)
    run = ask("somtoday", "manual")
    player.faults.slow = 0.2
    zombie = start().go()
    wait_until(lambda: len(player.requests) > 3)
    zombie.pause()
    player.faults.slow = 0
    end_the_lease(session)
    assert work_on_runs(app.config) == 1
    with transaction():  # what happened since must not be undone by the late one
        session.execute(sa.update(Person).values(first_name="Later"))
    zombie.go_on()

    assert "taken over" in zombie.told()
    assert (state(run), people(session)) == (("applied", 2), 76)
    assert count(session, Person, first_name="Later") == 76


def test_a_kill_at_any_moment_leaves_all_or_nothing_r102(app, session, ask, start, state):
    dice = random.Random(7)
    run = ask()
    for _kill in range(3):
        worker = start().go()
        time.sleep(dice.uniform(0, 0.9))
        worker.kill()
        assert people(session) in (0, 4029)
        if state(run)[0] == "applied":
            break
        end_the_lease(session)
    work_on_runs(app.config)

    assert (state(run)[0], people(session)) == ("applied", 4029)


def test_three_processes_do_each_run_once_r106(session, ask, start, state):
    run = ask()
    told = [worker.told().split() for worker in [one.go() for one in [start() for _number in range(3)]]]

    assert sorted(words[-1] for words in told) == ["0", "0", "1"]
    assert (state(run), people(session)) == (("applied", 1), 4029)


def test_a_run_that_kills_every_worker_is_given_up(app, session, ask, state):
    run = ask()
    with transaction():
        session.execute(sa.update(SyncRun).values(fence=10))

    assert work_on_runs(app.config) == 1
    assert state(run)[0] == "failed"
    assert session.scalar(sa.select(SyncRun.reason)).startswith("Deze synchronisatie is 10 keer gestart")
