"""Zermelo over a real HTTP server on loopback: what is read, and what never becomes "everybody left"."""

from datetime import timedelta

import pytest

from app.errors import RosterUnavailable
from app.roster import ABSENT, Kind
from tests.roster.roster_world import counts, imported, plan
from tests.sources.zermelo.zermelo_player import TODAY, playing


@pytest.fixture
def player():
    with playing() as player:
        yield player


@pytest.fixture
def fetch(player):
    return player.fetch


def codes(roster):
    return [(one.severity, one.key, one.code) for one in roster.messages]


def changes(delivered, known):
    rows = plan(delivered, known).rows
    return {name: row for name, row in rows.items() if row.new or row.changed or row.gone}


def by_number(people, number):
    return next(one for one in people if one.number == number)


def test_a_whole_school(fetch):
    roster = fetch()

    assert (len(roster.pupils), len(roster.staff), len(roster.groups)) == (60, 8, 15)
    assert (roster.brin, roster.school_year, roster.reference_date) == (None, 2026, TODAY)
    assert roster.delivers == set(Kind) - {Kind.GUARDIANS}
    assert [one.key for one in roster.locations] == ["lin", "hav", "pra"]
    assert codes(roster) == []


def test_a_pupil_has_the_place_year_class_and_lessons_that_are_told(player, fetch):
    told, place = player.portal.users[0], player.portal.studentsindepartments[0]
    department = next(one for one in player.portal.departmentsofbranches if one["id"] == place["departmentOfBranch"])

    roster = fetch()
    pupil = by_number(roster.pupils, told["code"])

    assert (pupil.key, pupil.first_name, pupil.prefix) == (told["code"], told["firstName"], told["prefix"])
    assert (pupil.last_name, pupil.email) == (told["lastName"], told["email"])
    assert (pupil.year_of_study, pupil.group_key) == (department["yearOfEducation"], str(place["mainGroup"]))
    names = {group.key: group.name for group in roster.groups}
    seen = {name for one in player.portal.appointments if told["code"] in one["students"] for name in one["groups"]}
    assert {names[key] for key in pupil.group_keys} == {name for name in seen if name.count(".") == 2}
    assert pupil.gender is pupil.birth_date is pupil.initials is pupil.mentor_keys is ABSENT


def test_a_class_has_its_short_name_unless_another_class_has_it_too(player, fetch):
    homes = [one for one in player.portal.groupindepartments if one["isMainGroup"]]
    assert {group.name for group in fetch().groups if group.is_home} == {one["name"] for one in homes}

    here = homes[0] | {"id": 999, "extendedName": "j9.x"}
    player.portal.groupindepartments.append(here)

    names = [group.name for group in fetch().groups if group.is_home]
    assert {"j9.x", homes[0]["extendedName"]} <= set(names)


def test_the_department_that_weighs_most_says_where_a_pupil_is(player, fetch):
    place = player.portal.studentsindepartments[0]
    other = next(one for one in player.portal.departmentsofbranches if one["branchOfSchool"] == 22)
    player.portal.studentsindepartments.append(
        {"student": place["student"], "departmentOfBranch": other["id"], "participationWeight": 2}
    )

    assert by_number(fetch().pupils, place["student"]).location_key == "pra"


@pytest.mark.parametrize(
    "values",
    [
        {"cancelled": True},
        {"valid": False},
        {"hidden": True},
        {"type": "exam"},
        {"teacherChanged": True, "students": []},
        {"day": TODAY - timedelta(days=15)},
        {"day": TODAY + timedelta(days=14)},
        {"branchOfSchool": 21},
        {"groups": ["onbekend"]},
    ],
)
def test_a_lesson_that_says_nothing_about_a_group_links_nobody(player, fetch, values):
    known = imported(fetch())
    pupil, group = player.portal.users[0]["code"], player.portal.homes[314]
    lesson = {"students": [pupil], "teachers": ["doc1"]} | values
    player.portal.lesson(group, lesson.pop("branchOfSchool", 20), **lesson)

    assert changes(fetch(), known) == {}


