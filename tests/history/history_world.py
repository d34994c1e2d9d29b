"""Runs that are carried out as runs, undone, and compared: every row of every table that a roster fills."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import AuditLine, Enrolment, Person, PersonLocation, PlaceSetLocation, RouteYear, SyncMessage, SyncRun
from app.services.access import Actor
from app.services.history.table_rows import TABLES
from app.services.history.undo_run import Wanted, conclude_undo, foresee_undo, request_undo
from app.services.runs.outcome import conclude
from app.services.runs.requests import request_run
from app.services.runs.work import take_run
from tests.roster.roster_world import GROUP, HAVEN, LINDELAAN, TODAY, guardian, pair, pupil, roster, staff

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
UNKEPT = {"version", "place_set_id", "route_id"}  # counts saves; made from other rows and compared as what they mean
GROUP_B = GROUP._replace(key="g2b", name="2B")
COMMAND = Actor("command", institution_id=1)
MATHS = GROUP._replace(key="wi", name="wi1", is_home=False)
GROUPS = (GROUP, GROUP_B, MATHS)
FIRST = (
    pupil(mentor_keys=("m50001",), group_keys=("wi",)),
    pupil("100002", last_name="Kaya", group_key="g2b"),
    pupil("100003", last_name="Vos"),
    guardian(),
    guardian("700002", last_name="Kaya"),
    pair(),
    pair("700002", "100002"),
    staff(group_keys=("g2a", "wi")),
    staff("50002", last_name="Otter", group_keys=("g2b",)),
)
SECOND = (
    pupil(
        last_name="Bergman", email="nieuw@leerling.example", location_key="L2", group_key="g2b", mentor_keys=("m50002",)
    ),
    pupil("100003", last_name="Vos", year_of_study=3, group_key=None),
    pupil("100004", last_name="Nieuw", group_key="g2c"),
    guardian(email="c@thuis.example"),
    guardian("700003", last_name="Nieuw"),
    pair(relation="tante", receives_post=False, has_authority=False),
    pair("700003", "100004"),
    staff(group_keys=("g2c",)),
)
GROUPS_AFTER = (GROUP, GROUP_B._replace(name="2B plus"), GROUP._replace(key="g2c", name="2C"))


def first():
    return roster(*FIRST, groups=GROUPS)


def second():
    """Somebody of each kind is changed, new and gone; groups are renamed, made and deleted; so is a location."""
    return roster(*SECOND, groups=GROUPS_AFTER, locations=(LINDELAAN, HAVEN._replace(name="De Haven")))


class History:
    """Carries out runs and undoes them, a minute after one another."""

    def __init__(self, session, school):
        self.session, self.school, self.moment = session, school, START

    def later(self):
        self.moment += timedelta(minutes=1)
        return self.moment

    def run(self, roster, actor=COMMAND, today=TODAY):
        """A run of this roster, from asking to the end; its id."""
        self.session.rollback()
        with transaction():
            run = request_run(self.session, self.later(), actor, self.school, roster.source, "file", approved=True)
            run_id = run.id
        return self._end(run_id, lambda hold: conclude(self.session, self.later(), hold, roster, today))

    def undo(self, run_id, actor=COMMAND, preview=False, today=TODAY, **wanted):
        """A run that undoes this one; its id."""
        self.session.rollback()
        with transaction():
            run = request_undo(self.session, self.later(), actor, run_id, Wanted(**wanted), preview=preview)
            undo_id = run.id
        return self._end(undo_id, lambda hold: conclude_undo(self.session, self.later(), hold, today))

    def again(self, run_id, today=TODAY):
        """Carries out an undo that was shown before, as if it was accepted."""
        with transaction():
            waits = {"status": "waiting", "preview": False}
            self.session.execute(sa.update(SyncRun).where(SyncRun.id == run_id).values(waits))
        return self._end(run_id, lambda hold: conclude_undo(self.session, self.later(), hold, today))

    def foresee(self, run_id, actor=COMMAND, **wanted):
        self.session.rollback()
        _run, plan = foresee_undo(self.session, actor, run_id, Wanted(**wanted), TODAY)
        self.session.rollback()
        return plan

    def _end(self, run_id, work):
        with transaction():
            hold = take_run(self.session, self.later(), run_id)
        with transaction():
            work(hold)
        self.session.rollback()
        return run_id

    def status(self, run_id):
        return self.session.scalar(sa.select(SyncRun.status).where(SyncRun.id == run_id))

    def counts(self, run_id):
        counts = self.session.scalar(sa.select(SyncRun.counts).where(SyncRun.id == run_id))
        return {kind: {name: n for name, n in of.items() if n} for kind, of in counts.items() if any(of.values())}

    def codes(self, run_id):
        rows = sa.select(SyncMessage.kind, SyncMessage.key, SyncMessage.code).where(SyncMessage.run_id == run_id)
        return sorted(map(tuple, self.session.execute(rows)))

    def person(self, number):
        self.session.expire_all()
        return self.session.scalar(sa.select(Person).where(Person.number == number))

    def whole(self):
        """All rows, by table, in no order; with what each person's place set and route stand for."""
        self.session.rollback()
        told = {name: self._rows(table) for name, table in TABLES.items()}
        told["person_location"] = self._rows(PersonLocation)
        told["sets"] = self._pairs(PlaceSetLocation, "place_set_id", "location_id")
        told["routes"] = self._pairs(RouteYear, "route_id", "school_year", "location_id", "year_of_study")
        self.session.rollback()
        return told

    def _rows(self, table):
        columns = [column for column in table.__table__.columns if column.name not in UNKEPT]
        return sorted(self.session.execute(sa.select(*columns)).all(), key=repr)

    def _pairs(self, part, column, *names):
        chosen = sa.select(Person.id, *(getattr(part, name) for name in names))
        joined = chosen.join(part, getattr(part, column) == getattr(Person, column))
        return sorted(map(tuple, self.session.execute(joined)), key=repr)


@pytest.fixture
def history(session, institution):
    return History(session, institution.id)


def log_of(session, person_id):
    """(action, details, run) of the lines of the log about this person, oldest first."""
    rows = sa.select(AuditLine.action, AuditLine.details, AuditLine.run_id).where(
        AuditLine.subject_kind == "person", AuditLine.subject_id == person_id
    )
    return [tuple(row) for row in session.execute(rows.order_by(AuditLine.id))]


def class_of(session, person_id):
    return session.scalar(sa.select(Enrolment.group_id).where(Enrolment.person_id == person_id))
