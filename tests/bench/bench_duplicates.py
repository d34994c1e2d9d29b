"""Who looks like whom among 100,000 persons, against a bare read of the same columns; and whom one of them looks like,
against a bare read of that one. On SQLite, or on PostgreSQL with ZICHT_TEST_DATABASE=postgresql."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask_migrate import upgrade

from app.extensions import db
from app.models import Institution, Person, PersonKind
from app.roster.practice import make_practice_school
from app.services.access import Actor
from app.services.bulk import insert_rows, read_rows
from app.services.duplicates.reading import COLUMNS, all_proposals, proposals_of
from app.services.roster.apply import apply_plan
from app.services.roster.plan import plan_roster
from app.services.roster.rows.read import read_known
from tests.bench.bench_lists import database
from tests.bench.rows import Row, compared, seconds
from tests.databases import make_app, on_postgresql

PUPILS = 38_000  # with their guardians and staff 100,000 persons
TWICE = 500  # pupils who are in there twice, under another number
TODAY = date(2026, 10, 5)
TIMES = 5
MOST, MOST_OF_ONE = 20.0, 400.0  # times the bare read: some seconds, and some tens of milliseconds


def measure() -> list[Row]:
    """Seconds; the limit is the ratio to the bare read."""
    with school() as (actor, person_id):
        columns = [getattr(Person, name) for name in COLUMNS]
        person = db.session.get_one(Person, person_id)

        def ours():
            assert len(all_proposals(db.session, actor)) >= TWICE

        def bare():
            assert sum(1 for _row in read_rows(db.session, sa.select(*columns))) > 90_000

        def ours_of_one():
            assert len(proposals_of(db.session, actor, person)) == 1

        def bare_of_one():
            assert db.session.execute(sa.select(*columns).where(Person.id == person_id)).one()

        rows = []
        for name, mine, floor, limit in (
            ("duplicates of 100,000", ours, bare, MOST),
            ("duplicates of one", ours_of_one, bare_of_one, MOST_OF_ONE),
        ):
            times = [[seconds(mine), seconds(floor)] for _ in range(TIMES)]
            rows.append(compared(name, [one for one, _ in times], [two for _, two in times], limit))
        return rows


@contextmanager
def school():
    """(who asks, a pupil who is in there twice) of a practice school in a database of its own."""
    with TemporaryDirectory() as folder, database(Path(folder), PUPILS) as url:
        app = make_app(url, Path(folder))
        with app.app_context():
            upgrade()
            try:
                yield make_school()
            finally:
                db.session.remove()
                db.engine.dispose()


def make_school():
    place = Institution(brin="99ZZ", name="De Zilverlinde", created_at=datetime.now(UTC))
    db.session.add(place)
    db.session.flush()
    roster = make_practice_school("99ZZ", PUPILS, 1, 2026, TODAY)
    known = read_known(db.session, place, roster.source, roster.school_year)
    apply_plan(db.session, datetime.now(UTC), Actor("bench"), known, plan_roster(known, roster, TODAY), 2026)
    pupils = sa.select(Person).where(Person.kind == PersonKind.PUPIL).order_by(Person.id).limit(TWICE)
    twins = db.session.execute(pupils.with_only_columns(*Person.__table__.c)).mappings().all()
    names = [name for name in twins[0] if name != "id"]
    rows = (tuple({**row, "number": f"x{row['number']}"}[name] for name in names) for row in twins)
    insert_rows(db.session, Person, names, rows)
    db.session.commit()
    if on_postgresql():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    return Actor("bench", institution_id=place.id), twins[0]["id"]
