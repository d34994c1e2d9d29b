""" "Test verbinding" of ParnasSys and UWLR: small questions, not heard to the end, and short waits told as such."""

import time

import pytest

from app.errors import RosterUnavailable
from app.roster import Kind
from app.roster.reading import soap
from app.roster.reading.transport import Waits
from tests.sources.parnassys import parnassys_player
from tests.sources.soap_player import SoapFault, enveloped
from tests.sources.uwlr import uwlr_player

ALL = set(Kind) - {Kind.GUARDIANS}


@pytest.fixture
def parnassys():
    with parnassys_player.playing() as player:
        yield player


@pytest.fixture
def uwlr():
    with uwlr_player.playing() as player:
        yield player


@pytest.fixture
def in_a_hurry(monkeypatch):
    for module in ("uwlr", "parnassys", "reading.soap"):
        monkeypatch.setattr(f"app.roster.{module}.TEST_WAITS", Waits(silence=0.2, whole=0.4, tries=1))


def codes(probe):
    return [one.code for one in probe.remarks]


def slowly(player, *names):
    """Makes these questions slow: every one, or those of these operations."""
    answer = player.answer

    def slow(action, *asked):
        if not names or action in names:
            time.sleep(0.6)
        return answer(action, *asked)

    player.answer = slow


def never_ending(player, end):
    """The answer stops coming after this end of an element, though more was announced."""
    answer = player.answer

    def cut(*asked):
        told = enveloped(answer(*asked))
        at = told.find(end)
        return (200, told[: at + len(end)], {"Content-Length": str(len(told))}) if at > 0 else (200, told, {})

    player.answer = cut


def test_a_lvs_that_knows_of_changes_is_asked_for_none_and_says_we_are_let_in(uwlr):
    uwlr.knows_changes = True

    probe = uwlr.source().probe()

    assert (probe.locations, probe.may_read, probe.refused) == (("99ZZ01",), frozenset(), frozenset())
    assert codes(probe) == ["let-in"]
    assert len(uwlr.requests) == 1


def test_a_lvs_that_does_not_know_that_part_of_the_question_is_asked_without_it(uwlr):
    answer = uwlr.answer

    def strict(action, request, header):
        if len(request) == 5:
            raise SoapFault("Client.OngeldigBericht")
        return answer(action, request, header)

    uwlr.answer = strict

    assert uwlr.source().probe().may_read == ALL
    assert [len(request) for _action, request in uwlr.requests] == [5, 4]


def test_a_wrong_key_is_asked_once(uwlr):
    with pytest.raises(RosterUnavailable, match="authorisation key"):
        uwlr.source(key="fout").probe()
    assert len(uwlr.requests) == 1


def test_a_lvs_that_sends_everything_is_not_heard_to_the_end(uwlr):
    never_ending(uwlr, b"</leerkracht>")

    assert uwlr.source().probe().may_read == ALL
    with pytest.raises(RosterUnavailable):
        uwlr.fetch()


def test_of_parnassys_the_first_pupil_is_enough(parnassys):
    never_ending(parnassys, b"</leerling>")

    assert parnassys.source().probe().may_read == ALL
    assert [action for action, _request in parnassys.requests] == ["getMedewerkers", "getLeerlingen"]
    with pytest.raises(RosterUnavailable):
        parnassys.fetch()


@pytest.mark.usefixtures("in_a_hurry")
def test_a_slow_lvs_is_told_as_slow_and_not_as_wrong(uwlr):
    slowly(uwlr)
    begun = time.monotonic()

    with pytest.raises(RosterUnavailable, match="A synchronisation waits longer"):
        uwlr.source().probe()
    assert time.monotonic() - begun < 2
    assert len(uwlr.fetch().pupils) == 30


@pytest.mark.usefixtures("in_a_hurry")
def test_parnassys_that_is_slow_with_pupils_has_let_us_in(parnassys):
    slowly(parnassys, "getLeerlingen")

    probe = parnassys.source().probe()

    assert (probe.locations, probe.may_read, codes(probe)) == (("99ZZ",), {Kind.STAFF}, ["list-slow"])
    slowly(parnassys)
    with pytest.raises(RosterUnavailable, match="A synchronisation waits longer"):
        parnassys.source().probe()


def test_a_school_that_is_shut_is_not_among_those_that_may_be_read(parnassys):
    parnassys.settings["brin"] = "99ZZ,11AA"

    probe = parnassys.source().probe()

    assert probe.locations == ("99ZZ",)
    assert [(one.kind, one.key, one.code) for one in probe.remarks] == [("location", "11AA", "location-refused")]


def test_a_right_that_parnassys_does_not_give_costs_only_that_list(parnassys):
    parnassys.refuse["getMedewerkers"] = SoapFault("Server", "Geen rechten voor deze functie")

    assert parnassys.source().probe().refused == {Kind.STAFF}
    roster = parnassys.fetch()
    assert Kind.STAFF not in roster.delivers
    assert len(roster.pupils) == 30

    parnassys.refuse["getLeerlingen"] = SoapFault("Server", "Geen rechten voor deze functie")
    with pytest.raises(RosterUnavailable, match="no right to read this"):
        parnassys.fetch()


def test_whose_data_they_are_is_told_to_who_tests(uwlr, parnassys):
    assert (uwlr.source().probe().brin, parnassys.source().probe().brin) == ("99ZZ", "99ZZ")

    uwlr.school.school.find("brincode").text = "11AA"
    parnassys.schools["11AA"] = parnassys_player.ParnassysSchool("11AA", pupils=3)
    assert uwlr.source().probe().brin == "11AA"
    assert parnassys.source(brin="99ZZ").probe().brin == "99ZZ"
    parnassys.settings["brin"] = "11AA"
    assert parnassys.source().probe().brin == "11AA"


def test_the_end_of_an_element_is_seen_in_two_parts_under_any_prefix_and_again_at_another_try():
    ended = soap.Ended(("leerling", "groepen"))
    body = bytearray(b"<ns:leerling key='1'></ns:leer")

    assert not ended(body)
    body += b"ling ><groepen/>"
    assert not ended(body)
    body += b"</GROEPEN>"
    assert ended(body)
    assert not ended(bytearray(b"<x></leerlingen>"))
