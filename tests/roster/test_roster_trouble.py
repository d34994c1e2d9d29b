"""What could not be read or used costs nobody a place, and what is not told stays (Z-244, formats.md 4.1). Pure."""

from datetime import date

import pytest

from app.roster import ABSENT, RosterMessage
from tests.roster.roster_world import (
    GROUP,
    TODAY,
    YEAR,
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

FAMILY = (pupil(mentor_keys=("m50001",)), guardian(), pair(), staff())
SECOND = pupil("100002")


def told(*people, **message):
    standard = {"severity": "error", "kind": "pupil", "key": "", "code": "last-name-missing"}
    return roster(*people, messages=(RosterMessage(**standard | message),))


@pytest.mark.parametrize("name", [{"key": "100001"}, {"key": "k100001"}, {"key": "", "record_key": "k100001"}])
def test_a_pupil_whose_record_is_bad_keeps_place_guardians_and_mentor_z244(name):
    known = imported(roster(*FAMILY, SECOND))

    assert plan(told(SECOND, **name), known).is_empty
    assert plan(told(SECOND, guardian(), staff(), **name), known).is_empty


def test_a_guardian_whose_record_is_bad_keeps_the_pairs_z244():
    known = imported(roster(*FAMILY))
    bad = {"kind": "guardian", "record_key": "v700001"}

    assert plan(told(FAMILY[0], staff(), **bad), known).is_empty
    assert plan(told(FAMILY[0], pair(), staff(), **bad), known).is_empty


def test_a_mentor_whose_record_is_bad_stays_the_mentor_z244():
    known = imported(roster(*FAMILY))

    assert plan(told(*FAMILY[:3], kind="staff", record_key="m50001"), known).is_empty


def test_of_a_doubled_key_the_known_holder_is_used():
    known = imported(roster(*FAMILY))
    double = FAMILY[0]._replace(last_name="Dubbel")
    later = plan(roster(FAMILY[0], double, *FAMILY[1:]), known)

    assert counts(later, "pupils") == {"seen": 2, "unchanged": 1, "skipped": 1}
    assert later.is_empty


def unreadable(field, *people):
    return roster(*people, messages=(RosterMessage("warning", "pupil", "100001", "date-unreadable", {"field": field}),))


def test_a_leaving_date_that_cannot_be_read_keeps_who_left_away_z244():
    left = imported(roster(*FAMILY, SECOND), roster(FAMILY[0]._replace(leaving_date=date(2026, 10, 1)), SECOND))
    later = plan(unreadable("leaving_date", FAMILY[0], SECOND), left)

    assert later.is_empty
    assert counts(later, "pupils") == {"seen": 2, "unchanged": 1, "skipped": 1}


def test_a_leaving_date_that_cannot_be_read_keeps_the_date_that_we_have_z244():
    leaves = FAMILY[0]._replace(leaving_date=date(2026, 12, 1))
    known = imported(roster(leaves, *FAMILY[1:]))

    assert plan(unreadable("leaving_date", *FAMILY), known).is_empty
    assert counts(plan(unreadable("leaving_date", *FAMILY)), "pupils") == {"seen": 1, "new": 1}


def test_a_pupil_without_a_place_in_this_year_stays_as_known_z245():
    """Told, but with no placement in this school year: no news about somebody who is here."""
    known = imported(roster(*FAMILY, SECOND))
    message = {"severity": "info", "code": "not-in-school-year", "key": "100001"}
    returned = plan(told(FAMILY[0]._replace(group_key=None), SECOND, **message), known)
    only_named = plan(told(SECOND, **message), known)

    assert returned.is_empty
    assert only_named.is_empty
    assert counts(returned, "pupils") == {"seen": 2, "unchanged": 1, "skipped": 1}
    assert [code for *_rest, code in codes(returned) if code == "not-in-school-year"] == ["not-in-school-year"]


def test_a_pupil_without_a_place_in_this_year_is_not_taken_in_z245():
    first = plan(told(*FAMILY, severity="info", code="not-in-school-year", key="100001"))

    assert counts(first, "pupils") == {"seen": 1, "skipped": 1}


def test_groups_of_staff_and_the_rank_of_a_pair_that_are_not_told_stay():
    known = imported(roster(*FAMILY))
    silent = roster(FAMILY[0], guardian(), pair(rank=ABSENT), staff(group_keys=ABSENT))

    assert plan(silent, known).is_empty
    assert plan(roster(*FAMILY[:2], pair(rank=None), staff()), known).rows["guardianship"].changed
    assert plan(roster(*FAMILY[:3], staff(group_keys=())), known).rows["group_staff"].gone
    assert counts(plan(silent), "staff") == {"seen": 1, "new": 1}, "a mentor of a pupil has a link (Z-268)"


def test_a_group_without_location_and_staff_without_told_groups_go_together_z175():
    loose = GROUP._replace(location_key=None)
    first = plan(roster(*FAMILY[:3], staff(group_keys=ABSENT), groups=(loose,)))

    assert counts(first, "groups") == {"seen": 1, "new": 1}


def test_a_missing_location_is_told_of_who_has_no_place_only():
    lost = FAMILY[0]._replace(location_key=None)
    known = plan(roster(lost, *FAMILY[1:]), imported(roster(*FAMILY)))

    assert codes(plan(roster(lost._replace(group_key=None), SECOND))) == [
        ("error", "pupil", "100001", "location-missing")
    ]
    assert codes(known) == []
    assert known.is_empty


def test_staff_groups_that_are_told_in_part_are_added_to():
    known = imported(roster(*FAMILY))
    part = plan(roster(*FAMILY[:3], staff(group_keys=(), groups_complete=False)), known)

    assert part.is_empty


def test_a_merged_hand_made_staff_member_who_leaves_loses_the_groups_of_the_source_part7_nr22():
    known = imported(roster(*FAMILY), known=hand_made(imported(roster(pupil())), "50001"))
    own = known.groups[0]._replace(id=77, name="Eigen", source=None, source_key=None)
    known.groups += (own,)
    known.staff_groups[900].add(77)
    later = plan(roster(*FAMILY[:3]), known)

    assert later.rows["group_staff"].gone == [(known.groups[0].id, 900)]
    assert not later.rows["person"].changed
    assert person(known, "staff", "50001").id == 900
    (change,) = [one for one in later.changes if one.kind == "staff"]
    assert (change.what, change.fields) == ("changed", (("groups", "2A, Eigen", "Eigen"),))
    again = imported(roster(*FAMILY[:3]), known=known)
    assert plan(roster(*FAMILY[:3]), again).is_empty
    assert (TODAY.year, GROUP.school_year) == (YEAR, YEAR)
