"""The probable cause in words, per part that is too large."""

from datetime import date

import pytest

from app.roster import RosterGroup
from app.services.roster.gate import judge_plan
from app.services.roster.gate.causes import cause_of_doubt, causes_of
from app.services.roster.gate.limits import limits_of
from tests.roster.roster_world import (
    GROUP,
    TODAY,
    YEAR,
    guardian,
    imported,
    pair,
    plan,
    pupil,
    roster,
    staff,
)

pytestmark = pytest.mark.usefixtures("app")
AUGUST = date(2026, 8, 3)
WINDOW = {"gate": {"window": {"begin": "2026-07-20", "end": "2026-08-20", "share": 40}}}


def school(count, place="L1", start=0, group="g2a"):
    return [pupil(f"{number:06}", location_key=place, group_key=group) for number in range(start, start + count)]


def causes(told, known, today=TODAY, exchange=None):
    limits = limits_of(exchange, today)
    found = judge_plan(plan(told, known, today), known, told, today, limits)
    return [*filter(None, [cause_of_doubt(found)]), *causes_of(found, today, limits).values()]


def test_a_location_that_vanished_is_probably_switched_off():
    known = imported(roster(*school(1000), *school(214, "L2", 5000)))

    assert causes(roster(*school(1000), *school(2, "L2", 5000)), known) == [
        "Vestiging 99ZZ02 (Havenkwartier): 212 van de 214 leerlingen ontbreken; "
        "waarschijnlijk staat de vestiging uit in de bron."
    ]


def test_a_kind_that_vanished_probably_lacks_a_right_or_file():
    people = [staff(str(number)) for number in range(40)]
    known = imported(roster(pupil(), *people))

    assert causes(roster(pupil(), *people[:1]), known) == [
        "Hele school: 39 van de 40 medewerkers ontbreken; "
        "waarschijnlijk ontbreekt een recht in de bron, of een bestand."
    ]


def test_an_even_share_missing_everywhere_is_an_incomplete_delivery():
    known = imported(roster(*school(100), *school(100, "L2", 5000)))

    assert causes(roster(*school(70), *school(70, "L2", 5000)), known) == [  # once, not for each location again
        "Hele school: 60 van de 200 leerlingen ontbreken; "
        "op elke vestiging ongeveer evenveel: waarschijnlijk is de levering niet compleet."
    ]


def test_names_that_changed_come_from_shifted_columns():
    known = imported(roster(*school(100)))

    assert causes(roster(*(one._replace(last_name=one.number) for one in school(100))), known) == [
        "Hele school: 100 van de 100 leerlingen krijgen een andere naam of geboortedatum; "
        "waarschijnlijk zijn kolommen verschoven of verwisseld in de bron."
    ]


def test_as_many_new_as_gone_are_the_same_people_under_other_keys():
    known = imported(roster(*school(100)))
    others = [one._replace(key=f"x{one.key}", last_name=f"A{one.number}") for one in school(100, start=5000)]

    assert causes(roster(*others), known)[0] == (
        "Hele school: 100 van de 100 leerlingen ontbreken; "
        "er zijn ongeveer evenveel nieuwe: waarschijnlijk gebruikt de bron andere sleutels of nummers."
    )


def test_a_tenfold_feed_holds_more_than_this_school():
    known = imported(roster(*school(100)))

    assert causes(roster(*school(1000)), known) == [
        "Hele school: 900 nieuwe leerlingen, naast de 100 die er zijn; "
        "waarschijnlijk staan er ook een andere school of andere jaren in de levering."
    ]


def test_around_the_first_of_august_it_is_the_roll_over_until_one_is_planned():
    known = imported(roster(*school(100)))
    told = roster(*school(70))

    assert causes(told, known, AUGUST)[0].endswith("waarschijnlijk is dit de jaarovergang: plan die bij Grenzen.")
    assert causes(told, known, AUGUST, WINDOW) == []
    assert causes(roster(*school(50)), known, AUGUST)[0].endswith("plan die bij Grenzen.")
    assert causes(roster(*school(50)), known, AUGUST, WINDOW)[0].endswith(
        "waarschijnlijk is de levering niet compleet."
    )
    assert causes(roster(*school(10)), known, AUGUST)[0].endswith(
        "waarschijnlijk ontbreekt een recht in de bron, of een bestand."
    )


def test_pupils_at_another_location_stand_there_by_mistake():
    known = imported(roster(*school(100), *school(100, "L2", 5000)))
    moved = [one._replace(location_key="L1") for one in school(40, "L2", 5000)]

    assert causes(roster(*school(100), *moved, *school(60, "L2", 5040)), known) == [
        "Vestiging 99ZZ02 (Havenkwartier): 40 van de 100 leerlingen gaan naar een andere vestiging; "
        "waarschijnlijk staan leerlingen in de bron bij een verkeerde vestiging."
    ]


def test_pairs_that_vanished_and_staff_without_groups():
    guardians = [guardian(str(n)) for n in range(40)]
    pairs = [pair(str(n), f"{n:06}") for n in range(40)]
    swapped = [pair(str(n), f"{39 - n:06}") for n in range(40)]
    home = RosterGroup("g2h", "2H", YEAR, "L2")
    members = [staff(str(n), group_keys=("g2a", "g2h")) for n in range(40)]
    known = imported(roster(*school(40), *guardians, *pairs, *members, groups=(GROUP, home)))
    told = roster(*school(40), *guardians, *swapped, *(staff(str(n)) for n in range(40)), groups=(GROUP, home))

    assert causes(told, known) == [
        "Hele school: 40 van de 40 verzorgers raken de toegang tot een kind kwijt; waarschijnlijk "
        "ontbreken de koppelingen tussen leerlingen en verzorgers, of zijn ze verwisseld.",
        "Hele school: 40 van de 40 medewerkers raken al hun groepen kwijt; "
        "waarschijnlijk ontbreken het rooster of de lesgroepen in de bron.",
    ]


def test_a_delivery_that_is_doubted_as_a_whole_has_a_cause_of_its_own():
    known = imported(roster(*school(100)))
    alike = [one._replace(email="info@school.example") for one in school(100)]
    classless = [one._replace(group_key=None) for one in school(100)]

    assert causes(roster(), known)[0].startswith("Waarschijnlijk staan er alleen kopregels in de levering")
    assert causes(roster(*alike), known) == [
        "Waarschijnlijk staat het adres van de school op de plaats van hun eigen adres."
    ]
    assert causes(roster(*classless), known) == ["Waarschijnlijk ontbreken de klassen in de levering."]
    old = roster(*(one._replace(school_year=YEAR - 1) for one in school(90)), school_year=YEAR - 1)
    assert causes(old, known) == [
        "Waarschijnlijk is een oud bestand ingestuurd, of staat de bron op een ander schooljaar."
    ]
