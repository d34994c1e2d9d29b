"""Two sources for one school, with an order per kind, on a database; for the tests of that order."""

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Institution, Person
from app.roster import Kind
from app.services.access import Actor
from app.services.roster.apply import apply_plan
from app.services.roster.plan import plan_roster
from app.services.roster.plan.authority import heard
from app.services.roster.rows.given import remember_given
from app.services.roster.rows.read import read_known
from tests.roster.roster_world import TODAY, roster
from tests.runs.run_world import NOW

FIRST, LAST = "somtoday", "magister"
BOTH = {kind.value: [FIRST, LAST] for kind in Kind}


@pytest.fixture
def order(session, institution):
    """Sets the order of the sources per kind."""

    def order(**kinds):
        with transaction():
            school = session.get_one(Institution, institution.id)
            school.exchange = (school.exchange or {}) | {"authority": kinds}

    order(**BOTH)
    return order


@pytest.fixture
def take(session, institution, order):
    """Plans and applies what this source tells, as a run does."""
    school = institution.id

    def take(source, *people, **values):
        told = roster(*people, source=source, **values)
        with transaction():
            known = read_known(session, session.get_one(Institution, school), source, told.school_year)
            told = heard(known.say, told)
            plan = plan_roster(known, told, TODAY)
            apply_plan(session, NOW, Actor("command"), known, plan, told.school_year)
            remember_given(session, school, told)
        return plan

    return take


def one(session, number="100001", kind="pupil"):
    found = session.scalars(sa.select(Person).where(Person.number == number, Person.kind == kind)).one()
    session.refresh(found)
    return found


def codes(plan):
    return [message.code for message in plan.messages]


def of_last(record, **values):
    """The same person as the other source tells it: other keys, other words."""
    changes = {"key": f"x{record.number}", "last_name": "Anders"} | values
    return record._replace(**changes)
