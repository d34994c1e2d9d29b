"""A plan without some of its parts: whom they concern stays as they are, and the next run meets the same (R78)."""

from datetime import date

import pytest

from app.roster import RosterGroup
from app.services.corrections.pins import KnownPin
from app.services.roster.gate.weighed import weigh
from app.services.roster.plan.parts import Part
from tests.roster.roster_world import (
    GROUP,
    YEAR,
    after,
    codes,
    counts,
    guardian,
    hand_made,
    imported,
    pair,
    person,
    plan,
    pupil,
    roster,
    staff,
)

G2H = RosterGroup("g2h", "2H", YEAR, "L2")
GROUPS = (GROUP, G2H)
FAMILY = [
    pupil("1"),
    pupil("2", location_key="L2", group_key="g2h", mentor_keys=("m5",)),
    guardian("7"),
    pair("7", "1"),
    pair("7", "2"),
    staff("5", group_keys=("g2a", "g2h")),
]


@pytest.fixture
def known():
    return imported(roster(*FAMILY, groups=GROUPS))


def told(*people, **values):
    return roster(*people, **{"groups": GROUPS} | values)


def part(known, kind, direction, code):
    places = {location.code[-2:]: location.id for location in known.locations}
    return Part(kind, direction, places[code])


def split(known, delivered, *parts):
    """(the plan without these parts, what is known after it)"""
    rest = weigh(known, plan(delivered, known)).without([part(known, *one) for one in parts])
    return rest, after(known, rest)


def whats(plan):
    return sorted((change.kind, change.number, change.what) for change in plan.changes)


def test_without_parts_it_is_the_same_plan(known):
    whole = plan(told(*FAMILY[1:]), known)

    assert weigh(known, whole).without([]) is whole


def test_who_would_go_stays_with_all_links_and_is_named_again_next_time(known):
    delivered = told(FAMILY[0], guardian("7"), pair("7", "1"))
    rest, later = split(known, delivered, ("pupil", "gone", "02"), ("staff", "gone", "02"))

    assert rest.is_empty
    assert rest.counted()["pupils"] == plan(delivered, known).counted()["pupils"] | {"gone": 0}
    assert later.guardians == known.guardians
    assert later.mentors == known.mentors
    assert later.staff_groups == known.staff_groups
    assert whats(plan(delivered, later)) == whats(plan(delivered, known))
    assert [one for one in codes(rest) if one[3] == "part-waits"] == [
        ("warning", "roster", "", "part-waits"),
        ("warning", "roster", "", "part-waits"),
    ]


def test_a_pin_that_would_drop_stays_without_a_word_while_its_part_waits(known):
    who = person(known, "pupil", "1")
    known.pins = {who.id: {"email": KnownPin("goed@thuis.example", None, "oud@thuis.example")}}
    agrees = FAMILY[0]._replace(email="goed@thuis.example", last_name="Anders")
    other = FAMILY[0]._replace(email="fout@thuis.example", last_name="Anders")
    for delivered in (told(agrees, *FAMILY[1:]), told(other, *FAMILY[1:])):
        rest, _later = split(known, delivered, ("pupil", "changed", "01"))
        assert (rest.rows["pin"].gone, rest.told) == ([], [])
        assert "pin-dropped" not in [code for *_who, code in codes(rest)]
    assert plan(told(agrees, *FAMILY[1:]), known).rows["pin"].gone == [(who.id, "email")]


def test_at_the_other_location_they_go_all_the_same(known):
    rest, later = split(known, told(guardian("7"), staff("5")), ("pupil", "gone", "01"), ("guardian", "gone", "01"))

    assert person(later, "pupil", "2").left_on is not None
    assert person(later, "pupil", "1").left_on is None
    assert counts(rest, "pupils") == {"gone": 1}


def test_the_family_of_a_pupil_who_stays_stays_too(known):
    """As in any run: guardians and mentors of pupils that stay as they are, stay (keep_linked)."""
    rest, later = split(known, told(FAMILY[0]), ("pupil", "gone", "02"))

    assert {one.left_on for one in later.persons.values()} == {None}
    assert rest.is_empty


def test_who_is_at_two_locations_of_which_one_is_left_out_stays(known):
    delivered = told(*FAMILY[:5], staff("5", last_name="Anders", group_keys=("g2a", "g2h")))
    for code in ("01", "02"):
        rest, later = split(known, delivered, ("staff", "changed", code))
        assert later.persons == known.persons
        assert counts(rest, "staff") == {"seen": 1, "skipped": 1}


