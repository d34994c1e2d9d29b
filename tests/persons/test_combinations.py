"""Place sets say the same as person_location, and routes the same as enrolments, in one number per person."""

import sqlalchemy as sa

from app.models import Enrolment, Person, PersonKind, PersonLocation, PlaceSet, PlaceSetLocation, Route, RouteYear
from app.services.reach import recompute_reach, seen_from


def places_of(session, person):
    chosen = sa.select(PlaceSetLocation.location_id).join(Person, Person.place_set_id == PlaceSetLocation.place_set_id)
    return set(session.scalars(chosen.where(Person.id == person.id)))


def test_persons_of_the_same_locations_share_one_set(session, make_person, make_location):
    here = make_location()
    first, second = make_person(location=here), make_person(location=here)
    assert first.place_set_id == second.place_set_id is not None
    assert session.scalar(sa.select(sa.func.count()).select_from(PlaceSet)) == 1


def test_who_moves_gets_another_set_and_who_is_nowhere_has_none(session, make_person, make_location):
    here, there = make_location(), make_location("Havenkwartier")
    pupil, nowhere = make_person(location=here), make_person(PersonKind.STAFF)
    session.execute(sa.update(Enrolment).values(location_id=there.id))
    recompute_reach(session, pupil.institution_id)
    session.commit()
    assert places_of(session, pupil) == {there.id}
    assert nowhere.place_set_id is None


def test_sets_and_rows_agree_for_everybody(session, make_person, make_location):
    places = [make_location(f"Plaats {n}") for n in range(3)]
    for n in range(9):
        make_person(location=places[n % 3])
    for place in places:
        by_set = set(session.scalars(sa.select(Person.id).where(seen_from({place.id}))))
        rows = sa.select(PersonLocation.person_id).where(PersonLocation.location_id == place.id)
        assert by_set == set(session.scalars(rows))


def test_who_left_keeps_the_set_of_before(session, make_person, make_location):
    here = make_location()
    pupil = make_person(location=here)
    pupil.left_on = pupil.created_at.date()
    session.flush()
    recompute_reach(session, pupil.institution_id)
    session.commit()
    assert places_of(session, pupil) == {here.id}


def years_of(session):
    """The years of every person, once by route and once by enrolment."""
    columns = ("school_year", "location_id", "year_of_study")
    route = sa.select(Person.id, *[getattr(RouteYear, name) for name in columns])
    enrolled = sa.select(Enrolment.person_id, *[getattr(Enrolment, name) for name in columns])
    route = route.join(RouteYear, RouteYear.route_id == Person.route_id)
    return set(map(tuple, session.execute(route))), set(map(tuple, session.execute(enrolled)))


def enrol(session, person, year, location, study):
    session.add(
        Enrolment(
            institution_id=person.institution_id,
            person_id=person.id,
            school_year=year,
            location_id=location.id,
            year_of_study=study,
        )
    )
    recompute_reach(session, person.institution_id, [person.id])
    session.commit()


def test_who_went_the_same_way_shares_a_route_and_whoever_parts_gets_another_z172(session, make_person, make_location):
    here, there = make_location(), make_location("Havenkwartier")
    first, second, third = (make_person(location=here) for _ in range(3))
    guardian = make_person(PersonKind.GUARDIAN)
    assert first.route_id == second.route_id == third.route_id is not None
    assert guardian.route_id is None
    enrol(session, second, 2025, there, 1)
    enrol(session, third, 2025, there, 1)
    assert first.route_id != second.route_id == third.route_id
    enrol(session, second, 2024, here, None)
    assert second.route_id != third.route_id
    by_route, by_enrolment = years_of(session)
    assert by_route == by_enrolment
    assert session.scalar(sa.select(sa.func.count()).select_from(Route)) == 3


def test_routes_follow_whatever_changed_z172(session, make_person, make_location):
    here, there = make_location(), make_location("Havenkwartier")
    people = [make_person(location=here if n % 2 else there) for n in range(6)]
    session.execute(sa.update(Enrolment).where(Enrolment.person_id == people[0].id).values(year_of_study=5))
    session.execute(sa.update(Enrolment).where(Enrolment.person_id == people[1].id).values(location_id=there.id))
    session.execute(sa.delete(Enrolment).where(Enrolment.person_id == people[2].id))
    recompute_reach(session, people[0].institution_id)
    session.commit()
    by_route, by_enrolment = years_of(session)
    assert by_route == by_enrolment
    assert people[2].route_id is None
