"""A Zermelo portal that is down, refuses us or talks nonsense; and settings of any form."""

from datetime import date

import pytest

from app.errors import RosterUnavailable
from app.roster import Kind
from tests.roster.roster_world import imported, plan
from tests.sources.zermelo.zermelo_player import HTML, playing


@pytest.fixture
def player():
    with playing() as player:
        yield player


@pytest.fixture
def fetch(player):
    return player.fetch


def test_more_schools_need_a_choice(player, fetch):
    player.portal.schoolsinschoolyears.append({"id": 8, "year": 2026, "school": 4, "schoolName": "Elders"})
    player.portal.schoolsinschoolyears.append({"id": 9, "year": 2026, "schoolName": "Oud", "archived": True})

    with pytest.raises(RosterUnavailable, match=r"De Zilverlinde, Elders\."):
        fetch()
    assert len(fetch(organisation=" de zilverlinde").pupils) == 60
    with pytest.raises(RosterUnavailable, match="no school of 2026/2027"):
        fetch(organisation="nergens")
    player.portal.schoolsinschoolyears[0]["schoolHrmsCode"] = "99ZZ"
    assert (len(fetch().pupils), fetch().brin) == (60, "99ZZ")


def test_another_school_and_another_year_are_named_as_such(player, fetch):
    player.portal.schoolsinschoolyears[0]["schoolHrmsCode"] = "11AA00"
    assert fetch().brin == "11AA"

    with pytest.raises(RosterUnavailable, match="no school of 2027/2028"):
        fetch(date(2027, 9, 1))


@pytest.mark.parametrize(
    "fault",
    [(500, HTML, {}), (429, b"", {"Retry-After": "7"}), (200, b'{"resp', {"Content-Length": "5000"}), (200, HTML, {})],
)
def test_three_bad_answers_are_survived_and_four_are_a_failure_r110(player, fault):
    pauses = []
    player.faults = [fault] * 3
    assert len(player.fetch(pauses=pauses).pupils) == 60
    assert len(pauses) == 3
    assert fault[0] != 429 or pauses == [7.0] * 3

    player.faults = [fault] * 4
    with pytest.raises(RosterUnavailable):
        player.fetch()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "unexpected answer"),
        ((401, HTML, {}), "does not accept the token"),
        ((403, HTML, {}), "may not read the school"),
        ((404, HTML, {}), "not an answer of Zermelo"),
        ((200, b'{"response":{"status":200,"data":{}}}', {}), "not an answer of Zermelo"),
        ((200, b'{"response":{"status":200,"totalRows":9,"data":[{"id":1}]}}', {}), "part of the data"),
        ((200, b'{"response":{"status":401,"data":[]}}', {}), "does not accept the token"),
        ((200, b'{"response":{"status":200,"data":[]}}', {}), "no school of 2026/2027"),
    ],
)
def test_an_answer_that_is_no_list_is_a_failure_with_its_cause(player, answer, sentence):
    player.faults = [answer]
    with pytest.raises(RosterUnavailable, match=sentence):
        player.source().probe()


def test_a_wrong_token_is_named_without_its_value(player, fetch):
    with pytest.raises(RosterUnavailable, match="does not accept the token") as refusal:
        fetch(key="heel-geheim")
    assert "heel-geheim" not in refusal.value.message
    with pytest.raises(RosterUnavailable, match="does not accept the token"):
        fetch(key="gehe\u00efm")


def test_empty_lists_wait_for_a_person(player, fetch):
    known = imported(fetch())
    player.portal.users.clear()

    assert plan(fetch(), known).used_pupils == 0
    player.portal.branchesofschools.clear()
    with pytest.raises(RosterUnavailable, match="no locations"):
        fetch()


@pytest.mark.parametrize("base", ["", "/", "/api/v3", "/api/v3/", "/api"])
def test_the_address_may_be_given_short_or_whole(player, fetch, base):
    assert len(fetch(base_url=player.url + base).pupils) == 60


def test_a_connection_that_is_tried_asks_little_and_shows_what_may_be_read(player):
    player.forbidden = {"users?isEmployee", "appointments"}

    probe = player.source(off=frozenset({"hav"})).probe()

    assert (probe.locations, probe.refused) == (("Lindelaan", "Praktijkschool Oost"), {Kind.STAFF})
    assert probe.may_read == {Kind.PUPILS, Kind.GROUPS, Kind.LOCATIONS}
    assert [one.values["resource"] for one in probe.remarks] == ["staff", "teaching_groups"]
    assert len(player.asked) == 8
    assert sum("appointments" in path for path in player.asked) == 1


def test_a_connection_that_is_tried_tells_what_would_leave_a_school_without_pupils(player):
    player.forbidden = {"studentsindepartments"}
    assert [one.values["resource"] for one in player.source().probe().remarks] == ["home_groups"]

    player.forbidden = {"departmentsofbranches"}
    with pytest.raises(RosterUnavailable, match="may not read departments"):
        player.source().probe()

    player.portal.schoolsinschoolyears[0]["schoolHrmsCode"] = "11AA"
    del player.portal.branchesofschools[1:]
    probe = player.source().probe()
    assert ([one.values["resource"] for one in probe.remarks], probe.brin) == (["home_groups"], "11AA")


@pytest.mark.parametrize("name", ["studentsindepartments", "appointments"])
def test_a_version_that_does_not_know_a_field_is_asked_without(player, fetch, name):
    player.unknown_fields = {name: {"mainGroup", "teacherChanged"}}

    whole = fetch()

    assert (len(whole.pupils), whole.messages) == (60, ())
    assert len([path for path in player.asked if f"/{name}?" in path]) % 2 == 0


def test_a_question_that_is_refused_is_told_as_such(player):
    player.unknown_fields = {"users": {"isMentor"}}
    with pytest.raises(RosterUnavailable, match="refused our question"):
        player.fetch()
