"""Magister by its functions, over a real HTTP server on loopback: what is read and how it is tied together."""

import pytest

from app.roster import ABSENT, Kind
from app.roster.practice import make_practice_school
from tests.sources.magister import magister_world
from tests.sources.magister.magister_world import by_number, codes

player, pauses, source, fetch = (
    magister_world.player,
    magister_world.pauses,
    magister_world.source,
    magister_world.fetch,
)


def test_a_whole_school_comes_by_functions(player, fetch):
    seen = []
    roster = fetch(progress=lambda kind, count: seen.append((kind, count)))
    made = make_practice_school("99ZZ", 60, 1, None, player.today, guardians=90, staff=8)

    assert (len(roster.pupils), len(roster.staff), len(roster.groups)) == (60, 8, len(made.groups))
    assert roster.delivers == frozenset(Kind) - {Kind.GUARDIANS}
    assert (roster.brin, roster.school_year, roster.groups_complete) == (None, 2026, True)
    assert [one.name for one in roster.locations] == ["Lindelaan", "Havenkwartier", "Praktijkschool Oost"]
    assert roster.messages == ()
    assert {(kind, count) for kind, count in seen} >= {("pupils", 60), ("groups", 60), ("groups", 8)}
    assert player.logins == 1


def test_links_are_those_of_the_school_z258_z275(player, fetch):
    roster = fetch()
    made = make_practice_school("99ZZ", 60, 1, None, player.today, guardians=90, staff=8)
    name = {one.key: one.name for one in roster.groups}
    wanted = {one.key: one.name for one in made.groups}
    number = {one.key: one.number for one in made.staff}

    for one in made.pupils:
        pupil = by_number(roster.pupils, one.number)
        assert name[pupil.group_key] == wanted[one.group_key]
        assert {name[key] for key in pupil.group_keys} == {wanted[key] for key in one.group_keys}
        assert pupil.mentor_keys == tuple(number[key] for key in one.mentor_keys)
    for one in made.staff:
        member = by_number(roster.staff, one.number)
        assert {name[key] for key in member.group_keys} == {wanted[key] for key in one.group_keys}
        assert member.groups_complete


def test_all_fields_of_a_pupil_z246_to_z258(player, fetch):
    told = player.school.leerlingen[0]
    told.update({"Tussenv": "'t", "geb_datum_str": "9-3-2011 00:00:00", "Geslacht": "V", "Email": "a@b.example"})

    pupil = by_number(fetch().pupils, told["stamnr_str"])

    assert (pupil.key, pupil.first_name, pupil.prefix) == (told["stamnr_str"], told["Roepnaam"], "'t")
    assert (str(pupil.birth_date), pupil.gender, pupil.email) == ("2011-03-09", "female", "a@b.example")
    assert pupil.year_of_study == int(told["Leerfase.Leerjaar"])
    assert (pupil.location_key, pupil.programme_code, pupil.leaving_date) == ("lindelaan", ABSENT, None)


@pytest.mark.parametrize("text", ["2011-03-09", "9-3-2011", "09/03/2011", "20110309", "2011-03-09T00:00:00"])
def test_dates_come_in_several_forms(player, fetch, text):
    player.school.leerlingen[0]["geb_datum_str"] = text

    assert str(fetch().pupils[0].birth_date) == "2011-03-09"


def test_a_date_that_means_none_is_none(player, fetch):
    player.school.leerlingen[0]["geb_datum_str"] = "30-12-1899 00:00:00"

    assert fetch().pupils[0].birth_date is None


def test_an_empty_field_is_empty_and_an_absent_one_is_not_told(player, fetch):
    first, second = player.school.leerlingen[:2]
    first.update({"Email": "", "Klas": "", "Personeelslid.Volledige_naam": ""})
    for name in ("Email", "Klas", "Personeelslid.Volledige_naam", "Tussenv", "Geslacht"):
        second.pop(name)

    one, two = fetch().pupils[:2]

    assert (one.email, one.group_key, one.mentor_keys) == (None, None, ())
    assert (two.email, two.group_key, two.mentor_keys, two.prefix, two.gender) == (ABSENT,) * 5


