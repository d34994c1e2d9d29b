"""Somtoday, "Test verbinding": what we may read, or the one sentence of what is wrong."""

import pytest

from app.errors import RosterUnavailable
from app.roster import Kind
from app.roster.somtoday import SomtodaySource
from tests.sources.somtoday.somtoday_player import Player

pytestmark = pytest.mark.once


@pytest.fixture
def player():
    with Player(pupils=30, guardians=40, staff=6) as player:
        yield player


@pytest.fixture
def probe(player):
    def probe(off=frozenset(), **changes):
        settings = player.settings | changes
        return SomtodaySource(settings, "99ZZ", player.today, switched_off=off, sleep=lambda _seconds: None).probe()

    return probe


def test_all_locations_and_kinds_with_few_calls(player, probe):
    seen = probe()

    assert seen.locations == tuple(place["naam"] for place in player.school.vestigingen)
    assert (seen.may_read, seen.refused, seen.remarks) == (frozenset(Kind), frozenset(), ())
    assert len(player.requests) < 15


def test_a_refused_list_and_a_hidden_location_are_named(player, probe):
    hidden, shown, *_more = player.school.vestigingen
    player.faults.forbidden = {"ouderVerzorger/"}
    player.faults.hidden_locations = {hidden["uuid"]}

    seen = probe()
    assert hidden["naam"] not in seen.locations
    assert shown["naam"] in seen.locations
    assert (seen.refused, [one.code for one in seen.remarks]) == ({Kind.GUARDIANS}, ["location-refused"])


def test_a_location_that_is_switched_off_is_not_asked(player, probe):
    off = player.school.vestigingen[0]["uuid"]
    probe(frozenset({off}))

    assert not [path for path in player.requests if off in path]


def test_a_wrong_secret_is_one_sentence(player, probe):
    with pytest.raises(RosterUnavailable) as told:
        probe(client_secret="anders")
    assert str(told.value).count(".") >= 1
