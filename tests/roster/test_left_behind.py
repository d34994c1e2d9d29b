"""Who only a source knew that is not used any more: another source that tells everybody judges them. Pure."""

import copy
from collections import defaultdict

import pytest

from app.roster import Kind, RosterGroup
from app.services.roster.gate import why_held
from tests.roster.roster_world import (
    GROUP,
    HAVEN,
    LINDELAAN,
    TODAY,
    YEAR,
    after,
    codes,
    counts,
    guardian,
    imported,
    pair,
    person,
    plan,
    pupil,
    roster,
    staff,
)

OLD_GROUP = RosterGroup("h2a", "H2A", YEAR, "L1")
OTHER = pupil("100009", key="n9", last_name="Anders")


def left_behind(*told, **values):
    """What is known when the source of these people is not used any more."""
    known = copy.deepcopy(imported(roster(*told, source="edexml", **values)))
    people = defaultdict(set)
    for (kind, _key), held in known.keys.items():
        people[kind].add(held.person_id)
    known.left_behind = {kind: frozenset(some) for kind, some in people.items()}
    known.left_groups = frozenset(group.id for group in known.groups)
    known.keys, known.keyed, known.location_keys = {}, defaultdict(dict), {}
    return known


def gone(made):
    return sorted(change.number for change in made.changes if change.what == "gone" and change.kind != "group")


def test_who_is_told_by_no_source_any_more_has_left_and_the_message_says_why():
    known = left_behind(pupil(), pupil("100002"))
    made = plan(roster(pupil(key="n1")), known)

    assert gone(made) == ["100002"]
    assert counts(made, "pupils") == {"seen": 1, "unchanged": 1, "gone": 1}
    assert ("info", "pupil", "100002", "gone-with-source") in codes(made)


@pytest.mark.parametrize(
    "values",
    [
        {"is_delta": True},
        {"is_list": True},
        {"delivers": frozenset(Kind) - {Kind.PUPILS}},
        {"locations": (HAVEN,)},  # theirs is not told
        {"closed_locations": frozenset({"L1"})},
        {"partly": frozenset({Kind.PUPILS})},
    ],
)
def test_who_does_not_tell_them_as_a_whole_says_nothing_about_them(values):
    known = left_behind(pupil(group_key=None), OTHER._replace(location_key="L2", group_key=None))
    made = plan(roster(OTHER._replace(location_key="L2", group_key=None), **values), known)

    assert "100001" not in gone(made)


def test_a_location_that_is_switched_off_is_left_alone():
    known = left_behind(pupil())
    known.off = frozenset(location.id for location in known.locations if location.code == LINDELAAN.code)
    made = plan(roster(OTHER._replace(location_key="L2", group_key=None)), known)

    assert gone(made) == []


def test_who_left_before_or_was_made_by_hand_is_no_matter_of_this():
    known = left_behind(pupil(), staff())
    for kind, number, values in (("pupil", "100001", {"left_on": TODAY}), ("staff", "50001", {"hand_made": True})):
        one = person(known, kind, number)
        known.persons[one.id] = one._replace(**values)

    assert gone(plan(roster(OTHER), known)) == []


def test_guardians_go_with_their_links_when_all_their_locations_are_told():
    here = [pupil(), guardian(), guardian("700002"), pair(), pair("700002")]
    there = [pupil("100002", location_key="L2", group_key=None), pair("700002", "100002")]
    known = left_behind(*here, *there)
    made = plan(roster(pupil(key="n1"), locations=(LINDELAAN,)), known)

    assert gone(made) == ["700001"]
    mother, father = (person(known, "guardian", number).id for number in ("700001", "700002"))
    child = person(known, "pupil", "100001").id
    assert sorted(made.rows["guardianship"].gone) == sorted([(mother, child), (father, child)])
    told = {change.number: (change.what, [name for name, *_values in change.fields]) for change in made.changes}
    assert told["700001"] == ("gone", ["left_on", "pupil"])
    assert told["700002"] == ("changed", ["pupil"])
    assert person(after(known, made), "guardian", "700002").left_on is None


def test_guardians_stay_where_the_new_source_tells_none():
    known = left_behind(pupil(), guardian(), pair())
    made = plan(roster(pupil(key="n1"), delivers=frozenset(Kind) - {Kind.GUARDIANS}), known)

    assert (gone(made), made.rows["guardianship"].gone) == ([], [])


def test_staff_without_a_location_go_only_when_the_whole_school_is_told():
    known = left_behind(pupil(), staff(), staff("50002", group_keys=()), staff_links_told=False)

    told = (pupil(key="n1"), staff(key="n5"))
    assert gone(plan(roster(*told, locations=(LINDELAAN,)), known)) == []
    assert gone(plan(roster(*told), known)) == ["50002"]


def test_a_class_that_only_the_old_source_had_goes_too():
    known = left_behind(pupil(group_key="h2a"), groups=(OLD_GROUP,))
    made = plan(roster(pupil(key="n1")), known)

    assert [(change.name, change.what) for change in made.changes if change.kind == "group"] == [
        ("2A", "new"),
        ("H2A", "gone"),
    ]
    later = after(known, made)
    assert [group.name for group in later.groups] == ["2A"]
    assert plan(roster(pupil(key="n1"), is_delta=True), known).rows["school_group"].gone == []


def test_who_tells_classes_alone_says_nothing_of_teaching_groups():
    maths = RosterGroup("wi", "wi1", YEAR, "L1", is_home=False)
    known = left_behind(pupil(group_keys=("wi",)), groups=(GROUP, maths))

    made = plan(roster(pupil(key="n1", group_keys=())), known)
    assert (made.rows["school_group"].gone, made.rows["group_pupil"].gone) == ([], [])
    physics = RosterGroup("na", "na1", YEAR, "L1", is_home=False)
    made = plan(roster(pupil(key="n1", group_keys=("na",)), groups=(GROUP, physics)), known)
    assert [change.name for change in made.changes if (change.kind, change.what) == ("group", "gone")] == ["wi1"]


def test_who_leaves_is_in_no_group_of_the_old_source_any_more():
    maths = RosterGroup("wi", "wi1", YEAR, "L1", is_home=False)
    known = left_behind(pupil(group_keys=("wi",)), pupil("100002", group_keys=("wi",)), groups=(GROUP, maths))
    made = plan(roster(pupil(key="n1", group_keys=())), known)

    later = after(known, made)
    assert later.pupil_groups[person(known, "pupil", "100002").id] == set()
    assert len(later.pupil_groups[person(known, "pupil", "100001").id]) == 2


def test_who_is_known_by_another_key_now_is_not_gone():
    known = left_behind(pupil(key="#"), staff(), groups=(GROUP,))
    made = plan(roster(pupil(key="n1"), staff(key="n5")), known)

    assert gone(made) == []


def test_too_many_of_them_wait_for_a_decision_like_all_others_r103(app):
    crowd = [pupil(f"{number}", group_key=None) for number in range(200_000, 200_060)]
    known = left_behind(*crowd)
    told = roster(*(one._replace(key=f"n{one.number}") for one in crowd[:30]))

    assert why_held(plan(told, known), known, told, TODAY) == (
        "30 van de 60 leerlingen ontbreken in de levering. Er is niets gewijzigd."
    )
