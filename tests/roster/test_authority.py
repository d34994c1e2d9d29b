"""Two sources for one school, with an order per kind: who adds, who fills, who says who left (issue 3 part 1)."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Enrolment, Group, GroupPupil, Guardianship, Institution, Location, Mentor, Person, PersonKey
from app.roster import ABSENT, Kind, RosterLocation
from app.services.access import Actor
from app.services.roster.apply import apply_plan
from app.services.roster.authority import EQUAL, first_place, heard
from app.services.roster.given import remember_given
from app.services.roster.known import read_known
from app.services.roster.plan import plan_roster
from tests.roster.roster_world import GROUP, TODAY, counts, guardian, pair, pupil, roster, staff
from tests.runs.run_world import NOW

FIRST, LAST = "somtoday", "magister"
BOTH = {kind.value: [FIRST, LAST] for kind in Kind}


@pytest.fixture
def order(session, institution):
    """Sets the order of the sources per kind."""

    def order(**kinds):
        with transaction():
            school = session.get_one(Institution, institution.id)
            school.exchange = (school.exchange or {}) | {"authority": kinds}

    order(**BOTH)
    return order


@pytest.fixture
def take(session, institution, order):
    """Plans and applies what this source tells, as a run does."""
    school = institution.id

    def take(source, *people, **values):
        told = roster(*people, source=source, **values)
        with transaction():
            known = read_known(session, session.get_one(Institution, school), source, told.school_year)
            told = heard(known.say, told)
            plan = plan_roster(known, told, TODAY)
            apply_plan(session, NOW, Actor("command"), known, plan, told.school_year)
            remember_given(session, school, told)
        return plan

    return take


def one(session, number="100001", kind="pupil"):
    found = session.scalars(sa.select(Person).where(Person.number == number, Person.kind == kind)).one()
    session.refresh(found)
    return found


def codes(plan):
    return [message.code for message in plan.messages]


def of_last(record, **values):
    """The same person as the other source tells it: other keys, other words."""
    changes = {"key": f"x{record.number}", "last_name": "Anders"} | values
    return record._replace(**changes)


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


# -- groups, places and families --------------------------------------------------------------------------------------


def test_groups_and_classes_of_the_first_source_stay_as_they_are(take, session):
    other = GROUP._replace(key="g3a", name="3A")
    take(FIRST, pupil(), staff(), groups=(GROUP, other))
    mine = [GROUP._replace(key="z2a", is_home=False), GROUP._replace(key="z3a", name="3A"), GROUP._replace(name="wi")]
    told = of_last(pupil(), group_key="z3a", group_keys=("g2a",))
    plan = take(LAST, told, pupil("9", key="x9", group_key="z2a"), groups=mine)

    groups = {group.name: group for group in session.scalars(sa.select(Group))}
    assert {name: (group.source, group.is_home) for name, group in groups.items()} == {
        "2A": (FIRST, True),
        "3A": (FIRST, True),
        "wi": (LAST, True),
    }
    inside = {
        name: sorted(session.scalars(sa.select(Person.number).join(GroupPupil).where(GroupPupil.group_id == group.id)))
        for name, group in groups.items()
    }
    assert inside == {"2A": ["100001", "9"], "3A": [], "wi": ["100001"]}
    assert counts(plan, "groups") == {"seen": 3, "new": 1, "unchanged": 2}
    assert counts(take(LAST, groups=()), "groups") == {"gone": 1}


def test_a_location_of_the_first_source_keeps_its_name_and_a_silent_source_adds_none(take, order, session):
    take(FIRST, pupil())
    take(LAST, of_last(pupil()), locations=(RosterLocation("x", "Andere naam", "99ZZ01"),))
    assert "Lindelaan" in set(session.scalars(sa.select(Location.name)))

    order(**BOTH | {"locations": [FIRST]})
    places = (RosterLocation("x", "Andere naam", "99ZZ01"), RosterLocation("y", "Nieuw", "99ZZ09"))
    plan = take(
        LAST, of_last(pupil(), location_key="x"), pupil("9", location_key="y", group_key=None), locations=places
    )
    assert sorted(session.scalars(sa.select(Location.name))) == ["Havenkwartier", "Lindelaan"]
    assert "location-unheard" in codes(plan)


def test_whom_a_guardian_belongs_to_only_the_first_source_says(take, session):
    """Somebody may have lost custody: a list that is behind gives nobody back (Z-267)."""
    take(FIRST, pupil(), guardian(), guardian("700002"), pair(), pair("700002"))
    take(LAST, of_last(pupil()), guardian(key="y1"), pair()._replace(guardian_key="y1", pupil_key="x100001"))
    assert len(list(session.scalars(sa.select(Guardianship)))) == 2

    take(FIRST, pupil(), guardian(), guardian("700002"), pair())
    told = [guardian(key="y1"), guardian("700002", key="y2"), guardian("700003", key="y3")]
    pairs = [pair()._replace(guardian_key=f"y{n}", pupil_key="x100001", relation="oom") for n in (1, 2, 3)]
    take(LAST, of_last(pupil()), *told, *pairs)

    named = sa.select(Person.number, Guardianship.relation).join(Guardianship, Guardianship.guardian_id == Person.id)
    assert sorted(session.execute(named).all()) == [("700001", "moeder"), ("700003", "oom")]
    take(FIRST, pupil(), guardian(), pair())
    assert len(list(session.scalars(sa.select(Guardianship)))) == 2


def test_who_goes_first_is_asked_first():
    assert sorted(["magister", "zermelo", "somtoday"], key=lambda one: first_place(BOTH, one)) == [
        *("somtoday", "magister", "zermelo"),
    ]


def test_a_roster_with_a_say_in_all_is_left_alone():
    told = roster(pupil())
    assert heard(EQUAL, told) is told


def test_both_sources_know_the_same_person(take, session):
    take(FIRST, pupil())
    take(LAST, of_last(pupil()))

    assert sorted(session.scalars(sa.select(PersonKey.source))) == [LAST, FIRST]
