"""ParnasSys over a real SOAP server on loopback: what is read, and what never becomes "everybody left"."""

from datetime import date

import pytest

from app.errors import RosterUnavailable
from app.roster import ABSENT, Kind
from app.services.roster.plan.known import KnownSchool
from tests.roster.roster_world import counts, imported, plan
from tests.sources.parnassys.parnassys_player import TODAY, ParnassysSchool, playing
from tests.sources.soap_player import SoapFault


@pytest.fixture
def player():
    with playing() as player:
        yield player


@pytest.fixture
def fetch(player):
    return player.fetch


@pytest.fixture
def told(player):
    """The first pupil, to be edited."""
    return player.school.leerlingen[0]


def first(roster):
    return roster.pupils[0]


def codes(roster):
    return [(one.severity, one.key, one.code) for one in roster.messages]


def test_a_whole_school(player, fetch):
    roster = fetch()

    assert (len(roster.pupils), len(roster.staff)) == (30, 4)
    assert (roster.brin, roster.school_year, roster.reference_date) == ("99ZZ", 2026, TODAY)
    assert roster.delivers == {Kind.PUPILS, Kind.STAFF, Kind.GROUPS}
    assert {group.name for group in roster.groups}.isdisjoint({"Aangemeld", "oud"})
    assert codes(roster) == []
    assert [action for action, _request in player.requests] == ["getLeerlingen", "getMedewerkers"]


def test_all_fields_of_a_pupil_z246_to_z257(fetch, told):
    told["tussenvoegsel"] = "van 't"

    pupil = first(fetch())

    assert (pupil.key, pupil.number) == (f"99ZZ_{told['leerlingNummer']}", told["leerlingNummer"])
    assert (pupil.first_name, pupil.prefix, pupil.last_name) == (told["roepNaam"], "van 't", told["achternaam"])
    assert pupil.birth_date.isoformat() == told["geboortedatum"][:10]
    assert pupil.gender == {"M": "male", "V": "female"}[told["geslacht"]]
    now = told["groepsindelingen"]["groepsindeling"][1]
    assert (pupil.group_key, str(pupil.year_of_study)) == (f"99ZZ_{now['groep']}", now["leerjaar"])
    assert (pupil.enrolled_on, pupil.leaving_date) == (date(2025, 8, 1), None)
    assert pupil.email is pupil.initials is pupil.group_keys is pupil.mentor_keys is ABSENT


def test_staff_without_groups_z269_to_z274(player, fetch):
    told = player.school.medewerkers[0]

    member = fetch().staff[0]

    assert (member.key, member.number) == (f"99ZZ_{told['id']}", told["id"])
    assert (member.first_name, member.email) == (told["roepNaam"], told["email"])
    assert f"{member.prefix or ''} {member.last_name}".strip() == told["lastName"]
    assert "van" not in member.last_name.split()
    assert member.gender == {"Mevrouw": "female", "De heer": "male"}[told["aanhef"]]
    assert member.group_keys is ABSENT


def test_who_is_yet_to_begin_or_has_left_is_told_as_such_z245_z255(player, fetch):
    waiting, later, left, today = player.school.leerlingen[:4]
    waiting["groepsindelingen"]["groepsindeling"][1]["groep"] = "900"
    later["inschrijvingen"]["inschrijving"][0]["datumInschrijving"] = "2026-11-01"
    left["inschrijvingen"]["inschrijving"][0]["datumUitschrijving"] = "2026-10-04"
    today["inschrijvingen"]["inschrijving"][0]["datumUitschrijving"] = "2026-10-05"

    roster = fetch()

    assert codes(roster) == [
        ("info", waiting["leerlingNummer"], "not-in-school-year"),
        ("info", later["leerlingNummer"], "not-in-school-year"),
    ]
    dates = {pupil.number: pupil.leaving_date for pupil in roster.pupils}
    assert len(dates) == 28
    assert dates[left["leerlingNummer"]] == date(2026, 10, 4)
    assert dates[today["leerlingNummer"]] == TODAY


def test_the_class_of_today_counts_when_there_are_more(fetch, told):
    classes = told["groepsindelingen"]["groepsindeling"]
    classes[1]["totDatum"] = "2026-09-30"
    classes.append({"groep": "902", "schooljaar": "72", "leerjaar": "3", "vanafDatum": "01-10-2026", "totDatum": ""})

    assert (first(fetch()).group_key, first(fetch()).year_of_study) == ("99ZZ_902", 3)


def test_names_in_another_case_and_fields_that_are_not_there_are_no_loss(fetch, told):
    known = imported(fetch())
    told["LEERLINGNUMMER"] = told.pop("leerlingNummer")
    for name in ("roepNaam", "voornamen", "tussenvoegsel", "geslacht", "geboortedatum", "groepsindelingen"):
        del told[name]

    roster = fetch()

    assert first(roster).first_name is first(roster).prefix is first(roster).group_key is ABSENT
    assert counts(plan(roster, known), "pupils") == {"seen": 30, "unchanged": 30}