def test_a_lesson_of_two_groups_puts_a_pupil_in_the_one_of_the_own_department(player, fetch):
    pupil, place = player.portal.users[0]["code"], player.portal.studentsindepartments[0]
    mine = {"id": 801, "name": "wi9", "extendedName": "j1.wi9", "isMainGroup": False, "schoolInSchoolYear": 7}
    mine["departmentOfBranch"] = place["departmentOfBranch"]
    player.portal.groupindepartments += [mine, mine | {"id": 802, "extendedName": "j8.wi9", "departmentOfBranch": 1}]
    player.portal.groupindepartments.append(mine | {"id": 803, "extendedName": "j1.wi8"})
    player.portal.lesson(mine, 20, [pupil], ["doc2"], groups=["j1.wi9", "j8.wi9"])
    player.portal.lesson(mine, 20, [pupil], ["doc3"], groups=["j1.wi9", "j1.wi8"], id=1)

    assert {"801"} == set(by_number(fetch().pupils, pupil).group_keys) & {"801", "802", "803"}


def test_groups_may_be_told_by_id(player, fetch):
    known = imported(fetch())
    ids = {group["extendedName"]: number for number, group in player.portal.homes.items()}
    for one in player.portal.appointments:
        one["groupsInDepartments"] = [ids[name] for name in one.pop("groups")]

    assert changes(fetch(), known) == {}


def test_in_a_holiday_nobody_leaves_a_group(player, fetch):
    known = imported(fetch())
    player.portal.appointments.clear()

    roster = fetch()

    assert {pupil.group_keys for pupil in roster.pupils} == {member.group_keys for member in roster.staff} == {ABSENT}
    assert changes(roster, known) == {}


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("name", "kinds", "noted"),
    [
        ("appointments", set(), ["resource-refused"]),
        ("studentsindepartments", set(), ["resource-refused"]),
        ("departmentsofbranches", set(), ["resource-refused"]),
        ("groupindepartments", {Kind.GROUPS}, ["resource-refused"]),
        ("users?isStudent", {Kind.PUPILS}, ["resource-refused"]),
        ("users?isEmployee", {Kind.STAFF}, ["resource-refused"]),
    ],
)
def test_a_list_that_is_refused_stays_as_it_is(player, fetch, name, kinds, noted, inside):
    known = imported(fetch())
    player.forbidden, player.inside = {name}, inside

    roster = fetch()

    assert (set(Kind) - roster.delivers, [code for _one, _two, code in codes(roster)]) == (
        kinds | {Kind.GUARDIANS},
        noted,
    )
    assert changes(roster, known) == {}


@pytest.mark.parametrize(
    "name", ["email", "firstName", "prefix", "mainGroup", "yearOfEducation", "teachers", "archived"]
)
@pytest.mark.parametrize("how", ["hidden", "denied"])
def test_fields_that_the_token_may_not_see_stay_as_they_are(player, fetch, name, how):
    known = imported(fetch())
    setattr(player, how, {name})

    assert changes(fetch(), known) == {}


def test_without_departments_of_pupils_their_lessons_say_where_they_are(player, fetch):
    whole = fetch()
    player.forbidden = {"studentsindepartments"}

    assert fetch().pupils == whole.pupils


def test_codes_without_any_name_are_no_people(player, fetch):
    known = imported(fetch())
    player.portal.users[0]["lastName"] = None
    assert codes(fetch()) == [("error", player.portal.users[0]["code"], "last-name-missing")]
    assert changes(fetch(), known) == {}

    player.hidden = {"lastName"}
    with pytest.raises(RosterUnavailable, match="may not read users"):
        fetch()


def test_a_location_that_is_off_is_not_asked_and_its_people_stay_z228(player, fetch):
    known = imported(fetch())
    asked = len(player.asked)

    roster = fetch(off=frozenset({"hav"}))

    assert roster.closed_locations == {"hav"}
    assert not [path for path in player.asked[asked:] if "branchOfSchool=21" in path]
    assert {pupil.location_key for pupil in roster.pupils} == {"lin", "pra"}
    assert changes(roster, known) == {}
    with pytest.raises(RosterUnavailable, match="switched off"):
        fetch(off=frozenset({"hav", "lin", "pra"}))


def test_doubles_archived_people_and_strange_letters(player, fetch):
    one, two, three = player.portal.users[:3]
    one.update(lastName="Đặng-O'Brien, van der", prefix="van der", firstName="x" * 900, email="geen adres")
    two["archived"] = True
    player.portal.users += [dict(three), {"code": None, "lastName": "X", "isStudent": True, "schoolInSchoolYears": [7]}]

    roster = fetch()

    pupil = by_number(roster.pupils, one["code"])
    assert (pupil.last_name, pupil.first_name, pupil.email) == ("Đặng-O'Brien", None, None)
    assert [code for _severity, _key, code in codes(roster)] == ["field-too-long", "email-unreadable", "key-missing"]
    assert counts(plan(roster), "pupils") == {"seen": 61, "new": 59, "skipped": 2}