def test_element_names_come_in_any_case(player, fetch):
    for one in player.school.leerlingen:
        for name in list(one):
            one[name.upper()] = one.pop(name)

    assert {pupil.first_name for pupil in fetch().pupils} >= {player.school.leerlingen[0]["ROEPNAAM"]}


def test_staff_have_no_email_and_come_once_z269_to_z275(player, fetch):
    again = {**player.school.personeel[0], "Code": "TWEE", "Functie.Omschr": "Teamleider"}
    player.school.personeel.append(again)
    gone = player.school.personeel[1]
    gone["dVertrek_str"] = "1-9-2026"

    roster = fetch()

    assert len(roster.staff) == 7
    assert by_number(roster.staff, again["stamnr_str"]).email is ABSENT
    assert ("info", gone["stamnr_str"], "left-service") in codes(roster)


def test_a_mentor_is_known_by_the_whole_name_in_several_spellings(player, fetch):
    member = player.school.personeel[0]
    member.update({"Roepnaam": "Ad", "Voorletters": "A.J.", "Tussenv": "van de", "Achternaam": "Kaïr"})
    spellings = ["Ad van de Kaïr", "A.J. van de Kaïr", "Kaïr, A.J. van de", "Dhr. A.J. van de Kaïr", "VAN DE KAIR, AD"]
    for pupil, text in zip(player.school.leerlingen, spellings, strict=False):
        pupil["Personeelslid.Volledige_naam"] = text

    roster = fetch()

    assert [one.mentor_keys for one in roster.pupils[:4]] == [(member["stamnr_str"],)] * 4
    assert roster.pupils[4].mentor_keys is ABSENT
    assert ("warning", roster.pupils[4].number, "mentor-unknown") in codes(roster)


def test_two_staff_with_one_name_are_no_mentor(player, fetch):
    one, two = player.school.personeel[:2]
    two.update({name: one[name] for name in ("Roepnaam", "Tussenv", "Achternaam", "Voorletters")})
    pupil = player.school.leerlingen[0]
    pupil["Personeelslid.Volledige_naam"] = f"{one['Roepnaam']} {one['Tussenv']} {one['Achternaam']}"

    assert fetch().pupils[0].mentor_keys is ABSENT


def test_classes_with_one_name_at_two_locations_are_two(player, fetch):
    for one in player.school.leerlingen:
        one["Klas"] = "1A"

    assert sorted(one.location_key for one in fetch().groups if one.is_home) == [
        "havenkwartier",
        "lindelaan",
        "praktijkschool oost",
    ]


def test_a_location_that_is_off_is_left_alone_z228(player, fetch):
    roster = fetch(switched_off=frozenset({"havenkwartier"}))
    whole = fetch()
    here = {one.number for one in whole.pupils if one.location_key == "havenkwartier"}

    assert roster.closed_locations == {"havenkwartier"}
    assert {one.number for one in whole.pupils} - {one.number for one in roster.pupils} == here
    asked = player.requests[: player.requests.index("login", 1)]
    assert not any(path.endswith(number) for path in asked for number in here)


@pytest.mark.parametrize("end", ["", "/", "/doc", "/doc/", "/doc?"])
def test_the_address_may_end_in_doc(player, fetch, end):
    assert len(fetch(base_url=player.url + end).pupils) == 60


def test_rows_per_enrolment_are_one_pupil(player, fetch):
    told = player.school.leerlingen[0]
    player.school.leerlingen.insert(0, {**told, "Klas": "9z", "Lesperiode.Korte_omschrijving": "2526"})

    roster = fetch()

    assert len(roster.pupils) == 60
    group = by_number(roster.pupils, told["stamnr_str"]).group_key
    assert next(one.name for one in roster.groups if one.key == group) == told["Klas"]


def test_who_has_only_a_coming_school_year_is_not_gone(player, fetch):
    player.school.leerlingen[0]["Lesperiode.Korte_omschrijving"] = "2728"

    assert ("info", player.school.leerlingen[0]["stamnr_str"], "begins-later") in codes(fetch())


def test_a_large_school_takes_one_question_per_pupil_and_two_per_member(fetch):
    with magister_world.Player(pupils=300, guardians=1, staff=20) as large:
        roster = fetch(**large.settings)

    assert len(roster.pupils) == 300
    assert len(large.requests) == 1 + 2 + 300 + 2 * 20
