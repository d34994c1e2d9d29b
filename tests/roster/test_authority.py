"""Two sources for one school, with an order per kind: who adds, who fills, who says who left."""

from datetime import date

import sqlalchemy as sa

from app.models import Enrolment, Guardianship, Mentor
from app.roster import ABSENT, Kind
from tests.roster.authority_world import FIRST, LAST, codes, of_last, one, order, take
from tests.roster.roster_world import TODAY, counts, guardian, pair, pupil, staff

__all__ = ["order", "take"]

# -- people -----------------------------------------------------------------------------------------------------------


def test_the_last_source_overwrites_nothing_and_fills_what_is_empty(take, session):
    take(FIRST, pupil(email=ABSENT, initials=None, birth_date=date(2012, 3, 4)), staff())
    plan = take(LAST, of_last(pupil(), email="n@x.nl", initials="Q.", year_of_study=5), groups=())

    person = one(session)
    assert (person.last_name, person.first_name, person.email, person.initials) == ("Berg", "Sanne", "n@x.nl", "Q.")
    assert session.scalar(sa.select(Enrolment.year_of_study)) == 2
    assert counts(plan, "pupils") == {"seen": 1, "changed": 1}


def test_the_first_source_overwrites_the_last_one(take, session):
    take(LAST, pupil(last_name="Anders", email="a@x.nl"))
    take(FIRST, pupil(key="s1", email="b@x.nl"))

    assert (one(session).last_name, one(session).email) == ("Berg", "b@x.nl")


def test_what_the_last_source_filled_it_may_change_when_the_first_tells_no_such_field(take, session):
    take(FIRST, pupil(email=ABSENT))
    take(LAST, of_last(pupil(), email="oud@x.nl"))
    take(LAST, of_last(pupil(), email="nieuw@x.nl"))

    assert one(session).email == "nieuw@x.nl"
    take(LAST, of_last(pupil(), email=None))
    assert one(session).email is None


def test_week_after_week_nothing_flaps(take, session):
    """The first source says that there is no address, the last one has one: it comes once, and stays."""
    two = (pupil(email=None, mentor_keys=()), pupil("100002"))
    take(FIRST, *two)
    filled = of_last(pupil(), email="n@x.nl")
    take(LAST, filled)
    for _week in range(2):
        again = [take(FIRST, *two), take(LAST, filled)]
        assert [plan.is_empty for plan in again] == [True, True]
    assert one(session).email == "n@x.nl"


def test_the_last_source_adds_who_is_told_nowhere_else_and_says_when_they_leave(take, session):
    take(FIRST, pupil())
    plan = take(LAST, of_last(pupil()), pupil("100002", key="x2"))
    assert counts(plan, "pupils") == {"seen": 2, "new": 1, "unchanged": 1}

    plan = take(LAST, of_last(pupil()))
    assert counts(plan, "pupils") == {"seen": 1, "unchanged": 1, "gone": 1}
    assert (one(session).left_on, one(session, "100002").left_on) == (None, TODAY)


def test_whom_the_first_source_knows_is_not_gone_when_the_last_one_is_silent(take, session):
    take(FIRST, *(pupil(f"{n}") for n in range(100001, 100041)))
    take(LAST, *(of_last(pupil(f"{n}")) for n in range(100001, 100041)))
    plan = take(LAST, of_last(pupil()))

    assert counts(plan, "pupils") == {"seen": 1, "unchanged": 1}
    assert plan.kinds["pupils"].struck == 0
    assert one(session, "100040").left_on is None


def test_who_left_according_to_the_first_source_is_not_brought_back_by_the_last(take, session):
    take(FIRST, pupil(), pupil("100002"))
    take(LAST, of_last(pupil()))
    take(FIRST, pupil("100002"))
    plan = take(LAST, of_last(pupil()))

    assert one(session).left_on == TODAY
    assert codes(plan) == ["gone-by-another"]
    assert counts(plan, "pupils") == {"seen": 1, "skipped": 1}
    take(FIRST, pupil(), pupil("100002"))
    assert one(session).left_on is None


# -- kinds without a say ----------------------------------------------------------------------------------------------


def test_a_source_without_a_say_in_pupils_still_gives_their_guardians(take, order, session):
    order(pupils=[FIRST], guardians=[LAST], staff=[FIRST], groups=[FIRST])
    take(FIRST, pupil(), staff(), delivers=frozenset(Kind) - {Kind.GUARDIANS})
    told = (of_last(pupil()), of_last(pupil("100009")), guardian(), guardian("700002"), staff("50002"))
    pairs = (pair()._replace(pupil_key="x100001"), pair("700002")._replace(pupil_key="x100009"))
    plan = take(LAST, *told, *pairs)

    assert counts(plan, "pupils") == counts(plan, "staff") == {}
    assert counts(plan, "guardians") == {"seen": 2, "new": 1, "skipped": 1}
    assert sorted(codes(plan)) == ["kind-unheard"] * 3 + ["no-pupil"]
    assert session.scalar(sa.select(Guardianship.pupil_id)) == one(session).id
    assert one(session).last_name == "Berg"
    assert take(LAST, *told, *pairs).is_empty
    plan = take(FIRST, pupil(), staff(), delivers=frozenset(Kind) - {Kind.GUARDIANS})
    assert (plan.is_empty, codes(plan)) == (True, [])


def test_a_source_without_a_say_in_staff_still_gives_the_mentors_it_can_name(take, order, session):
    order(staff=[FIRST])
    take(FIRST, staff(), delivers=frozenset({Kind.STAFF}), staff_links_told=False)
    take(LAST, pupil(mentor_keys=("y1",)), staff(key="y1", last_name="Anders"))

    assert session.scalar(sa.select(Mentor.staff_id)) == one(session, "50001", "staff").id
    assert one(session, "50001", "staff").last_name == "Beek"


def test_a_source_that_is_in_no_order_changes_nothing_and_says_so(take, session):
    take(FIRST, pupil(), staff())
    plan = take("zermelo", pupil(last_name="Anders"), pupil("100002"), staff("50002"))

    assert plan.is_empty
    assert codes(plan) == ["kind-unheard"] * 5


def test_without_an_order_the_last_run_counts_as_before(take, order, session):
    order()
    take(FIRST, pupil())
    take(LAST, of_last(pupil(), last_name="Bergh"))

    assert one(session).last_name == "Bergh"
