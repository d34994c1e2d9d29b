"""Runs against a database: asking for one, doing it, and reading what became of it."""

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Account, AuditLine, Institution, Person, SyncMessage, SyncRun
from app.services.access import Actor
from app.services.roster.apply import apply_plan
from app.services.roster.plan import plan_roster
from app.services.roster.rows.read import read_known
from app.services.runs import requests as sync_runs
from app.services.runs.answers import run_answer
from app.services.runs.connections import connect_source
from app.work.runs import do_run
from tests.roster.roster_world import TODAY

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


class Writes:
    """Counts the statements that change rows, as the database gets them."""

    def __init__(self, engine):
        self.engine, self.seen = engine, []

    def __enter__(self):
        sa.event.listen(self.engine, "before_cursor_execute", self._see)
        return self

    def __exit__(self, *problem):
        sa.event.remove(self.engine, "before_cursor_execute", self._see)

    def _see(self, _connection, _cursor, statement, *more):
        word, *rest = statement.split()[:3]
        if word in ("INSERT", "UPDATE", "DELETE"):
            self.seen.append(" ".join((word, *rest)))

    def of_people(self):
        """Those outside the tables of the run itself."""
        return [one for one in self.seen if not any(name in one for name in ("sync_run", "sync_message"))]


@pytest.fixture
def take_in(session, institution):
    """Plans and applies a roster in one transaction; gives the plan."""
    school = institution.id

    def take_in(roster, today=TODAY, actor=None):
        with transaction():
            known = read_known(session, session.get_one(Institution, school), roster.source, roster.school_year)
            plan = plan_roster(known, roster, today)
            apply_plan(session, NOW, actor or Actor("command"), known, plan, roster.school_year)
        return plan

    return take_in


@pytest.fixture
def known_of(session, institution):
    def known_of(roster):
        known = read_known(session, session.get_one(Institution, institution.id), roster.source, roster.school_year)
        session.rollback()
        return known

    return known_of


@pytest.fixture
def ask(session, institution):
    """A waiting run; gives its id, or None."""
    school = institution.id
    session.rollback()  # an open read would keep others from writing (SQLite without WAL)

    def ask(source="practice", trigger="file", **options):
        with transaction():
            actor = options.pop("actor", Actor("command", institution_id=school))
            run = sync_runs.request_run(session, datetime.now(UTC), actor, school, source, trigger, **options)
            return run and run.id

    return ask


@pytest.fixture
def carry_out(session):
    """Does a run and gives its answer."""

    def carry_out(run_id):
        do_run(run_id)
        answer = run_answer(session, session.get_one(SyncRun, run_id, populate_existing=True))
        session.rollback()
        return answer

    return carry_out


@pytest.fixture
def connected(app, session, institution):
    """Connects the school to a player of Somtoday, as of this moment."""
    school = institution.id

    def connected(player, moment=NOW):
        with transaction():
            place = session.get_one(Institution, school)
            key = app.config["SECRET_KEY"]
            connect_source(session, moment, Actor("command"), place, "somtoday", player.settings, key)

    return connected


@pytest.fixture
def command(app, session, institution):
    """Runs a command with --json; gives its exit code and answer."""

    def command(*arguments):
        session.rollback()
        result = app.test_cli_runner().invoke(args=[*map(str, arguments), "--json"])
        assert "Traceback" not in result.output
        session.rollback()
        return result.exit_code, json.loads(result.stdout)

    return command


def count(session, model, **values):
    chosen = sa.select(sa.func.count()).select_from(model)
    for name, value in values.items():
        chosen = chosen.where(getattr(model, name) == value)
    return session.scalar(chosen)


def whole(session):
    """How much of everything there is, to see that nothing changed."""
    return {model.__tablename__: count(session, model) for model in (Person, Account, AuditLine, SyncRun, SyncMessage)}
