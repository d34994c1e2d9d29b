"""Presentis over a real HTTP server on loopback: what is read and how it is tied together (formats.md 6.3)."""

import pytest

from app.roster import ABSENT, Kind
from app.roster.practice import make_practice_school
from app.roster.presentis.client import addresses
from tests.sources.presentis import presentis_world
from tests.sources.presentis.presentis_world import Player, by_number

player, pauses, source, fetch = (
    presentis_world.player,
    presentis_world.pauses,
    presentis_world.source,
    presentis_world.fetch,
)


def test_a_whole_school_comes_over(player, fetch):
    seen = []
    roster = fetch(progress=lambda kind, count: seen.append((kind, count)))
    made = make_practice_school("99ZZ", 60, 1, None, player.today, guardians=0, staff=8)

    assert (len(roster.pupils), len(roster.staff), len(roster.groups)) == (60, 8, len(made.groups))
    assert roster.delivers == frozenset(Kind) - {Kind.GUARDIANS}
    assert (roster.brin, roster.school_year, roster.groups_complete) == (None, 2026, True)
    assert roster.messages == ()
    assert {kind for kind, _count in seen} == {"pupils", "groups"}
    name = {one.key: one.name for one in roster.groups}
    wanted = {one.key: one.name for one in made.groups}
    for one in made.pupils:
        pupil = by_number(roster.pupils, one.number)
        assert name[pupil.group_key] == wanted[one.group_key]
        assert {name[key] for key in pupil.group_keys} == {wanted[key] for key in one.group_keys}
        assert len(pupil.mentor_keys) == 1


def test_all_fields_of_a_pupil_z246_to_z258(player, fetch):
    told = player.school.leerlingen[100][0]
    told.update(tussenvoegsel="'t", emailadres="a@b.example", Leerjaar=3, eckid="https://ketenid.nl/201703/ab")

    pupil = by_number(fetch().pupils, told["leerlingnummer"])

    assert (pupil.key, pupil.location_key) == (str(told["leerlingid"]), "100")
    assert (pupil.first_name, pupil.prefix, pupil.last_name) == (told["voornaam"], "'t", told["achternaam"])
    assert (pupil.email, pupil.year_of_study, pupil.eckid) == ("a@b.example", 3, "https://ketenid.nl/201703/ab")
    assert (str(pupil.birth_date), str(pupil.enrolled_on), pupil.leaving_date) == (
        told["geboortedatum"],
        "2024-08-01",
        None,
    )
    assert (pupil.initials, pupil.programme_code) == (ABSENT, ABSENT)


def test_only_the_fields_that_are_known_for_sure_are_enough(player, fetch):
    for one in player.school.all_pupils():
        kept = ("leerlingid", "voornaam", "achternaam", "inschrijfdatum", "uitschrijfdatum")
        for name in set(one) - set(kept):
            del one[name]

    pupil = fetch().pupils[0]

    assert pupil.number == pupil.key == "9000"
    assert {pupil.email, pupil.gender, pupil.birth_date, pupil.year_of_study} == {ABSENT}


@pytest.mark.parametrize("name", ["acces_token", "access_token", "token"])
def test_the_token_is_read_in_every_spelling(player, fetch, name):
    player.faults.token_name = name

    assert len(fetch().pupils) == 60
    assert player.token_count == 1


def test_a_large_location_comes_in_pages_of_400():
    with Player(pupils=900, staff=8) as player:
        place = player.school.leerlingen
        place[100] = player.school.all_pupils()
        place[101], place[102] = [], []
        pupils = presentis_world.PresentisSource(player.settings, "99ZZ", player.today).fetch().pupils

    assert len({one.key for one in pupils}) == 900


@pytest.mark.parametrize("count", [379, 380, 399, 400, 401, 780])
def test_every_pupil_comes_once_whatever_the_page_ends_with(count):
    with Player(pupils=790, staff=3) as player:
        place = player.school.leerlingen
        place[100] = player.school.all_pupils()[:count]
        place[101], place[102] = [], []
        player.faults.forbidden = {"leerlingklassen", "leerlingcursussen"}
        roster = presentis_world.PresentisSource(player.settings, "99ZZ", player.today).fetch()

    assert [one.key for one in roster.pupils] == [str(one["leerlingid"]) for one in place[100]]


