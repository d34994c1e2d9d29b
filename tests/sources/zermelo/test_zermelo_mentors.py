"""Who is mentor of whom at Zermelo: by the lessons of mentor groups, and never by a guess (Z-258, formats.md 6.4)."""

import pytest

from app.roster import ABSENT
from tests.roster.roster_world import imported, plan
from tests.sources.zermelo.zermelo_player import OWN, playing


@pytest.fixture
def player():
    with playing() as player:
        yield player


@pytest.fixture
def home(player):
    """The class of the first pupil, which is a mentor group too."""
    number = player.portal.studentsindepartments[0]["mainGroup"]
    player.portal.homes[number]["isMentorGroup"] = True
    next(one for one in player.portal.groupindepartments if one["id"] == number)["isMentorGroup"] = True
    return player.portal.homes[number]


def mentors_of(player, number=0):
    code = player.portal.users[number]["code"]
    return next(one for one in player.fetch().pupils if one.key == code).mentor_keys


def classmates(player, home):
    return [one["student"] for one in player.portal.studentsindepartments if one["mainGroup"] == home["id"]]


@pytest.mark.parametrize("subject", ["mentor", "Mentoruur", "men", "mnt"])
def test_who_gives_the_hour_of_the_mentor_to_a_class_is_its_mentor(player, home, subject):
    assert mentors_of(player) is ABSENT

    player.portal.lesson(home, 20, classmates(player, home), ["doc5"], subjects=[subject])

    assert mentors_of(player) == ("doc5",)
    member = next(one for one in player.fetch().staff if one.key == "doc5")
    assert str(home["id"]) in member.group_keys


@pytest.mark.parametrize(
    "values",
    [
        {"subjects": ["mens"]},
        {"subjects": ["wi"]},
        {},
        {"subjects": ["mentor"], "teacherChanged": True},
        {"subjects": ["mentor"], "cancelled": True},
        {"subjects": ["mentor"], "with_another_class": True},
    ],
)
def test_another_lesson_makes_nobody_a_mentor(player, home, values):
    values = dict(values)
    if values.pop("with_another_class", False):
        other = home | {"id": 990, "name": "x", "extendedName": "j2.x", "isMainGroup": True}
        player.portal.groupindepartments.append(other | OWN)
        values["groups"] = [home["extendedName"], "j2.x"]
    player.portal.lesson(home, 20, classmates(player, home), ["doc5"], **values)

    assert mentors_of(player) is ABSENT


def test_a_group_for_the_mentor_alone_needs_no_subject(player):
    place = player.portal.studentsindepartments[0]
    group = {"id": 901, "name": "men1", "extendedName": "j1.men1", "isMainGroup": False, "isMentorGroup": True}
    group["departmentOfBranch"] = place["departmentOfBranch"]
    player.portal.groupindepartments.append(group | OWN)
    player.portal.lesson(group, 20, [place["student"]], ["doc6", "doc2"])

    assert mentors_of(player) == ("doc2", "doc6")
    assert mentors_of(player, 1) == ()


def test_who_is_not_called_mentor_is_none_where_others_are(player, home):
    player.portal.lesson(home, 20, classmates(player, home), ["doc5", "doc6"], subjects=["mentor"])
    for one in player.portal.users:
        one["isMentor"] = one["code"] == "doc6"

    assert mentors_of(player) == ("doc6",)
    player.hidden = {"isMentor"}
    assert mentors_of(player) == ("doc5", "doc6")


def test_a_mentor_stays_in_a_holiday_and_goes_with_another(player, home):
    player.portal.lesson(home, 20, classmates(player, home), ["doc5"], subjects=["mentor"])
    known = imported(player.fetch())
    last = player.portal.appointments.pop()

    assert not plan(player.fetch(), known).rows["mentor"].gone
    player.portal.appointments.append({**last, "teachers": ["doc6"]})
    changed = plan(player.fetch(), known).rows["mentor"]
    assert len(changed.new) == len(changed.gone) == len(classmates(player, home))


def test_who_changes_class_has_the_old_mentor_no_more(player, home):
    """Also when the new class shows no hour of its mentor: a mentor sees the pupil."""
    player.portal.lesson(home, 20, classmates(player, home), ["doc5"], subjects=["mentor"])
    known = imported(player.fetch())
    code, place = player.portal.users[0]["code"], player.portal.studentsindepartments[0]
    new = next(one for one in player.portal.homes.values() if one["isMainGroup"] and one["id"] != home["id"])
    place |= {"mainGroup": new["id"], "departmentOfBranch": new["departmentOfBranch"]}
    for lesson in player.portal.appointments:
        lesson["students"] = [one for one in lesson["students"] if one != code]
    player.portal.lesson(new, 20, [code], ["doc1"])

    assert mentors_of(player) == ()
    assert len(plan(player.fetch(), known).rows["mentor"].gone) == 1


@pytest.mark.parametrize("how", [{"cancelled": True}, {"teacherChanged": True}])
def test_a_mentor_whose_hours_fall_out_stays(player, home, how):
    last = player.portal.lesson(home, 20, classmates(player, home), ["doc5"], subjects=["mentor"])
    other = {"id": 902, "name": "men2", "extendedName": "j9.men2", "isMentorGroup": True, "departmentOfBranch": 1}
    player.portal.groupindepartments.append(other | OWN)
    player.portal.lesson(other, 20, ["999999"], ["doc2"])
    known = imported(player.fetch())
    last |= how

    assert mentors_of(player) is ABSENT
    assert not plan(player.fetch(), known).rows["mentor"].gone


@pytest.mark.parametrize(("name", "told"), [("students", "teaching_groups"), ("teachers", None)])
def test_people_who_are_hidden_in_lessons_are_not_nobody(player, name, told):
    """A right that is missing shows as a missing field (formats.md 6.4): staff without lessons count then."""
    player.hidden = {name}

    roster = player.fetch()

    assert [one.values["resource"] for one in roster.messages] == ([told] if told else [])
    assert roster.staff_links_told is (name != "teachers")