def test_a_pupil_whose_number_got_lost_is_recognised_by_name_and_birth_date(fetch, told):
    known = imported(fetch())
    told["leerlingNummer"] = ""

    roster = fetch()

    assert [(kind, code) for kind, _key, code in codes(roster)] == [("warning", "pupil-number-unusable")]
    assert counts(plan(roster, known), "pupils") == {"seen": 30, "unchanged": 30}


def test_strange_letters_huge_values_and_doubles(player, fetch, told):
    told.update(achternaam="Đặng-O'Brien \u202eZoë", roepNaam="x" * 900, geboortedatum="31-02-2011", geslacht="?")
    player.school.leerlingen.append(dict(player.school.leerlingen[1]))
    player.school.leerlingen.append({"leerlingNummer": "7"})

    roster = fetch()

    assert (first(roster).last_name, first(roster).first_name, first(roster).gender) == (
        "Đặng-O'Brien Zoë",
        None,
        "unknown",
    )
    assert [code for _severity, _key, code in codes(roster)] == [
        "field-too-long",
        "date-unreadable",
        "last-name-missing",
    ]
    assert counts(plan(roster), "pupils") == {"seen": 32, "new": 30, "skipped": 2}


def test_two_schools_are_two_locations_with_a_call_each():
    with playing(ParnassysSchool(), ParnassysSchool("11AA", pupils=10, seed=2, first=900)) as player:
        assert len(player.fetch().pupils) == 30
        both = two(player).fetch()

        assert [(one.key, one.code) for one in both.locations] == [("99ZZ", "99ZZ00"), ("11AA", "11AA00")]
        assert (len(both.pupils), both.brin, both.delivers) == (40, "99ZZ", set(Kind) - {Kind.GUARDIANS})
        assert {pupil.key[:5] for pupil in both.pupils} == {"99ZZ_", "11AA_"}
        assert [r[1][2].text for r in player.requests[2:]] == ["99ZZ", "99ZZ", "11AA", "11AA"]


def two(player, **options):
    player.settings["brin"] = " 99zz ; 11AA,99ZZ"
    return player.source(**options)


def test_a_school_that_is_off_or_refused_is_closed_and_nobody_is_gone_z228():
    with playing(ParnassysSchool(), ParnassysSchool("11AA", pupils=10, seed=2, first=900)) as player:
        known = imported(two(player).fetch())
        asked = len(player.requests)

        off = two(player, off=frozenset({"11AA00"})).fetch()
        assert {r[1][2].text for r in player.requests[asked:]} == {"99ZZ"}
        player.refuse["11AA"] = SoapFault("Server", "Geen toegang tot deze instelling")
        refused = two(player).fetch()

        for roster in (off, refused):
            assert roster.closed_locations == {"11AA"}
            assert counts(plan(roster, known), "pupils") == {"seen": 30, "unchanged": 30}
            assert counts(plan(roster, known), "staff") == {"seen": 4, "unchanged": 4}
        assert codes(refused) == [("warning", "11AA", "location-refused")]
        with pytest.raises(RosterUnavailable, match="staan uit|switched off"):
            two(player, off=frozenset({"99ZZ", "11AA"})).fetch()


def test_staff_that_is_refused_is_not_delivered_and_stays(player, fetch):
    known = imported(fetch())
    player.refuse["getMedewerkers"] = SoapFault("Client", "Niet geautoriseerd")

    roster = fetch()

    assert Kind.STAFF not in roster.delivers
    assert codes(roster) == [("warning", "", "resource-refused")]
    assert not plan(roster, known).rows["person"].changed


def test_the_school_that_the_answer_names_counts(player, fetch):
    player.school.schooljaren.append({"id": "73", "naam": "x"})
    whole = player.school.element
    player.school.element = lambda operation: whole(operation).replace(
        "<return>", "<return><brinnummer>22BB</brinnummer>"
    )

    assert fetch().brin == "22BB"


def test_a_place_without_a_name_is_counted_when_it_is_new_only(fetch):
    first = plan(fetch(), KnownSchool(1, "99ZZ"))

    assert counts(first, "locations") == {"seen": 1, "new": 1}
    assert counts(plan(fetch(), imported(fetch())), "locations") == {}


def test_a_setting_for_another_school_is_another_school(player):
    player.schools["11AA"] = ParnassysSchool("11AA", pupils=3)
    player.settings["brin"] = "11AA"

    assert player.fetch().brin == "11AA"


def test_an_answer_without_groups_takes_nobody_out_of_a_class(player, fetch):
    known = imported(fetch())
    del player.school.tables["groepen"]

    roster = fetch()

    assert Kind.GROUPS not in roster.delivers
    assert counts(plan(roster, known), "pupils") == {"seen": 30, "unchanged": 30}
