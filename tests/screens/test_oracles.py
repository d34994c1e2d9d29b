"""Who belongs to two locations is no window on the other one: filters and pages answer from reach alone (R47, R49)."""

import pytest
import sqlalchemy as sa

from app.models import AccountLocation, Enrolment, Group, GroupPupil, Guardianship, PersonKind, Role
from app.services.reach import recompute_reach
from tests.conftest import token_of
from tests.screens.screens_world import LISTS, lindelaan

__all__ = ["lindelaan"]  # fixture
NOBODY = "0 t/m 0 (van 0)"


@pytest.fixture
def oost(make_location):
    """A location that the administrator does not have."""
    return make_location("Oost")


@pytest.fixture
def make_group(session):
    def make(place, name, *pupils, year=2026):
        own = {"institution_id": place.institution_id}
        group = Group(location_id=place.id, school_year=year, name=name, sort_key=name, **own)
        session.add(group)
        session.flush()
        session.add_all(GroupPupil(group_id=group.id, person_id=pupil.id, **own) for pupil in pupils)
        session.commit()
        return group

    return make


@pytest.fixture
def family(session, make_person, lindelaan, oost):
    """(guardian, child here, child elsewhere)."""
    guardian = make_person(PersonKind.GUARDIAN, last_name="Tweeplaats")
    here, there = make_person(location=lindelaan, last_name="Hier"), make_person(location=oost, last_name="Daar")
    own = {"institution_id": lindelaan.institution_id, "guardian_id": guardian.id}
    session.add_all(Guardianship(pupil_id=child.id, **own) for child in (here, there))
    session.flush()
    recompute_reach(session, lindelaan.institution_id)
    session.commit()
    return guardian, here, there


def test_a_group_elsewhere_is_no_question_about_the_guardian_of_a_child_there_r47(
    admin_client, family, make_group, lindelaan, oost
):
    _guardian, here, there = family
    make_group(lindelaan, "1A", here)
    make_group(oost, "9Z", there)
    assert "Tweeplaats" in admin_client.get(f"{LISTS['guardians']}?group=1A").text
    assert NOBODY in admin_client.get(f"{LISTS['guardians']}?group=9Z").text


def test_a_group_elsewhere_is_no_question_about_a_pupil_here_r47(admin_client, family, make_group, lindelaan, oost):
    _guardian, here, _there = family
    make_group(lindelaan, "1A", here)
    make_group(oost, "9Z", here)  # follows a subject there
    assert "Hier" in admin_client.get(f"{LISTS['pupils']}?group=1A").text
    assert NOBODY in admin_client.get(f"{LISTS['pupils']}?group=9Z").text


def test_a_location_elsewhere_is_no_question_about_who_is_here_too_r47(admin_client, family, lindelaan, oost):
    assert "Tweeplaats" in admin_client.get(f"{LISTS['guardians']}?location={lindelaan.id}").text
    assert NOBODY in admin_client.get(f"{LISTS['guardians']}?location={oost.id}").text


@pytest.mark.parametrize("query", ["year_of_study=3", "year_of_study=3&search=Hier"])
def test_the_year_of_study_at_another_location_finds_nobody_r47(admin_client, session, family, make_group, oost, query):
    """A pupil who is seen here by the rows of before, and is enrolled elsewhere this year."""
    _guardian, here, _there = family
    make_group(oost, "9Z", year=2026)
    moved = sa.update(Enrolment).where(Enrolment.person_id == here.id).values(location_id=oost.id, year_of_study=3)
    session.execute(moved)
    session.commit()  # without recompute_reach: so it is between two runs
    assert NOBODY in admin_client.get(f"{LISTS['pupils']}?{query}").text


def test_the_page_of_a_group_shows_its_members_in_reach_alone_r47(admin_client, family, make_group, lindelaan):
    _guardian, here, there = family
    group = make_group(lindelaan, "1A", here, there)
    page = admin_client.get(f"{LISTS['groups']}{group.id}/").text
    assert "Hier, Noor" in page
    assert "Daar" not in page


def test_locations_are_coupled_to_an_account_of_this_person_alone_r49(
    admin_client, session, make_person, make_account, lindelaan
):
    person = make_person(PersonKind.STAFF)
    make_account(person, Role.CARE_MANAGER)
    other = make_account(role=Role.CARE_MANAGER)
    address = f"{LISTS['staff']}{person.id}/"
    form = {"csrf_token": token_of(admin_client.get(address).text), "account": other.id, "location": lindelaan.id}
    assert admin_client.post(f"{address}vestigingen/", data=form).status_code == 404
    chosen = sa.select(AccountLocation).where(AccountLocation.account_id == other.id)
    assert session.scalar(chosen) is None
