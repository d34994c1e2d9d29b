"""A OneRoster service that is slow, down, refuses us or talks nonsense: never half a roster (R71, R103, R110)."""

import logging

import pytest

from app.errors import RosterUnavailable
from app.roster.oneroster.service import OneRosterSource
from app.services.roster.gate import why_held, why_not_this_school
from tests.roster.roster_world import imported, plan
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_player import Player
from tests.sources.oneroster.oneroster_school import TODAY, School

pytestmark = pytest.mark.once
school, player, pauses = oneroster_world.school, oneroster_world.player, oneroster_world.pauses
source, fetch = oneroster_world.source, oneroster_world.fetch


@pytest.mark.parametrize("fault", ["status_500", "status_429", "cut", "html", "error_in_200"])
def test_three_bad_answers_are_survived_and_four_are_a_failure_r110(player, fetch, pauses, fault):
    setattr(player.habits, fault, 3)
    assert len(fetch().pupils) == 6
    assert len(pauses) == 3
    assert (pauses == [3.0, 3.0, 3.0]) == (fault in ("status_500", "status_429"))

    setattr(player.habits, fault, 4)
    with pytest.raises(RosterUnavailable):
        fetch()


def test_a_redirect_is_not_followed_r71(player, fetch):
    with Player(School()) as other:
        player.habits.redirect_to = other.url + "/orgs"
        with pytest.raises(RosterUnavailable):
            fetch()
        assert other.requests == []


def test_a_refused_secret_is_a_failure_that_shows_no_secret(player, fetch, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RosterUnavailable) as refusal:
        fetch(client_secret="heel geheim")

    assert "heel geheim" not in refusal.value.message + caplog.text
    assert (refusal.value.__cause__, player.requests) == (None, [])


@pytest.mark.parametrize("habits", [{"links": False}, {"links": False, "total": False}, {}])
def test_a_page_that_keeps_coming_back_is_a_failure(pauses, habits):
    with Player(School(pupils=120)) as player:
        for name, value in ({"repeats": True} | habits).items():
            setattr(player.habits, name, value)
        with pytest.raises(RosterUnavailable, match="same page"):
            OneRosterSource(player.settings, "99ZZ", TODAY, sleep=pauses).fetch()


@pytest.mark.parametrize("links", [True, False])
def test_fewer_records_than_the_service_counts_are_half_a_list(player, fetch, links):
    player.habits.lies, player.habits.links = 1, links

    with pytest.raises(RosterUnavailable, match="not all of them"):
        fetch()


@pytest.mark.parametrize("habits", [{"links": False}, {"links": False, "total": False}, {}])
def test_somebody_taken_out_between_two_pages_hides_no_other(pauses, habits):
    """The first pupil leaves after the first page of users; all others move up, so the list is read once more."""
    with Player(School(pupils=140)) as player:
        for name, value in habits.items():
            setattr(player.habits, name, value)
        player.habits.drops_at = {True: 3, False: 4}[player.habits.total or player.habits.links]
        roster = OneRosterSource(player.settings, "99ZZ", TODAY, sleep=pauses).fetch()

    others = {f"p{number}" for number in range(2, 141)}
    assert others <= {pupil.key for pupil in roster.pupils}


@pytest.mark.parametrize(
    "empty", [{"orgs", "schools"}, {"users"}, {"orgs", "schools", "users", "classes", "enrollments"}]
)
def test_an_empty_list_where_there_must_be_one_is_a_failure(player, fetch, empty):
    player.habits.empty = empty

    with pytest.raises(RosterUnavailable):
        fetch()


def test_users_without_any_pupil_wait_for_a_person(player, fetch):
    known = imported(fetch())
    for key in [key for key in player.school["users"] if key.startswith("p")]:
        player.school.remove_pupil(int(key[1:]))

    roster = fetch()
    assert "no active pupils" in why_held(plan(roster, known), known, roster, TODAY)


@pytest.mark.parametrize("name", ["classes", "enrollments", "demographics"])
def test_other_lists_that_come_empty_take_nothing_away(player, fetch, name):
    known = imported(fetch())
    player.habits.empty = {name}

    assert not any(rows.new or rows.changed or rows.gone for rows in plan(fetch(), known).rows.values())


def test_the_school_of_another_is_named_as_such(player, fetch):
    known = imported(fetch())
    for key, code in (("D", "11AA"), ("S1", "11AA01"), ("S2", "11AA02")):
        player.school["orgs"][key]["identifier"] = code

    roster = fetch()
    assert roster.brin == "11AA"
    assert "11AA" in why_not_this_school(known, roster)


@pytest.mark.parametrize("refused", [{"users": 403, "students": 403}, {"users": 401}])
def test_pupils_that_are_refused_are_a_failure(player, fetch, refused):
    player.habits.refused.update(refused)

    with pytest.raises(RosterUnavailable):
        fetch()


def test_a_server_that_is_gone_is_a_failure(pauses):
    with Player(School()) as player:
        settings = player.settings
    for changed in ({}, {"base_url": player.url}):
        with pytest.raises(RosterUnavailable):
            OneRosterSource(settings | changed, "99ZZ", TODAY, sleep=pauses).fetch()


def test_records_that_come_twice_and_strange_letters(player, fetch):
    player.school["users"]["again"] = player.school["users"]["p1"]
    player.school["users"]["p2"].update(familyName="  van der\u200b Łęcki\n", givenName="\u202eEvil")
    player.school["users"]["p3"].update(familyName="x" * 100_000)
    roster = fetch()

    pupils = {pupil.key: pupil for pupil in roster.pupils}
    assert len(roster.pupils) == 6
    assert (pupils["p2"].prefix, pupils["p2"].last_name, pupils["p2"].first_name) == ("van der", "Łęcki", "Evil")
    assert len(pupils["p3"].last_name) == 200
