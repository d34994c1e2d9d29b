"""UWLR over a real SOAP server on loopback: what is read, and what never becomes "everybody left" (formats.md 3)."""

from datetime import date

import pytest
from lxml import etree

from app.errors import RosterUnavailable
from app.roster import ABSENT, Kind
from tests.roster.roster_world import counts, imported, plan
from tests.sources.soap_player import SoapFault
from tests.sources.uwlr.uwlr_player import ECKID, LG, TODAY, UwlrSchool, keyed, playing


@pytest.fixture
def player():
    with playing() as player:
        yield player


@pytest.fixture
def both():
    """Two locations that know different people."""
    with playing(UwlrSchool(), UwlrSchool("02", pupils=12, seed=2, first=900)) as player:
        player.settings["brin"] = "99ZZ.01,99ZZ.02"
        yield player


def answer(content):
    return f'<leerlinggegevens_antwoord xmlns="{LG}">{content}</leerlinggegevens_antwoord>'


def codes(roster):
    return [(one.severity, one.key, one.code) for one in roster.messages]


def changes(delivered, known):
    rows = plan(delivered, known).rows
    return {name: row for name, row in rows.items() if row.new or row.changed or row.gone}


def test_a_whole_location_comes_in_one_answer(player):
    roster = player.fetch()

    assert (len(roster.pupils), len(roster.staff)) == (30, 4)
    assert (roster.brin, roster.school_year, roster.reference_date) == ("99ZZ", 2026, TODAY)
    assert roster.delivers == set(Kind) - {Kind.GUARDIANS}
    assert [(one.key, one.name, one.code) for one in roster.locations] == [("99ZZ01", "Locatie 01", "99ZZ01")]
    assert codes(roster) == []
    told = player.school.leerlingen[0]
    pupil = roster.pupils[0]
    assert (pupil.key, pupil.number, pupil.eckid) == (told.get("key"), told.get("key"), told.get("eckid"))
    assert (pupil.last_name, pupil.gender) == (told.findtext("achternaam"), "female")
    assert pupil.birth_date == date.fromisoformat(told.findtext("geboortedatum"))
    assert pupil.group_key == told.find("groep").get("key")
    assert pupil.email is pupil.initials is ABSENT
    assert {key for member in roster.staff for key in member.group_keys} <= {group.key for group in roster.groups}


def test_the_main_location_is_asked_when_no_other_is_named(player):
    player.settings["brin"] = ""
    player.schools["00"] = player.school

    assert len(player.fetch().pupils) == 30


def test_the_small_set_without_locations_birth_dates_and_teachers_changes_nothing_else(player):
    known = imported(player.fetch())
    for one in player.school.leerlingen:
        for name in ("geboortedatum", "geslacht", "vestiging"):
            one.remove(one.find(name))
    player.school.vestigingen.clear()
    player.school.leerkrachten.clear()

    assert changes(player.fetch(), known) == {}


def test_who_has_only_an_eckid_is_known_by_it(player):
    known = imported(player.fetch())
    for one in (*player.school.leerlingen, *player.school.leerkrachten):
        del one.attrib["key"]

    roster = player.fetch()

    assert roster.pupils[0].key == player.school.leerlingen[0].get("eckid")
    assert codes(roster) == [("info", "", "eckid-as-key")]
    assert set(changes(roster, known)) == {"person_key"}
    assert counts(plan(roster, known), "pupils") == {"seen": 30, "unchanged": 30}
    new = imported(roster)
    assert changes(roster, new) == {}


def test_names_of_elements_in_another_case_and_an_empty_key_are_read(player):
    known = imported(player.fetch())
    for one in player.school.leerlingen:
        one.set("ECKiD", one.attrib.pop("eckid"))
        one.tag = "Leerling"
    player.school.leerlingen[0].set("KEY", player.school.leerlingen[0].attrib.pop("key"))
    player.school.leerlingen[1].set("key", " ")

    roster = player.fetch()

    assert counts(plan(roster, known), "pupils") == {"seen": 30, "unchanged": 30}


def test_doubles_unknown_groups_strange_letters_and_huge_values(player):
    one, two = player.school.leerlingen[:2]
    one.find("achternaam").text = "Đặng-O'Brien \u200bZoë" + "x" * 300
    one.find("groep").set("key", "nergens")
    two.find("geboortedatum").text = "gisteren"
    player.school.leerlingen += [keyed("leerling", one.get("key"), achternaam="Dubbel"), keyed("leerling", "9")]

    roster = player.fetch()

    assert len(roster.pupils) == 30
    assert roster.pupils[0].last_name.startswith("Đặng-O'Brien Zoëxxx")
    assert sorted(code for _severity, _key, code in codes(roster)) == [
        "date-unreadable",
        "duplicate-key",
        "group-unknown",
        "last-name-missing",
    ]


def test_no_changes_is_an_answer_and_changes_nothing(player):
    known = imported(player.fetch())
    player.school.answer = answer("<geenwijzigingen/>")

    roster = player.fetch()

    assert (roster.delivers, roster.pupils) == (frozenset(), ())
    assert codes(roster) == [("warning", "", "nothing-changed")]
    assert changes(roster, known) == {}


