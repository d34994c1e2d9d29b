"""A key that was given to somebody else hands over nobody's account; who has no key is known in another way. Pure."""

from datetime import date

import pytest

from app.services.roster.plan.known import FIRST_NAME, LAST_NAME, NUMBER
from tests.roster.roster_world import (
    GROUP,
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

OTHER = {"first_name": "Daan", "last_name": "Kaya", "birth_date": date(2013, 9, 9)}


def refused(plan):
    return [(kind, key) for severity, kind, key, code in codes(plan) if (severity, code) == ("error", "key-of-another")]


def test_a_key_of_somebody_with_another_birth_date_and_name_is_refused():
    known = imported(roster(pupil(), guardian(), pair()))
    later = plan(roster(pupil(**OTHER), guardian(), pair(), pupil("100002")), known)

    assert refused(later) == [("pupil", "100001")]
    assert counts(later, "pupils") == {"seen": 2, "new": 1, "skipped": 1}
    assert not later.rows["person"].changed
    assert later.counted()["guardians"]["gone"] == 0, "the guardians of who stays, stay"


@pytest.mark.parametrize("one", [{"birth_date": date(2012, 4, 3)}, {"last_name": "Kaya", "first_name": "Sara"}])
def test_a_corrected_birth_date_or_name_alone_is_the_same_person(one):
    known = imported(roster(pupil()))

    assert counts(plan(roster(pupil(**one)), known), "pupils") == {"seen": 1, "changed": 1}


def test_a_key_with_the_eckid_of_another_is_refused_and_nobody_is_gone():
    known = imported(roster(pupil("1", key="a", eckid="x"), pupil("2", key="b", eckid="y"), pupil("3")))
    later = plan(roster(pupil("1", key="a", eckid="y"), pupil("3")), known)

    assert refused(later) == [("pupil", "1")]
    assert later.is_empty


def test_a_staff_code_given_to_another_after_somebody_left_is_refused():
    jan = staff("JAN", key="JAN", first_name="Ad", last_name="Jansen")
    known = imported(roster(pupil(), jan), roster(pupil(), staff("KLA")))
    later = plan(roster(pupil(), staff("KLA"), jan._replace(first_name="Mia", last_name="Janmaat")), known)

    assert refused(later) == [("staff", "JAN")]
    assert later.is_empty
    assert person(known, "staff", "JAN").left_on is not None


@pytest.mark.parametrize("one", [{"first_name": "Mia"}, {"last_name": "Janmaat"}])
def test_who_returns_with_one_other_name_is_the_same_person(one):
    jan = staff("JAN", key="JAN", first_name="Ad", last_name="Jansen")
    known = imported(roster(pupil(), jan), roster(pupil(), staff("KLA")))
    later = plan(roster(pupil(), staff("KLA"), jan._replace(**one)), known)

    assert [change.what for change in later.changes] == ["returned"]


def test_a_number_of_who_left_does_not_bring_back_somebody_with_other_names():
    left = imported(roster(pupil(), staff("JAN")), roster(pupil()))
    left.keys = {key: held for key, held in left.keys.items() if key[0] != "staff"}  # another source had the key
    del left.keyed["staff"]
    later = plan(roster(pupil(), staff("JAN", first_name="Mia", last_name="Janmaat")), left)

    assert counts(later, "staff") == {"seen": 1, "new": 1}


def test_two_lasting_keys_with_one_number_are_two_people():
    told = roster(pupil(key="a"), pupil(key="b", first_name="Daan"))
    first = plan(told)
    known = imported(told)

    assert counts(first, "pupils") == {"seen": 2, "new": 2}
    assert codes(first) == [("warning", "pupil", "100001", "number-twice")]
    assert {one.fields[FIRST_NAME] for one in known.persons.values()} == {"Sanne", "Daan"}
    assert plan(told, known).is_empty


def test_of_two_with_one_number_only_the_one_with_the_name_is_recognised_by_it():
    known = hand_made(imported(roster(pupil())), "JAN")  # Irene Bruijnes
    two = [staff("JAN", key="a"), staff("JAN", key="b", first_name="Irene", last_name="Bruijnes")]

    for told in (two, two[::-1]):
        later = imported(roster(pupil(), *told), known=known)
        assert later.keyed["staff"][900] == "b"
        assert {one.fields[LAST_NAME] for one in later.persons.values() if one.kind == "staff"} == {"Beek", "Bruijnes"}


@pytest.mark.parametrize(("made", "told"), [("jan", "JAN"), ("0051", "51"), ("JAN", "jan")])
def test_hand_made_numbers_are_known_without_case_and_leading_zeros_part7_nr22(made, told):
    known = hand_made(imported(roster(pupil())), made)
    later = plan(roster(pupil(), staff(told)), known)

    assert ("info", "staff", made, "merged-with-hand-made") in codes(later)
    assert later.counted()["staff"]["new"] == 0


def once(number, **values):
    return pupil(number, **{"key": number, "key_lasts": False, "email": None} | values)


def test_who_has_no_lasting_key_is_known_by_name_and_birth_date():
    """formats.md 1.5: key, then ECK iD, then name and date of birth; never the name alone."""
    known = imported(roster(once("#1"), once("#2", first_name="Daan")))
    later = plan(roster(once("#7", first_name="daan"), once("#8", email="sanne@leerling.example")), known)

    assert later.counted()["pupils"]["new"] == later.counted()["pupils"]["gone"] == 0
    assert plan(roster(once("#1"), once("#2", first_name="Daan")), known).is_empty


def test_of_two_alike_nobody_is_known_when_one_is_missing_or_new():
    twins = roster(once("#1"), once("#2"))
    known = imported(twins)

    assert plan(roster(once("#1")), known).counted()["pupils"]["new"] == 1
    assert plan(twins, imported(roster(once("#1")))).counted()["pupils"]["new"] == 2
    assert plan(twins, known).is_empty  # as many as before, in the same class: nothing to tell apart, nothing to change


@pytest.mark.parametrize("one", [{"birth_date": None}, {"birth_date": date(2013, 1, 1)}, {"first_name": "Sara"}])
def test_the_name_or_the_birth_date_alone_recognises_nobody(one):
    told = roster(once("#1", group_key=None, **one))

    assert plan(told, imported(roster(once("#1")))).counted()["pupils"]["new"] == 1


def passing(key, **values):
    """A staff member as an EDEXML file with keys that are valid once tells it: without a date of birth."""
    return staff(key, **{"key": key, "key_lasts": False} | values)


def test_staff_with_passing_keys_are_known_by_name_and_group():
    known = imported(roster(pupil(), passing("#1"), passing("#2", last_name="Post")))
    later = plan(roster(pupil(), passing("#1", last_name="Post"), passing("#2")), known)

    assert later.is_empty, "the keys changed places, the people did not"


def test_staff_with_passing_keys_are_known_by_name_and_address_in_a_new_school_year():
    known = imported(roster(pupil(), passing("#1", email="lies@school.example")))
    told = passing("#4", email="Lies@school.example", group_keys=())

    assert plan(roster(pupil(), told), known).counted()["staff"]["new"] == 0


@pytest.mark.parametrize(
    "other",
    [{"first_name": "Lot"}, {"group_keys": ("g2b",)}, {"group_keys": (), "email": "anders@school.example"}],
)
def test_a_name_alone_makes_nobody_the_same_member_of_staff(other):
    known = imported(roster(pupil(), passing("#1", email="lies@school.example")))
    second = GROUP._replace(key="g2b", name="2B")
    told = roster(pupil(), passing("#1", **other), groups=(GROUP, second))

    assert {row[1] for row in plan(told, known).rows["person"].new} <= {"staff"}
    assert plan(told, known).counted()["staff"]["gone"] == 1


def test_a_lasting_key_is_never_passed_over_for_name_and_birth_date():
    later = plan(roster(pupil("2", key="b")), imported(roster(pupil("1", key="a"))))

    assert later.counted()["pupils"]["new"] == 1
    assert {row[2] for row in later.rows["person"].new} == {"2"}
    assert NUMBER == 0
