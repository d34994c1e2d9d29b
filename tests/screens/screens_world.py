"""A school for the screens of persons: one location that the administrator has, and others full of a marker."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.models import (
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Institution,
    Location,
    Mentor,
    PersonKind,
    Role,
)
from app.services.reach import recompute_reach

MARKER = "qxmarkerqx"
LISTS = {
    "pupils": "/beheer/leerlingen/",
    "guardians": "/beheer/verzorgers/",
    "staff": "/beheer/medewerkers/",
    "others": "/beheer/overige-betrokkenen/",
    "groups": "/beheer/groepen/",
    "locations": "/beheer/vestigingen/",
}
KINDS = {
    "pupils": PersonKind.PUPIL,
    "guardians": PersonKind.GUARDIAN,
    "staff": PersonKind.STAFF,
    "others": PersonKind.OTHER,
}


def populate(session, make_person, make_account, place, mark, year=2026):
    """One of everything at this location, every text with the mark; gives their ids by endpoint of their screen."""
    school = place.institution_id
    words = {"institution_id": school, "first_name": mark, "last_name": f"{mark}naam", "number": f"{mark}-{place.id}"}
    words["email"] = f"{mark}{place.id}@school.example"
    pupil = make_person(PersonKind.PUPIL, place, year, **words)
    group = Group(institution_id=school, location_id=place.id, school_year=year, name=f"{mark}2A", sort_key=f"{mark}2a")
    guardian, staff = make_person(PersonKind.GUARDIAN, **words), make_person(PersonKind.STAFF, **words)
    session.add(group)
    session.flush()
    session.execute(
        sa.update(Enrolment).where(Enrolment.person_id == pupil.id).values(group_id=group.id, year_of_study=2)
    )
    own = {"institution_id": school}
    session.add_all(
        [
            GroupPupil(group_id=group.id, person_id=pupil.id, **own),
            GroupStaff(group_id=group.id, person_id=staff.id, **own),
            Mentor(pupil_id=pupil.id, staff_id=staff.id, **own),
            Guardianship(guardian_id=guardian.id, pupil_id=pupil.id, relation="moeder", receives_post=True, **own),
        ]
    )
    session.flush()
    recompute_reach(session, school)
    session.commit()
    account = make_account(pupil, username=f"{mark}-{place.id}")
    return {
        "pupils": pupil.id,
        "guardians": guardian.id,
        "staff": staff.id,
        "groups": group.id,
        "locations": place.id,
        "accounts": account.id,
    }


@pytest.fixture
def elsewhere(session, administrator, make_location, make_person, make_account):
    """Ids of another location of the same institution, and of another institution: all full of the marker."""
    other_place = make_location(f"{MARKER} Oost")
    school = Institution(brin="77YY", name=f"{MARKER} College", created_at=datetime.now(UTC))
    session.add(school)
    session.flush()
    far_place = Location(institution_id=school.id, code="77YY00", name=f"{MARKER} West")
    session.add(far_place)
    session.commit()
    near = populate(session, make_person, make_account, other_place, MARKER)
    far = populate(session, make_person, make_account, far_place, MARKER)
    far["others"] = make_person(PersonKind.OTHER, institution_id=school.id, last_name=MARKER).id
    far_admin = make_account(
        make_person(PersonKind.STAFF, institution_id=school.id, last_name=MARKER), Role.ADMINISTRATOR
    )
    far["staff 2"] = far_admin.person_id
    return {"location": near, "institution": far}


@pytest.fixture
def here(session, administrator, make_person, make_account):
    """Ids of one of everything at the administrator's own location."""
    place = session.scalar(sa.select(Location).where(Location.name == "Lindelaan"))
    found = populate(session, make_person, make_account, place, "eigen")
    found["others"] = make_person(PersonKind.OTHER, last_name="Nagtegaal", first_name="Caroliene").id
    return found


@pytest.fixture
def lindelaan(session, administrator):
    return session.scalar(sa.select(Location).where(Location.name == "Lindelaan"))
