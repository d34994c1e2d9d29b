"""Two persons who are one, with all that can hang on a person; and every table as it is, to compare."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from app.extensions import Base, transaction
from app.models import (
    AccessBlock,
    Batch,
    BatchItem,
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Location,
    Mentor,
    NotTheSame,
    Person,
    PersonKey,
    PersonKind,
    Pin,
    Role,
)
from app.services.access import Actor
from app.services.duplicates.merge import merge
from app.services.duplicates.split import split
from app.services.reach import recompute_reach

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
# What a merge ends or writes besides, and what it only adds to: these are not put back.
APART = {"audit_line", "login_session", "outbox_mail", "place_set", "place_set_location", "route", "route_year"}


def everything(session):
    """All rows of all tables, as the database has them."""
    session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in APART:
            found[table.name] = sorted(map(repr, session.execute(sa.select(table)).all()))
    session.rollback()
    return found


@pytest.fixture
def actor(session, administrator):
    """The administrator of the Lindelaan."""
    locations = frozenset(session.scalars(sa.text("SELECT location_id FROM account_location")))
    return Actor(administrator.username, administrator.id, administrator.institution_id, Role.ADMINISTRATOR, locations)


@pytest.fixture
def merge_them(session, actor):
    """Merges the second into the first; gives the id of the merge."""

    def merge_them(kept_id, other_id, accounts=(), by=None, **versions):
        with transaction():
            rows = session.execute(sa.select(Person.id, Person.version).where(Person.id.in_((kept_id, other_id))))
            shown = dict(rows.all()) | versions
            return merge(session, NOW, by or actor, kept_id, other_id, shown, accounts).id

    return merge_them


@pytest.fixture
def split_them(session, actor):
    def split_them(merge_id, by=None):
        with transaction():
            return split(session, NOW, by or actor, merge_id)

    return split_them


class Family:
    """Adds rows to persons, in as few words as a test can say it."""

    def __init__(self, session, institution, place):
        self.session, self.place = session, place
        self.own = {"institution_id": institution.id}

    def group(self, name, year=2026):
        return self._added(
            Group(**self.own, location_id=self.place.id, school_year=year, name=name, sort_key=name.lower())
        ).id

    def key(self, person, key, source="somtoday", number=None, absorbed=False):
        values = {"kind": person.kind, "key": key, "number": number, "absorbed": absorbed}
        return self._added(PersonKey(**self.own, person_id=person.id, source=source, **values))

    def enrol(self, person, year, group=None):
        values = {"location_id": self.place.id, "group_id": group, "year_of_study": 2}
        self._added(Enrolment(**self.own, person_id=person.id, school_year=year, **values))

    def join(self, person, group):
        table = GroupPupil if person.kind is PersonKind.PUPIL else GroupStaff
        self._added(table(**self.own, person_id=person.id, group_id=group))

    def mentor(self, pupil, staff):
        self._added(Mentor(**self.own, pupil_id=pupil.id, staff_id=staff.id))

    def child(self, guardian, pupil, relation="moeder"):
        self._added(
            Guardianship(**self.own, guardian_id=guardian.id, pupil_id=pupil.id, relation=relation, receives_post=True)
        )

    def pin(self, person, field="email", value="x@school.example"):
        values = {"value": value, "reason": "gebeld", "made_at": NOW}
        self._added(Pin(**self.own, person_id=person.id, field=field, **values))

    def block(self, guardian, pupil, until=None):
        values = {"reason": "rechter", "made_at": NOW, "until": until}
        self._added(AccessBlock(**self.own, guardian_id=guardian.id, pupil_id=pupil.id, **values))

    def two(self, one, other):
        first, second = sorted((one.id, other.id))
        self._added(NotTheSame(**self.own, first_id=first, second_id=second, made_at=NOW))

    def in_batch(self, person):
        values = {"task": "create", "kind": "pupil", "state": "done", "form_key": f"f{person.id}", "total": 1}
        batch = self._added(Batch(**self.own, created_at=NOW, **values))
        self._added(BatchItem(**self.own, batch_id=batch.id, person_id=person.id, state="done"))

    def done(self):
        recompute_reach(self.session, self.own["institution_id"])
        self.session.commit()

    def _added(self, row):
        self.session.add(row)
        self.session.flush()
        return row


@pytest.fixture
def lindelaan(session, administrator):
    return session.scalar(sa.select(Location).where(Location.name == "Lindelaan"))


@pytest.fixture
def family(session, institution, lindelaan):
    return Family(session, institution, lindelaan)


@pytest.fixture
def sannes(make_person, lindelaan):
    """Sanne twice: the one who stays, and the other."""

    def sanne(**values):
        standard = {"first_name": "Sanne", "prefix": "van den", "last_name": "Berg", "birth_date": date(2012, 3, 4)}
        return make_person(PersonKind.PUPIL, lindelaan, **standard | values)

    return sanne(number="100001"), sanne(number="100002")


@pytest.fixture
def rich(session, family, sannes, make_person, make_account):
    """All that can hang on a pupil, on both: some of it the same."""
    kept, other = sannes
    a, b, c = family.group("2A"), family.group("2B"), family.group("1A", 2025)
    kinds = PersonKind.GUARDIAN, PersonKind.GUARDIAN, PersonKind.STAFF
    parent, father, teacher = map(make_person, kinds)
    family.key(kept, "k1", number="100001")
    family.key(other, "k2", number="100002")
    family.key(other, "e2", "eckid")
    family.key(other, "x2", "edexml", absorbed=True)
    family.enrol(other, 2025, c)
    for person, group in ((kept, a), (other, a), (other, b), (other, c)):
        family.join(person, group)
    for person in sannes:
        family.mentor(person, teacher)
        family.child(parent, person, "moeder" if person is kept else "tante")
    family.child(father, other)
    family.pin(kept)
    family.pin(other, value="y@school.example")
    family.pin(other, "first_name", "Sanne")
    family.block(father, other)
    family.block(parent, kept, date(2026, 12, 1))
    family.block(parent, other)
    family.two(kept, make_person())
    family.two(other, make_person())
    family.in_batch(other)
    make_account(other, username="sannevandenberg", last_login_at=NOW)
    family.done()
    return kept.id, other.id
