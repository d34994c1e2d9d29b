"""Runs of two sources for one school, of which one is retired; for the tests of that."""

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Institution, Person
from app.services.access import Actor
from app.services.runs.retired import retire_source
from tests.gate.gate_world import Runs
from tests.roster.roster_world import pupil, roster
from tests.runs.run_world import NOW

OLD, NEW = "edexml", "somtoday"


def many(start, count, **values):
    return [pupil(f"{number}", group_key=None, **values) for number in range(start, start + count)]


@pytest.fixture
def runs(session, institution):
    return Runs(session, institution.id)


@pytest.fixture
def retire(session, institution):
    school = institution.id

    def retire(source=OLD):
        session.rollback()
        with transaction():
            return retire_source(session, NOW, Actor("command", institution_id=school), source)

    return retire


def exchange(session, institution):
    session.rollback()
    return session.get_one(Institution, institution.id, populate_existing=True).exchange or {}


def left(session):
    session.rollback()
    return set(session.scalars(sa.select(Person.number).where(Person.left_on.is_not(None))))


def of_source(source, *people, **values):
    """The same people as this source tells them: under its own keys."""
    return roster(*(_keyed(one, source) for one in people), source=source, **values)


def _keyed(one, source):
    if hasattr(one, "guardian_key"):
        return one._replace(guardian_key=f"{source}{one.guardian_key}", pupil_key=f"{source}{one.pupil_key}")
    return one._replace(key=f"{source}{one.key}")
