"""Somtoday Connect when it is slow, down, refuses us or talks nonsense: never half a roster (R71, R110)."""

import logging

import httpx
import pytest

from app.errors import InvalidInput, RosterUnavailable
from app.roster.reading import transport
from app.roster.reading.transport import checked_address, pause_before
from app.roster.somtoday import SomtodaySource
from tests.sources.somtoday import somtoday_world
from tests.sources.somtoday.somtoday_player import Player

player, pauses, fetch = somtoday_world.player, somtoday_world.pauses, somtoday_world.fetch


@pytest.mark.parametrize("fault", ["status_500", "status_429", "cut", "html"])
def test_three_bad_answers_are_survived_and_four_are_a_failure_r110(player, fetch, pauses, fault):
    setattr(player.faults, fault, 3)
    assert len(fetch().pupils) == 60
    assert len(pauses) == 3

    setattr(player.faults, fault, 4)
    with pytest.raises(RosterUnavailable):
        fetch()
    assert len(pauses) == 6


def test_the_pause_that_the_service_asks_for_is_kept_within_bounds_r110(player, fetch, pauses):
    player.faults.status_429, player.faults.retry_after = 1, "7"
    fetch()
    player.faults.status_429, player.faults.retry_after = 1, "86400"
    fetch()
    player.faults.status_429, player.faults.retry_after = 1, "Wed, 21 Oct 2026 07:28:00 GMT"
    fetch()

    assert pauses[:2] == [7.0, 60.0]
    assert 0.25 <= pauses[2] <= 0.75
    assert all(0.25 * 2**n <= pause_before(n, None) <= 0.75 * 2**n for n in range(4) for _ in range(20))


def test_a_token_that_ends_early_is_renewed(player, fetch):
    player.faults.token_requests = 4

    assert len(fetch().pupils) == 60
    assert player.token_count > 3


def test_a_refused_secret_is_a_failure_that_shows_no_secret(player, fetch, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RosterUnavailable) as refusal:
        fetch(client_secret="heel geheim")

    assert "heel geheim" not in refusal.value.message
    assert refusal.value.__cause__ is None
    assert "heel geheim" not in caplog.text
    assert player.school.organisation not in caplog.text


def test_the_secret_is_never_trimmed(player, fetch):
    with pytest.raises(RosterUnavailable):
        fetch(client_secret=player.client_secret.strip())


def test_a_redirect_is_not_followed_r71(player, fetch):
    with Player(pupils=1, guardians=1, staff=1) as other:
        player.faults.redirect_to = f"{other.url}/rest/v1/connect/vestiging"
        with pytest.raises(RosterUnavailable):
            fetch()
        assert other.requests == []


def test_a_page_that_keeps_coming_back_is_a_failure():
    with Player(pupils=500, guardians=1, staff=1) as player:
        player.faults.repeat_page = True
        with pytest.raises(RosterUnavailable, match="same page"):
            SomtodaySource(player.settings, "99ZZ", player.today).fetch()


def test_no_locations_at_all_is_a_failure_and_not_an_empty_school(player, fetch):
    player.faults.empty = True
    with pytest.raises(RosterUnavailable):
        fetch()


def test_locations_without_pupils_give_an_empty_roster_for_the_gate_to_judge(player, fetch):
    player.school.leerlingen.clear()

    assert fetch().pupils == ()


def test_a_server_that_is_gone_is_a_failure(pauses):
    player = Player(pupils=1, guardians=1, staff=1)
    player.start()
    settings = player.settings
    player.stop()

    with pytest.raises(RosterUnavailable):
        SomtodaySource(settings, "99ZZ", player.today, sleep=pauses).fetch()
    assert len(pauses) == 3


@pytest.mark.parametrize(
    "address",
    [
        "",
        "somtoday.nl",
        "http://api.somtoday.nl",
        "ftp://x",
        "file:///etc/passwd",
        "https://",
        "https://u:p@x.nl",
        "https://@x.nl",
        "https://x y.nl",
        "https://[x.nl",
        "https://x.nl:999999",
        "https://x.nl#a",
    ],
)
def test_addresses_that_are_refused_r71(address):
    with pytest.raises(InvalidInput):
        checked_address(address, "base_url")


def test_another_school_is_named_as_such_for_the_plan(player, fetch):
    player.school.brin = "11AA"

    assert fetch().brin == "11AA"


