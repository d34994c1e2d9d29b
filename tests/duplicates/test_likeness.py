"""Who looks like whom, with a score and its reasons. Pure."""

from datetime import date

import pytest

from app.services.duplicates.blocks import proposals_among
from app.services.duplicates.likeness import MOST, PROPOSED, Look, Reason, is_typing_error, likeness

pytestmark = pytest.mark.once
SOMTODAY, EDEXML = frozenset({"somtoday"}), frozenset({"edexml"})


def look(id=1, kind="pupil", **values):
    standard = {
        "number": f"10000{id}",
        "first_name": "Sanne",
        "initials": "S.",
        "prefix": "van den",
        "last_name": "Berg",
        "birth_date": date(2012, 3, 4),
        "gender": "female",
        "email": f"{id}@leerling.example",
        "sources": SOMTODAY,
    }
    return Look(id, kind, **standard | values)


def parent(id=1, **values):
    standard = {"kind": "guardian", "first_name": None, "initials": "C.", "birth_date": None, "gender": None}
    return look(id, **standard | values)


def staff(id=1, **values):
    return look(id, **{"kind": "staff", "first_name": "Lies", "initials": "L.", "birth_date": None} | values)


ALIKE = {
    "name and date of birth": (look(), look(2)),
    "accents and capitals": (look(first_name="Zoë"), look(2, first_name="ZOE", prefix="Van den")),
    "day and month swapped": (look(), look(2, birth_date=date(2012, 4, 3))),
    "one typing error in the last name": (look(), look(2, last_name="Berrg")),
    "one typing error in the first name, of who left": (look(), look(2, first_name="Sannne", left_on=date(2026, 8, 1))),
    "one typing error in the first name, another source": (look(), look(2, first_name="Snane", sources=EDEXML)),
    "the prefix inside the last name": (look(), look(2, prefix=None, last_name="van den Berg")),
    "initials for a first name": (look(), look(2, first_name=None, initials="S.M.")),
    "two first names": (look(), look(2, first_name="Sanne Maria")),
    "the same number in two sources": (look(), look(2, number="100001", birth_date=None, sources=EDEXML)),
    "a number that lost its zeros": (look(number="0100"), look(2, number="100", birth_date=None, first_name=None)),
    "another last name since, the same number": (look(), look(2, number="100001", last_name="Jansen", prefix=None)),
    "called by another name, the same number": (look(), look(2, number="100001", first_name="Alexandra")),
    "the same ECK iD": (look(eckid="e1"), look(2, eckid="E1", first_name="Alexandra", last_name="Jansen")),
    "a guardian twice": (parent(email="thuis@school.example"), parent(2, email="Thuis@school.example")),
    "a guardian in two sources": (parent(), parent(2, number="100001", sources=EDEXML)),
    "staff in two sources": (staff(), staff(2, sources=EDEXML)),
    "staff made by hand": (staff(), staff(2, sources=frozenset())),
}
TWO = {
    "twins": (look(), look(2, first_name="Daan")),
    "twins at one address": (look(email="thuis@school.example"), look(2, first_name="D", email="thuis@school.example")),
    "twins whose names differ in a letter": (look(first_name="Marieke"), look(2, first_name="Marijke")),
    "Tim and Tom": (look(first_name="Tim"), look(2, first_name="Tom", left_on=date(2026, 8, 1))),
    "a family at one address": (parent(email="a@b.example"), parent(2, last_name="Jansen", email="a@b.example")),
    "parents with one initial and one address": (
        parent(email="a@b.example", gender="male"),
        parent(2, email="a@b.example", gender="female"),
    ),
    "two parents of one child with one initial and one address": (
        parent(email="a@b.example", children=frozenset({7})),
        parent(2, email="a@b.example", children=frozenset({7, 8})),
    ),
    "one name, other dates of birth": (look(), look(2, birth_date=date(2013, 9, 9))),
    "two guardians of one name": (parent(), parent(2)),
    "two staff members of one name": (staff(), staff(2)),
    "one number for two people in two sources": (
        look(),
        look(2, number="100001", first_name="Daan", last_name="Vries", birth_date=date(2013, 9, 9), sources=EDEXML),
    ),
    "a pupil and a guardian": (look(), look(2, kind="guardian")),
    "nothing in common but the day": (look(), look(2, first_name="Daan", last_name="Jansen")),
    "names that are no letters": (look(last_name="-", prefix=None), look(2, last_name="?", prefix=None)),
}


@pytest.mark.parametrize("case", ALIKE)
def test_who_is_one_is_proposed(case):
    one, other = ALIKE[case]
    assert likeness(one, other).score >= PROPOSED
    assert [found.pair for found in proposals_among([one, other], set())] == [(1, 2)]


@pytest.mark.parametrize("case", TWO)
def test_who_are_two_are_not_proposed(case):
    one, other = TWO[case]
    assert likeness(one, other).score < PROPOSED
    assert proposals_among([one, other], set()) == []


@pytest.mark.parametrize("case", ALIKE | TWO)
def test_it_does_not_matter_who_comes_first(case):
    one, other = (ALIKE | TWO)[case]
    assert likeness(one, other) == likeness(other, one)


def test_the_score_has_a_top_and_its_reasons():
    alike = likeness(look(email="a@b.example"), look(2, number="100001", email="a@b.example"))
    assert alike.score == MOST
    assert alike.reasons[0] is Reason.NUMBER
    assert {Reason.BIRTH, Reason.LAST, Reason.FIRST, Reason.EMAIL} < set(alike.reasons)


def test_who_was_said_to_be_two_is_not_proposed_again():
    assert proposals_among([look(), look(2)], {(1, 2)}) == []


def test_the_most_alike_come_first():
    three = [look(), look(2, birth_date=date(2012, 4, 3)), look(3, number="100001")]
    assert [found.pair for found in proposals_among(three, set())] == [(1, 3), (1, 2), (2, 3)]


def test_an_address_of_many_compares_nobody():
    crowd = [parent(id, email="info@school.example", last_name=f"Naam{id}") for id in range(1, 3_000)]
    assert proposals_among(crowd, set()) == []


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("berg", "brg", True),
        ("berg", "bergg", True),
        ("berg", "bert", True),
        ("berg", "brge", False),
        ("berg", "bgre", False),
        ("jansen", "jasnen", True),
        ("berg", "berg", False),
        ("abcd", "badc", False),
        ("berg", "be", False),
    ],
)
def test_a_typing_error_is_one_letter_or_two_neighbours(one, other, is_one):
    assert is_typing_error(one, other) is is_typing_error(other, one) is is_one
