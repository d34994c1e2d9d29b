"""The plan for enrolments, groups, mentors and pairs (Z-169 to Z-178, Z-265 to Z-278, Z-172). Pure."""

from datetime import date

from app.roster import ABSENT, Kind, RosterGroup, RosterLocation
from tests.roster.roster_world import (
    GROUP,
    HAVEN,
    LINDELAAN,
    YEAR,
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

MATHS = RosterGroup("g2awi", "2A.wi", YEAR, "L1", is_home=False)
OTHER = RosterGroup("g2b", "2B", YEAR, "L1")
GROUPS = (GROUP, OTHER, MATHS)
FAMILY = (pupil(group_keys=("g2awi",), mentor_keys=("m50001",)), guardian(), pair(), staff())
FIRST = roster(*FAMILY, groups=GROUPS)


def changed(known, *people, **values):
    return plan(roster(*people, **{"groups": GROUPS} | values), known)


def test_the_links_of_a_pupil_are_written_z169_z174_z258_z277():
    known = imported(FIRST)
    sanne, lies = person(known, "pupil", "100001").id, person(known, "staff", "50001").id
    groups = {group.name: group for group in known.groups}

    assert known.pupil_groups[sanne] == {groups["2A"].id, groups["2A.wi"].id}
    assert known.staff_groups[lies] == {groups["2A"].id}
    assert known.mentors[sanne] == {lies}
    assert known.enrolments[sanne].group_id == groups["2A"].id
    assert {place.id: place.name for place in known.locations}[groups["2A"].location_id] == "Lindelaan"


def test_another_class_and_location_are_shown_by_name():
    later = changed(
        imported(FIRST),
        FAMILY[0]._replace(location_key="L2", group_key="g2b", group_keys=(), year_of_study=3),
        *FAMILY[1:],
    )

    (change,) = later.changes
    assert change.fields == (
        ("location", "Lindelaan", "Havenkwartier"),
        ("group", "2A", "2B"),
        ("year_of_study", 2, 3),
        ("teaching_groups", "2A.wi", None),
    )


def test_groups_that_are_not_told_stay_and_no_groups_are_cleared():
    known = imported(FIRST)

    assert changed(known, FAMILY[0]._replace(group_keys=ABSENT), *FAMILY[1:]).is_empty
    assert changed(known, FAMILY[0]._replace(group_key=ABSENT), *FAMILY[1:]).is_empty
    assert changed(known, FAMILY[0]._replace(group_keys=()), *FAMILY[1:]).rows["group_pupil"].gone
    no_groups = roster(*FAMILY, groups=(), delivers=frozenset(Kind) - {Kind.GROUPS})
    assert plan(no_groups, known).is_empty


def test_another_mentor_is_shown_by_name_z258():
    second = staff("50002", last_name="Bruijn", first_name="Jaap", prefix="de")
    later = changed(imported(FIRST), FAMILY[0]._replace(mentor_keys=("m50002",)), *FAMILY[1:], second)

    change = next(change for change in later.changes if change.kind == "pupil")
    assert change.fields == (("mentors", "Beek, Lies", "Bruijn, Jaap de"),)
    assert changed(imported(FIRST), FAMILY[0]._replace(mentor_keys=ABSENT), *FAMILY[1:]).is_empty


def test_relation_and_post_belong_to_the_pair_z265_z266():
    later = changed(imported(FIRST), FAMILY[0], guardian(), pair(relation="tante", receives_post=False), staff())

    (change,) = later.changes
    assert (change.kind, change.fields) == (
        "guardian",
        (("relation", "moeder", "tante"), ("receives_post", True, False)),
    )
    assert changed(imported(FIRST), FAMILY[0], guardian(), pair(relation=ABSENT), staff()).is_empty


def test_authority_belongs_to_the_pair_and_silence_leaves_it():
    told = imported(roster(*FAMILY[:2], pair(has_authority=True), staff(), groups=GROUPS))
    parent, child = person(told, "guardian", "700001").id, person(told, "pupil", "100001").id
    assert told.guardians[child][parent] == ("moeder", True, 1, True)

    later = changed(told, FAMILY[0], guardian(), pair(has_authority=False), staff())
    (change,) = later.changes
    assert (change.kind, change.fields) == ("guardian", (("has_authority", True, False),))
    assert changed(told, FAMILY[0], guardian(), pair(has_authority=ABSENT), staff()).is_empty


def test_a_pair_that_is_told_no_more_is_removed():
    known = imported(roster(*FAMILY, guardian("700002"), pair("700002"), groups=GROUPS))
    later = changed(known, *FAMILY)

    pupil_id, gone = person(known, "pupil", "100001").id, person(known, "guardian", "700002").id
    assert later.rows["guardianship"].gone == [(gone, pupil_id)]
    assert later.counted()["guardians"]["gone"] == 1


def test_the_pairs_of_a_pupil_who_left_stay_as_history():
    known = imported(FIRST)
    later = imported(roster(pupil("100002"), staff(), groups=GROUPS), known=known)

    assert later.guardians[person(known, "pupil", "100001").id]
    assert not later.mentors[person(known, "pupil", "100001").id]
    assert not later.pupil_groups[person(known, "pupil", "100001").id]


def test_an_unknown_guardian_in_a_pair_is_noted_z244():
    first = plan(roster(pupil(), pair("999999")))

    assert codes(first) == [("warning", "pupil", "100001", "guardian-unknown")]


def test_groups_are_unique_by_location_year_and_name_z276():
    both = (GROUP, RosterGroup("x", "2A", YEAR, "L2"), RosterGroup("y", "2A", YEAR, "L1", is_home=False))
    known = imported(roster(pupil(group_keys=("y",)), pupil("100002", location_key="L2", group_key="x"), groups=both))

    assert sorted((group.name, group.source_key) for group in known.groups) == [("2A", "g2a"), ("2A", "x")]
    again = plan(
        roster(pupil(group_keys=("y",)), pupil("100002", location_key="L2", group_key="x"), groups=both), known
    )
    assert again.is_empty
    assert ("warning", "group", "y", "duplicate-group") in codes(again)


def test_a_renamed_group_keeps_its_row_and_a_group_with_another_key_does_too():
    known = imported(FIRST)
    renamed = plan(roster(*FAMILY, groups=(GROUP._replace(name="2A1"), OTHER, MATHS)), known)
    rekeyed = plan(
        roster(
            FAMILY[0]._replace(group_key="new"),
            *FAMILY[1:3],
            staff(group_keys=("new",)),
            groups=(GROUP._replace(key="new"), OTHER, MATHS),
        ),
        known,
    )

    assert counts(renamed, "groups") == {"seen": 3, "changed": 1, "unchanged": 2}
    assert renamed.changes[0].fields == (("name", "2A", "2A1"),)
    assert counts(rekeyed, "groups") == {"seen": 3, "unchanged": 3}
    assert not rekeyed.changes


def test_a_group_that_is_gone_is_removed_and_one_of_another_source_stays():
    known = imported(FIRST)
    gone = changed(known, *FAMILY, groups=(GROUP, MATHS))
    known.groups = tuple(group._replace(source="edexml") for group in known.groups)
    kept = changed(known, *FAMILY, groups=(GROUP, MATHS))

    assert counts(gone, "groups") == {"seen": 2, "unchanged": 2, "gone": 1}
    assert counts(kept, "groups") == {"seen": 2, "unchanged": 2}


def test_a_group_without_location_goes_where_most_of_its_pupils_are_z175():
    """EDEXML tells no location of a group (formats.md 1.2)."""
    loose, empty, other = (one._replace(location_key=None) for one in GROUPS)
    people = [pupil("1", location_key="L2"), pupil("2", location_key="L2"), pupil("3"), pupil("4", group_key=None)]
    people += [pupil("5", group_key=None), staff(group_keys=("g2a", "g2b"))]
    told = roster(*people, groups=(loose, empty, other))
    known = imported(told)

    codes_of = {place.id: place.code for place in known.locations}
    assert [codes_of[group.location_id] for group in known.groups] == ["99ZZ02", "99ZZ02", "99ZZ01"]
    assert codes(plan(told)) == [("warning", "group", "g2awi", "group-location-guessed")]
    assert plan(told, known).is_empty


def test_a_group_without_pupils_stays_where_it_was():
    loose = GROUP._replace(location_key=None)
    known = imported(roster(pupil(location_key="L2"), groups=(loose,)))
    later = plan(roster(pupil("2"), pupil("3"), groups=(loose,)), known)

    assert counts(later, "groups") == {"seen": 1, "changed": 1}
    empty = plan(roster(pupil(location_key="L2", group_key=None), pupil("4", group_key=None), groups=(loose,)), known)
    assert counts(empty, "groups") == {"seen": 1, "unchanged": 1}


def test_a_new_school_year_adds_enrolments_and_keeps_those_of_before_z172():
    known = imported(FIRST)
    known.groups, known.enrolments, known.pupil_groups, known.staff_groups = (), {}, {}, {}  # as read for 2027
    next_year = roster(
        pupil(school_year=2027, year_of_study=3, group_key="g3a"),
        *FAMILY[1:3],
        staff(group_keys=("g3a",)),
        school_year=2027,
        reference_date=date(2027, 9, 1),
        groups=(RosterGroup("g3a", "3A", 2027, "L1"),),
    )
    later = plan(next_year, known)

    (row,) = later.rows["enrolment"].new
    assert row[:2] == (person(known, "pupil", "100001").id, 2027)
    assert not later.rows["school_group"].gone
    assert not later.rows["enrolment"].changed


def test_a_location_is_known_by_key_then_by_code_never_by_name():
    known = imported(FIRST)
    known.location_keys = {}  # another source
    other = (RosterLocation("99ZZ01", "Anders", "99ZZ01"), RosterLocation("new", "Havenkwartier", ""))
    later = plan(roster(locations=other, groups=()), known)

    assert counts(later, "locations") == {"seen": 2, "changed": 1, "new": 1}
    assert later.changes[0].fields == (("name", "Lindelaan", "Anders"),)
    assert later.rows["location"].new == [(-1, "99ZZV1", "Havenkwartier")]


def test_a_source_that_only_knows_the_code_does_not_rename_a_location():
    known = imported(FIRST)
    bare = (LINDELAAN._replace(name="L1"), HAVEN)

    assert counts(plan(roster(*FAMILY, groups=GROUPS, locations=bare), known), "locations") == {
        "seen": 2,
        "unchanged": 2,
    }
