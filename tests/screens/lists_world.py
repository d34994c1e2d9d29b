"""Made-up rows in bulk for lists: a school of any size, straight into the tables."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa

from app.models import (
    Account,
    AccountLocation,
    Enrolment,
    Gender,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Institution,
    Location,
    Mentor,
    Person,
    PersonKind,
    PersonLocation,
    Role,
    Seat,
)
from app.models.names import search_key, sort_key
from app.roster.practice.names import BOYS, GIRLS, LAST_NAMES
from app.services.combinations import PLACE_SETS, ROUTES, renew_combinations
from app.services.reach import recompute_reach

YEAR = 2026
MOMENT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
CLASS = 25
PIECE = 10_000


@dataclass(frozen=True)
class School:
    institution_id: int
    locations: list[int]


def person_row(id, institution_id, kind, first_name, prefix, last_name, number, email, **more):
    called = first_name
    return {
        "id": id,
        "institution_id": institution_id,
        "kind": kind,
        "number": number,
        "first_name": first_name,
        "prefix": prefix,
        "last_name": last_name,
        "email": email,
        "gender": Gender.UNKNOWN,
        "birth_date": date(2012, 3, 9) if kind is PersonKind.PUPIL else None,
        "hand_made": False,
        "sort_key": sort_key(last_name, called, prefix),
        "search_key": search_key(last_name, called, prefix, number, email),
        "version": 1,
        "created_at": MOMENT,
    } | more


def make_school(session, pupils=1_000, *, brin="98ZZ", names=("Lindelaan", "Havenkwartier"), seed=1) -> School:
    """So many pupils on these locations, each with one guardian, a class and an enrolment; one in 20 is staff."""
    chance = random.Random(seed)
    school = Institution(brin=brin, name="De Zilverlinde", created_at=MOMENT)
    session.add(school)
    session.flush()
    places = [Location(institution_id=school.id, code=f"{brin}0{i}", name=name) for i, name in enumerate(names)]
    session.add_all(places)
    session.flush()
    places = [place.id for place in places]
    start = (session.scalar(sa.select(sa.func.max(Person.id))) or 0) + 1
    groups = _groups(session, school.id, places, pupils)
    rows = {table: [] for table in (Person, Enrolment, GroupPupil, Guardianship, PersonLocation, GroupStaff, Mentor)}
    link = {"institution_id": school.id}

    def person(id, kind, number):
        first, (prefix, last) = chance.choice(BOYS + GIRLS), _last_name(chance)
        email = f"p{id}@school.example" if id % 9 else None
        rows[Person].append(person_row(id, school.id, kind, first, prefix, last, number, email))

    for n in range(pupils):
        pupil, guardian = start + n, start + pupils + n
        group, place = groups[n // CLASS], places[n // CLASS % len(places)]
        person(pupil, PersonKind.PUPIL, f"{n:06}")
        person(guardian, PersonKind.GUARDIAN, f"V{n:06}")
        rows[Enrolment].append(
            link
            | {"person_id": pupil, "school_year": YEAR, "location_id": place}
            | {"group_id": group, "year_of_study": 1 + n % 6}
        )
        rows[GroupPupil].append(link | {"group_id": group, "person_id": pupil})
        rows[Guardianship].append(
            link
            | {"guardian_id": guardian, "pupil_id": pupil, "relation": "moeder"}
            | {"receives_post": n % 2 == 0, "has_authority": n % 3 == 0}
        )
        rows[PersonLocation] += [
            link | {"location_id": place, "person_id": one, "by_group": False, "by_hand": False}
            for one in (pupil, guardian)
        ]
    for n in range(max(2, pupils // 20)):
        staff, spot = start + 2 * pupils + n, n % len(groups)
        person(staff, PersonKind.STAFF, f"M{n:04}")
        rows[GroupStaff].append(link | {"group_id": groups[spot], "person_id": staff})
        rows[PersonLocation].append(
            link | {"location_id": places[spot % len(places)], "person_id": staff, "by_group": True, "by_hand": False}
        )
    for table, lines in rows.items():
        for i in range(0, len(lines), PIECE):
            session.execute(sa.insert(table), lines[i : i + PIECE])
    renew_combinations(session, school.id, {PLACE_SETS: None, ROUTES: None})
    session.commit()
    _count_rows(session)
    return School(school.id, places)


def make_administrator(session, school, username="admin_lijst") -> Account:
    """An application administrator with every location of this school."""
    id = session.scalar(sa.select(sa.func.max(Person.id))) + 1
    session.execute(
        sa.insert(Person),
        [person_row(id, school.institution_id, PersonKind.STAFF, "Marijke", "van der", "Wal", username, None)],
    )
    account = Account(
        institution_id=school.institution_id,
        person_id=id,
        seat=Seat.ADMINISTRATION,
        role=Role.ADMINISTRATOR,
        username=username,
        password_hash="unused",
        activated_at=MOMENT,
        created_at=MOMENT,
    )
    session.add(account)
    session.flush()
    for place in school.locations:
        session.add(AccountLocation(account_id=account.id, location_id=place, institution_id=school.institution_id))
    session.flush()
    recompute_reach(session, school.institution_id, [id])
    session.commit()
    return account


def _groups(session, institution_id, places, pupils):
    number = max(1, -(-pupils // CLASS))
    lines = [
        Group(
            institution_id=institution_id,
            location_id=places[n % len(places)],
            school_year=YEAR,
            name=f"{1 + n % 6}{chr(65 + n // 6 % 26)}{n}",
            sort_key=f"{n:05}",
        )
        for n in range(number)
    ]
    session.add_all(lines)
    session.flush()
    return [line.id for line in lines]


def _last_name(chance):
    name = chance.choice(LAST_NAMES)
    return name if isinstance(name, tuple) else (None, name)


def _count_rows(session):
    """PostgreSQL looks how much there is, as its autovacuum does in time; SQLite was told by the migration."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")
        # The sequence must follow the ids that were written by hand.
        newest = "SELECT setval(pg_get_serial_sequence('person', 'id'), (SELECT max(id) FROM person))"
        connection.execute(sa.text(newest))
    session.commit()
