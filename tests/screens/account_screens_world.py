"""The world of the account screens: a school with two locations, of which the administrator has one, and its pages."""

import re
from datetime import UTC, datetime

import html5lib
import pytest
import sqlalchemy as sa

from app.extensions import db
from app.models import Enrolment, Group, GroupPupil, Institution, Location, Person, PersonKind, Role
from tests.conftest import token_of

ACCOUNTS = "/beheer/accounts/"
ELSEWHERE = "Marker-B"  # every row of the other location and the other school bears it (R47)


def text_of(response) -> str:
    """The words of a page as a reader sees them: without script, style and tags, white space made one."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", body)
    for code, letter in (("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&#34;", '"')):
        words = words.replace(code, letter)
    return re.sub(r"\s+", " ", words)


def page(client, address=ACCOUNTS, status=200) -> str:
    """The words of a page, after its HTML was found valid."""
    response = client.get(address)
    assert response.status_code == status
    valid(response)
    return text_of(response)


def valid(response) -> None:
    """The HTML has no fault that a strict parser knows."""
    parser = html5lib.HTMLParser()
    parser.parse(response.text)
    assert parser.errors == [], (parser.errors[:3], response.request.path)


def post(client, address, form_page=ACCOUNTS, **fields):
    """What a browser sends from a form of this panel: the fields, with the CSRF token of the page."""
    token = token_of(client.get(form_page).text)
    return client.post(address, data={"csrf_token": token} | fields)


def fresh(model, id):
    """The row as it is in the database now."""
    db.session.expire_all()
    return db.session.get(model, id)


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


@pytest.fixture
def here(administrator):
    """The location of the administrator."""
    return db.session.scalar(sa.select(Location).where(Location.name == "Lindelaan"))


@pytest.fixture
def elsewhere(make_location):
    return make_location("Marker-B-plein")


@pytest.fixture
def pupil(make_person, here):
    return make_person(
        PersonKind.PUPIL, here, first_name="Özlem", prefix=None, last_name="Adsiz", email="ozlem@leerling.example"
    )


@pytest.fixture
def stranger(make_person, make_account, elsewhere):
    """A pupil's account at the other location."""
    person = make_person(PersonKind.PUPIL, elsewhere, last_name=ELSEWHERE, email="marker-b@leerling.example")
    return make_account(person, username="marker-b-account")


@pytest.fixture
def other_school(session, make_person, make_account):
    """A pupil's account at another school."""
    school = Institution(brin="98XX", name=ELSEWHERE, created_at=datetime.now(UTC))
    session.add(school)
    session.flush()
    place = Location(institution_id=school.id, code="98XX01", name=ELSEWHERE)
    session.add(place)
    session.commit()
    person = make_person(PersonKind.PUPIL, place, institution_id=school.id, last_name=ELSEWHERE)
    return make_account(person, username="marker-b-school")


@pytest.fixture
def landlord(session, make_account):
    """The root account of the installation: no administrator of a school ever sees it (Z-078, Z-080)."""
    person = Person(kind=PersonKind.STAFF, last_name="Marker-B-root", created_at=datetime.now(UTC), email=None)
    person.remake_keys()
    session.add(person)
    session.commit()
    return make_account(person, role=Role.ROOT, username="marker-b-root")


@pytest.fixture
def in_group(session, institution):
    """Puts a pupil in a home group of this location."""

    def put(person_id, location, name="2A"):
        group = Group(
            institution_id=institution.id, location_id=location.id, school_year=2026, name=name, sort_key=name.lower()
        )
        session.add(group)
        session.flush()
        session.add(GroupPupil(institution_id=institution.id, group_id=group.id, person_id=person_id))
        session.execute(sa.update(Enrolment).where(Enrolment.person_id == person_id).values(group_id=group.id))
        session.commit()
        return group

    return put
