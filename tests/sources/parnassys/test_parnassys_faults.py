"""ParnasSys when it is down, refuses us or talks nonsense; and settings of any form."""

import pytest

from app.errors import InvalidInput, RosterUnavailable
from app.roster import Kind
from app.roster.parnassys.asking import addresses
from tests.roster.roster_world import counts, imported, plan
from tests.sources.parnassys.parnassys_player import KEY, NAME, playing
from tests.sources.soap_player import CUT, HTML, SoapFault


@pytest.fixture
def player():
    with playing() as player:
        yield player


@pytest.fixture
def fetch(player):
    return player.fetch


@pytest.mark.parametrize(
    "fault", [(500, HTML, {}), (429, b"", {"Retry-After": "7"}), CUT, (200, HTML, {}), (503, b"", {})]
)
def test_three_bad_answers_are_survived_and_four_are_a_failure_r110(player, fault):
    pauses = []
    player.faults = [fault] * 3
    assert len(player.fetch(pauses=pauses).pupils) == 30
    assert len(pauses) == 3
    assert fault[0] != 429 or pauses == [7.0] * 3

    player.faults = [fault] * 4
    with pytest.raises(RosterUnavailable):
        player.fetch()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"key": "fout"}, "supplier name and key"),
        ({"client_name": "fout"}, "supplier name and key"),
        ({"base_url": "{url}/elders/GeneriekeService"}, "not an answer of ParnasSys"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(player, changed, sentence):
    changed = {name: value.replace("{url}", player.url) for name, value in changed.items()}

    with pytest.raises(RosterUnavailable, match=sentence) as refusal:
        player.source(**changed).probe()
    assert "fout" not in refusal.value.message


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, HTML, {}), "not an answer of ParnasSys"),
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "unexpected answer"),
        ((401, HTML, {}), "supplier name and key"),
        ((403, HTML, {}), "supplier name and key"),
        ("<getLeerlingenResponse/>", "not an answer of ParnasSys"),
        ("<getLeerlingenResponse><return><groepen/></return></getLeerlingenResponse>", "not an answer of ParnasSys"),
        ((200, b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', {}), "not an answer of ParnasSys"),
        (SoapFault("Client", "vreemd"), "refused our question"),
        (SoapFault("Server", "java.lang.NullPointerException"), "does not answer well"),
        (SoapFault("Server", "Onbekend brinnummer"), "no access to school 99ZZ"),
    ],
)
def test_an_answer_that_is_no_list_is_a_failure_with_its_cause(player, answer, sentence):
    def told(*asked):
        if isinstance(answer, SoapFault):
            raise answer
        return answer

    player.answer = told
    with pytest.raises(RosterUnavailable, match=sentence):
        player.fetch()


def test_an_empty_list_waits_for_a_person(player, fetch):
    known = imported(fetch())
    player.school.leerlingen.clear()

    assert counts(plan(fetch(), known), "pupils") == {"gone": 30}
    assert plan(fetch(), known).used_pupils == 0


def test_values_never_change_the_question(player, fetch):
    fetch()

    request = player.requests[0][1]
    assert [child.text for child in request] == [NAME, KEY, "99ZZ", "2026 / 2027"]


@pytest.mark.parametrize(
    "base", ["/bao", "/bao/", "/bao/GeneriekeService", "/bao/GeneriekeService/", "/bao/generiekeservice?wsdl"]
)
def test_the_address_may_be_given_short_or_whole(player, base):
    if base == "/bao/generiekeservice?wsdl":
        player.path = "/bao/generiekeservice"

    assert len(player.fetch(base_url=player.url + base).pupils) == 30


def test_an_address_without_the_usual_name_works_too(player):
    player.path = "/omgeving"

    assert len(player.fetch(base_url=player.url + "/omgeving").pupils) == 30
    assert addresses("https://x.example/services/cxf/v3/generic") == ["https://x.example/services/cxf/v3/generic"]


@pytest.mark.parametrize("brin", ["99Z", "99ZZ001", "zz", "99ZZ, x"])
def test_what_is_no_brin_is_refused(player, brin):
    player.settings["brin"] = brin
    with pytest.raises(InvalidInput):
        player.source()


def test_a_setting_that_xml_cannot_hold_is_refused(player):
    with pytest.raises(InvalidInput):
        player.fetch(key="a\x00b")


def test_a_connection_that_is_tried_shows_what_may_be_read(player):
    player.refuse["getMedewerkers"] = SoapFault("Client", "Niet geautoriseerd")

    probe = player.source().probe()

    assert (probe.locations, probe.may_read, probe.refused) == (
        ("99ZZ",),
        {Kind.PUPILS, Kind.GROUPS, Kind.LOCATIONS},
        {Kind.STAFF},
    )
    assert [one.code for one in probe.remarks] == ["resource-refused"]
