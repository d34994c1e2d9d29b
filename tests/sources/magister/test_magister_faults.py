"""Magister when it is slow, down, refuses us or talks nonsense: no half a roster, no secret told (R71, R110)."""

import logging

import pytest

from app.errors import InvalidInput, RosterUnavailable
from app.roster import ABSENT, Kind
from app.roster.messages import message_text
from app.roster.reading import many_calls
from tests.sources.magister import magister_world
from tests.sources.magister.magister_world import by_number, codes, refusal_of

player, pauses, source, fetch = (
    magister_world.player,
    magister_world.pauses,
    magister_world.source,
    magister_world.fetch,
)


@pytest.mark.parametrize("fault", ["status_500", "status_429", "cut", "html"])
def test_three_bad_answers_are_survived_and_four_are_a_failure_r110(player, fetch, pauses, fault):
    setattr(player.faults, fault, 3)
    assert len(fetch().pupils) == 60
    assert len(pauses) == 3

    setattr(player.faults, fault, 4)
    refusal_of(fetch)


def test_a_wrong_password_is_named(player, fetch):
    assert "does not accept the username" in refusal_of(lambda: fetch(password="fout"))
    assert player.logins == 1


def test_a_password_is_never_trimmed(player, fetch):
    refusal_of(lambda: fetch(password=player.password.strip()))


def test_another_website_is_no_magister(player, fetch):
    player.faults.login_status = 404
    assert "no Magister" in refusal_of(fetch)


@pytest.mark.parametrize("status", [200, 500])
def test_a_login_that_is_no_login_is_a_failure(player, fetch, status):
    player.faults.login_status = status
    refusal_of(fetch)


