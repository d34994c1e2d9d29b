"""The limits of the gate: per direction, as a school chose them, wider while a roll-over is planned."""

from datetime import date

import pytest

from app.roster import RosterGroup
from app.services.roster.gate import judge_plan, why_held
from app.services.roster.gate.limits import STRICT, limits_of
from app.services.roster.plan.parts import Part, Tally
from tests.roster.roster_world import (
    GROUP,
    NOBODY,
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

WINDOW = {"begin": "2026-07-20", "end": "2026-08-20", "share": 40}


def school(count, place="L1", start=0):
    return [pupil(f"{number:06}", location_key=place, group_key=None) for number in range(start, start + count)]


def held(told, known, limits=STRICT, today=TODAY):
    return why_held(plan(told, known, today), known, told, today, limits)


def verdict(told, known, limits=STRICT):
    return judge_plan(plan(told, known), known, told, TODAY, limits)


@pytest.mark.parametrize(
    ("direction", "before", "struck", "stops"),
    [
        ("gone", 1000, 50, False),
        ("gone", 1000, 51, True),
        ("access", 1000, 50, False),
        ("access", 1000, 51, True),
        ("access", 3, 3, True),
        ("changed", 1000, 200, False),
        ("changed", 1000, 201, True),
        ("changed", 3, 3, False),
        ("new", 1000, 1000, False),
        ("new", 1000, 1001, True),
        ("new", 10, 250, False),
        ("new", 10, 251, True),
        ("new", 0, 100_000, False),  # a first import
    ],
)
def test_the_usual_limit_of_each_direction(direction, before, struck, stops):
    assert STRICT.is_passed(Part("pupil", direction, 1), Tally(before, struck, struck)) is stops


def test_a_school_chooses_its_own_limits():
    limits = limits_of({"gate": {"limits": {"gone": [10, 5]}}}, TODAY)

    assert limits.is_passed(Part("pupil", "gone"), Tally(20, 6, 6))
    assert not limits.is_passed(Part("pupil", "gone"), Tally(100, 10, 10))
    assert limits.of["access"] == STRICT.of["access"]


@pytest.mark.parametrize(
    ("day", "is_wide"),
    [
        (date(2026, 7, 19), False),
        (date(2026, 7, 20), True),
        (date(2026, 8, 20), True),
        (date(2026, 8, 21), False),  # it closes by itself
        (date(2027, 8, 1), False),
    ],
)
def test_a_planned_roll_over_is_wide_on_its_own_days(day, is_wide):
    limits = limits_of({"gate": {"window": WINDOW}}, day)

    assert limits.is_wide is is_wide
    for direction in ("gone", "access"):
        assert limits.is_passed(Part("pupil", direction), Tally(1000, 400, 400)) is not is_wide
        assert limits.is_passed(Part("pupil", direction), Tally(1000, 401, 401))
    assert limits.is_passed(Part("pupil", "changed"), Tally(1000, 201, 201))


def test_a_location_that_empties_is_looked_at_in_a_roll_over_too():
    limits = limits_of({"gate": {"window": WINDOW | {"share": 95}}}, date(2026, 8, 1))

    assert limits.is_passed(Part("pupil", "gone", 1), Tally(3, 3, 3))


def test_settings_that_say_nothing_are_the_usual_ones():
    for exchange in (None, {}, {"gate": {}}, {"gate": {"limits": {}, "window": None}}):
        assert limits_of(exchange, TODAY).of == STRICT.of


def test_a_tenfold_feed_is_held_and_a_first_import_never(app):
    known = imported(roster(*school(60)))

    assert held(roster(*school(600)), known) == (
        "Er komen 540 nieuwe leerlingen bij; nu zijn het er 60. Er is niets gewijzigd."
    )
    assert held(roster(*school(310)), known) is None
    assert held(roster(*school(3000)), NOBODY) is None


def test_a_new_location_may_be_large_but_a_known_one_does_not_grow_tenfold(app):
    known = imported(roster(*school(1000), *school(20, "L2", 5000)))

    assert held(roster(*school(1000), *school(320, "L2", 5000)), known) == (
        "Er komen 300 nieuwe leerlingen bij op Havenkwartier; nu zijn het er 20. Er is niets gewijzigd."
    )
    alone = imported(roster(*school(1000)))
    assert held(roster(*school(1000), *school(320, "L2", 5000)), alone) is None


def test_guardians_who_vanish_from_one_location_are_held(app):
    """Of 1,000 guardians 30 are few, but they are all that location has."""
    ours = [(guardian(str(n)), pair(str(n), f"{n:06}")) for n in range(1000)]
    theirs = [(guardian(str(n)), pair(str(n), f"{n:06}")) for n in range(5000, 5030)]
    pupils = [*school(1000), *school(30, "L2", 5000)]
    known = imported(roster(*pupils, *(one for both in ours + theirs for one in both)))
    told = roster(*pupils, *(one for both in ours for one in both))

    assert held(told, known) == "30 van de 30 verzorgers van Havenkwartier ontbreken daar. Er is niets gewijzigd."


def test_staff_who_vanish_from_one_location_are_held(app):
    home = RosterGroup("g2h", "2H", YEAR, "L2")
    ours = [staff(str(n)) for n in range(100)]
    theirs = [staff(str(n), group_keys=("g2h",)) for n in range(200, 204)]
    known = imported(roster(pupil(), *ours, *theirs, groups=(GROUP, home)))

    assert held(roster(pupil(), *ours, groups=(GROUP, home)), known) == (
        "4 van de 4 medewerkers van Havenkwartier ontbreken daar. Er is niets gewijzigd."
    )


def test_guardians_who_would_all_get_another_child_are_held(app):
    """Swapped keys: nobody is gone, and yet nobody sees the own child any more (R103)."""
    guardians = [guardian(str(n)) for n in range(40)]
    known = imported(roster(*school(40), *guardians, *(pair(str(n), f"{n:06}") for n in range(40))))
    swapped = (pair(str(n), f"{39 - n:06}") for n in range(40))

    assert held(roster(*school(40), *guardians, *swapped), known) == (
        "40 van de 40 verzorgers raken toegang kwijt. Er is niets gewijzigd."
    )


def test_names_that_shift_at_one_location_are_held(app):
    known = imported(roster(*school(1000), *school(30, "L2", 5000)))
    shifted = [one._replace(last_name=one.number) for one in school(30, "L2", 5000)]

    assert held(roster(*school(1000), *shifted), known) == (
        "30 van de 30 leerlingen van Havenkwartier krijgen een andere naam of geboortedatum. Er is niets gewijzigd."
    )


def test_only_who_goes_or_loses_access_lets_the_rest_go_on():
    known = imported(roster(*school(100)))
    fewer, more = roster(*school(50)), roster(*school(400))
    shifted = roster(*(one._replace(last_name=one.number) for one in school(50)))

    assert verdict(fewer, known).may_go_on
    assert not verdict(roster(*school(90)), known).may_go_on  # nothing is too much
    assert not verdict(more, known).may_go_on
    assert not verdict(shifted, known).may_go_on
    assert not verdict(roster(), known).may_go_on  # the delivery itself is doubted


def test_a_whole_kind_that_is_too_much_is_found_with_its_locations():
    known = imported(roster(*school(100), *school(100, "L2", 5000)))
    found = verdict(roster(*school(50), *school(50, "L2", 5000)), known).over
    lindelaan, haven = (location.id for location in known.locations)

    assert found == (
        Part("pupil", "gone"),
        Part("pupil", "gone", haven),  # by name
        Part("pupil", "gone", lindelaan),
    )
