"""Writing a plan: all of it in one transaction, and nothing when nothing changed (R102, R105, R89)."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.extensions import transaction
from app.models import (
    AuditLine,
    Enrolment,
    Group,
    Guardianship,
    Institution,
    Location,
    Person,
    PersonKey,
    PersonKind,
    PersonLocation,
)
from app.roster.practice import make_practice_school
from app.services.access import Actor
from app.services.roster.apply import apply_plan, fields_as_json
from app.services.roster.plan import plan_roster
from app.services.roster.plan.changes import Change
from tests.roster.roster_world import GROUP, LINDELAAN, TODAY, YEAR, guardian, imported, pair, pupil, roster, staff
from tests.runs.run_world import NOW, Writes, count, known_of, take_in

FAMILY = (pupil(mentor_keys=("m50001",)), guardian(), pair(), staff())
__all__ = ["known_of", "take_in"]


def test_a_school_is_read_in_whole(session, take_in, institution):
    take_in(roster(*FAMILY))

    sanne = session.scalar(sa.select(Person).where(Person.kind == PersonKind.PUPIL))
    assert (sanne.list_name, sanne.number, sanne.institution_id) == ("Berg, Sanne van den", "100001", institution.id)
    assert sanne.sort_key == "berg\tsanne\tvan den"
    assert "vandenberg" in sanne.search_key
    enrolment = session.scalar(sa.select(Enrolment))
    assert (enrolment.school_year, enrolment.year_of_study, enrolment.programme_code) == (YEAR, 2, "0120")
    group = session.get_one(Group, enrolment.group_id)
    assert (group.name, session.get_one(Location, group.location_id).code) == ("2A", "99ZZ01")
    bond = session.scalar(sa.select(Guardianship))
    assert (bond.relation, bond.receives_post, bond.rank) == ("moeder", True, 1)
    assert set(session.scalars(sa.select(PersonKey.key))) == {"k100001", "v700001", "m50001"}


def test_reach_follows_the_roster_z169_z173_z176(session, take_in):
    take_in(roster(*FAMILY, staff("50002", group_keys=()), pupil("100002", location_key="L2", mentor_keys=("m50002",))))

    rows = session.execute(
        sa.select(Person.number, Location.code, PersonLocation.by_group)
        .join(PersonLocation, PersonLocation.person_id == Person.id)
        .join(Location, Location.id == PersonLocation.location_id)
    )
    assert sorted(map(tuple, rows)) == [
        ("100001", "99ZZ01", False),
        ("100002", "99ZZ02", False),
        ("50001", "99ZZ01", True),
        ("50002", "99ZZ02", False),
        ("700001", "99ZZ01", False),
    ]


def test_the_same_roster_twice_writes_nothing_r105(db, session, take_in):
    school = make_practice_school("99ZZ", 60, 1, YEAR, TODAY)
    take_in(school)
    lines = count(session, AuditLine)

    with Writes(db.engine) as writes:
        again = take_in(school)

    assert again.is_empty
    assert writes.seen == []
    assert count(session, AuditLine) == lines


def test_reading_what_is_known_costs_the_same_queries_for_any_school(db, take_in, known_of):
    small, large = (make_practice_school("99ZZ", size, 1, YEAR, TODAY) for size in (5, 80))

    assert queries_of(db, take_in, known_of, small) == queries_of(db, take_in, known_of, large) <= 12


def queries_of(db, take_in, known_of, school):
    take_in(school)
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    known_of(school)
    return len([one for one in seen if one.startswith("SELECT")]) if not seen.clear() else 0


def test_what_is_written_is_what_the_model_knows_r108(take_in, known_of):
    """The database after real writes equals the model of the pure tests (roster_world.after)."""
    first = roster(*FAMILY, pupil("100002"), pupil("100003"), staff("50002"))
    second = roster(
        pupil(last_name="Kaya", location_key="L2", mentor_keys=()),
        pupil("100003", leaving_date=TODAY.replace(day=1)),
        guardian(email="nieuw@thuis.example"),
        pair(relation="tante"),
        staff(group_keys=()),
        staff("50003"),
        groups=(GROUP._replace(name="2C"),),
    )
    model = imported(first, second)
    take_in(first)
    take_in(second)

    real = known_of(second)
    assert shape(real) == shape(model)


def shape(known):
    """A school without its ids."""
    number = {one.id: (one.kind, one.fields[0]) for one in known.persons.values()}
    group = {one.id: one.name for one in known.groups}
    return {
        "people": sorted((one.kind, str(one.left_on), *map(str, one.fields)) for one in known.persons.values()),
        "keys": sorted((*key, number[held.person_id], held.number) for key, held in known.keys.items()),
        "groups": sorted(group.values()),
        "enrolled": sorted(
            (number[p], str((group.get(e.group_id), e.leaving_date))) for p, e in known.enrolments.items()
        ),
        "in": sorted((number[p], sorted(group[g] for g in gs)) for p, gs in known.pupil_groups.items() if gs),
        "teach": sorted((number[p], sorted(group[g] for g in gs)) for p, gs in known.staff_groups.items() if gs),
        "mentors": sorted((number[p], sorted(number[s] for s in ss)) for p, ss in known.mentors.items() if ss),
        "pairs": sorted((number[p], number[g], about) for p, gs in known.guardians.items() for g, about in gs.items()),
    }


def test_a_change_bumps_the_version_so_a_form_that_is_open_is_told_r123(session, take_in):
    take_in(roster(*FAMILY))
    take_in(roster(pupil(first_name="Sara", mentor_keys=("m50001",)), *FAMILY[1:]))

    sara = session.scalar(sa.select(Person).where(Person.kind == PersonKind.PUPIL))
    assert (sara.first_name, sara.version, sara.sort_key) == ("Sara", 2, "berg\tsara\tvan den")


def test_every_change_leaves_a_line_with_old_and_new_r89(session, take_in):
    take_in(roster(*FAMILY, pupil("100002")))
    session.execute(sa.delete(AuditLine))
    session.commit()
    actor = Actor("admin_x", None, None, None)
    take_in(roster(pupil(email=None, mentor_keys=("m50001",)), *FAMILY[1:]), actor=actor)

    lines = session.execute(sa.select(AuditLine.action, AuditLine.actor_name, AuditLine.details).order_by(AuditLine.id))
    assert [tuple(line) for line in lines] == [
        ("roster-changed", "admin_x", {"email": ["100001@leerling.example", None]}),
        ("roster-gone", "admin_x", {"left_on": [None, "2026-10-05"]}),
    ]


def test_more_pairs_of_one_guardian_share_a_line():
    change = Change(1, "guardian", "7", "Berg", "changed", (("pupil", None, "A"), ("pupil", "B", None)))

    assert fields_as_json(change) == {"pupil": [None, "A", "B", None]}


def test_a_plan_is_applied_whole_or_not_at_all_r102(session, take_in, known_of, institution):
    told = roster(*FAMILY)
    broken = plan_roster(known_of(told), told, TODAY)
    broken.rows["mentor"].new.append((-1, 999_999))  # nobody with this id

    with pytest.raises(IntegrityError), transaction():
        apply_plan(session, NOW, Actor("command"), known_of(told), broken, YEAR)
    assert count(session, Person) == count(session, Location) == count(session, AuditLine) == 0


def test_two_locations_with_one_code_are_written_r102(session, take_in):
    twice = (LINDELAAN, LINDELAAN._replace(key="L9"), LINDELAAN._replace(key="L8"))
    take_in(roster(*FAMILY, locations=twice))

    assert sorted(session.scalars(sa.select(Location.code))) == ["99ZZ01", "99ZZV1", "99ZZV2"]


def test_a_key_that_does_not_last_is_kept_as_a_mark_only(session, take_in):
    take_in(roster(pupil("#001", key="#001", key_lasts=False)))

    key = session.scalar(sa.select(PersonKey))
    assert key.key == f"#{key.person_id}"
    assert session.scalar(sa.select(Person.number)) is None


def test_another_institution_is_never_touched(session, take_in, make_person, institution):
    other = Institution(brin="12AB", name="Elders", created_at=NOW)
    session.add(other)
    session.commit()
    theirs = make_person(number="100001", institution_id=other.id)
    take_in(roster(*FAMILY))

    assert count(session, Person, number="100001") == 2
    session.refresh(theirs)
    assert (theirs.first_name, theirs.version) == ("Noor", 1)
