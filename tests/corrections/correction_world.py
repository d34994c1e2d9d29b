"""An administrator with a guardian, a pupil and a staff member in reach, to correct by hand."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import AuditLine, Guardianship, Location, Person, PersonKind, Pin, Role
from app.services.access import Actor
from app.services.corrections.blocking import block_access
from app.services.corrections.blocks import Why
from app.services.corrections.pinning import set_pin
from app.services.reach import locations_of, recompute_reach
from tests.roster.roster_world import TODAY

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
GOOD = "goed@thuis.example"


@pytest.fixture
def actor(administrator, session):
    """The administrator of Lindelaan as an actor."""
    return actor_of(session, administrator)


def actor_of(session, account):
    return Actor(
        account.username, account.id, account.institution_id, Role(account.role), locations_of(session, account)
    )


@pytest.fixture
def lindelaan(administrator, session):
    return session.scalar(sa.select(Location).where(Location.name == "Lindelaan"))


@pytest.fixture
def make_pair(session, make_person):
    """A guardian (or the one given) of a new pupil at this place; gives (guardian id, pupil id)."""

    def make(place, guardian_id=None, **values):
        pupil = make_person(PersonKind.PUPIL, place, **values)
        guardian_id = guardian_id or make_person(PersonKind.GUARDIAN).id
        row = {"relation": "moeder", "receives_post": True, "institution_id": pupil.institution_id}
        session.add(Guardianship(guardian_id=guardian_id, pupil_id=pupil.id, **row))
        session.flush()
        recompute_reach(session, pupil.institution_id, [guardian_id])
        session.commit()
        return guardian_id, pupil.id

    return make


@pytest.fixture
def pin(session, actor):
    """Pins the address of a person as they are now."""

    def pin(person_id, value=GOOD, by=None, today=TODAY, **values):
        with transaction():
            version = session.get_one(Person, person_id, populate_existing=True).version
            values = {"reason": "Tikfout in de bron"} | values
            return set_pin(session, NOW, today, by or actor, person_id, version, value=value, **values).id

    return pin


@pytest.fixture
def block(session, actor):
    """Blocks a pair as it is now."""

    def block(pair, code="court", text="", by=None, **values):
        with transaction():
            version = session.get_one(Person, pair[0], populate_existing=True).version
            why = Why(code, text)
            return block_access(session, NOW, TODAY, by or actor, *pair, version, why=why, **values).id

    return block


def email_of(session, person_id):
    return session.scalar(sa.select(Person.email).where(Person.id == person_id))


def pins_left(session):
    return session.scalar(sa.select(sa.func.count()).select_from(Pin))


def actions(session, person_id):
    """What the log says was done to this person, oldest first."""
    lines = sa.select(AuditLine.action).where(AuditLine.subject_kind == "person", AuditLine.subject_id == person_id)
    return list(session.scalars(lines.order_by(AuditLine.id)))
