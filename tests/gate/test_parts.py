"""The parts of a plan: how many are struck of what, where. Pure."""

import pytest

from app.roster import RosterGroup
from app.services.roster.gate.weighed import weigh
from app.services.roster.plan.parts import Part, Tally, parts_of, whereabouts
from tests.roster.roster_world import GROUP, YEAR, guardian, imported, pair, plan, pupil, roster, staff

G2H = RosterGroup("g2h", "2H", YEAR, "L2")
FAMILY = [
    pupil("1"),
    pupil("2", location_key="L2", group_key="g2h"),
    pupil("3", location_key="L2", group_key="g2h"),
    guardian("7"),
    pair("7", "1"),
    pair("7", "2"),
    staff("5", group_keys=("g2a", "g2h")),
]
GROUPS = (GROUP, G2H)


@pytest.fixture
def known():
    return imported(roster(*FAMILY, groups=GROUPS))


def tallies(known, *people, **values):
    """{(kind, direction, code of the location or None): (before, struck, weighed)}"""
    codes = {location.id: location.code[-2:] for location in known.locations} | {None: None, 0: "-"}
    weighed = weigh(known, plan(roster(*people, **{"groups": GROUPS} | values), known))
    return {(part.kind, part.direction, codes[part.location_id]): tuple(of) for part, of in weighed.tallies.items()}


def without(*numbers):
    """FAMILY without the records and pairs of these numbers."""
    keys = {f"{letter}{number}" for number in numbers for letter in "kvm"}
    return [one for one in FAMILY if keys.isdisjoint(one[:2] if hasattr(one, "pupil_key") else one[:1])]


def test_a_plan_that_changes_nothing_has_no_parts(known):
    assert tallies(known, *FAMILY) == {}


def test_who_is_gone_counts_at_the_own_location_and_everywhere(known):
    assert tallies(known, *without("3")) == {
        ("pupil", "gone", "02"): (2, 1, 1),
        ("pupil", "gone", None): (3, 1, 1),
    }


def test_who_is_at_two_locations_is_in_the_parts_of_both(known):
    found = tallies(known, *without("5"))

    assert {key: of for key, of in found.items() if key[0] == "staff"} == {
        ("staff", "gone", "01"): (1, 1, 1),
        ("staff", "gone", "02"): (1, 1, 1),
        ("staff", "gone", None): (1, 1, 1),
    }


def test_a_guardian_who_loses_one_child_loses_access_there(known):
    assert tallies(known, *(one for one in FAMILY if one != pair("7", "2"))) == {
        ("guardian", "access", "02"): (1, 1, 1),
        ("guardian", "access", None): (1, 1, 1),
        ("guardian", "changed", "01"): (1, 1, 0),
        ("guardian", "changed", "02"): (1, 1, 0),
        ("guardian", "changed", None): (1, 1, 0),
    }


def test_a_pupil_who_moves_loses_access_at_the_old_location(known):
    moved = [one._replace(location_key="L1", group_key="g2a") if one[0] == "k3" else one for one in FAMILY]
    found = tallies(known, *moved)

    assert found["pupil", "access", "02"] == (2, 1, 1)
    assert ("pupil", "access", "01") not in found


def test_staff_lose_access_only_without_any_group_there(known):
    other = RosterGroup("g3h", "3H", YEAR, "L2")
    told = [one._replace(group_keys=("g2a", "g3h")) if one[0] == "m5" else one for one in FAMILY]
    assert not [key for key in tallies(known, *told, groups=(*GROUPS, other)) if key[1] == "access"]
    told = [one._replace(group_keys=("g2a",)) if one[0] == "m5" else one for one in FAMILY]
    assert tallies(known, *told)["staff", "access", "02"] == (1, 1, 1)


def test_of_the_changed_only_other_names_and_birth_dates_are_weighed(known):
    told = [one._replace(email="n@x.nl") if one[0] == "k2" else one for one in FAMILY]
    told = [one._replace(last_name="Anders") if one[0] == "k3" else one for one in told]

    assert tallies(known, *told)["pupil", "changed", "02"] == (2, 2, 1)


def test_who_returns_is_no_newcomer_to_the_gate(known):
    gone = imported(roster(*without("3"), groups=GROUPS), known=known)
    found = tallies(gone, *FAMILY, pupil("4", location_key="L2", group_key="g2h"))

    assert found["pupil", "new", "02"] == (1, 2, 1)


def test_newcomers_and_their_families_are_where_they_come(known):
    found = tallies(known, *FAMILY, pupil("4", location_key="L2", group_key="g2h"), guardian("8"), pair("8", "4"))

    assert found["guardian", "new", "02"] == (1, 1, 1)
    assert ("guardian", "new", "01") not in found


def test_groups_count_at_their_location(known):
    told = [one._replace(group_key=None) if one[0] in ("k2", "k3") else one for one in FAMILY]
    told = [one._replace(group_keys=("g2a",)) if one[0] == "m5" else one for one in told]

    assert tallies(known, *told, groups=(GROUP,))["group", "gone", "02"] == (1, 1, 1)


def test_whom_another_source_tells_first_is_not_counted_as_losing_access(known):
    """A second source that knows nobody yet moves people, and takes them from nobody of its own."""
    known.keyed["pupil"].clear()
    moved = [one._replace(location_key="L1") for one in FAMILY[:3]]

    assert not [key for key in tallies(known, *moved) if key[:2] == ("pupil", "access")]


def test_the_parts_of_one_change_are_its_locations(known):
    later = plan(roster(*without("5"), groups=GROUPS), known)
    change = next(one for one in later.changes if one.kind == "staff")
    one, other = (location.id for location in known.locations)

    assert set(parts_of(change, whereabouts(known, later))) == {
        Part("staff", "gone", one),
        Part("staff", "gone", other),
    }
    assert Tally(3).weighed == 0
