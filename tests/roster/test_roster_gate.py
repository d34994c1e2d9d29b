"""The gate (R103): what waits for a person's decision. Pure."""

from datetime import date

import pytest

from app.roster import RosterGroup, RosterLocation
from app.services.roster.gate import why_held, why_not_this_school
from app.services.roster.gate.limits import STRICT
from app.services.roster.plan.parts import Part, Tally
from tests.roster.roster_world import HAVEN, NOBODY, TODAY, YEAR, imported, plan, pupil, roster, staff


@pytest.mark.parametrize(
    ("before", "lost", "stops"),
    [
        (1468, 73, False),  # 5 % is 73.4
        (1468, 74, True),
        (100, 25, False),  # 25 may always leave
        (100, 26, True),
        (10, 10, True),  # everybody at once
        (3, 3, True),  # however small
        (2, 2, False),  # two may just leave
        (10, 9, False),
        (0, 0, False),
    ],
)
def test_more_than_5_percent_and_more_than_25_stop_r103(before, lost, stops):
    assert STRICT.is_passed(Part("pupil", "gone"), Tally(before, lost, lost)) is stops


def school(count, place="L1", start=0):
    return [pupil(f"{number:06}", location_key=place, group_key=None) for number in range(start, start + count)]


def held(told, known, today=TODAY):
    return why_held(plan(told, known, today), known, told, today)


def test_an_empty_roster_is_held(app):
    known = imported(roster(*school(3)))

    assert held(roster(), known) == "Er zijn geen actieve leerlingen in deze levering. Er is niets gewijzigd."


def test_a_roster_in_which_too_many_are_missing_is_held_and_says_so(app):
    known = imported(roster(*school(100)))

    assert held(roster(*school(75)), known) is None
    assert (
        held(roster(*school(74)), known) == "26 van de 100 leerlingen ontbreken in de levering. Er is niets gewijzigd."
    )


def test_a_location_that_empties_is_held_even_when_the_school_is_large(app):
    haven = school(30, "L2", 5000)
    known = imported(roster(*school(970), *haven))
    moved = [one._replace(location_key="L1") for one in haven]

    for told in (school(970), [*school(970), *moved]):
        assert held(roster(*told), known) == (
            "30 van de 30 leerlingen van Havenkwartier ontbreken daar. Er is niets gewijzigd."
        )
    assert held(roster(*school(970), closed_locations=frozenset({"L2"})), known) is None


def test_staff_who_vanish_are_held(app):
    people = [staff(str(number)) for number in range(40)]
    known = imported(roster(pupil(), *people))

    assert held(roster(pupil(), *people[:10]), known).startswith("30 van de 40 medewerkers ontbreken")


def test_columns_that_moved_are_held(app):
    """Another last name for more than a fifth of the people: the wrong column was read as the name (R103)."""
    known = imported(roster(*school(100)))
    shifted = [one._replace(last_name=one.number) for one in school(100)]

    assert held(roster(*shifted), known) == (
        "100 van de 100 leerlingen krijgen een andere naam of geboortedatum. Er is niets gewijzigd."
    )


@pytest.mark.parametrize("field", [{"birth_date": date(2012, 4, 3)}, {"first_name": "Anders"}])
def test_first_names_and_birth_dates_that_moved_are_held(app, field):
    known = imported(roster(*school(100)))

    assert held(roster(*(one._replace(**field) for one in school(100))), known).startswith("100 van de 100 leerlingen")
    assert held(roster(*(one._replace(**field) for one in school(25)), *school(75, start=25)), known) is None


def test_fields_that_are_filled_for_the_first_time_are_not_held(app):
    known = imported(roster(*(one._replace(birth_date=None, first_name=None, email=None) for one in school(100))))

    assert held(roster(*school(100)), known) is None


def test_groups_that_vanish_are_held(app):
    groups = tuple(RosterGroup(f"g{number}", f"{number}A", YEAR, "L1") for number in range(4))
    known = imported(roster(*school(10), groups=groups))

    assert held(roster(*school(10), groups=groups[:1]), known) is None
    assert held(roster(*school(10), groups=()), known).startswith("4 van de 4 groepen ontbreken")


def test_a_small_location_that_empties_is_held(app):
    haven = school(3, "L2", 5000)
    known = imported(roster(*school(100), *haven))

    assert held(roster(*school(100), *haven[:1]), known) is None
    assert held(roster(*school(100)), known).startswith("3 van de 3 leerlingen van Havenkwartier")


def test_pupils_who_lose_their_class_are_held(app):
    placed = [one._replace(group_key="g2a") for one in school(100)]
    known = imported(roster(*placed))

    assert held(roster(*placed[:74], *school(26, start=74)), known) == (
        "26 van de 100 leerlingen raken hun klas kwijt. Er is niets gewijzigd."
    )
    assert held(roster(*placed[:75], *school(25, start=75)), known) is None


def test_one_address_for_many_is_held_at_a_first_import_too(app):
    alike = [one._replace(email="info@school.example") for one in school(26)]

    assert held(roster(*school(74, start=26), *alike), NOBODY) == (
        "26 van de 100 leerlingen krijgen hetzelfde e-mailadres. Er is niets gewijzigd."
    )
    assert held(roster(*school(74, start=26), *alike[:25]), NOBODY) is None
    known = imported(roster(*school(100)))
    assert held(roster(*school(74, start=26), *alike), known).startswith("26 van de 100 leerlingen krijgen hetzelfde")
    assert held(roster(*school(74, start=26), *alike), imported(roster(*school(74, start=26), *alike))) is None


def test_a_first_roster_is_never_too_large(app):
    told = roster(*school(500))

    assert held(told, NOBODY) is None


@pytest.mark.parametrize(
    ("brin", "codes", "other"),
    [
        ("99ZZ", ("12AB01",), False),  # the roster itself says so
        ("12AB", ("99ZZ01",), True),
        (None, ("12AB01", "12AB02"), True),
        (None, ("12AB01", "99ZZ01"), False),
        (None, ("",), False),
    ],
)
def test_the_roster_of_another_school_is_refused(app, brin, codes, other):
    places = tuple(RosterLocation(f"L{number}", "Elders", code) for number, code in enumerate(codes))
    told = roster(pupil(location_key="L0"), brin=brin, locations=places)

    assert bool(why_not_this_school(NOBODY, told)) is other


def test_it_says_which_school_it_is(app):
    told = roster(pupil(), brin="12AB", locations=(HAVEN,))

    assert why_not_this_school(NOBODY, told) == (
        "Dit is de levering van school 12AB, niet van 99ZZ. Er is niets gewijzigd."
    )
