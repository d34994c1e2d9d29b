"""OneRoster over a real HTTP server on loopback, 1.1 and 1.2: what is read, and how services differ."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import InvalidInput, RosterUnavailable
from app.roster import ABSENT, Kind
from app.roster.oneroster.client import places_of
from app.roster.oneroster.service import OneRosterSource
from app.roster.sources import SOURCES, service_source
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_player import BASES, Player
from tests.sources.oneroster.oneroster_school import TODAY, School
from tests.sources.oneroster.oneroster_world import by_key, codes

pytestmark = pytest.mark.once
school, read, player = oneroster_world.school, oneroster_world.read, oneroster_world.player
pauses, source, fetch = oneroster_world.pauses, oneroster_world.source, oneroster_world.fetch


def test_the_service_tells_the_same_as_the_files(school, read, fetch):
    assert replace(fetch(), source="oneroster-csv") == read(school.files())


def test_scopes_of_the_version_are_asked_with_basic_and_a_secret_that_is_never_trimmed(player, fetch):
    fetch()

    (form,) = player.forms
    assert form["grant_type"] == ["client_credentials"]
    assert f"https://purl.imsglobal.org/spec/or/{player.version}/scope/roster.readonly" in form["scope"][0].split()
    assert "client_secret" not in form
    with pytest.raises(RosterUnavailable, match="client secret"):
        fetch(client_secret=player.secret.strip())


def test_a_service_may_want_the_credentials_in_the_body_or_no_scopes(player, fetch):
    player.habits.basic = False
    assert len(fetch().pupils) == 6
    player.habits.scopes = False
    assert len(fetch().pupils) == 6
    player.habits.basic = True
    assert len(fetch().pupils) == 6


HABITS = {
    "links and a total": {},
    "links alone": {"total": False},
    "a total alone": {"links": False},
    "neither": {"total": False, "links": False},
    "short pages, links": {"most": 7},
    "short pages, a total": {"most": 7, "links": False},
    "short pages, neither": {"most": 7, "total": False, "links": False},
    "everything at once": {"ignores_paging": True, "total": False, "links": False},
    "everything at once, with a total": {"ignores_paging": True, "links": False},
}


@pytest.mark.parametrize("name", HABITS)
@pytest.mark.parametrize("pupils", [1, 6, 70])
def test_every_way_of_paging_gives_the_whole_list_once(name, pupils):
    with Player(School(pupils)) as player:
        for habit, value in HABITS[name].items():
            setattr(player.habits, habit, value)
        roster = OneRosterSource(player.settings, "99ZZ", TODAY).fetch()

    assert [one.key for one in roster.pupils] == [f"p{number}" for number in range(1, pupils + 1)]
    assert len(roster.guardians) == pupils


@pytest.mark.parametrize("end", [99, 100, 101, 199, 200])
@pytest.mark.parametrize("habits", [{"links": False}, {"links": False, "total": False}, {}])
def test_a_list_may_end_anywhere_on_a_page(end, habits):
    with Player(School(pupils=0)) as player:
        for number in range(end - 2):  # two teachers are users too
            player.school.add_user(f"p{number}", "student", "S1", "Eva", "Bos")
        for habit, value in habits.items():
            setattr(player.habits, habit, value)
        roster = OneRosterSource(player.settings, "99ZZ", TODAY).fetch()

    assert len(roster.pupils) == end - 2


def test_links_lead_on_but_never_to_another_host_r71(player, fetch):
    player.habits.most = 5
    with Player(School()) as other:
        player.habits.link_host = other.url
        assert len(fetch().pupils) == 6
        assert other.requests == []


@pytest.mark.parametrize(
    ("address", "places"),
    [
        ("https://x.nl", ["https://x.nl{v1p2}", "https://x.nl{v1p1}"]),
        ("https://x.nl/", ["https://x.nl{v1p2}", "https://x.nl{v1p1}"]),
        ("https://x.nl/ims/oneroster", ["https://x.nl{v1p2}", "https://x.nl{v1p1}"]),
        ("https://x.nl/ims/oneroster/rostering/", ["https://x.nl{v1p2}", "https://x.nl{v1p1}"]),
        ("https://x.nl/school7/ims", ["https://x.nl/school7{v1p2}", "https://x.nl/school7{v1p1}"]),
        ("https://x.nl{v1p1}", ["https://x.nl{v1p1}"]),
        ("https://x.nl{v1p2}/", ["https://x.nl{v1p2}"]),
        ("https://x.nl/api/oneroster/v1p1", ["https://x.nl/api/oneroster/v1p1"]),
    ],
)
def test_the_address_may_be_with_or_without_the_standard_path(address, places):
    found = [place.url for place in places_of(address.format(**BASES))]

    assert found == [place.format(**BASES) for place in places]


def test_the_version_is_found_when_the_address_names_none(player, fetch):
    roster = fetch(base_url=player.url + "/")

    assert len(roster.pupils) == 6
    assert (player.asked()[0] == "/orgs") == (player.version == "v1p2")
    assert len(player.forms) == (1 if player.version == "v1p2" else 2)  # 1.1 has scopes of its own


def test_a_token_that_ends_early_is_renewed(player, fetch):
    real, asked = player.school.__class__.__getitem__, []

    def forget(school, table):
        asked.append(table)
        if len(asked) == 4:
            player.tokens.clear()
        return real(school, table)

    player.school.__class__ = type("Forgetful", (School,), {"__getitem__": forget})
    assert len(fetch().pupils) == 6


def test_a_location_that_is_off_is_not_asked_and_closed_z226_z228(player, source):
    roster = source(switched_off=frozenset({"99ZZ02"})).fetch()

    assert {pupil.key for pupil in roster.pupils} == {"p1", "p3", "p5"}
    assert {one.key for one in roster.guardians} == {"g1", "g3", "g5"}
    assert (roster.closed_locations, len(roster.locations)) == ({"S2"}, 2)
    assert roster.delivers == frozenset(Kind)
    assert not [path for path in player.asked() if "S2" in path]
    assert all("filter" in one for one in player.requests if urlsplit(one).path.endswith("/users"))
    assert by_key(roster.staff, "t1").group_keys == ("h1",)


def test_all_locations_off_is_a_failure(source):
    with pytest.raises(RosterUnavailable):
        source(switched_off=frozenset({"99ZZ01", "S2"})).fetch()


def test_a_location_that_refuses_is_closed(player, source):
    player.school.add("orgs", "S3", name="Derde", type="school", identifier="99ZZ03")
    player.habits.refused["schools/S1/students"] = 403
    roster = source(switched_off=frozenset({"99ZZ03"})).fetch()

    assert roster.closed_locations == {"S1", "S3"}
    assert ("warning", "location", "S1", "location-refused") in codes(roster)


@pytest.mark.parametrize(
    ("refused", "missing", "codes_told"),
    [
        ({"users": 403}, {Kind.GUARDIANS}, ["staff-partial", "resource-refused"]),
        ({"users": 404, "teachers": 403}, {Kind.GUARDIANS, Kind.STAFF}, ["resource-refused"] * 2),
        ({"classes": 403}, {Kind.GROUPS}, ["resource-refused"]),
        ({"enrollments": 403}, {Kind.GROUPS}, ["resource-refused"]),
        ({"demographics": 403}, set(), ["resource-refused"]),
        ({"academicSessions": 404}, set(), []),
        ({"orgs": 403}, set(), []),
    ],
)
def test_what_is_refused_is_not_delivered_and_named(player, fetch, refused, missing, codes_told):
    player.habits.refused.update(refused)
    roster = fetch()

    assert roster.delivers == frozenset(Kind) - missing
    assert [code for *_rest, code in codes(roster)] == codes_told
    assert len(roster.pupils) == 6
    if "enrollments" in refused:
        assert by_key(roster.pupils, "p1").group_keys is ABSENT
    if "demographics" in refused:
        assert by_key(roster.pupils, "p1").birth_date is ABSENT


def test_nulls_bare_references_and_other_letters_are_read(player, fetch):
    user = player.school["users"]["p1"]
    user.update(email=None, middleName=None)
    real = _Lenient.as_json
    player._server.RequestHandlerClass.as_json = real
    roster = fetch()

    assert by_key(roster.pupils, "p1").email is None
    assert by_key(roster.pupils, "p1").location_key == "S1"


class _Lenient:
    def as_json(self, table, row):
        """Names in capitals, and references that are no objects."""
        record = {name.upper(): value for name, value in row.items()}
        if table == "users":
            own = [one for one in self.player.school["roles"].values() if one["userSourcedId"] == row["sourcedId"]]
            record["ROLES"] = [{"ROLE": one["role"], "ORG": one["orgSourcedId"]} for one in own]
        if table == "enrollments":
            record |= {"CLASS": row["classSourcedId"], "USER": {"SourcedId": row["userSourcedId"]}}
        return record | {"sourcedId": row["sourcedId"]}


def test_test_verbinding_says_what_may_be_read(player, source):
    probe = source().probe()
    assert (probe.locations, probe.may_read, probe.refused) == (("Lindelaan", "Havenkwartier"), frozenset(Kind), set())
    assert len(player.requests) < 12

    player.habits.refused.update({"teachers": 403, "enrollments": 403, "demographics": 404})
    probe = source().probe()
    assert probe.refused == {Kind.STAFF, Kind.GROUPS}
    assert [message.code for message in probe.remarks] == ["resource-refused"]


def test_test_verbinding_names_the_cause(player, source):
    with pytest.raises(RosterUnavailable, match="client ID and client secret"):
        source(client_secret="fout").probe()
    with pytest.raises(RosterUnavailable, match="address for access tokens"):
        source(token_url=player.url + "/elders").probe()
    with pytest.raises(RosterUnavailable, match="Check the address"):
        source(base_url=f"{player.url}/elders{player.path}").probe()
    player.habits.refused.update({"orgs": 403, "schools": 403})
    with pytest.raises(RosterUnavailable, match="access to no school"):
        source().probe()


def test_the_register_knows_its_settings(player, pauses):
    kind = SOURCES["oneroster"]
    assert [setting.name for setting in kind.settings] == ["base_url", "token_url", "client_id", "client_secret"]
    assert len(service_source("oneroster", player.settings, "99ZZ", TODAY, sleep=pauses).fetch().pupils) == 6
    with pytest.raises(InvalidInput):
        service_source("oneroster", player.settings | {"base_url": "http://x.nl"}, "99ZZ", TODAY)


def test_no_list_is_asked_for_a_field_that_is_not_read(player, fetch):
    fetch()

    assert set(player.asked()) <= {"/orgs", "/users", "/classes", "/enrollments", "/demographics", "/academicSessions"}
    assert {name for one in player.requests for name in parse_qs(urlsplit(one).query)} <= {"limit", "offset"}
