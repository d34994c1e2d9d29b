"""OneRoster and School Data Sync on a database: a first run, the same again, and one with changes (R105)."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.models import Gender, Group, Guardianship, Mentor, Person, PersonKind
from app.roster import Kind
from app.roster.oneroster.service import OneRosterSource
from app.roster.sources import file_source
from app.services.roster.gate import why_nothing_to_change
from app.services.roster.plan.known import KnownSchool
from tests.roster.roster_world import codes, counts
from tests.runs.run_world import Writes, take_in
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_player import Player
from tests.sources.oneroster.oneroster_school import TODAY, School, delta, packed
from tests.sources.sds_csv.sds_school import ROWS, files

__all__ = ["take_in"]
school, read, read_sds = oneroster_world.school, oneroster_world.read, oneroster_world.read_sds
player, pauses = oneroster_world.player, oneroster_world.pauses
source, fetch = oneroster_world.source, oneroster_world.fetch


@pytest.fixture(params=["v1p2", "v1p1", "1.1", "1.2"])
def delivered(request, school, read):
    """Gives the roster of the school as it stands, by the service or in a package."""
    if not request.param.startswith("v"):
        yield lambda: read(school.files(request.param))
        return
    with Player(school, request.param) as player:
        yield lambda: OneRosterSource(player.settings, "99ZZ", TODAY, sleep=lambda seconds: None).fetch()


def test_a_first_run_the_same_again_and_a_changed_one(db, session, school, take_in, delivered):
    first = take_in(delivered())
    assert counts(first, "pupils") == {"seen": 6, "new": 6}
    assert counts(first, "guardians") == {"seen": 6, "new": 6}
    sanne = session.scalar(sa.select(Person).where(Person.kind == PersonKind.PUPIL, Person.number == "100001"))
    assert sanne.list_name == "Berg, Sanne van der"
    assert session.scalar(sa.select(sa.func.count()).select_from(Mentor)) == 6
    assert set(session.scalars(sa.select(Guardianship.relation))) == {"ouder"}
    assert set(map(tuple, session.execute(sa.select(Group.name, Group.is_home)))) == {
        ("1A", True),
        ("2A", True),
        ("1A.wi", False),
    }

    with Writes(db.engine) as writes:
        assert take_in(delivered()).is_empty
    assert writes.seen == []

    school.remove_pupil(1)
    school["users"]["p2"].update(familyName="van Dijk")
    school.add_pupil(7, 1)
    changed = take_in(delivered())
    assert counts(changed, "pupils") == {"seen": 6, "new": 1, "changed": 1, "unchanged": 4, "gone": 1}
    assert counts(changed, "guardians")["gone"] == 1


@pytest.mark.parametrize("version", [1, 2])
def test_school_data_sync_twice_and_with_changes(db, session, take_in, read_sds, version):
    rows = ROWS[version]()
    assert counts(take_in(read_sds(files(version, rows))), "pupils") == {"seen": 3, "new": 3}
    with Writes(db.engine) as writes:
        assert take_in(read_sds(files(version, rows))).is_empty
    assert writes.seen == []

    name = "StudentEnrollment" if version == 1 else "enrollments"
    rows[name] = [row for row in rows[name] if row[:2] != ("w1", "p3")]
    assert counts(take_in(read_sds(files(version, rows))), "pupils") == {"seen": 3, "changed": 1, "unchanged": 2}


def test_what_the_service_told_and_a_package_tells_are_the_same_people(school, take_in, fetch, read):
    """Numbers tie them together; no second account for anybody."""
    take_in(fetch())

    assert counts(take_in(read(school.files())), "pupils").get("new", 0) == 0


@pytest.mark.once
def test_a_package_is_read_in_a_process_of_its_own_r74(tmp_path, school, read):
    path = packed(tmp_path / "package.zip", school.files())
    loose = []
    for name, text in school.files().items():
        (tmp_path / name).write_text(text)
        loose.append(tmp_path / name)

    expected = read(school.files())
    assert file_source("oneroster-csv", [path], "99ZZ", TODAY).fetch() == expected
    assert file_source("oneroster-csv", loose, "99ZZ", TODAY).fetch() == expected
    assert expected.delivers == frozenset(Kind)


@pytest.mark.once
def test_a_large_package_is_read_within_the_limits_of_that_process(tmp_path):
    school = School(pupils=3000, classes=120)
    path = packed(tmp_path / "package.zip", school.files())

    assert len(file_source("oneroster-csv", [path], "99ZZ", TODAY).fetch().guardians) == 3000


def test_a_corrected_date_of_birth_alone_reaches_the_pupil(session, school, take_in, read):
    take_in(read(school.files()))
    plan = take_in(read(delta(demographics=[{"sourcedId": "p1", "birthDate": "2011-12-31", "sex": "male"}])))

    assert counts(plan, "pupils") == {"seen": 1, "changed": 1}
    sanne = session.scalar(sa.select(Person).where(Person.kind == PersonKind.PUPIL, Person.number == "100001"))
    assert (sanne.birth_date, sanne.gender) == (date(2011, 12, 31), Gender.MALE)


def test_details_of_a_stranger_and_classes_that_nobody_knows_change_nothing(school, take_in, read):
    take_in(read(school.files()))
    stray = {"sourcedId": "e9", "classSourcedId": "h9", "userSourcedId": "p1", "role": "student"}
    plan = take_in(read(delta(demographics=[{"sourcedId": "p99", "birthDate": "2011-12-31"}], enrollments=[stray])))

    assert plan.is_empty
    assert ("warning", "group", "h9", "group-unknown") in codes(plan)


@pytest.mark.once
def test_changes_without_a_complete_delivery_before_are_refused(read):
    known = KnownSchool(1, "99ZZ")
    user = {"sourcedId": "p9", "givenName": "Eva", "familyName": "Bos", "role": "student", "orgSourcedIds": "S1"}
    alone = read(delta("1.1", users=[user]))
    whole = read(delta("1.1", users=[user], orgs=[{"sourcedId": "S1", "name": "Lindelaan", "type": "school"}]))

    assert "never read" in why_nothing_to_change(known, alone)
    assert why_nothing_to_change(known, whole) is None  # it tells all that is needed
    known.location_keys["S1"] = 1
    assert why_nothing_to_change(known, alone) is None