def test_no_secret_is_ever_told(player, fetch, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").debug("x")
    player.faults.forbidden = {"getactivestudents"}
    told = [refusal_of(fetch), refusal_of(lambda: fetch(password="fout")), refusal_of(lambda: fetch(layout="x"))]
    player.faults.forbidden, player.faults.status_500 = set(), 50
    told.append(refusal_of(fetch))
    player.faults.status_500 = 0
    player.faults.forbidden = {"getactiveempoyees", "getleerlinggroepen"}
    told += [message_text(message) for message in fetch().messages]

    said = " ".join((*told, caplog.text))
    token = next(iter(player.tokens))
    for secret in (player.username, player.password, player.password.strip(), token, "SessionToken", "ge%26heim"):
        assert secret not in said


def test_an_error_has_no_address_in_its_history(player, fetch):
    player.faults.status_500 = 50
    with pytest.raises(RosterUnavailable) as refusal:
        fetch()
    error = refusal.value
    while error is not None:
        assert "UserName" not in str(error)
        assert "SessionToken" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_a_session_that_ends_early_is_renewed(player, fetch):
    player.faults.token_requests = 20

    assert fetch().groups_complete
    assert player.logins > 3


def test_no_pupils_are_a_failure_and_not_an_empty_school(player, fetch):
    player.faults.empty = {"getactivestudents"}
    assert "no pupils at all" in refusal_of(fetch)


def test_no_right_to_the_pupils_is_named(player, fetch):
    player.faults.forbidden = {"getactivestudents"}
    assert "GetActiveStudents" in refusal_of(fetch)
    assert player.logins <= 2


@pytest.mark.parametrize("how", ["forbidden", "empty"])
def test_no_staff_are_not_delivered(player, fetch, how):
    setattr(player.faults, how, {"getactiveempoyees"})

    roster = fetch()

    assert Kind.STAFF not in roster.delivers
    assert {one.mentor_keys for one in roster.pupils} == {ABSENT}
    code = {"forbidden": "resource-refused", "empty": "list-empty"}[how]
    assert ("warning", "", code) in codes(roster)


def test_a_redirect_is_not_followed_r71(player, fetch):
    with magister_world.Player(pupils=1, guardians=1, staff=3) as other:
        player.faults.redirect_to = f"{other.url}/doc"
        refusal_of(fetch)
        assert other.requests == []


def test_one_question_that_fails_for_now_is_asked_again(player, fetch):
    number = player.school.leerlingen[0]["stamnr_str"]
    player.faults.failing = {f"getleerlinggroepen/{number}": 2}

    assert fetch().groups_complete


def test_one_question_that_keeps_failing_costs_nobody_a_group(player, fetch):
    number = player.school.leerlingen[0]["stamnr_str"]
    player.faults.failing = {f"getleerlinggroepen/{number}": 99}

    roster = fetch()

    assert by_number(roster.pupils, number).group_keys is ABSENT
    assert sum(one.group_keys is ABSENT for one in roster.pupils) == 1
    assert not roster.groups_complete
    assert Kind.GROUPS in roster.delivers
    assert ("warning", "", "groups-not-read") in codes(roster)


def test_a_question_that_gets_an_answer_about_somebody_else_has_failed(player, fetch):
    number, other = (one["stamnr_str"] for one in player.school.leerlingen[:2])
    player.school.leerling_groepen[number] = player.school.leerling_groepen[other]

    assert by_number(fetch().pupils, number).group_keys is ABSENT


def test_a_function_that_we_may_not_ask_is_given_up_soon(player, fetch):
    player.faults.forbidden = {"getleerlinggroepen"}

    roster = fetch()

    assert not roster.groups_complete
    assert Kind.GROUPS in roster.delivers
    assert {one.group_keys for one in roster.pupils} == {ABSENT}
    assert sum(path.startswith("getleerlinggroepen") for path in player.requests) <= 2 * many_calls.REFUSED_AFTER
    assert all(group.is_home for group in roster.groups)


def test_a_service_that_dies_among_the_groups_is_given_up_soon(player, fetch):
    numbers = [one["stamnr_str"] for one in player.school.leerlingen]
    player.faults.dead = {f"getleerlinggroepen/{number}" for number in numbers[30:]}

    roster = fetch()

    assert [one.group_keys is ABSENT for one in roster.pupils] == [False] * 30 + [True] * 30
    assert not roster.groups_complete


def test_questions_take_no_longer_than_they_may(player, fetch, monkeypatch):
    monkeypatch.setattr(many_calls, "MAX_SECONDS", -1.0)

    roster = fetch()

    assert not any(path.startswith("getleerlinggroepen") for path in player.requests)
    assert not roster.groups_complete


def test_huge_values_and_strange_letters_cost_nobody_anything(player, fetch):
    first, second = player.school.leerlingen[:2]
    first.update({"Roepnaam": "x" * 5000, "Achternaam": "Łukasz-Đặng 'Şahin' & D\u2019Août \u202e"})
    second["Achternaam"] = ""

    roster = fetch()

    assert roster.pupils[0].last_name == "Łukasz-Đặng 'Şahin' & D’Août"
    assert ("warning", first["stamnr_str"], "field-too-long") in codes(roster)
    assert ("error", second["stamnr_str"], "last-name-missing") in codes(roster)
    assert len(roster.pupils) == 59


def test_pupils_without_a_number_are_noted(player, fetch):
    player.school.leerlingen[0]["stamnr_str"] = ""
    assert ("error", "", "pupil-number-missing") in codes(fetch())


@pytest.mark.parametrize(
    "address", ["", "school.swp.nl:8800", "http://school.swp.nl:8800", "https://u:p@school.swp.nl"]
)
def test_addresses_that_are_refused_r71(fetch, address):
    with pytest.raises(InvalidInput):
        fetch(base_url=address)


def test_the_connection_can_be_tried(player, source):
    probe = source().probe()

    assert probe.locations == ("Lindelaan", "Havenkwartier", "Praktijkschool Oost")
    assert probe.may_read == frozenset(Kind) - {Kind.GUARDIANS}
    assert (probe.refused, probe.remarks) == (frozenset(), ())
    assert len(player.requests) == 4


def test_the_trial_tells_what_is_refused(player, source):
    player.faults.forbidden = {"getactiveempoyees", "getleerlinggroepen"}

    probe = source().probe()

    assert probe.refused == {Kind.STAFF}
    assert [one.values["resource"] for one in probe.remarks] == ["staff", "teaching_groups"]
    assert "allow-list" in refusal_of(lambda: source(base_url="http://127.0.0.1:1").probe())
    assert "does not accept the username" in refusal_of(lambda: source(password="fout").probe())
