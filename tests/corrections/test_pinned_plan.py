"""What a run does with a field that was pinned by hand: the plan, without a database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.roster import ABSENT, Kind, RosterMessage
from app.services.corrections.pins import UNHEARD, KnownPin
from app.services.roster.plan.authority import Say
from tests.roster.roster_world import TODAY, codes, counts, guardian, imported, pair, person, plan, pupil, roster, staff

PINNED = "goed@thuis.example"
OTHER = "100001@leerling.example"  # what the source says


def school(value=PINNED, until=None, told=UNHEARD, kind="pupil", number="100001"):
    known = imported(roster(pupil(), guardian(email="c@thuis.example"), pair(), staff(email="l@school.example")))
    who = person(known, kind, number)
    fields = (*who.fields[:-1], value)
    known.persons[who.id] = who._replace(fields=fields)
    known.pins = {who.id: {"email": KnownPin(value, until, told)}}
    return known, who.id


def family(**values):
    return roster(
        pupil(**values), guardian(email="c@thuis.example"), pair(), staff(email="l@school.example")
    )  # fmt: skip


def test_a_pinned_address_stays_and_the_message_names_the_field_not_the_value():
    known, who = school()
    made = plan(family(), known)
    assert made.is_empty
    assert counts(made, "pupils") == {"seen": 1, "unchanged": 1}
    assert codes(made) == [("info", "pupil", "100001", "pinned")]
    assert made.messages[0].values == {"field": "email"}
    assert made.told == [(who, "email", UNHEARD, OTHER)]


def test_what_the_source_says_is_written_down_once():
    known, _who = school(told=OTHER)
    assert plan(family(), known).told == []


def test_other_fields_of_a_pinned_person_are_taken_over():
    known, who = school()
    made = plan(family(last_name="Bergen"), known)
    assert made.rows["person"].changed == [(who, {"last_name": "Bergen"})]


@pytest.mark.parametrize("told", [PINNED, "Goed@THUIS.example"])
def test_a_pin_drops_when_the_source_says_the_same_capitals_aside(told):
    known, who = school()
    made = plan(family(email=told), known)
    assert made.rows["pin"].gone == [(who, "email")]
    assert codes(made) == [("info", "pupil", "100001", "pin-dropped")]
    assert made.rows["person"].changed == ([] if told == PINNED else [(who, {"email": told})])
    assert [change.fields[-1] for change in made.changes] == [("pin", "email", None)]
    assert counts(made, "pupils") == {"seen": 1, "changed": 1}


def test_a_pin_whose_last_day_is_over_drops_and_the_source_counts_again():
    known, who = school(until=TODAY - timedelta(days=1))
    made = plan(family(), known)
    assert made.rows["pin"].gone == [(who, "email")]
    assert made.rows["person"].changed == [(who, {"email": OTHER})]
    assert codes(made) == [("info", "pupil", "100001", "pin-dropped")]


def test_the_last_day_itself_still_counts():
    known, _who = school(until=TODAY)
    assert plan(family(), known).is_empty


def test_no_address_can_be_pinned_too():
    known, who = school(value=None)
    assert plan(family(), known).is_empty
    assert plan(family(email=None), known).rows["pin"].gone == [(who, "email")]


@pytest.mark.parametrize("silent", [ABSENT, None])
def test_a_source_that_does_not_say_or_cannot_be_read_says_nothing_about_a_pin(silent):
    known, _who = school(value=None if silent is None else PINNED)
    unread = RosterMessage("warning", "pupil", "100001", "email-unreadable", {}, "k100001")
    told = replace(family(email=silent), messages=(unread,) if silent is None else ())
    made = plan(told, known)
    assert made.is_empty
    assert [code for *_who, code in codes(made)] == (["email-unreadable"] if silent is None else [])


@pytest.mark.parametrize(("kind", "number"), [("guardian", "700001"), ("staff", "50001")])
def test_guardians_and_staff_are_pinned_as_well(kind, number):
    known, _who = school(kind=kind, number=number)
    made = plan(family(), known)
    assert made.is_empty
    assert codes(made) == [("info", kind, number, "pinned")]


def test_a_pin_of_who_left_holds_again_on_return():
    known, who = school()
    known.persons[who] = known.persons[who]._replace(left_on=date(2026, 9, 1))
    made = plan(family(), known)
    assert made.rows["person"].changed == [(who, {"left_on": None})]
    assert made.rows["pin"].gone == []
    assert {code for *_who, code in codes(made)} == {"returned", "pinned"}


def test_a_pin_of_who_is_told_no_more_stays():
    known, who = school()
    made = plan(roster(pupil("100002", email="x@thuis.example")), known)
    assert who in [key for key, values in made.rows["person"].changed if values.get("left_on")]
    assert made.rows["pin"].gone == []


@pytest.mark.parametrize("told", [PINNED, "ander@thuis.example"])
def test_a_source_without_a_say_in_the_field_neither_drops_the_pin_nor_is_heard(told):
    known, who = school()
    known.say = Say(
        ruled={Kind.PUPILS: frozenset({who})}, given={Kind.PUPILS: frozenset({"email"})}
    )  # fmt: skip
    made = plan(family(email=told), known)
    assert made.is_empty
    assert not {"pinned", "pin-dropped"} & {code for *_who, code in codes(made)}