def test_the_class_of_today_counts_and_a_guest_is_only_that(player, fetch):
    one = player.school.leerlingen[100][0]
    placements = player.school.leerlingklassen[one["leerlingid"]]
    now = placements[0]
    placements.insert(0, {**now, "klas": "oud", "einddatum": "2026-08-31"})
    placements.append({**now, "klas": "gastklas", "gast": True, "mentor1id": 1, "begindatum": "20260901"})
    placements.append({**now, "klas": "later", "begindatum": "20261101"})

    roster = fetch()

    pupil = by_number(roster.pupils, one["leerlingnummer"])
    name = {group.key: group.name for group in roster.groups}
    assert name[pupil.group_key] == now["klas"]
    assert "gastklas" in [name[key] for key in pupil.group_keys]
    assert pupil.mentor_keys == (str(now["mentor1id"]),)


def test_a_class_has_at_most_two_mentors_who_are_tied_to_it_z258_z275(player, fetch):
    one = player.school.leerlingen[100][0]
    now = player.school.leerlingklassen[one["leerlingid"]][0]
    second = next(p["persoonid"] for ps in player.school.personen.values() for p in ps if p["persoonid"] != 700)
    now.update(mentor1id="700", mentor2id=second)

    roster = fetch()

    pupil = by_number(roster.pupils, one["leerlingnummer"])
    assert pupil.mentor_keys == ("700", str(second))
    member = next(member for member in roster.staff if member.key == str(second))
    assert pupil.group_key in member.group_keys
    assert member.groups_complete


@pytest.mark.parametrize("nobody", [None, 0, "0", ""])
def test_no_mentor_is_nobody(player, fetch, nobody):
    one = player.school.leerlingen[100][0]
    player.school.leerlingklassen[one["leerlingid"]][0]["mentor1id"] = nobody

    assert by_number(fetch().pupils, one["leerlingnummer"]).mentor_keys == ()


def test_a_class_with_a_number_is_called_by_its_description(player, fetch):
    player.school.klassen[100].append({"klas": 17, "omschrijving": "Brugklas"})
    one = player.school.leerlingen[100][0]
    player.school.leerlingklassen[one["leerlingid"]][0]["klas"] = 17

    roster = fetch()

    key = by_number(roster.pupils, one["leerlingnummer"]).group_key
    assert next(group.name for group in roster.groups if group.key == key) == "Brugklas"


def test_courses_with_one_name_stay_apart(player, fetch):
    numbers = [course["cursusid"] for course in player.school.cursussen[:2]]
    for course in player.school.cursussen[:2]:
        course["omschrijving"] = "Wiskunde"

    assert {f"Wiskunde ({number})" for number in numbers} <= {group.name for group in fetch().groups}


def test_who_came_back_has_not_left(player, fetch):
    one = player.school.leerlingen[100][0]
    one.update(inschrijfdatum="20260801", uitschrijfdatum="20250701")

    assert by_number(fetch().pupils, one["leerlingnummer"]).leaving_date is None


def test_persons_who_are_guardians_or_pupils_are_no_staff(player, fetch):
    first, second = [person for persons in player.school.personen.values() for person in persons][:2]
    first["soort"], second["soort"] = "Ouder/verzorger", "Medewerker"

    assert len(fetch().staff) == 7


def test_a_location_that_is_off_is_not_asked_z228(player, fetch):
    roster = fetch(switched_off=frozenset({"101"}))

    assert roster.closed_locations == {"101"}
    assert not any(path.endswith("/101") for path in player.requests)


@pytest.mark.parametrize(
    ("base", "token", "wanted"),
    [
        (None, None, ("https://api.presentis.nl/rest/v1", "https://oauth.presentis.nl/oauth2/token")),
        (
            "https://apitest.presentis.nl",
            None,
            ("https://apitest.presentis.nl/rest/v1", "https://oauthtest.presentis.nl/oauth2/token"),
        ),
        (
            "https://x.example/rest/v1/",
            "https://y.example/",
            ("https://x.example/rest/v1", "https://y.example/oauth2/token"),
        ),
        ("https://x.example/rest", None, ("https://x.example/rest/v1", "https://x.example/oauth2/token")),
    ],
)
def test_addresses_may_be_left_out(base, token, wanted):
    given = {name: value for name, value in (("base_url", base), ("token_url", token)) if value}

    assert addresses(given) == wanted


def test_records_may_come_as_a_bare_list(player, fetch):
    player.faults.answers["cursussen"] = player.school.cursussen

    assert fetch().messages == ()
