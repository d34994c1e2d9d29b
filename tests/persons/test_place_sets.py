"""Place sets say the same as person_location, in one number per person."""

import sqlalchemy as sa

from app.models import Enrolment, Person, PersonKind, PersonLocation, PlaceSet, PlaceSetLocation
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
