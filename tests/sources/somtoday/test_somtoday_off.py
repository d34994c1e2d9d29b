"""A location that is switched off is silent: no message speaks of its people or groups (Z-226 to Z-228)."""

import pytest

from app.services.roster.plan.known import KnownSchool
from tests.roster.roster_world import after, imported, plan
from tests.sources.somtoday import somtoday_world
from tests.sources.somtoday.somtoday_world import codes

NEW = KnownSchool(1, "99ZZ")
player, pauses, fetch = somtoday_world.player, somtoday_world.pauses, somtoday_world.fetch


def said(plan):
    return set(codes(plan))


@pytest.fixture
def places(player):
    return [place["uuid"] for place in player.school.vestigingen]


@pytest.fixture
def shared(player, places):
    """Pupils of the first location with a mentor, a teacher and a guardian who are told by the last one only."""
    here, there = places[0], places[-1]
    far = [one for one in player.school.medewerkers if one["vestiging"]["uuid"] == there]
    assert far
    for group in player.school.stamgroepen:
        if group["vestiging"]["uuid"] == here:
            group["mentoren"].append({"medewerker_uuid": far[0]["uuid"], "toewijzing": "TweedeMentorStamgroep"})
    for group in player.school.lesgroepen:
        if group["vestiging"]["uuid"] == here:
            group["docenten"].append(far[0]["uuid"])
    for pupil in player.school.leerlingen:
        if pupil["vestiging"]["uuid"] == here:
            pupil["plaatsingen"][-1]["mentoren"] = [{"medewerker_uuid": far[0]["uuid"], "toewijzing": "Plaatsing"}]
    return far[0]["uuid"]


def test_a_mentor_of_a_location_that_is_off_is_no_message(fetch, places, shared):
    assert shared in {member.key for member in fetch().staff}
    off = fetch(switched_off=frozenset({places[-1]}))

    assert shared not in {member.key for member in off.staff}
    assert codes(off) == []


def test_a_mentor_whom_nobody_tells_is_a_message_when_all_locations_are_open(player, fetch, shared):
    player.school.medewerkers = [one for one in player.school.medewerkers if one["uuid"] != shared]

    assert {code for _severity, _key, code in codes(fetch())} == {"mentor-unknown"}


def test_switching_off_says_nothing_takes_no_mentor_away_and_back_on_is_as_before(fetch, places, shared):
    """The whole way: what the plan knows of who is told no more stays as it is."""
    whole = fetch()
    known = imported(whole, known=NEW)
    known.off = frozenset(one.id for one in known.locations if one.id == known.location_keys[places[-1]])
    quiet = plan(fetch(switched_off=frozenset({places[-1]})), known)

    assert said(quiet) <= said(plan(whole, NEW))
    assert quiet.is_empty
    known = after(known, quiet)
    known.off = frozenset()
    assert plan(whole, known).is_empty


def test_a_school_that_starts_with_a_location_off_hears_nothing_of_it(fetch, places, shared):
    first = plan(fetch(switched_off=frozenset({places[-1]})), NEW)

    assert first.used_pupils
    assert said(first) <= said(plan(fetch(), NEW))