def test_no_data_is_a_failure_that_says_what_to_ask(player):
    player.school.answer = answer("<geengegevens/>")

    with pytest.raises(RosterUnavailable, match="no data of 99ZZ01"):
        player.fetch()


def test_another_school_in_the_answer_is_another_school(player):
    player.school.school.find("brincode").text = "11AA"
    assert player.fetch().brin == "11AA"

    player.school.school.find("brincode").text = "?"
    assert player.fetch().brin == "99ZZ"


def test_two_locations_with_equal_keys_of_groups_stay_apart(both):
    for number, school in enumerate(both.schools.values()):
        school.groepen = [keyed("groep", "g1", naam=f"{number + 1}A", jaargroep="11")]
        for one in school.leerlingen:
            one.find("groep").set("key", "g1")
            one.remove(one.find("samengestelde_groepen"))
        school.leerkrachten = [school.leerkrachten[0]]
        school.leerkrachten[0].set("key", "ABC")

    roster = both.fetch()

    assert [(group.key, group.name) for group in roster.groups] == [("99ZZ01:g1", "1A"), ("99ZZ02:g1", "2A")]
    assert (len(roster.pupils), len(roster.staff), len(roster.locations)) == (42, 1, 2)
    assert {pupil.location_key: pupil.group_key for pupil in roster.pupils} == {
        "99ZZ01": "99ZZ01:g1",
        "99ZZ02": "99ZZ02:g1",
    }


def test_a_group_without_pupils_is_at_the_location_that_was_asked_and_gives_nobody_a_group_elsewhere(both):
    """Each location may list all groups of the school; who teaches one that is empty there has nothing to do here."""
    first, second = both.schools.values()
    for school in both.schools.values():
        school.vestigingen = [keyed("vestiging", f"99ZZ{number}", naam=number) for number in ("01", "02")]
        school.groepen.append(keyed("groep", "leeg", naam="h3b", jaargroep="13"))
    second.leerkrachten[0].set("key", first.leerkrachten[0].get("key"))
    etree.SubElement(second.leerkrachten[0].find("groepen"), "groep", key="leeg")

    roster = both.fetch()

    empty = {group.key: group.location_key for group in roster.groups if group.key.endswith(":leeg")}
    assert empty == {"99ZZ01:leeg": "99ZZ01", "99ZZ02:leeg": "99ZZ02"}
    assert {group.location_key for group in roster.groups if group.key not in empty} == {None}
    member = next(one for one in roster.staff if one.key == first.leerkrachten[0].get("key"))
    assert "99ZZ02:leeg" in member.group_keys
    assert "99ZZ01:leeg" not in member.group_keys
    assert "duplicate-group" not in {one.code for one in plan(roster, imported(roster)).messages}


def test_a_pupil_who_moved_to_the_other_location_is_there(both):
    left = both.school.leerlingen[0]
    here = both.schools["02"].leerlingen[0]
    here.set("key", left.get("key"))
    left.append(keyed("uitstroomdatum", "x"))
    left.find("uitstroomdatum").text = "2026-09-30"

    pupil = next(one for one in both.fetch().pupils if one.key == left.get("key"))

    assert (pupil.location_key, pupil.leaving_date) == ("99ZZ02", None)


@pytest.mark.parametrize("lists_all", [False, True])
@pytest.mark.parametrize("how", ["refused", "no data", "no changes", "off"])
def test_a_location_that_tells_nothing_loses_nobody_z228(both, how, lists_all):
    if lists_all:  # an answer about one location may list all locations of the school
        for school in both.schools.values():
            school.vestigingen = [keyed("vestiging", f"99ZZ{one}", naam=f"Locatie {one}") for one in both.schools]
    known = imported(both.fetch())
    off = frozenset()
    if how == "refused":
        both.refuse["02"] = SoapFault("Client.AutorisatieOngeldig")
    elif how == "off":
        off = frozenset({"99ZZ02"})
        known.off = frozenset({one.id for one in known.locations if one.code == "99ZZ02"})
    else:
        both.schools["02"].answer = answer("<geengegevens/>" if how == "no data" else "<geenwijzigingen/>")
    asked = len(both.requests)

    roster = both.fetch(off=off)

    assert len(both.requests) - asked == (1 if how == "off" else 2)
    assert changes(roster, known) == {}
    assert (
        codes(roster)
        == {
            "refused": [("warning", "99ZZ02", "location-refused")],
            "no data": [("warning", "99ZZ02", "location-no-data")],
            "no changes": [("warning", "", "nothing-changed")],
            "off": [],
        }[how]
    )


def test_fields_that_we_never_read_stay_behind(player):
    for one in player.school.leerlingen:
        one.append(keyed("bsn_ondwnr-4", "x"))
        one.find("bsn_ondwnr-4").text = "6782"

    assert "6782" not in repr(player.fetch())


def test_an_eckid_of_another_form_is_kept_as_it_is(player):
    player.school.leerlingen[0].set("eckid", "https://id.school/2015-09/abc")

    assert player.fetch().pupils[0].eckid == "https://id.school/2015-09/abc"
    assert player.fetch().pupils[1].eckid.startswith(ECKID)
