"""The plan for locations: one code is given once, and a location that is not told stays as it is. Pure."""

from datetime import date

import pytest

from app.roster import RosterGroup, RosterLocation
from app.services.roster.gate.weighed import weigh
from app.services.roster.plan.places import free_code
from tests.roster.roster_world import (
    GROUP,
    HAVEN,
    LINDELAAN,
    NOBODY,
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

FAMILY = (pupil(), guardian(), pair(), staff())
HAVEN_GROUP = RosterGroup("g1h", "1H", 2026, "L2")
AT_HAVEN = (
    pupil("100002", location_key="L2", group_key="g1h", mentor_keys=("m50002",)),
    guardian("700002"),
    pair("700002", "100002"),
    staff("50002", group_keys=("g1h",)),
)
BOTH = (GROUP, HAVEN_GROUP)


def codes_of(known):
    return sorted(place.code for place in known.locations)


def test_two_new_locations_with_one_code_get_two_codes():
    twice = (LINDELAAN, RosterLocation("L9", "Lindelaan bovenbouw", LINDELAAN.code))
    known = imported(roster(pupil(), locations=twice))

    assert codes_of(known) == ["99ZZ01", "99ZZV1"]
    assert plan(roster(pupil(), locations=twice), known).is_empty


def test_a_new_location_does_not_take_the_code_that_a_known_one_gets():
    nameless = imported(roster(pupil(), locations=(LINDELAAN._replace(code=""),)))
    told = roster(pupil(), locations=(RosterLocation("L9", "Nieuw", "99ZZ01"), LINDELAAN))

    assert codes_of(imported(told, known=nameless)) == ["99ZZ01", "99ZZV1"]


def test_two_known_locations_do_not_get_one_code():
    both = (LINDELAAN._replace(code=""), HAVEN._replace(code=""))
    known = imported(roster(pupil(), locations=both))
    told = roster(pupil(), locations=tuple(one._replace(code="99ZZ07") for one in both))
    later = imported(told, known=known)

    assert codes_of(later) == ["99ZZ07", "99ZZV2"]
    assert plan(told, later).is_empty


def test_there_are_codes_for_a_hundred_locations_without_one():
    many = tuple(RosterLocation(f"u{number}", f"Plek {number}") for number in range(100))
    known = imported(roster(pupil(location_key="u1", group_key=None), locations=many, groups=()))

    assert len(set(codes_of(known))) == 100
    assert all(len(code) == 6 and code.startswith("99ZZ") for code in codes_of(known))


@pytest.mark.parametrize(
    ("taken", "code"), [(0, "99ZZV1"), (8, "99ZZV9"), (9, "99ZZW1"), (44, "99ZZZ9"), (45, "99ZZAA"), (720, "99ZZZZ")]
)
def test_codes_count_from_v1_to_z9_and_from_aa_to_zz(taken, code):
    given = set()
    for _number in range(taken):
        given.add(free_code("99ZZ", given))

    assert free_code("99ZZ", given) == code


def test_a_location_that_is_not_told_keeps_its_people_groups_and_links():
    """Silence about a location is no news about its people (Z-244)."""
    known = imported(roster(*FAMILY, *AT_HAVEN, groups=BOTH))
    later = plan(roster(*FAMILY, locations=(LINDELAAN,)), known)

    assert later.is_empty
    assert ("warning", "location", "99ZZ02", "location-not-told") in codes(later)
    message = next(one for one in later.messages if one.code == "location-not-told")
    assert message.values == {"location": "Havenkwartier"}
    assert weigh(known, later).tallies == {}


def test_who_moved_from_a_location_that_is_not_told_still_moves():
    known = imported(roster(*FAMILY, *AT_HAVEN, groups=BOTH))
    moved = AT_HAVEN[0]._replace(location_key="L1", group_key="g2a", mentor_keys=())
    later = plan(roster(*FAMILY, moved, *AT_HAVEN[1:3], locations=(LINDELAAN,)), known)

    assert counts(later, "pupils") == {"seen": 2, "unchanged": 1, "changed": 1}
    assert counts(later, "staff") == {"seen": 1, "unchanged": 1}


def test_a_location_without_people_or_of_another_source_is_not_missed():
    empty = imported(roster(*FAMILY))
    other = imported(roster(*FAMILY, *AT_HAVEN, groups=BOTH))
    other.location_keys = {"L1": other.location_keys["L1"]}

    assert codes(plan(roster(*FAMILY, locations=(LINDELAAN,)), empty)) == []
    assert not [code for *_rest, code in codes(plan(roster(*FAMILY, locations=(LINDELAAN,)), other)) if "told" in code]
    assert codes(plan(roster(*FAMILY), NOBODY)) == []


def test_a_pair_that_was_withdrawn_goes_although_another_location_is_closed():
    """Somebody may have lost custody: a closed location protects nothing at an open one."""
    both = (guardian("700002"), pair("700002"), pair("700002", "100002"))
    known = imported(roster(*FAMILY, AT_HAVEN[0], *both, AT_HAVEN[3], groups=BOTH))
    later = plan(roster(*FAMILY, guardian("700002"), groups=BOTH, closed_locations=frozenset({"L2"})), known)

    other, sanne = person(known, "guardian", "700002").id, person(known, "pupil", "100001").id
    assert later.rows["guardianship"].gone == [(other, sanne)]
    assert later.counted()["guardians"]["gone"] == later.counted()["pupils"]["gone"] == 0


def test_a_mentor_who_was_withdrawn_goes_although_another_location_is_closed():
    sanne = FAMILY[0]._replace(mentor_keys=("m50001", "m50002"))
    known = imported(roster(sanne, *FAMILY[1:], *AT_HAVEN, groups=BOTH))
    closed = {"closed_locations": frozenset({"L2"}), "groups": BOTH}
    withdrawn = plan(roster(sanne._replace(mentor_keys=("m50001",)), *FAMILY[1:], **closed), known)
    told = plan(roster(sanne, *FAMILY[1:], **closed), known)

    gone = (person(known, "pupil", "100001").id, person(known, "staff", "50002").id)
    assert withdrawn.rows["mentor"].gone == [gone]
    assert told.is_empty, "still named as mentor; only the record is out of our sight"


def test_who_left_is_gone_although_the_location_is_not_told():
    known = imported(roster(*FAMILY, *AT_HAVEN, groups=BOTH))
    left = AT_HAVEN[0]._replace(location_key=None, leaving_date=date(2026, 10, 1))
    later = plan(roster(*FAMILY, left, locations=(LINDELAAN,)), known)

    assert later.counted()["pupils"]["gone"] == 1


@pytest.mark.parametrize("place", [None, "weg"])
def test_a_pupil_without_a_location_is_where_the_class_is_z277(place):
    first = plan(roster(pupil(location_key=place), pupil("100002", location_key="L2", group_key=None)))

    at = {row[0]: row[2] for row in first.rows["enrolment"].new}
    assert counts(first, "pupils") == {"seen": 2, "new": 2}
    assert len(set(at.values())) == 2
    assert at[min(at, key=abs)] == next(row[1] for row in first.rows["school_group"].new)


def test_a_class_whose_location_is_a_guess_places_nobody():
    loose = GROUP._replace(location_key=None)
    first = plan(roster(pupil(location_key=None), pupil("100002", group_key=None), groups=(loose,)))

    assert [(key, code) for _s, _k, key, code in codes(first)] == [
        ("g2a", "group-location-guessed"),
        ("100001", "location-missing"),
    ]
