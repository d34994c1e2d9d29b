"""Who in the roster is whom: keys, then numbers; nobody ever takes over somebody else's key (formats.md 0 and 1.2)."""

from datetime import date

from app.services.roster.plan.known import BIRTH_DATE, LAST_NAME, NUMBER
from tests.roster.roster_world import codes, counts, guardian, imported, pair, person, plan, pupil, roster, staff


def test_a_person_is_known_by_key_when_number_and_name_changed():
    known = imported(roster(pupil("100001", key="a")))
    later = imported(roster(pupil("200001", key="a", last_name="Kaya")), known=known)

    assert len(later.persons) == 1
    assert person(later, "pupil", "200001").fields[LAST_NAME] == "Kaya"


def test_another_source_knows_the_same_person_by_number():
    known = imported(roster(pupil("100001", key="uuid-1"), staff("50001", key="uuid-2")))
    other = imported(roster(pupil("100001", key="100001")), known=with_source_forgotten(known))

    assert len(other.persons) == len(known.persons)
    assert len([one for one in other.persons.values() if one.kind == "pupil"]) == 1


def with_source_forgotten(known):
    """As another source sees it: the same people, none of them by its own key."""
    known.keys, known.keyed = {}, type(known.keyed)(dict)
    return known


def test_leading_zeros_may_get_lost_on_the_way():
    known = with_source_forgotten(imported(roster(pupil("001234", key="uuid", email=None))))
    told = pupil("1234", key="1234", email=None)
    later = plan(roster(told), known)

    assert counts(later, "pupils") == {"seen": 1, "unchanged": 1}
    assert person(imported(roster(told), known=known), "pupil", "001234")


def test_numbers_that_differ_in_zeros_only_are_two_people_in_one_roster():
    first = imported(roster(pupil("001234", key="a"), pupil("1234", key="b")))

    assert {one.fields[NUMBER] for one in first.persons.values()} == {"001234", "1234"}
    assert plan(roster(pupil("001234", key="a"), pupil("1234", key="b")), first).is_empty


def test_a_number_that_was_given_to_somebody_else_makes_a_new_person():
    known = imported(roster(pupil("100001", key="a"), staff("JAN", key="b")))
    others = (pupil("100001", key="c", birth_date=date(2014, 1, 1)), staff("JAN", key="d"))
    later = plan(roster(*others), known)

    assert (later.counted()["pupils"]["new"], later.counted()["pupils"]["gone"]) == (1, 1)
    assert (later.counted()["staff"]["new"], later.counted()["staff"]["gone"]) == (1, 1)


def test_a_pupil_with_a_new_key_is_known_by_number_and_date_of_birth():
    known = imported(roster(pupil("100001", key="a")))

    assert counts(plan(roster(pupil("100001", key="b")), known), "pupils") == {"seen": 1, "unchanged": 1}
    unsure = plan(roster(pupil("100001", key="b", birth_date=None)), known)
    assert unsure.counted()["pupils"]["new"] == 1


def test_two_people_who_swap_numbers_stay_themselves():
    first = roster(pupil("1", key="a", last_name="Aker"), pupil("2", key="b", last_name="Bos"))
    known = imported(first)
    later = imported(roster(pupil("2", key="a", last_name="Aker"), pupil("1", key="b", last_name="Bos")), known=known)

    assert person(later, "pupil", "2").id == person(known, "pupil", "1").id
    assert person(later, "pupil", "2").fields[LAST_NAME] == "Aker"


def test_a_newcomer_with_somebodys_number_does_not_take_over_who_is_still_here():
    known = imported(roster(pupil("1", key="a")))
    later = plan(roster(pupil("9", key="a"), pupil("1", key="z", last_name="Nieuw")), known)

    assert counts(later, "pupils") == {"seen": 2, "new": 1, "changed": 1}


def test_of_doubles_only_the_first_is_used():
    first = plan(roster(pupil(), pupil("100002", key="k100001", last_name="Tweede")))

    assert counts(first, "pupils") == {"seen": 2, "new": 1, "skipped": 1}
    assert codes(first) == [("error", "pupil", "100002", "duplicate-key")]


def test_the_name_never_decides_who_somebody_is():
    known = imported(roster(pupil("1", key="a")))
    later = plan(roster(pupil("2", key="b")), known)

    assert (later.counted()["pupils"]["new"], later.counted()["pupils"]["gone"]) == (1, 1)


def test_a_key_that_does_not_last_recognises_nobody_next_time():
    """EDEXML "#001" (formats.md 1.2): the next delivery may give it to somebody else."""
    first = pupil("#001", key="#001", key_lasts=False, last_name="Jansen")
    other = pupil("#001", key="#001", key_lasts=False, last_name="Pietersen", birth_date=date(2013, 1, 1))
    known = imported(roster(first))
    later = imported(roster(other), known=known)

    names = {one.fields[LAST_NAME]: one for one in later.persons.values()}
    assert set(names) == {"Jansen", "Pietersen"}
    assert names["Jansen"].left_on is not None
    assert {one.fields[NUMBER] for one in later.persons.values()} == {None}


def test_who_has_an_eckid_is_known_by_it_when_the_key_does_not_last():
    one = {"key_lasts": False, "eckid": "https://ketenid.nl/201703/aa", "email": None}
    known = imported(roster(pupil("#001", key="#001", **one)))
    later = plan(roster(pupil("#777", key="#777", **one)), known)

    assert later.is_empty


def test_an_eckid_of_somebody_else_is_left_out():
    known = imported(roster(pupil("1", eckid="x"), pupil("2")))
    later = plan(roster(pupil("1", eckid="x"), pupil("2", eckid="x")), known)

    assert later.is_empty
    assert codes(later) == [("warning", "pupil", "2", "eckid-of-another")]


def test_a_pupil_and_a_staff_member_may_have_the_same_key_and_number():
    first = imported(roster(pupil("1", key="1"), staff("1", key="1"), guardian("1", key="1")), known=imported(roster()))

    assert sorted(one.kind for one in first.persons.values()) == ["pupil", "staff"]


def test_a_returning_person_without_birth_date_is_known_by_key():
    before = imported(roster(pupil(), guardian(), pair()), roster(pupil()))
    after = imported(roster(pupil(), guardian(), pair()), known=before)

    assert person(after, "guardian", "700001").left_on is None
    assert person(after, "guardian", "700001").fields[BIRTH_DATE] is None
