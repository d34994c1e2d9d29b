"""A guardian who loses a child without being told: it is in the log, whoever the guardian is by then (Z-267, R89)."""

from datetime import date

from app.services.roster.gate.weighed import weigh
from app.services.roster.plan.parts import Part
from tests.roster.roster_world import HAVEN, LINDELAAN, counts, guardian, imported, pair, person, plan, pupil, roster

FAMILY = (pupil(), guardian(), guardian("700002"), pair(), pair("700002"))


def changes_of(made, number):
    return [(one.what, [field for field in one.fields if field[0] != "left_on"]) for one in made.changes if
            one.number == number]  # fmt: skip


def test_of_a_guardian_who_left_before_the_link_that_goes_is_told():
    known = imported(roster(*FAMILY))
    father = person(known, "guardian", "700002")
    known.persons[father.id] = father._replace(left_on=date(2026, 9, 1))
    made = plan(roster(pupil(), guardian(), pair()), known)

    assert made.rows["guardianship"].gone == [(father.id, person(known, "pupil", "100001").id)]
    assert changes_of(made, "700002") == [("changed", [("pupil", "Berg, Sanne van den", None)])]
    assert counts(made, "guardians") == {"seen": 1, "unchanged": 1}


def test_of_a_guardian_who_leaves_it_is_told_along():
    known = imported(roster(*FAMILY))
    made = plan(roster(pupil(), guardian(), pair()), known)

    assert changes_of(made, "700002") == [("gone", [("pupil", "Berg, Sanne van den", None)])]
    assert counts(made, "guardians") == {"seen": 1, "unchanged": 1, "gone": 1}


def test_of_a_guardian_who_stays_for_a_child_elsewhere_it_is_told_too():
    there = (pupil("100002", location_key="L2", group_key=None), pair("700002", "100002"))
    known = imported(roster(*FAMILY, *there))
    made = plan(roster(pupil(), guardian(), pair(), locations=(LINDELAAN, HAVEN), closed_locations={"L2"}), known)

    assert changes_of(made, "700002") == [("changed", [("pupil", "Berg, Sanne van den", None)])]


def test_while_the_part_waits_nothing_of_it_is_counted_or_told():
    there = (pupil("100002", location_key="L2", group_key=None), pair("700002", "100002"))
    known = imported(roster(*FAMILY, *there))
    made = plan(roster(pupil(), guardian(), pair(), closed_locations={"L2"}), known)
    lindelaan = next(one.id for one in known.locations if one.code == LINDELAAN.code)
    rest = weigh(known, made).without([Part("guardian", "changed", lindelaan)])

    assert rest.is_empty
    assert counts(rest, "guardians") == counts(made, "guardians") == {"seen": 1, "unchanged": 1}