def test_a_newcomer_who_waits_takes_all_that_points_to_them_along(known):
    new = (pupil("3", location_key="L2", group_key="g2h", mentor_keys=("m5", "m6")), guardian("8"), pair("8", "3"))
    new += (pair("7", "3"), staff("6", group_keys=()))
    rest, later = split(known, told(*FAMILY, *new), ("pupil", "new", "02"))

    assert whats(rest) == []
    assert later == known
    assert counts(rest, "pupils") == {"seen": 3, "unchanged": 2, "skipped": 1}
    assert counts(rest, "guardians") == {"seen": 2, "unchanged": 1, "skipped": 1}  # 7 has no other child after all
    assert counts(rest, "staff") == {"seen": 2, "unchanged": 1, "skipped": 1}


def test_a_newcomer_comes_without_the_guardian_who_waits(known):
    new = (pupil("3", location_key="L2", group_key="g2h"), guardian("8"), pair("8", "3"))
    rest, later = split(known, told(*FAMILY, *new), ("guardian", "new", "02"))

    assert whats(rest) == [("pupil", "3", "new")]
    assert person(later, "pupil", "3").id not in later.guardians


def test_access_that_would_be_lost_stays_and_so_does_the_rest_of_that_person(known):
    delivered = told(*FAMILY[:2], guardian("7", last_name="Anders"), pair("7", "1"), FAMILY[5])
    rest, later = split(known, delivered, ("guardian", "access", "02"))

    assert later == known
    assert counts(rest, "guardians") == {"seen": 1, "skipped": 1}


def test_a_pupil_who_would_move_stays_in_place(known):
    delivered = told(pupil("1"), pupil("2", mentor_keys=("m5",)), *FAMILY[2:])
    rest, later = split(known, delivered, ("pupil", "access", "02"))

    assert (later.placed, later.enrolments) == (known.placed, known.enrolments)
    assert counts(rest, "pupils") == {"seen": 2, "unchanged": 1, "skipped": 1}


def test_groups_that_would_go_keep_their_pupils_and_staff(known):
    delivered = told(
        pupil("1"),
        pupil("2", location_key="L2", group_key=None, mentor_keys=("m5",), email="n@x.nl"),
        *FAMILY[2:5],
        staff("5"),
        groups=(GROUP,),
    )
    rest, later = split(known, delivered, ("group", "gone", "02"))

    assert later.groups == known.groups
    assert (later.enrolments, later.pupil_groups) == (known.enrolments, known.pupil_groups)
    assert later.staff_groups == known.staff_groups
    assert [(one.kind, one.fields) for one in rest.changes] == [("pupil", (("email", "2@leerling.example", "n@x.nl"),))]


def test_nobody_comes_into_a_group_that_waits(known):
    new = RosterGroup("g3h", "3H", YEAR, "L2")
    delivered = told(
        pupil("1"),
        pupil("2", location_key="L2", group_key="g3h", mentor_keys=("m5",)),
        pupil("3", location_key="L2", group_key="g3h"),
        *FAMILY[2:],
        groups=(*GROUPS, new),
    )
    rest, later = split(known, delivered, ("group", "new", "02"))

    assert later.groups == known.groups
    assert later.enrolments[person(later, "pupil", "3").id].group_id is None
    assert later.enrolments[person(later, "pupil", "2").id] == known.enrolments[person(known, "pupil", "2").id]


def test_hand_made_staff_who_would_lose_their_groups_keep_them_and_no_count_goes_below_zero(known):
    known = hand_made(known, "59999")
    groups = {group.id for group in known.groups}
    known.staff_groups[900] = set(groups)
    known.keyed["staff"][900] = "m59999"
    rest, later = split(known, told(*FAMILY), ("staff", "changed", "01"))

    assert later.staff_groups[900] == groups
    assert counts(rest, "staff") == {"seen": 1, "unchanged": 1}


def test_what_waited_is_applied_by_the_next_run_as_if_it_never_waited(known):
    left = pupil("1", leaving_date=date(2026, 9, 30))
    delivered = told(left, pupil("3"), guardian("7", initials="X."), *FAMILY[3:])
    _rest, later = split(known, delivered, ("pupil", "gone", "01"), ("guardian", "changed", "02"))
    at_once = imported(delivered, known=known)
    later = after(later, plan(delivered, later))

    def told_of(school):
        return sorted(((one.kind, one.left_on, one.fields) for one in school.persons.values()), key=repr)

    assert told_of(later) == told_of(at_once)
