"""Presentis when it is slow, down, refuses us or talks nonsense: never half a roster (R71, R110)."""

import logging

import pytest

from app.errors import InvalidInput, RosterUnavailable
from app.roster import ABSENT, Kind
from tests.roster.roster_world import counts, imported, plan
from tests.runs.run_world import Writes, take_in
from tests.sources.presentis import presentis_world
from tests.sources.presentis.presentis_world import Player, by_number, codes

player, pauses, source, fetch = (
    presentis_world.player,
    presentis_world.pauses,
    presentis_world.source,
    presentis_world.fetch,
)
__all__ = ["take_in"]


def refusal_of(do):
    with pytest.raises(RosterUnavailable) as refusal:
        do()
    return refusal.value.message


def rows(plan):
    return {name: found for name, found in plan.rows.items() if found.new or found.changed or found.gone}


@pytest.mark.parametrize("fault", ["status_500", "status_429", "cut", "html"])
def test_three_bad_answers_are_survived_and_four_are_a_failure_r110(player, fetch, pauses, fault):
    setattr(player.faults, fault, 3)
    assert len(fetch().pupils) == 60
    assert len(pauses) == 3

    setattr(player.faults, fault, 4)
    refusal_of(fetch)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_wrong_secret_is_named_and_never_told(player, fetch, caplog, status):
    caplog.set_level(logging.DEBUG)
    player.faults.refuse_tokens = status
    said = [refusal_of(fetch)]
    player.faults.refuse_tokens = None
    said.append(refusal_of(lambda: fetch(client_secret="heel geheim")))

    assert all("client ID and client secret" in one for one in said)
    assert "geheim" not in " ".join((*said, caplog.text))


def test_a_token_that_ends_early_is_renewed(player, fetch):
    player.faults.token_requests = 20

    assert len(fetch().pupils) == 60
    assert player.token_count > 3


def test_a_redirect_is_not_followed_r71(player, fetch):
    with Player(pupils=1, staff=3) as other:
        player.faults.redirect_to = f"{other.url}/rest/v1/schoollocaties"
        refusal_of(fetch)
        assert other.requests == []


@pytest.mark.parametrize("answer", [{"fout": "x"}, {"schoollocaties": "x"}, ["x"], "x", {"schoollocaties": []}, {}])
def test_an_answer_without_locations_is_a_failure(player, fetch, answer):
    player.faults.answers["schoollocaties"] = answer
    refusal_of(fetch)


def test_a_page_that_keeps_coming_back_is_a_failure():
    with Player(pupils=900, staff=3) as player:
        player.faults.repeat_page = True
        player.school.leerlingen[100] = player.school.all_pupils()
        with pytest.raises(RosterUnavailable, match="same page"):
            presentis_world.PresentisSource(player.settings, "99ZZ", player.today).fetch()


def test_no_pupils_at_all_is_a_failure_and_not_an_empty_school(player, fetch):
    player.faults.empty = {"leerlingen"}
    assert "no pupils at all" in refusal_of(fetch)


@pytest.mark.parametrize("answer", [{"error": "x"}, {"leerlingen": {"0": {}}}, {"leerlingen": ["x"]}])
def test_pupils_that_are_no_list_are_a_failure(player, fetch, answer):
    player.faults.answers["leerlingen"] = answer
    refusal_of(fetch)


def test_a_refused_location_is_closed_and_costs_nobody_anything(player, fetch):
    known = imported(fetch())
    player.faults.forbidden = {"leerlingen/101"}

    roster = fetch()

    assert roster.closed_locations == {"101"}
    assert ("warning", "Havenkwartier", "location-refused") in codes(roster)
    assert rows(plan(roster, known)) == {}


def test_all_locations_refused_is_a_failure(player, fetch):
    player.faults.forbidden = {"leerlingen"}
    assert "no location" in refusal_of(fetch)


@pytest.mark.parametrize("how", ["forbidden", "empty"])
def test_no_persons_are_no_staff_delivered(player, fetch, how):
    known = imported(fetch())
    setattr(player.faults, how, {"personen"})

    roster = fetch()

    assert Kind.STAFF not in roster.delivers
    assert rows(plan(roster, known)) == {}


@pytest.mark.parametrize("resource", ["klassen", "cursussen", "leerlingklassen", "leerlingcursussen"])
def test_a_refused_resource_costs_nobody_a_group(player, fetch, resource):
    known = imported(fetch())
    player.faults.forbidden = {resource}

    assert rows(plan(fetch(), known)) == {}


