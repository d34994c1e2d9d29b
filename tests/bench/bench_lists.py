"""Lists at 100,000 persons against the same page, with as many rows on it, at 1,000 persons; on SQLite, or on
PostgreSQL with ZICHT_TEST_DATABASE=postgresql.

Every sort and filter of every list of persons and accounts is a row.
"""

import secrets
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask_migrate import upgrade

from app.auth.sessions import cookie_name, digest
from app.extensions import db
from app.models import Account, Location, LoginSession, Person, Seat
from app.services.access import ROLE_OF_KIND
from tests.bench.rows import Row, compared, seconds
from tests.databases import POSTGRESQL, make_app, named, on_postgresql
from tests.screens.lists_world import MOMENT, PIECE, make_administrator, make_school

TIMES = 7
LIMIT = 2.0
SLOWER = {"accounts ?name=an": 5.0, "accounts ?notable=silent": 5.0}  # must look at the person of every account
SIZES = (475, 47_600)  # pupils, each with a guardian, and staff: 1,000 and 100,000 persons; the last page is full
PAGES = {  # per screen the queries of its pages; staff of the small school fill no more than 12 rows
    "leerlingen": (
        *("", "page=999999", "desc=1", "sort=number", "sort=number&desc=1", "sort=email", "sort=email&desc=1"),
        *("search=an", "search=qqqqq", "search=000007", "search=an&sort=email", "search=school"),
        *("location={location}", "group=1A0", "left=1", "left=all", "account=0", "account=1"),
        *("year_of_study=2", "year_of_study=2&sort=email", "year=2026", "year=2026&page=999999"),
        *("year=2026&location={location}", "year=2026&year_of_study=2&account=0"),
    ),
    "verzorgers": (
        *("", "page=999999", "sort=number", "sort=email", "search=an", "search=qqqqq", "search=v000007"),
        *("location={location}", "group=1A0", "email=0", "email=1", "account=0", "left=1"),
    ),
    "medewerkers": (
        *("page_size=12", "sort=number&page_size=12", "sort=email&page_size=12", "search=school&page_size=12"),
        *("search=m0007", "location={location}&page_size=12", "location=none", "group=1A0", "role=staff&page_size=12"),
        *("role=administrator", "origin=hand", "origin=roster&page_size=12"),
    ),
    "accounts": (
        *("", "desc=1", "sort=username", "sort=role", "username=u000007", "username=qqq"),
        *("name=an", "name=qqqqq", "name=v000006", "role=pupil", "role=staff&page_size=12", "role=administrator"),
        *("location={location}", "group=1A0", "active=0", "active=all"),
        *("notable=blocked", "notable=unused", "notable=left", "notable=silent"),
    ),
    "accounts/nieuw/leerlingen": ("", "search=an", "search=qqqqq", "sort=email", "year_of_study=2", "year=2026"),
    "accounts/nieuw/verzorgers": ("", "search=an", "sort=number"),
}


def measure() -> list[Row]:
    """One row per page: seconds at 100,000 and at 1,000 persons, in turns."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(school(size)) for size in SIZES)
        rows = []
        for screen, query in ((screen, query) for screen, queries in PAGES.items() for query in queries):
            pages = [page(client, screen, query.format(location=location)) for client, location in (many, few)]
            assert pages[0]() == pages[1](), (screen, query)  # as many rows on both; the first look warms up
            times = [[seconds(look) for look in pages] for _ in range(TIMES)]
            ours, floor = zip(*times, strict=True)
            name = f"{screen} ?{query}"
            rows.append(compared(f"list {name}", [*ours], [*floor], SLOWER.get(name, LIMIT)))
        return rows


def page(client, screen, query):
    def look():
        answer = client.get(f"/beheer/{screen}/?{query}")
        assert answer.status_code == 200
        return answer.text.count('name="rowid"')

    return look


def make_accounts(session, school):
    """An own account for three in four; nobody used one yet."""
    people = session.execute(sa.select(Person.id, Person.kind).where(Person.id % 4 != 0).order_by(Person.id)).all()
    own = {"institution_id": school.institution_id, "seat": Seat.OWN, "created_at": MOMENT}
    rows = [own | {"person_id": id, "role": ROLE_OF_KIND[kind], "username": f"u{id:06}"} for id, kind in people]
    for i in range(0, len(rows), PIECE):
        session.execute(sa.insert(Account), rows[i : i + PIECE])
    session.commit()


@contextmanager
def school(pupils):
    """(client of an administrator, id of a location) of a school of this size in a database of its own."""
    with TemporaryDirectory() as folder, database(Path(folder), pupils) as url:
        app = make_app(url, Path(folder))
        with app.app_context():
            upgrade()
            made = make_school(db.session, pupils)
            make_accounts(db.session, made)
            account = make_administrator(db.session, made)
            cookie, location = log_in(account), db.session.scalar(sa.select(sa.func.min(Location.id)))
            db.session.remove()
            if on_postgresql():
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(sa.text("VACUUM ANALYZE"))  # as its own vacuum does in time
        client = app.test_client()
        client.set_cookie(cookie_name(app), cookie)
        try:
            yield client, location
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


@contextmanager
def database(folder, pupils):
    if not on_postgresql():
        yield f"sqlite:///{folder / 'zicht.db'}"
        return
    name = f"zicht_bench_{secrets.token_hex(4)}_{pupils}"
    server = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
    try:
        yield named(name)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.dispose()


def log_in(account: Account) -> str:
    cookie, moment = secrets.token_urlsafe(32), datetime.now(UTC)
    db.session.add(
        LoginSession(
            id_hash=digest(cookie),
            institution_id=account.institution_id,
            account_id=account.id,
            data={"_user_id": str(account.id), "_fresh": True},
            created_at=moment,
            seen_at=moment,
            ends_at=moment + timedelta(minutes=30),
        )
    )
    db.session.commit()
    return cookie
