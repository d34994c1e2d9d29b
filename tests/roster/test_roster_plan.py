"""The plan for people: who is new, changed, back or gone (Z-245 to Z-275, part 7 nrs 22 and 23). Pure."""

from datetime import date

import pytest

from app.roster import ABSENT, Kind, RosterMessage
from app.services.roster.plan.known import EMAIL, FIRST_NAME, LAST_NAME, NUMBER
from tests.roster.roster_world import (
    HAVEN,
    LINDELAAN,
    TODAY,
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

FAMILY = (pupil(), guardian(), pair(), staff())


def test_a_first_roster_makes_everybody_new_with_all_fields_z246_to_z275():
    first = plan(roster(*FAMILY))

    assert counts(first, "pupils") == counts(first, "guardians") == counts(first, "staff") == {"seen": 1, "new": 1}
    assert counts(first, "groups") == {"seen": 1, "new": 1}
    assert counts(first, "locations") == {"seen": 2, "new": 2}
    known = imported(roster(*FAMILY))
    assert person(known, "pupil", "100001").fields == (
        *("100001", "Sanne", "S.", "van den", "Berg", date(2012, 3, 4), "female", "100001@leerling.example"),
    )
    assert person(known, "guardian", "700001").fields[FIRST_NAME] is None
    assert codes(first) == []


def test_the_same_roster_twice_changes_nothing_r105():
    again = plan(roster(*FAMILY), imported(roster(*FAMILY)))

    assert again.is_empty
    assert again.changes == []
    assert counts(again, "pupils") == counts(again, "staff") == {"seen": 1, "unchanged": 1}


def test_a_changed_field_is_shown_as_old_and_new():
    later = plan(roster(pupil(first_name="Sara"), *FAMILY[1:]), imported(roster(*FAMILY)))

    assert counts(later, "pupils") == {"seen": 1, "changed": 1}
    (change,) = later.changes
    assert (change.kind, change.number, change.name) == ("pupil", "100001", "Berg, Sanne van den")
    assert (change.what, change.fields) == ("changed", (("first_name", "Sanne", "Sara"),))


def test_an_absent_field_stays_and_an_empty_one_is_cleared():
    known = imported(roster(*FAMILY))

    assert plan(roster(pupil(email=ABSENT, year_of_study=ABSENT, group_keys=ABSENT), *FAMILY[1:]), known).is_empty
    cleared = plan(roster(pupil(email=None), *FAMILY[1:]), known)
    assert cleared.changes[0].fields == (("email", "100001@leerling.example", None),)


def test_a_field_that_could_not_be_read_keeps_what_we_know_z244():
    message = RosterMessage("warning", "pupil", "100001", "email-unreadable")
    later = roster(pupil(email=None), *FAMILY[1:], messages=(message,))

    assert plan(later, imported(roster(*FAMILY))).is_empty


def test_a_record_that_could_not_be_read_does_not_make_its_person_gone_z244():
    message = RosterMessage("error", "pupil", "100001", "last-name-missing")
    later = plan(roster(pupil("100002"), staff(), messages=(message,)), imported(roster(*FAMILY)))

    assert counts(later, "pupils") == {"seen": 2, "new": 1, "skipped": 1}
    assert later.counted()["guardians"]["gone"] == 0


@pytest.mark.parametrize(
    ("leaving", "used"), [(None, True), (TODAY, True), (date(2026, 10, 4), False), (date(2027, 7, 31), True)]
)
def test_the_leaving_date_is_the_last_day_at_school_z245_z255(leaving, used):
    first = plan(roster(pupil(leaving_date=leaving)))

    assert (first.used_pupils == 1) is used
    assert [code for *_rest, code in codes(first)] == ([] if used else ["left"])


def test_a_pupil_who_has_yet_to_begin_is_skipped_z245():
    first = plan(roster(pupil(enrolled_on=date(2026, 10, 6))))

    assert counts(first, "pupils") == {"seen": 1, "skipped": 1}
    assert codes(first) == [("info", "pupil", "100001", "not-in-school-year")]


def test_who_is_told_no_more_is_gone_and_keeps_everything_else_part7_nr23():
    known = imported(roster(*FAMILY, pupil("100002")))
    later = plan(roster(*FAMILY), known)

    assert counts(later, "pupils") == {"seen": 1, "unchanged": 1, "gone": 1}
    assert ("info", "pupil", "100002", "gone") in codes(later)
    gone = person(imported(roster(*FAMILY), known=known), "pupil", "100002")
    assert gone.left_on == TODAY
    assert gone.fields == person(known, "pupil", "100002").fields


def test_who_left_on_a_date_is_gone_from_the_day_after():
    known = imported(roster(*FAMILY), roster(pupil(leaving_date=date(2026, 10, 2)), *FAMILY[1:]))

    assert person(known, "pupil", "100001").left_on == date(2026, 10, 3)
    assert next(iter(known.enrolments.values())).leaving_date == date(2026, 10, 2)
    assert plan(roster(pupil(leaving_date=date(2026, 10, 2)), *FAMILY[1:]), known).is_empty


def test_who_returns_is_the_same_person_r104():
    before = imported(roster(*FAMILY, pupil("100002")), roster(*FAMILY))
    back = plan(roster(*FAMILY, pupil("100002", last_name="Kaya")), before)

    assert counts(back, "pupils") == {"seen": 2, "unchanged": 1, "changed": 1}
    change = next(change for change in back.changes if change.number == "100002")
    assert (change.what, change.fields) == ("returned", (("last_name", "Berg", "Kaya"),))
    assert change.ref == person(before, "pupil", "100002").id
    assert ("info", "pupil", "100002", "returned") in codes(back)


def test_staff_without_a_link_is_not_taken_in_z268():
    first = plan(
        roster(
            pupil(mentor_keys=("m50003",)), staff("50001", group_keys=()), staff("50002"), staff("50003", group_keys=())
        )
    )

    assert counts(first, "staff") == {"seen": 3, "new": 2, "skipped": 1}
    assert codes(first) == [("info", "staff", "50001", "no-link")]


def test_staff_who_lost_their_last_link_stay():
    known = imported(roster(*FAMILY))
    later = plan(roster(*FAMILY[:3], staff(group_keys=())), known)

    assert counts(later, "staff") == {"seen": 1, "changed": 1}
    assert later.changes[0].fields == (("groups", "2A", None),)


def test_a_guardian_comes_with_an_active_pupil_only_z267():
    first = plan(roster(pupil(leaving_date=date(2026, 9, 1)), guardian(), pair(), pupil("100002")))

    assert counts(first, "guardians") == {"seen": 1, "skipped": 1}
    assert ("warning", "guardian", "700001", "no-pupil") in codes(first)


def test_a_guardian_whose_last_pupil_left_is_gone_too():
    known = imported(roster(*FAMILY, pupil("100002")))
    later = plan(roster(pupil("100002"), guardian(), staff()), known)

    assert later.counted()["guardians"] == {"seen": 1, "new": 0, "changed": 0, "unchanged": 0, "gone": 1, "skipped": 1}
    assert ("info", "guardian", "700001", "guardian-without-pupil") in codes(later)


@pytest.mark.parametrize(("kind", "told"), [(Kind.GUARDIANS, FAMILY[::3]), (Kind.STAFF, FAMILY[:3])])
def test_a_kind_that_is_not_delivered_is_never_gone(kind, told):
    later = plan(roster(*told, delivers=frozenset(Kind) - {kind}), imported(roster(*FAMILY)))

    assert later.is_empty
    assert ("warning", "roster", "", "kind-not-told") in codes(later)


def test_hand_made_staff_are_merged_by_number_and_never_overwritten_part7_nr22():
    known = hand_made(imported(roster(pupil())), "50001")
    merged = plan(roster(pupil(), staff()), known)

    assert counts(merged, "staff") == {"seen": 1, "changed": 1}
    assert not merged.rows["person"].changed
    assert ("info", "staff", "50001", "merged-with-hand-made") in codes(merged)
    later = imported(roster(pupil(), staff()), known=known)
    assert person(later, "staff", "50001").fields[LAST_NAME] == "Bruijnes"
    assert later.staff_groups[900]
    assert plan(roster(pupil(), staff(last_name="Anders")), later).is_empty


def test_hand_made_staff_never_leave_with_the_roster_part7_nr22():
    known = imported(roster(pupil(), staff()), known=hand_made(imported(roster(pupil())), "50001"))
    later = plan(roster(pupil()), known)

    assert later.counted()["staff"]["gone"] == 0


def test_a_changed_name_says_that_the_username_stays_part7_nr22():
    known = imported(roster(*FAMILY))
    known.with_account = frozenset(known.persons)
    later = plan(roster(pupil(last_name="Kaya"), *FAMILY[1:]), known)

    assert codes(later) == [("info", "pupil", "100001", "username-kept")]


def test_one_bad_record_does_not_stop_the_others_z244():
    lost, strange = (
        pupil(key, location_key=place, group_key=None) for key, place in (("100001", None), ("100003", "w"))
    )
    first = plan(roster(lost, pupil("100002"), strange, *FAMILY[3:]))

    assert counts(first, "pupils") == {"seen": 3, "new": 1, "skipped": 2}
    assert [(key, code) for _s, _k, key, code in codes(first)] == [
        ("100001", "location-missing"),
        ("100003", "location-missing"),
    ]


def test_one_location_needs_no_name_in_every_record():
    first = plan(roster(pupil(location_key=None), locations=(LINDELAAN,)))

    assert counts(first, "pupils") == {"seen": 1, "new": 1}


def test_people_at_a_closed_location_stay_as_they_are():
    at_haven = [pupil("100002", location_key="L2", group_key=None), guardian("700002"), pair("700002", "100002")]
    known = imported(roster(*FAMILY, *at_haven))
    later = plan(roster(*FAMILY, closed_locations=frozenset({"L2"})), known)

    assert later.is_empty


def test_a_location_that_is_switched_off_is_left_alone_z226_z228():
    at_haven = [pupil("100002", location_key="L2", group_key=None), guardian("700002"), pair("700002", "100002")]
    known = imported(roster(*FAMILY, *at_haven))
    known.off = frozenset(place.id for place in known.locations if place.code == HAVEN.code)
    changed = [one._replace(last_name="Anders") if hasattr(one, "last_name") else one for one in at_haven]
    later = plan(roster(*FAMILY, *changed[:1], pupil("100003", location_key="L2")), known)

    assert counts(later, "pupils") == {"seen": 3, "unchanged": 1, "skipped": 2}
    assert {code for *_rest, code in codes(later)} == {"location-off"}
    assert later.is_empty


def test_e_mail_is_never_a_key():
    same = "familie@thuis.example"
    people = [guardian("700001", email=same), guardian("700002", email=same)]
    first = roster(pupil(), *people, pair("700001"), pair("700002"), staff(email=same))

    assert counts(plan(first), "guardians") == {"seen": 2, "new": 2}
    known = imported(first)
    assert [known.persons[one].fields[EMAIL] for one in known.guardians[person(known, "pupil", "100001").id]] == [
        same
    ] * 2
    assert person(known, "staff", "50001").fields[NUMBER] == "50001"
