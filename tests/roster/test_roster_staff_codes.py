"""The codes of staff are handed out again, and change with the school system: no account changes hands, none is lost.

formats.md 1.2 and 4.1, part 7 nr 22. Pure.
"""

import pytest

from app.services.roster.gate import why_held
from app.services.roster.plan.known import LAST_NAME, NUMBER
from tests.roster.roster_world import (
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

AD = staff("JAN", key="JAN", first_name="Ad", last_name="Jansen", email="jan@school.example")
MIA = AD._replace(first_name="Mia", last_name="Janmaat")


def edexml(*people):
    """A delivery of a source that knows staff by their code."""
    return roster(*people, source="edexml")


def switched(known):
    """The same school as another source sees it: it knows nobody by key."""
    known.keys, known.keyed, known.location_keys = {}, type(known.keyed)(dict), {}
    return known


def test_a_code_given_to_another_within_a_week_hands_over_no_account():
    known = imported(edexml(pupil(), AD))
    later = plan(edexml(pupil(), MIA), known)

    assert codes(later) == [("error", "staff", "JAN", "key-of-another")]
    assert later.is_empty, "who held the code stays as they are"


@pytest.mark.parametrize("one", [{"first_name": "Adriaan"}, {"last_name": "Jansen-Smit"}, {"email": "x@y.example"}])
def test_one_other_name_is_a_correction_or_a_marriage(one):
    later = plan(edexml(pupil(), AD._replace(**one)), imported(edexml(pupil(), AD)))

    assert counts(later, "staff") == {"seen": 1, "changed": 1}


def test_a_code_of_who_has_no_first_name_goes_to_nobody_with_another_last_name():
    known = imported(edexml(pupil(), AD._replace(first_name=None)))
    later = plan(edexml(pupil(), AD._replace(first_name=None, last_name="Smit")), known)

    assert codes(later) == [("error", "staff", "JAN", "key-of-another")]


def test_the_same_eckid_is_proof_whatever_the_names():
    known = imported(edexml(pupil(), AD._replace(eckid="x")))
    later = plan(edexml(pupil(), MIA._replace(eckid="x")), known)

    assert counts(later, "staff") == {"seen": 1, "changed": 1}


def test_a_guardian_typed_over_by_another_is_not_the_same_guardian():
    known = imported(roster(pupil(), guardian(), pair()))
    new_partner = guardian(initials="R.", last_name="Kaya", prefix=None)
    later = plan(roster(pupil(), new_partner, pair()), known)

    assert codes(later) == [("error", "guardian", "700001", "key-of-another")]
    assert later.is_empty


def test_names_that_moved_a_column_still_wait_for_a_person_r103():
    told = [staff(f"M{n}", key=f"M{n}", first_name=f"Voor{n}", last_name=f"Achter{n}") for n in range(60)]
    moved = [one._replace(first_name=one.last_name, last_name=one.first_name) for one in told]
    known = imported(edexml(pupil(), *told))
    delivered = edexml(pupil(), *moved)

    assert why_held(plan(delivered, known), known, delivered, TODAY)


def test_another_source_with_the_same_number_for_somebody_else_makes_a_new_person():
    known = switched(imported(edexml(pupil(), AD)))
    later = plan(roster(pupil(), MIA._replace(key="uuid-9")), known)

    assert counts(later, "staff") == {"seen": 1, "new": 1}
    assert ("warning", "staff", "JAN", "number-twice") in codes(later)


def test_who_changes_from_edexml_to_somtoday_keeps_the_staff_by_their_code():
    """EDEXML knows the code, Somtoday number and code (afkorting): one person, one account."""
    known = switched(imported(edexml(pupil(), AD)))
    told = AD._replace(key="uuid-1", number="51326", code="JAN")
    later = plan(roster(pupil(), told), known)

    assert counts(later, "staff") == {"seen": 1, "changed": 1}
    after = imported(roster(pupil(), told), known=known)
    assert person(after, "staff", "51326").id == person(known, "staff", "JAN").id
    assert plan(roster(pupil(), told), after).is_empty


@pytest.mark.parametrize("one", [{"last_name": "Smit"}, {"code": "KLA"}, {"code": None}])
def test_a_code_alone_or_a_name_alone_recognises_nobody(one):
    known = switched(imported(edexml(pupil(), AD)))
    later = plan(roster(pupil(), AD._replace(key="uuid-1", number="51326", code="JAN")._replace(**one)), known)

    assert counts(later, "staff") == {"seen": 1, "new": 1}


def test_a_code_that_two_have_recognises_neither():
    known = switched(imported(edexml(pupil(), AD)))
    two = [AD._replace(key=f"uuid-{number}", number=number, code="JAN") for number in ("51326", "51327")]

    assert counts(plan(roster(pupil(), *two), known), "staff") == {"seen": 2, "new": 2}


def test_a_number_goes_before_a_code():
    known = switched(imported(edexml(pupil(), AD, AD._replace(key="51326", number="51326", first_name="Bo"))))
    later = imported(roster(pupil(), AD._replace(key="u", number="51326", first_name="Bo", code="JAN")), known=known)

    assert later.keyed["staff"] == {person(known, "staff", "51326").id: "u"}


def test_hand_made_staff_are_known_by_code_too_part7_nr22():
    known = hand_made(imported(roster(pupil())), "jan", last_name="Jansen", first_name="Ad")
    told = AD._replace(key="uuid-1", number="51326", code="JAN")
    later = plan(roster(pupil(), told), known)

    assert ("info", "staff", "jan", "merged-with-hand-made") in codes(later)
    merged = imported(roster(pupil(), told), known=known).persons[900]
    assert (merged.fields[NUMBER], merged.fields[LAST_NAME]) == ("jan", "Jansen"), "hand-made is never overwritten"
