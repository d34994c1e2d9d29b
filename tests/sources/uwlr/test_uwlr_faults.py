"""A UWLR service that is down, refuses us or talks nonsense; and settings of any form."""

import pytest

from app.errors import RosterUnavailable
from app.roster import Kind
from tests.roster.roster_world import imported, plan
from tests.sources.soap_player import CUT, HTML, SoapFault
from tests.sources.uwlr.uwlr_player import LG, UwlrSchool, playing


@pytest.fixture
def player():
    with playing() as player:
        yield player


@pytest.fixture
def both():
    """Two locations that know different people."""
    with playing(UwlrSchool(), UwlrSchool("02", pupils=12, seed=2, first=900)) as player:
        player.settings["brin"] = "99ZZ.01,99ZZ.02"
        yield player


def test_an_empty_list_waits_for_a_person(player):
    known = imported(player.fetch())
    player.school.leerlingen.clear()

    assert plan(player.fetch(), known).used_pupils == 0


def test_all_locations_off_asks_nothing(both):
    with pytest.raises(RosterUnavailable, match="switched off"):
        both.fetch(off=frozenset({"99ZZ01", "99ZZ02"}))
    assert both.paths == []


def test_a_key_per_location(both):
    both.keys = {"01": "a=1", "02": "b:2"}
    both.settings["key"] = "99ZZ.01=a=1, 99zz02:b:2"

    assert len(both.fetch().pupils) == 42


def test_an_older_service_is_asked_in_its_own_version(player):
    player.versions = {"2.1"}

    assert len(player.fetch().pupils) == 30
    assert [request.findtext(f"{{{LG}}}xsdversie") for _action, request in player.requests] == ["2.2", "2.1"]


@pytest.mark.parametrize("fault", [(500, HTML, {}), (429, b"", {"Retry-After": "7"}), CUT, (200, HTML, {})])
def test_three_bad_answers_are_survived_and_four_are_a_failure_r110(player, fault):
    pauses = []
    player.faults = [fault] * 3
    assert len(player.fetch(pauses=pauses).pupils) == 30
    assert len(pauses) == 3

    player.faults = [fault] * 4
    with pytest.raises(RosterUnavailable):
        player.fetch()


@pytest.mark.parametrize("code", ["Server.InterneFout", "Server.TijdelijkNietBeschikbaar"])
def test_only_faults_of_the_server_are_asked_again(player, code):
    player.refuse["01"] = SoapFault(code)
    with pytest.raises(RosterUnavailable, match="does not answer well"):
        player.fetch()
    assert len(player.requests) == 4

    player.refuse["01"] = SoapFault("Client.OngeldigBericht")
    with pytest.raises(RosterUnavailable, match="refused our question"):
        player.fetch()
    assert len(player.requests) == 5


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"key": "heel-fout"}, "authorisation key for 99ZZ01"),
        ({"client_code": "heel-fout"}, "client code and client name"),
        ({"base_url": "{url}/heel-fout"}, "not an answer of UWLR"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(player, changed, sentence):
    changed = {name: value.replace("{url}", player.url) for name, value in changed.items()}
    with pytest.raises(RosterUnavailable, match=sentence) as refusal:
        player.source(**changed).probe()
    assert "heel-fout" not in refusal.value.message


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "unexpected answer"),
        ((403, HTML, {}), "does not let us in"),
        ((400, HTML, {}), "not an answer of UWLR"),
        ("<leerlinggegevens_antwoord/>", "not an answer of UWLR"),
        ("<html/>", "not an answer of UWLR"),
        ((200, b"<x><![CDATA[", {}), "not an answer of UWLR"),
    ],
)
def test_an_answer_that_is_no_list_is_a_failure_with_its_cause(player, told, sentence):
    player.answer = lambda *asked: told
    with pytest.raises(RosterUnavailable, match=sentence):
        player.fetch()


def test_a_connection_that_is_tried_shows_what_may_be_read(player):
    probe = player.source().probe()

    assert (probe.locations, probe.refused, probe.remarks) == (("Locatie 01",), frozenset(), ())
    assert probe.may_read == set(Kind) - {Kind.GUARDIANS}
