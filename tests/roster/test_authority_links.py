"""Two sources for one school, with an order per kind: groups, places and families."""

import sqlalchemy as sa

from app.models import Group, GroupPupil, Guardianship, Location, Person, PersonKey
from app.roster import RosterLocation
from app.services.roster.plan.authority import EQUAL, first_place, heard
from tests.roster.authority_world import BOTH, FIRST, LAST, codes, of_last, order, take
from tests.roster.roster_world import GROUP, counts, guardian, pair, pupil, roster, staff

__all__ = ["order", "take"]


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
