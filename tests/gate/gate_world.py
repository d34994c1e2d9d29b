"""A school of two locations and runs of it that are carried out, held and decided on."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Institution, Location, Person, Role, SyncRun
from app.services.access import Actor
from app.services.runs.decisions import decide
from app.services.runs.outcome import conclude
from app.services.runs.requests import request_run
from app.services.runs.work import take_run
from tests.roster.roster_world import TODAY, pupil, roster

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
COMMAND = Actor("command", institution_id=1)


def school(number, place="L1", start=100000):
    return [pupil(f"{n:06}", location_key=place, group_key=None) for n in range(start, start + number)]


HERE, HAVEN = school(60), school(40, "L2", 200000)
WHOLE = roster(*HERE, *HAVEN)
HAVEN_GONE = roster(*HERE[:59], pupil("300000", group_key=None), HERE[59]._replace(email="n@x.nl"))


class Runs:
    """Asks for runs and carries them out, a minute after one another."""

    def __init__(self, session, school):
        self.session, self.school, self.moment = session, school, START

    def later(self):
        self.moment += timedelta(minutes=1)
        return self.moment

    def run(self, told, trigger="manual", today=TODAY, **options):
        self.session.rollback()
        with transaction():
            run_id = request_run(self.session, self.later(), COMMAND, self.school, told.source, trigger, **options).id
        return self.carry_out(run_id, told, today)

    def carry_out(self, run_id, told, today=TODAY):
        with transaction():
            hold = take_run(self.session, self.later(), run_id)
        with transaction():
            conclude(self.session, self.later(), hold, told, today)
        return self.of(run_id)

    def of(self, run_id):
        return self.session.get_one(SyncRun, run_id, populate_existing=True)

    def decide(self, run, decision, ticked=(), actor=COMMAND, reason="Afgesproken"):
        run_id = run if isinstance(run, int) else run.id
        self.session.rollback()
        with transaction():
            decide(self.session, self.later(), actor, run_id, decision, reason, ticked)

    def last(self):
        return self.session.scalars(sa.select(SyncRun).order_by(SyncRun.id.desc()).limit(1)).one()


@pytest.fixture
def runs(session, institution):
    runs = Runs(session, institution.id)
    runs.run(WHOLE, approved=True)
    return runs


@pytest.fixture
def goes_on(session, institution, runs):
    """The school chose that what is safe goes on."""
    with transaction():
        session.get_one(Institution, runs.school).exchange = {"gate": {"goes_on": True}}


def present(session):
    chosen = sa.select(Person.number).where(Person.left_on.is_(None), Person.kind == "pupil")
    return set(session.scalars(chosen.order_by(Person.number)))


def keys_of(run, *, over=None):
    rows = [row for row in run.parts["found"] if row["part"].count(".") == 2]
    return [row["part"] for row in rows if over is None or row["over"] is over]


def place(session, code):
    return session.scalar(sa.select(Location.id).where(Location.code == code))


@pytest.fixture
def make_administrator(session, institution, make_person, make_account):
    def make_administrator(username):
        return make_account(make_person(kind="staff"), username=username, role=Role.ADMINISTRATOR)

    return make_administrator
