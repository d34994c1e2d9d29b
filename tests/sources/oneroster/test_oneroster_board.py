"""OneRoster of a board with several schools, of parts of a school, and services that tell of a part of the staff."""

import pytest

from app.roster import Kind
from tests.roster.roster_world import counts
from tests.runs.run_world import take_in
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_world import by_key, codes

__all__ = ["take_in"]
school, read = oneroster_world.school, oneroster_world.read
player, pauses, source, fetch = (
    oneroster_world.player,
    oneroster_world.pauses,
    oneroster_world.source,
    oneroster_world.fetch,
)


def add_other_school(school):
    """A school of the same board with a code of its own, and somebody of each kind there."""
    school.add("orgs", "B", name="Bestuur", type="state")
    school.add("orgs", "D2", name="Andere school", type="district", identifier="11AA", parentSourcedId="B")
    school.add("orgs", "S8", name="Elders", type="school", identifier="11AA00", parentSourcedId="D2")
    school["orgs"]["D"]["parentSourcedId"] = "B"
    school.add_class("h8", "1A", "S8")
    school.add_user("p8", "student", "S8", "Piet", "Puk", agentSourcedIds="g8")
    school.add_user("g8", "parent", "S8", "Cornelia", "Puk")
    school.add_user("t8", "teacher", "S8", "Ad", "Bos")
    for user, role in (("p8", "student"), ("t8", "teacher")):
        school.enrol("h8", user, role)


@pytest.mark.once
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_of_a_board_only_our_own_school_comes_in(school, read, version):
    """formats.md 7.2: the org of a district or local is the institution."""
    before = read(school.files(version))
    add_other_school(school)
    roster = read(school.files(version))

    assert roster.brin == "99ZZ"
    for kind in Kind:
        assert getattr(roster, kind.value) == getattr(before, kind.value)
    assert codes(roster) == [("info", "roster", "", "people-of-others")]
    assert roster.messages[0].values == {"count": "3"}


@pytest.mark.once
def test_the_service_of_a_board_is_read_the_same(player, fetch):
    before = fetch()
    add_other_school(player.school)

    assert fetch().pupils == before.pupils


@pytest.mark.once
def test_a_school_with_two_codes_below_one_district_is_one_school(school, read):
    school["orgs"]["S2"]["identifier"] = "11AA01"
    roster = read(school.files())

    assert (roster.brin, [one.code for one in roster.locations]) == ("99ZZ", ["99ZZ01", "11AA01"])
    assert len(roster.pupils) == 6


@pytest.mark.once
def test_who_belongs_to_a_department_is_at_the_school_above_it(school, read):
    school.add("orgs", "T", name="Talen", type="department", parentSourcedId="S2")
    school["roles"]["r-p1"]["orgSourcedId"] = "T"
    school["classes"]["h2"]["schoolSourcedId"] = "T"
    roster = read(school.files())

    assert by_key(roster.pupils, "p1").location_key == "S2"
    assert by_key(roster.groups, "h2").location_key == "S2"
    assert codes(roster) == []


def add_assistant(school):
    """Somebody in a class who is no teacher."""
    school.add_user("a1", "aide", "S1", "Bea", "Post")
    school.enrol("h1", "a1", "teacher", "false")


def test_who_is_no_teacher_stays_when_only_teachers_may_be_asked(player, fetch, take_in):
    add_assistant(player.school)
    assert counts(take_in(fetch()), "staff")["new"] == 3
    player.habits.refused["users"] = 403
    roster = fetch()

    assert ("warning", "roster", "", "staff-partial") in codes(roster)
    assert take_in(roster).is_empty


def test_who_is_no_teacher_is_told_with_the_schools_that_are_on(player, source, take_in):
    add_assistant(player.school)
    player.school.add("orgs", "S3", name="Derde", type="school", identifier="99ZZ03", parentSourcedId="D")
    roster = source(switched_off=frozenset({"S3"})).fetch()

    assert "a1" in {one.key for one in roster.staff}
    assert roster.partial == frozenset()


@pytest.mark.once
def test_without_sessions_classes_of_several_terms_are_not_told(player, fetch):
    player.school.add("academicSessions", "y25", title="2025-2026", type="schoolYear")
    player.school["academicSessions"]["y25"].update(startDate="2025-08-01", endDate="2026-07-31", schoolYear="2026")
    player.school.add_class("old", "1Z", "S1")
    player.school["classes"]["old"]["termSourcedIds"] = "y25"
    assert "old" not in {one.key for one in fetch().groups}
    player.habits.refused |= {"academicSessions": 403, "terms": 403}
    roster = fetch()

    assert Kind.GROUPS not in roster.delivers
    assert ("warning", "roster", "", "resource-refused") in codes(roster)


@pytest.mark.once
def test_a_service_without_enrolments_says_so(player, fetch):
    player.habits.empty.add("enrollments")

    assert ("warning", "roster", "", "file-empty") in codes(fetch())