@pytest.mark.parametrize("amount", ["201", "0", "x", ""])
def test_the_player_refuses_what_connect_refuses(player, amount):
    """The player is only a judge when it is as strict as the real service."""
    token = httpx.post(
        f"{player.settings['token_url']}?organisation={player.school.organisation}",
        data=login(player),
    ).json()["access_token"]
    url = f"{player.settings['base_url']}/connect/vestiging/{player.school.vestigingen[0]['uuid']}/leerling"

    assert httpx.get(url, params={"amount": amount}, headers={"Authorization": f"Bearer {token}"}).status_code == 400
    assert httpx.get(url, params={"amount": "5"}).status_code == 401
    assert httpx.get(url + "/", params={"amount": "5"}, headers={"Authorization": f"Bearer {token}"}).status_code == 404


def test_all_locations_refused_is_a_failure(player, fetch):
    player.faults.hidden_locations = {place["uuid"] for place in player.school.vestigingen}

    with pytest.raises(RosterUnavailable):
        fetch()


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "0.0.0.0", "fe80::1%eth0"])
def test_a_name_that_leads_inside_is_not_called_r71(monkeypatch, address):
    monkeypatch.setattr(transport.socket, "getaddrinfo", lambda *parts, **more: [(0, 0, 0, "", (address, 443))])

    with pytest.raises(RosterUnavailable, match="not allowed"):
        transport.Transport(sleep=lambda seconds: None).ask("GET", "https://api.somtoday.example/x")


def test_an_answer_that_never_ends_is_cut_off_r110(player, pauses):
    moments = iter(range(0, 10_000, 61))
    slow = transport.Transport(sleep=pauses, clock=lambda: next(moments))

    with pytest.raises(RosterUnavailable):
        slow.ask(
            "POST", player.settings["token_url"] + "?organisation=" + player.school.organisation, data=login(player)
        )
    slow.close()
    assert len(pauses) == 3


def test_an_answer_that_is_far_too_large_is_refused_r71(player, fetch, monkeypatch):
    monkeypatch.setattr(transport, "MAX_BYTES", 2000)

    with pytest.raises(RosterUnavailable, match="too large"):
        fetch()


def test_a_service_that_drops_the_line_at_any_byte_gives_the_whole_roster_or_none_r110(player, fetch):
    whole = fetch()
    for at in range(1, 16):
        player.faults.cut_at = at * 311
        player.faults.cut = 1 + at % 5
        try:
            assert fetch() == whole
        except RosterUnavailable:
            assert at % 5 >= 3
        player.faults.cut = 0


def login(player):
    return {"grant_type": "client_credentials", "client_id": "zicht", "client_secret": player.client_secret}


@pytest.fixture
def large():
    """One location with 500 pupils, which takes three pages."""
    with Player(pupils=500, guardians=1, staff=1) as player:
        place = player.school.vestigingen[0]
        del player.school.vestigingen[1:]
        for pupil in player.school.leerlingen:
            pupil["vestiging"] = {"uuid": place["uuid"]}
        yield player


def taken_out_after_the_first_page(player, count):
    """Takes out pupils of the first page when the second is asked; gives the keys of all others."""
    all_at, pupils = player.school.at, player.school.leerlingen

    def at(location, items):
        if items is pupils and sum("/leerling?" in path for path in player.requests) == 2:
            del pupils[:count]
        return all_at(location, items)

    player.school.at = at
    return {pupil["uuid"] for pupil in pupils[count:]}


def test_a_pupil_taken_out_between_two_pages_hides_no_other(large):
    others = taken_out_after_the_first_page(large, 3)

    roster = SomtodaySource(large.settings, "99ZZ", large.today).fetch()

    assert others <= {pupil.key for pupil in roster.pupils}


def test_data_that_change_too_much_while_they_are_read_are_a_failure(large):
    taken_out_after_the_first_page(large, 30)

    with pytest.raises(RosterUnavailable, match="changed while"):
        SomtodaySource(large.settings, "99ZZ", large.today).fetch()


@pytest.mark.parametrize("pupils", [199, 200, 201, 380, 400])
def test_every_pupil_comes_once_whatever_the_page_ends_with(large, pupils):
    del large.school.leerlingen[pupils:]

    keys = [pupil.key for pupil in SomtodaySource(large.settings, "99ZZ", large.today).fetch().pupils]

    assert keys == [pupil["uuid"] for pupil in large.school.leerlingen]


def test_pupils_and_guardians_are_asked_for_the_whole_school_year_z245(player, fetch):
    fetch()

    asked = {
        path.split("?")[0].rsplit("/connect/", 1)[1].split("/", 2)[-1] for path in player.requests if "HUIDIG" in path
    }
    assert asked == {"leerling", "ouderVerzorger/"}
