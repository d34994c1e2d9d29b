"""Magister and Presentis from the command line, as an administrator connects them (contract.md)."""

import json

import pytest

from tests.runs.run_world import command
from tests.sources.magister import magister_player
from tests.sources.presentis import presentis_player

__all__ = ["command"]


@pytest.mark.parametrize(("source", "player_of"), [("magister", magister_player), ("presentis", presentis_player)])
def test_a_school_is_connected_synchronised_and_unchanged_the_next_time(command, source, player_of):
    with player_of.Player() as player:
        told = [f"{name}={value}" for name, value in player.settings.items()]
        settings = [part for one in told for part in ("--set", one)]
        assert command("roster", "connect", "--institution", "99ZZ", "--source", source, *settings)[0] == 0

        code, first = command("roster", "sync", "--institution", "99ZZ")
        assert (code, first["status"]) == (0, "applied")
        assert first["counts"]["pupils"] == {
            "seen": 60,
            "new": 60,
            "changed": 0,
            "unchanged": 0,
            "gone": 0,
            "skipped": 0,
        }

        code, second = command("roster", "sync", "--institution", "99ZZ")
        assert (code, second["counts"]["pupils"]["unchanged"]) == (0, 60)
        assert second["counts"]["groups"]["new"] == 0

        secret = player.settings.get("password") or player.settings["client_secret"]
        player.faults.forbidden = {"getactivestudents", "leerlingen"}
        code, third = command("roster", "sync", "--institution", "99ZZ")
        assert (code, third["status"]) == (1, "failed")
        assert secret.strip() not in json.dumps([first, second, third], ensure_ascii=False)
        assert third["reason"]


def test_a_location_that_is_switched_off_stays_as_it_is_z226_z228(command):
    with magister_player.Player() as player:
        settings = [part for name, value in player.settings.items() for part in ("--set", f"{name}={value}")]
        command("roster", "connect", "--institution", "99ZZ", "--source", "magister", *settings)
        command("roster", "sync", "--institution", "99ZZ")
        _code, school = command("institution", "list")
        places = next(one for one in school if one["institution"] == "99ZZ")["locations"]
        name = next(one["code"] for one in places if one["name"] == "Havenkwartier")
        command("roster", "connect", "--institution", "99ZZ", "--source", "magister", "--location", f"{name}=off")
        player.requests.clear()

        code, answer = command("roster", "sync", "--institution", "99ZZ")

        assert (code, answer["status"]) == (0, "applied")
        assert answer["counts"]["pupils"]["gone"] == answer["counts"]["staff"]["gone"] == 0
        assert answer["counts"]["groups"]["gone"] == 0
        here = {
            one["stamnr_str"]
            for one in player.school.leerlingen
            if one["Administratieve_eenheid.Omschrijving"] == "Havenkwartier"
        }
        assert not any(path.rpartition("/")[2] in here for path in player.requests)
