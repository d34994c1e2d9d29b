"""The world of the tests: an app on SQLite, or on PostgreSQL with ZICHT_TEST_DATABASE=postgresql, and a small school.

Every test gets an empty, migrated database.
"""

import functools
import itertools
import re
from datetime import UTC, datetime

import pytest

from app.extensions import db as database
from app.models import Account, Enrolment, Institution, Location, Person, PersonKind, Role, Seat
from app.services.access import ROLE_OF_KIND
from app.services.reach import recompute_reach
from tests.databases import empty_database, on_postgresql
from tests.lending import Lender, make_careless_app
from tests.visiting import with_session

__all__ = ["empty_database"]  # a fixture


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL only what another database could change is tried again; the rest was tried on SQLite."""
    if on_postgresql():
        again = [
            item for item in items if "empty_database" in item.fixturenames and not item.get_closest_marker("once")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(again)])
        items[:] = again


@pytest.fixture
def app_settings():
    """Override in a test module or class to give the app other settings, or to have an app to which you may add."""
    return {}


@pytest.fixture(scope="session")
def lender():
    lender = Lender()
    yield lender
    lender.close()


@pytest.fixture
def app(empty_database, lender, tmp_path, app_settings):
    url = empty_database(tmp_path)
    app = make_careless_app(url, tmp_path, **app_settings) if app_settings else lender.lend(url, tmp_path)
    with app.app_context():
        yield app
        database.session.remove()
        if app_settings:
            database.engine.dispose()
        else:
            lender.take_back()


@pytest.fixture
def db(app):
    return database


@pytest.fixture
def session(db):
    return db.session


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def institution(session):
    school = Institution(brin="99ZZ", name="De Zilverlinde", created_at=datetime.now(UTC))
    session.add(school)
    session.commit()
    return school


@pytest.fixture
def make_location(session, institution):
    count = itertools.count(1)

    def make(name="Lindelaan", **values):
        place = Location(**{"institution_id": institution.id, "code": f"99ZZ0{next(count)}", "name": name} | values)
        session.add(place)
        session.commit()
        return place

    return make


@pytest.fixture
def make_person(session, institution):
    """Persons with sensible values; a test names only what it is about. `location` enrols a pupil there this year."""
    count = itertools.count(1)

    def make(kind=PersonKind.PUPIL, location=None, school_year=2026, **values):
        n = next(count)
        standard = {
            "institution_id": institution.id,
            "kind": kind,
            "number": f"{n:06}",
            "first_name": None if kind is PersonKind.GUARDIAN else "Noor",
            "initials": "N.",
            "last_name": f"Persoon{n}",
            "email": f"p{n}@school.example",
            "created_at": datetime.now(UTC),
        }
        person = Person(**standard | values)
        person.remake_keys()
        session.add(person)
        session.flush()
        if location is not None:
            session.add(
                Enrolment(
                    institution_id=person.institution_id,
                    person_id=person.id,
                    school_year=school_year,
                    location_id=location.id,
                )
            )
            session.flush()
        recompute_reach(session, person.institution_id, [person.id])
        session.commit()
        return person

    return make


@pytest.fixture
def make_account(session, make_person):
    """An account for a person (made when absent). `locations` are coupled by hand."""
    from app.models import AccountLocation

    count = itertools.count(1)

    def make(person=None, role=None, locations=(), **values):
        if person is None:
            person = make_person(PersonKind.STAFF)
        role = role or ROLE_OF_KIND[person.kind]
        standard = {"username": f"user{next(count)}", "created_at": datetime.now(UTC), "password_hash": None}
        account = Account(
            institution_id=person.institution_id,
            person_id=person.id,
            role=role,
            seat=Seat.of(role),
            **standard | values,
        )
        session.add(account)
        session.flush()
        for place in locations:
            session.add(
                AccountLocation(account_id=account.id, location_id=place.id, institution_id=account.institution_id)
            )
        session.flush()
        recompute_reach(session, person.institution_id, [person.id])
        session.commit()
        return account

    return make


@pytest.fixture
def log_in(app):
    """Gives a client with a live session of this account, without walking through the login page."""
    return functools.partial(with_session, app)


@pytest.fixture
def administrator(make_account, make_location):
    """An application administrator with the one location "Lindelaan"; her own password was chosen long ago."""
    return make_account(
        role=Role.ADMINISTRATOR,
        locations=[make_location("Lindelaan")],
        username="admin_vanderwal",
        password_hash="unused",
        activated_at=datetime.now(UTC),
    )


@pytest.fixture
def admin_client(log_in, administrator):
    return log_in(administrator)


def token_of(page: str) -> str:
    """The CSRF token of a page."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
