"""Somtoday Connect over a real HTTP server on loopback: what is read, and every way it can go wrong (R110, R71)."""

import logging
from datetime import date

import pytest

from app.errors import InvalidInput, RosterUnavailable
from app.roster import ABSENT, Kind
from app.roster.somtoday import SomtodaySource
from app.roster.transport import checked_address, pause_before
from tests.somtoday_player import Player

pytestmark = pytest.mark.filterwarnings("error")


class Pauses(list):
    """Counts the pauses instead of waiting."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def player():
    with Player(pupils=60, guardians=90, staff=8) as player:
        yield player


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def fetch(player, pauses):
    def fetch(today=None, switched_off=frozenset(), **changed):
        settings = {**player.settings, **changed}
        return SomtodaySource(settings, "99ZZ", today or player.today, switched_off=switched_off, sleep=pauses).fetch()

    return fetch


def by_number(people, number):
    return next(person for person in people if person.number == str(number))


def codes(roster):
    return [(message.severity, message.key, message.code) for message in roster.messages]


def test_a_whole_school_comes_in_pages_of_at_most_200():
    with Player(pupils=640, guardians=900, staff=60) as player:
        seen = []
        roster = SomtodaySource(player.settings, "99ZZ", player.today).fetch(
            lambda kind, count: seen.append((kind, count))
        )

    assert (len(roster.pupils), len(roster.guardians), len(roster.staff)) == (640, 900, 60)
    assert len({pupil.key for pupil in roster.pupils}) == 640
    assert roster.delivers == frozenset(Kind)
    assert (roster.brin, roster.school_year, roster.reference_date) == ("99ZZ", 2026, date(2026, 10, 5))
    assert [location.code for location in roster.locations] == ["99ZZ00", "99ZZ01", "99ZZ02"]
    assert roster.messages == ()
    assert seen[-1] == ("pupils", 640)
    assert player.token_count == 1


def test_all_fields_of_a_pupil_z246_to_z258(player, fetch):
    told = player.school.leerlingen[0]
    told.update(voorvoegsel="'t", eckid="https://ketenid.nl/201703/ab")

    pupil = by_number(fetch().pupils, told["leerlingnummer"])

    placement = told["plaatsingen"][1]
    assert pupil.key == told["uuid"]
    assert (pupil.first_name, pupil.prefix, pupil.last_name) == (told["roepnaam"], "'t", told["achternaam"])
    assert pupil.birth_date.isoformat() == told["geboortedatum"]
    assert (pupil.gender, pupil.email) == ({"MAN": "male", "VROUW": "female"}[told["geslacht"]], told["emailadres"])
    assert (pupil.year_of_study, pupil.programme_code) == (placement["leerjaar"], placement["opleiding"]["code"])
    assert (pupil.group_key, pupil.location_key) == (placement["stamgroep"]["uuid"], told["vestiging"]["uuid"])
    assert pupil.mentor_keys == (placement["mentoren"][0]["medewerker_uuid"],)
    assert set(pupil.group_keys) == {group["uuid"] for group in told["lesgroepen"]}
    assert (pupil.leaving_date, pupil.eckid) == (None, "https://ketenid.nl/201703/ab")


def test_a_guardian_with_relation_post_and_rank_z259_to_z267(player, fetch):
    told = player.school.verzorgers[0]
    told["relatie_tot_leerlingen"][0].update(relatiesoort="stiefvader", mag_post_ontvangen=False)

    roster = fetch()

    guardian = next(one for one in roster.guardians if one.key == told["uuid"])
    pair = next(one for one in roster.guardianships if one.guardian_key == told["uuid"])
    assert (guardian.initials, guardian.last_name) == (told["voorletters"], told["achternaam"])
    assert guardian.number == told["uuid"].replace("-", "")[:12]
    assert (pair.relation, pair.receives_post, pair.rank) == ("stiefvader", False, 1)
    assert pair.pupil_key == told["relatie_tot_leerlingen"][0]["uuid"]


def test_a_guardian_number_of_the_school_itself_is_used_when_there_is_one_z264(player, fetch):
    player.school.verzorgers[0]["verzorgernummer"] = 4711

    assert by_number(fetch().guardians, 4711).key == player.school.verzorgers[0]["uuid"]


def test_a_guardian_who_wants_no_mail_gets_none(player, fetch):
    player.school.verzorgers[0].update(wenstContactViaEMail=False, emailadres="a@thuis.example")

    assert next(g for g in fetch().guardians if g.key == player.school.verzorgers[0]["uuid"]).email is None


def test_staff_with_groups_and_a_plain_number_z269_to_z275(player, fetch):
    told = player.school.medewerkers[0]
    classes = [
        g["uuid"] for g in player.school.stamgroepen if any(m["medewerker_uuid"] == told["uuid"] for m in g["mentoren"])
    ]

    member = by_number(fetch().staff, told["medewerkernummer"].removeprefix("Medewerker "))

    assert (member.key, member.first_name, member.last_name) == (told["uuid"], told["roepnaam"], told["achternaam"])
    assert classes
    assert set(member.group_keys) == {*classes, *(group["uuid"] for group in told["lesgroepen"])}


@pytest.mark.parametrize(
    ("given", "short", "number"),
    [("Medewerker 7", "JAN", "7"), ("X-7", "JAN", "X-7"), (None, "JAN", "JAN"), (None, None, None)],
)
def test_the_number_of_a_staff_member_falls_back_z269(player, fetch, given, short, number):
    told = player.school.medewerkers[0]
    told.update(medewerkernummer=given, afkorting=short)

    roster = fetch()

    fixed = told["uuid"].replace("-", "")[:12]
    assert by_number(roster.staff, number or fixed).key == told["uuid"]
    assert codes(roster) == ([] if number else [("warning", fixed, "number-missing")])


def test_staff_who_have_left_are_not_told_z268(player, fetch):
    player.school.medewerkers[0]["datum_uit_dienst"] = "2026-10-04"
    player.school.medewerkers[1]["datum_uit_dienst"] = "2026-10-05"

    numbers = {member.key for member in fetch().staff}

    assert player.school.medewerkers[0]["uuid"] not in numbers
    assert player.school.medewerkers[1]["uuid"] in numbers


@pytest.mark.parametrize(
    ("begin", "end", "told", "leaves"),
    [
        ("2026-10-05", "2027-07-31", True, None),
        ("2026-10-06", "2027-07-31", False, None),
        ("2026-08-01", "2026-10-05", True, date(2026, 10, 5)),
        ("2026-08-01", "2026-10-04", True, date(2026, 10, 4)),
        ("2026-08-01", None, True, None),
    ],
)
def test_only_a_placement_of_this_school_year_counts_z245_z255(player, fetch, begin, end, told, leaves):
    pupil = player.school.leerlingen[0]
    pupil["plaatsingen"][1].update(startdatum=begin, einddatum=end)

    roster = fetch()

    found = [one for one in roster.pupils if one.key == pupil["uuid"]]
    assert [one.leaving_date for one in found] == ([leaves] if told else [])
    missing = ("info", str(pupil["leerlingnummer"]), "not-in-school-year")
    assert (missing in codes(roster)) == (not told)


def test_a_change_of_class_in_the_year_is_no_leaving(player, fetch):
    pupil = player.school.leerlingen[0]
    first = pupil["plaatsingen"][1]
    group = {"uuid": player.school.stamgroepen[1]["uuid"], "naam": player.school.stamgroepen[1]["naam"]}
    pupil["plaatsingen"].append({**first, "uuid": "x", "startdatum": "2026-10-05", "stamgroep": group})
    first["einddatum"] = "2026-10-04"

    found = by_number(fetch().pupils, pupil["leerlingnummer"])

    assert (found.group_key, found.leaving_date) == (group["uuid"], None)


def test_a_refused_location_is_closed_and_its_people_are_not_told_as_gone(player, fetch):
    closed = player.school.vestigingen[1]
    player.faults.hidden_locations = {closed["uuid"]}

    roster = fetch()

    assert roster.closed_locations == {closed["uuid"]}
    assert closed["uuid"] in {location.key for location in roster.locations}
    assert not [pupil for pupil in roster.pupils if pupil.location_key == closed["uuid"]]
    assert codes(roster) == [("warning", "99ZZ01", "location-refused")]


def test_all_locations_refused_is_a_failure(player, fetch):
    player.faults.hidden_locations = {place["uuid"] for place in player.school.vestigingen}

    with pytest.raises(RosterUnavailable):
        fetch()


def test_a_switched_off_location_is_not_even_asked_z245(player, fetch):
    off = player.school.vestigingen[2]["uuid"]

    roster = fetch(switched_off=frozenset({"99ZZ02"}))

    assert not [path for path in player.requests if off in path]
    assert roster.closed_locations == {off}


def test_a_kind_that_the_school_does_not_give_is_not_delivered(player, fetch):
    player.faults.forbidden = {"ouderVerzorger/"}

    roster = fetch()

    assert roster.delivers == frozenset(Kind) - {Kind.GUARDIANS}
    assert (roster.guardians, roster.guardianships) == ((), ())
    assert len(roster.pupils) == 60


def test_absent_is_cleared_only_for_a_field_that_we_may_see(player, fetch):
    pupil = player.school.leerlingen[0]
    for name in ("emailadres", "voorvoegsel"):
        pupil.pop(name, None)
    player.faults.not_permitted = {"emailadres", "geboortedatum"}

    found = by_number(fetch().pupils, pupil["leerlingnummer"])
    assert (found.email, found.birth_date, found.prefix) == (ABSENT, ABSENT, None)

    player.faults.without_permissions = True
    assert by_number(fetch().pupils, pupil["leerlingnummer"]).prefix is ABSENT


def test_links_that_the_pupil_does_not_tell_come_from_the_groups(player, fetch):
    before = fetch()
    for pupil in player.school.leerlingen:
        del pupil["lesgroepen"], pupil["plaatsingen"][1]["stamgroep"], pupil["plaatsingen"][1]["mentoren"]

    after = fetch()

    for old, new in zip(before.pupils, after.pupils, strict=True):
        assert (new.group_key, set(new.group_keys), new.mentor_keys) == (
            old.group_key,
            set(old.group_keys),
            old.mentor_keys,
        )


def test_a_person_told_by_two_locations_is_one_record(player, fetch):
    first, second = player.school.leerlingen[0], player.school.leerlingen[-1]
    assert first["vestiging"] != second["vestiging"]
    guardian = next(g for g in player.school.verzorgers if g["relatie_tot_leerlingen"][0]["uuid"] == first["uuid"])
    guardian["relatie_tot_leerlingen"].append(
        {"uuid": second["uuid"], "relatiesoort": "tante", "mag_post_ontvangen": True}
    )

    roster = fetch()

    assert [g.key for g in roster.guardians].count(guardian["uuid"]) == 1
    pairs = {pair.pupil_key: pair for pair in roster.guardianships if pair.guardian_key == guardian["uuid"]}
    assert pairs[second["uuid"]].relation == "tante"
    assert len(pairs) == len(guardian["relatie_tot_leerlingen"])


def test_secret_and_special_fields_are_never_read_r83(player, fetch):
    everything = repr(fetch())

    for secret in ("0612345678", "0687654321", "0611111111", "Geheimstraat", "123456782"):
        assert secret not in everything


def test_one_bad_record_stops_no_other_z244(player, fetch):
    first, second, third = player.school.leerlingen[:3]
    del first["achternaam"]
    del second["uuid"]
    third.update(geboortedatum="31-12-2011", emailadres="geen adres")

    roster = fetch()

    assert len(roster.pupils) == 58
    assert codes(roster) == [
        ("error", str(first["leerlingnummer"]), "last-name-missing"),
        ("error", str(second["leerlingnummer"]), "key-missing"),
        ("warning", str(third["leerlingnummer"]), "email-unreadable"),
        ("warning", str(third["leerlingnummer"]), "date-unreadable"),
    ]


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
        with pytest.raises(RosterUnavailable):
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
    import httpx

    token = httpx.post(
        f"{player.settings['token_url']}?organisation={player.school.organisation}",
        data={"grant_type": "client_credentials", "client_id": "zicht", "client_secret": player.client_secret},
    ).json()["access_token"]
    url = f"{player.settings['base_url']}/connect/vestiging/{player.school.vestigingen[0]['uuid']}/leerling"

    assert httpx.get(url, params={"amount": amount}, headers={"Authorization": f"Bearer {token}"}).status_code == 400
    assert httpx.get(url, params={"amount": "5"}).status_code == 401
    assert httpx.get(url + "/", params={"amount": "5"}, headers={"Authorization": f"Bearer {token}"}).status_code == 404
