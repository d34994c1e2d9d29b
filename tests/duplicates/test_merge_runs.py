"""A merge survives the next runs: nobody new, nobody gone, and links of both."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.models import (
    AuditLine,
    Enrolment,
    GroupStaff,
    Guardianship,
    Person,
    PersonKind,
)
from app.roster import RosterGroup
from app.services.access import Actor
from tests.duplicates.duplicates_world import everything, merge_them, split_them
from tests.roster.roster_world import GROUP, YEAR, guardian, pair, pupil, roster, staff
from tests.runs.run_world import count, take_in

__all__ = ["merge_them", "split_them", "take_in"]
OTHER_GROUP = RosterGroup("g2b", "2B", YEAR, "L1")


@pytest.fixture
def actor(institution):
    return Actor("command", institution_id=institution.id)


def person_of(session, number, kind=PersonKind.PUPIL):
    session.rollback()
    return session.scalar(sa.select(Person).where(Person.number == number, Person.kind == kind))


def merged_notes(plan):
    return [(note.severity, note.kind, note.key) for note in plan.messages if note.code == "merged"]


def whole(plan, kind):
    counts = plan.counted()[kind]
    parts = ("new", "changed", "unchanged", "skipped")
    assert counts["seen"] == sum(counts[part] for part in parts)
    return {name: number for name, number in counts.items() if number}


SANNE, TWIN = pupil(), pupil("100002", first_name="Sannne")
OTHERS = (pupil("100003", first_name="Daan", last_name="Vries"),)


@pytest.fixture
def one(session, take_in, merge_them):
    """Sanne, told twice and merged: 100002 into 100001."""
    take_in(roster(SANNE, TWIN, *OTHERS))
    kept, other = (person_of(session, number).id for number in ("100001", "100002"))
    merge_them(kept, other)
    return kept


def test_the_same_roster_again_changes_nothing_r105(session, one, take_in):
    before, lines = everything(session), count(session, AuditLine)

    again = take_in(roster(SANNE, TWIN, *OTHERS))

    assert again.is_empty
    assert everything(session) == before
    assert count(session, AuditLine) == lines
    assert merged_notes(again) == [("info", "pupil", "100002")]
    assert whole(again, "pupils") == {"seen": 3, "unchanged": 2, "skipped": 1}


def test_the_record_of_the_other_is_not_heard_beside_the_own_one(session, one, take_in):
    take_in(roster(SANNE, TWIN._replace(email="anders@school.example", last_name="Anders"), *OTHERS))

    person = session.get_one(Person, one)
    assert (person.email, person.last_name) == ("100001@leerling.example", "Berg")


def test_alone_the_other_speaks_for_the_person(session, one, take_in):
    plan = take_in(roster(TWIN._replace(email="nieuw@school.example"), *OTHERS))

    person = session.get_one(Person, one)
    assert (person.email, person.left_on) == ("nieuw@school.example", None)
    assert whole(plan, "pupils") == {"seen": 2, "changed": 1, "unchanged": 1}
    assert count(session, Person) == 3  # with the empty place


def test_gone_only_when_neither_is_told(session, one, take_in):
    assert take_in(roster(TWIN, *OTHERS)).counted()["pupils"]["gone"] == 0
    assert take_in(roster(SANNE, *OTHERS)).counted()["pupils"]["gone"] == 0
    assert take_in(roster(*OTHERS)).counted()["pupils"]["gone"] == 1
    back = take_in(roster(TWIN, *OTHERS))

    assert session.get_one(Person, one).left_on is None
    assert [change.what for change in back.changes if change.ref == one] == ["returned"]


def test_who_left_under_the_own_number_is_at_school_under_the_other(session, one, take_in):
    plan = take_in(roster(SANNE._replace(leaving_date=date(2026, 9, 1)), TWIN, *OTHERS))

    assert session.get_one(Person, one).left_on is None
    assert merged_notes(plan) == [("info", "pupil", "100001")]


def test_a_key_that_is_given_to_somebody_else_hands_over_nothing(session, one, take_in):
    stranger = pupil("100002", first_name="Joris", last_name="Zwart", birth_date=date(2013, 1, 1))

    plan = take_in(roster(SANNE, stranger, *OTHERS))

    assert ("key-of-another" in {note.code for note in plan.messages}) or ("duplicate-key") in {
        note.code for note in plan.messages
    }
    assert session.get_one(Person, one).last_name == "Berg"
    assert plan.counted()["pupils"]["gone"] == 0


def test_after_a_split_both_are_told_as_before(session, take_in, merge_them, split_them):
    take_in(roster(SANNE, TWIN, *OTHERS))
    before = everything(session)
    ids = [person_of(session, number).id for number in ("100001", "100002")]
    number = merge_them(*ids)
    take_in(roster(SANNE, TWIN, *OTHERS))
    split_them(number)

    assert take_in(roster(SANNE, TWIN, *OTHERS)).is_empty
    assert everything(session) == before


def test_keys_that_do_not_last_are_known_by_the_number_of_the_other(session, take_in, merge_them):
    told = [record._replace(key=f"#{record.number}", key_lasts=False) for record in (SANNE, TWIN, *OTHERS)]
    take_in(roster(*told, source="edexml"))
    kept, other = (person_of(session, number).id for number in ("100001", "100002"))
    merge_them(kept, other)

    both = take_in(roster(*told, source="edexml"))
    alone = take_in(roster(*told[1:], source="edexml"))

    assert both.is_empty
    assert alone.counted()["pupils"] | {"new": 0, "gone": 0} == alone.counted()["pupils"]
    assert count(session, Person) == 3


# -- links ------------------------------------------------------------------------------------------------------------


def test_a_guardian_keeps_the_children_of_both(session, take_in, merge_them):
    told = roster(
        SANNE, *OTHERS, guardian(), guardian("700002"), pair(), pair("700002", "100003"), pair("700002", "100001")
    )
    take_in(told)
    kept, other = (person_of(session, number, PersonKind.GUARDIAN).id for number in ("700001", "700002"))
    merge_them(kept, other)

    again = take_in(told)

    assert again.is_empty
    children = sa.select(sa.func.count()).where(Guardianship.guardian_id == kept)
    assert session.scalar(children) == 2
    assert merged_notes(again) == [("info", "guardian", "700002")]


def test_a_child_that_only_the_other_had_is_taken_away_when_it_is_told_no_more(session, take_in, merge_them):
    people = (SANNE, *OTHERS, guardian(), guardian("700002"), pair())
    take_in(roster(*people, pair("700002", "100003")))
    kept, other = (person_of(session, number, PersonKind.GUARDIAN).id for number in ("700001", "700002"))
    merge_them(kept, other)

    take_in(roster(*people, pair("700002", "100001")))

    assert session.scalar(sa.select(sa.func.count()).where(Guardianship.guardian_id == kept)) == 1


def test_staff_keep_the_groups_and_pupils_of_both(session, take_in, merge_them):
    told = roster(
        SANNE._replace(mentor_keys=("m50002",)),
        staff(),
        staff("50002", group_keys=("g2b",)),
        groups=(GROUP, OTHER_GROUP),
    )
    take_in(told)
    kept, other = (person_of(session, number, PersonKind.STAFF).id for number in ("50001", "50002"))
    merge_them(kept, other)

    assert take_in(told).is_empty
    assert session.scalar(sa.select(sa.func.count()).where(GroupStaff.person_id == kept)) == 2


def test_a_pupil_keeps_the_guardians_and_groups_of_both(session, take_in, merge_them):
    told = roster(
        SANNE,
        TWIN._replace(group_key="g2b"),
        guardian(),
        guardian("700002"),
        pair(),
        pair("700002", "100002"),
        groups=(GROUP, OTHER_GROUP),
    )
    take_in(told)
    kept, other = (person_of(session, number).id for number in ("100001", "100002"))
    merge_them(kept, other)

    again = take_in(told)

    assert again.is_empty
    assert session.scalar(sa.select(sa.func.count()).where(Guardianship.pupil_id == kept)) == 2
    assert session.scalar(sa.select(sa.func.count()).where(Enrolment.person_id == kept)) == 1
