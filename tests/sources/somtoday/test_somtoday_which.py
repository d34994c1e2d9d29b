"""Which school the data of Somtoday are of: the search by code, by the organisation, and by the locations."""

import pytest

from app.errors import RosterUnavailable
from app.roster import Kind
from tests.sources.somtoday import somtoday_world
from tests.sources.somtoday.somtoday_world import codes

player, pauses, fetch = somtoday_world.player, somtoday_world.pauses, somtoday_world.fetch


def test_the_school_is_searched_by_its_code(player, fetch):
    player.faults.needs_code = True

    assert fetch().brin == "99ZZ"
    assert [path for path in player.requests if "instelling" in path] == ["/rest/v1/connect/instelling?brin=99ZZ"]


@pytest.mark.parametrize("status", [0, 400, 401, 403, 404])
def test_another_school_is_seen_by_its_organisation_or_by_its_locations(player, fetch, status):
    player.faults.school_status = status
    player.school.brin = "11AA"
    for place in player.school.vestigingen:
        place["brins"] = [place["brins"][0].replace("99ZZ", "11AA")]

    assert fetch().brin == "11AA"


def test_a_kind_that_no_location_gives_is_noted_once(player, fetch):
    player.faults.forbidden = {"stamgroep/", "lesgroep/", "ouderVerzorger/"}

    roster = fetch()

    assert roster.delivers == {Kind.PUPILS, Kind.STAFF, Kind.LOCATIONS}
    refused = ("warning", "", "resource-refused")
    assert codes(roster).count(refused) == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"base_url": "/rest/v2"}, "not an answer of Somtoday Connect"),
        ({"base_url": "/oauth2/token", "token_url": "/rest/v1"}, "not an answer of Somtoday Connect"),
        ({"token_url": "/oauth"}, "not an answer of Somtoday Connect"),
        ({"client_secret": "anders"}, "client secret for this organisation"),
        ({"organisation": "00000000-0000-4000-8000-000000000000"}, "client secret for this organisation"),
    ],
)
def test_a_wrong_setting_is_named_in_the_right_field(player, fetch, wrong, sentence):
    settings = {name: player.url + text if text.startswith("/") else text for name, text in wrong.items()}

    with pytest.raises(RosterUnavailable, match=sentence):
        fetch(**settings)
