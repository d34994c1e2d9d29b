"""A delivery of changes leads to the school that a whole delivery of the end state leads to (formats.md 7.1)."""

import pytest

from app.roster import Kind
from app.services.roster.gate import why_held
from tests.exchange.delta_world import GROUPS, Feed, delta, joins, school, shown
from tests.roster.roster_world import after, guardian, imported, pair, person, plan, pupil, roster, staff

pytestmark = pytest.mark.once


@pytest.mark.parametrize("seed", range(60))
def test_a_whole_delivery_and_changes_lead_where_a_whole_delivery_leads(seed):
    feed = Feed(seed)
    known = imported(feed.whole())
    for _delivery in range(5):
        told = feed.step(feed.dice.randrange(1, 6))
        known = after(known, plan(told, known))
        assert shown(known) == shown(after(known, plan(feed.whole(), known))), "nothing is left to tell"
        assert plan(told, known).is_empty, "told twice it is told once"


def test_who_joins_a_class_gets_its_mentor_and_stays_with_the_own_guardians():
    known = school(
        pupil("1", mentor_keys=("m5",)), pupil("2", group_key="g2b"), staff("5"), guardian(), pair(pupil="2")
    )
    told = delta(parted=(joins("k2", "g2b"),), joined=(joins("k2", "g2a"), joins("k2", "wi")))
    now = after(known, plan(told, known))

    assert shown(now)["mentors"] == {(("pupil", "1"), ("staff", "5")), (("pupil", "2"), ("staff", "5"))}
    assert {group for who, group in shown(now)["members"] if who == ("pupil", "2")} == {"g2a", "wi"}
    assert shown(now)["pairs"] == shown(known)["pairs"]


def test_keys_that_nobody_knows_change_nothing():
    known = school(pupil("1"), staff("5"))
    told = delta(
        gone=frozenset({(Kind.PUPILS, "kx"), (Kind.GROUPS, "gx"), (Kind.GUARDIANS, "k1")}),
        joined=(joins("kx", "g2a"), joins("k1", "gx"), joins("m5", "gx", "staff"), joins("mx", "g2a", "mentor")),
        parted=(joins("kx", "wi"), joins("k1", "gx")),
    )

    assert plan(told, known).is_empty


def test_of_who_has_no_role_counts_the_kind_that_we_know():
    known = school(pupil("1"), staff("5"), guardian(), pair(pupil="1"))
    told = delta(
        pupil("1", email="nieuw@leerling.example"),
        guardian("1", key="k1", email="nieuw@leerling.example"),
        staff("1", key="k1", email="nieuw@leerling.example"),
        only_known=frozenset({(Kind.PUPILS, "k1"), (Kind.GUARDIANS, "k1"), (Kind.STAFF, "k1")}),
    )
    planned = plan(told, known)

    assert [(one.kind, one.what, one.fields) for one in planned.changes] == [
        ("pupil", "changed", (("email", "1@leerling.example", "nieuw@leerling.example"),))
    ]


def test_the_first_delivery_may_be_one_of_changes():
    told = delta(
        *(pupil("1"), staff("5"), guardian(), pair(pupil="1")),
        locations=roster().locations,
        groups=GROUPS,
        whole_pairs=frozenset({"k1"}),
        joined=(joins("k1", "g2a"), joins("m5", "g2a", "staff"), joins("m5", "g2a", "mentor")),
    )

    assert shown(imported(told)) == shown(
        school(pupil("1", mentor_keys=("m5",)), staff("5"), guardian(), pair(pupil="1"))
    )


def test_a_guardian_who_is_not_in_the_list_of_all_has_lost_the_pupil():
    known = school(pupil("1"), staff("5"), guardian(), guardian("2"), pair(pupil="1"), pair("2", "1"))
    told = delta(pupil("1"), guardian("2"), pair("2", "1"), whole_pairs=frozenset({"k1"}))

    assert {one[0] for one in shown(after(known, plan(told, known)))["pairs"]} == {("guardian", "2")}


def test_a_guardian_with_another_address_keeps_the_pupils():
    known = school(pupil("1"), pupil("2"), staff("5"), guardian(), pair(pupil="1"), pair(pupil="2"))
    now = after(known, plan(delta(guardian(email="nieuw@thuis.example")), known))

    assert person(now, "guardian", "700001").fields[-1] == "nieuw@thuis.example"
    assert shown(now)["pairs"] == shown(known)["pairs"]


def test_changes_of_staff_alone_wait_for_nobody():
    known = school(pupil("1"), staff("5"))
    told = delta(staff("5", email="nieuw@school.example"))

    assert why_held(plan(told, known), known, told, told.reference_date) is None
