"""Somtoday Connect over a real HTTP server on loopback: what is read and how it is tied together."""

from datetime import date

import pytest

from app.roster import ABSENT, Kind
from app.roster.somtoday import SomtodaySource
from tests.sources.somtoday import somtoday_world
from tests.sources.somtoday.somtoday_player import Player
from tests.sources.somtoday.somtoday_world import by_number, codes

player, pauses, fetch = somtoday_world.player, somtoday_world.pauses, somtoday_world.fetch


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


def test_a_guardian_with_relation_post_authority_and_rank_z259_to_z267(player, fetch):
    told = player.school.verzorgers[0]
    told["relatie_tot_leerlingen"][0].update(relatiesoort="stiefvader", mag_post_ontvangen=False, ouderlijk_gezag=False)

    roster = fetch()

    guardian = next(one for one in roster.guardians if one.key == told["uuid"])
    pair = next(one for one in roster.guardianships if one.guardian_key == told["uuid"])
    assert (guardian.initials, guardian.last_name) == (told["voorletters"], told["achternaam"])
    assert guardian.number == told["uuid"].replace("-", "")[:12]
    assert (pair.relation, pair.receives_post, pair.has_authority, pair.rank) == ("stiefvader", False, False, 1)
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
    missing = ("info", str(pupil["leerlingnummer"]), "begins-later")
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


@pytest.mark.parametrize("brins", [["99ZZ02"], []])
def test_a_switched_off_location_is_not_even_asked_z228(player, fetch, brins):
    off = player.school.vestigingen[2]["uuid"]

    player.school.vestigingen[2]["brins"] = brins
    roster = fetch(switched_off=frozenset({"99ZZ02" if brins else off}))

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
    third.update(geboortedatum="31/12/2011", emailadres="geen adres")

    roster = fetch()

    assert len(roster.pupils) == 58
    assert codes(roster) == [
        ("error", str(first["leerlingnummer"]), "last-name-missing"),
        ("error", str(second["leerlingnummer"]), "key-missing"),
        ("warning", str(third["leerlingnummer"]), "email-unreadable"),
        ("warning", str(third["leerlingnummer"]), "date-unreadable"),
    ]
