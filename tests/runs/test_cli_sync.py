"""`roster connect` and `roster sync` (contract.md), against a service that really answers."""

import json

import pytest
import sqlalchemy as sa

from app.models import Location, LocationKey, Person, SourceConnection, SyncRun
from tests.runs.run_world import command, count
from tests.sources.somtoday.somtoday_player import Player

__all__ = ["command"]


@pytest.fixture
def run(command):
    return lambda *arguments: command("roster", *arguments)


@pytest.fixture
def player():
    with Player(pupils=60, guardians=90, staff=8) as player:
        yield player


@pytest.fixture
def connect(run, player):
    def connect():
        settings = [part for pair in player.settings.items() for part in ("--set", "=".join(pair))]
        return run("connect", "--institution", "99ZZ", "--source", "somtoday", *settings)

    return connect


@pytest.mark.parametrize(
    ("settings", "named"), [({"extra": "1"}, "Onbekende instelling: extra"), ({}, "Ontbrekende instelling: client_id")]
)
def test_connect_names_the_settings_that_are_wrong(run, player, settings, named):
    wanted = {name: value for name, value in player.settings.items() if name != "client_id"} | settings
    code, answer = run(
        *("connect", "--institution", "99ZZ", "--source", "somtoday"),
        *(part for pair in wanted.items() for part in ("--set", "=".join(pair))),
    )

    assert code == 2
    assert answer["error"].startswith(named)
    assert "base_url, token_url, client_id, client_secret, organisation" in answer["error"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "http://api.somtoday.example"),
        ("base_url", "https://"),
        ("token_url", "https://me:secret@inloggen.somtoday.example/"),
        ("token_url", "https://[inloggen"),
        ("client_id", "a" * 1001),
        ("client_id", "a\nb"),
        ("client_secret", "a\x00b"),
        ("organisation", "De Zilverlinde"),
    ],
)
def test_connect_names_the_setting_with_a_value_that_cannot_be_meant(run, session, player, name, value):
    pairs = (player.settings | {name: value}).items()
    code, answer = run(
        *("connect", "--institution", "99ZZ", "--source", "somtoday"),
        *(part for pair in pairs for part in ("--set", "=".join(pair))),
    )

    assert code == 2
    assert answer["error"].startswith(f"Instelling {name}: ")
    assert "me:secret" not in answer["error"]
    assert count(session, SourceConnection) == 0


def test_a_secret_is_sealed_and_never_shown_r112(connect, session, player):
    code, answer = connect()

    assert (code, answer["settings"]["client_secret"]) == (0, "***")
    stored = session.scalar(sa.select(SourceConnection.settings))
    assert player.client_secret.strip() not in json.dumps(stored)
    assert stored["client_id"] == "zicht"


def test_sync_asks_the_connected_service(connect, run, session):
    connect()
    code, answer = run("sync", "--institution", "99ZZ")

    assert (code, answer["status"], answer["source"]) == (0, "applied", "somtoday")
    assert answer["counts"]["pupils"]["new"] == 60
    assert answer["counts"]["guardians"]["new"] == 90
    dry, shown = run("sync", "--institution", "99ZZ", "--dry-run")
    assert (dry, shown["run"], shown["counts"]["pupils"]["unchanged"]) == (0, None, 60)
    assert count(session, SyncRun) == 1


def test_a_service_that_cannot_be_read_ends_with_1(connect, run, player):
    connect()
    player.faults.refuse_tokens = True

    assert run("sync", "--institution", "99ZZ")[0] == 1
    code, answer = run("sync", "--institution", "99ZZ", "--dry-run")
    assert (code, answer["status"], answer["run"]) == (1, "failed", None)


def test_held_waits_and_approve_applies_it(connect, run, player, session):
    connect()
    run("sync", "--institution", "99ZZ")
    for pupil in player.school.leerlingen[:40]:
        player.school.remove_pupil(pupil["leerlingnummer"])
    code, held = run("sync", "--institution", "99ZZ")

    assert (code, held["status"], held["counts"]["pupils"]["gone"]) == (1, "held", 40)
    assert run("sync", "--institution", "99ZZ", "--dry-run")[0] == 1
    assert count(session, Person, kind="pupil", left_on=None) == 60
    code, applied = run("sync", "--institution", "99ZZ", "--approve")
    assert (code, applied["status"], applied["counts"]["pupils"]["gone"]) == (0, "applied", 40)


@pytest.mark.parametrize("has_code", [True, False])
def test_a_location_is_switched_off_and_on_z226(connect, player, run, session, has_code):
    for place in player.school.vestigingen if not has_code else ():
        place["brins"] = []
    connect()
    run("sync", "--institution", "99ZZ")
    first = session.scalars(sa.select(Location).order_by(Location.code)).first().code
    code, answer = run("connect", "--institution", "99ZZ", "--location", f"{first}=off")
    off = session.scalar(sa.select(LocationKey.key).join(Location).where(Location.code == first))
    session.rollback()
    player.requests.clear()
    synced = run("sync", "--institution", "99ZZ")[1]

    assert not [path for path in player.requests if off in path]
    assert (code, answer["source"], answer["locations"][0]["on"]) == (0, "somtoday", False)
    assert (synced["status"], synced["counts"]["pupils"]["gone"]) == ("applied", 0)
    assert 0 < synced["counts"]["pupils"]["seen"] < 60
    run("connect", "--institution", "99ZZ", "--location", f"{first}=on")
    assert run("sync", "--institution", "99ZZ")[1]["counts"]["pupils"]["unchanged"] == 60