@pytest.mark.parametrize("count", [1, 20, 60])
def test_questions_that_fail_cost_nobody_a_group(player, fetch, count):
    known = imported(fetch())
    numbers = [one["leerlingid"] for one in player.school.all_pupils()][:count]
    player.faults.dead = {f"leerlingklassen/{number}" for number in numbers}

    roster = fetch()

    assert sum(one.group_key is ABSENT for one in roster.pupils) >= count
    assert ("warning", "", "groups-not-read") in codes(roster)
    assert rows(plan(roster, known)) == {}


@pytest.mark.parametrize("answer", [{}, {"leerlingklassen": None}])
def test_an_answer_without_a_list_is_no_empty_list(player, fetch, answer):
    known = imported(fetch())
    player.faults.answers["leerlingklassen"] = answer

    assert rows(plan(fetch(), known)) == {}


def test_records_that_cannot_be_read_cost_nobody_a_place_z244(player, fetch):
    known = imported(fetch())
    nameless, strange, keyless = player.school.leerlingen[100][:3]
    nameless["achternaam"] = None
    strange.update(geboortedatum="ooit", voornaam="x" * 5000, uitschrijfdatum="99991231")
    keyless["leerlingid"] = None

    roster = fetch()

    found = {code for _severity, _key, code in codes(roster)}
    assert found >= {"last-name-missing", "date-unreadable", "field-too-long", "key-missing"}
    assert counts(plan(roster, known), "pupils").get("gone", 0) == 0


def test_a_wrong_school_is_named_for_the_plan(player, fetch):
    for location in player.school.schoollocaties:
        location["brin6"] = f"11AA{location['schoollocatieid'] - 100:02d}"

    assert fetch().brin == "11AA"


@pytest.mark.parametrize("address", ["x", "http://api.presentis.nl", "https://u:p@x.nl"])
def test_addresses_that_are_refused_r71(source, address):
    with pytest.raises(InvalidInput):
        source(base_url=address)


def test_the_connection_can_be_tried(player, source):
    probe = source().probe()

    assert probe.locations == ("Lindelaan", "Havenkwartier", "Praktijkschool Oost")
    assert (probe.may_read, probe.refused) == (frozenset(Kind) - {Kind.GUARDIANS}, frozenset())
    assert len(player.requests) == 7

    player.faults.forbidden = {"personen"}
    assert source().probe().refused == {Kind.STAFF}
    player.faults.forbidden = {"leerlingklassen", "leerlingcursussen"}
    assert source().probe().refused == {Kind.GROUPS}
    player.faults.forbidden = {"leerlingklassen"}
    probe = source().probe()
    assert (probe.refused, [one.values for one in probe.remarks]) == (frozenset(), [{"resource": "home_groups"}])
    player.faults.forbidden = {"leerlingen"}
    assert "the pupils" in refusal_of(source().probe)
    assert "client secret" in refusal_of(source(client_secret="fout").probe)
    assert "accepts no connection" in refusal_of(source(token_url="http://127.0.0.1:1").probe)


def test_who_tries_the_connection_sees_the_locations_that_are_open_and_no_others(player, source):
    player.faults.forbidden = {"leerlingen/101"}

    probe = source(switched_off=frozenset({"102"})).probe()

    assert probe.locations == ("Lindelaan",)
    assert [(one.kind, one.key, one.code) for one in probe.remarks] == [
        ("location", "Havenkwartier", "location-refused")
    ]
    assert "switched off" in refusal_of(source(switched_off=frozenset({"100", "101", "102"})).probe)
    assert "switched off" in refusal_of(source(switched_off=frozenset({"100", "101", "102"})).fetch)


def test_a_school_on_a_database_first_unchanged_changed(db, player, fetch, take_in):
    take_in(fetch())
    with Writes(db.engine) as writes:
        assert take_in(fetch()).is_empty
    assert writes.seen == []

    one = player.school.leerlingen[100][0]
    one["achternaam"] = "Vernieuwd"
    player.school.leerlingen[100][1]["uitschrijfdatum"] = "20260930"
    later = take_in(fetch())
    assert (later.counts[Kind.PUPILS].changed, later.counts[Kind.PUPILS].gone) == (1, 1)
    assert by_number(fetch().pupils, one["leerlingnummer"]).last_name == "Vernieuwd"
