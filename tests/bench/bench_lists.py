"""Lists at 100,000 persons against the same page, with as many rows on it, at 1,000 persons; on SQLite, or on
PostgreSQL with ZICHT_TEST_DATABASE=postgresql."""

import secrets
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask_migrate import upgrade

from app.auth.sessions import cookie_name, digest
from app.extensions import db
from app.models import Account, Location, LoginSession
from tests.bench.rows import Row, compared, seconds
from tests.databases import POSTGRESQL, make_app, named, on_postgresql
from tests.screens.lists_world import make_administrator, make_school

TIMES = 7
LIMIT = 2.0
SIZES = (475, 47_600)  # pupils, each with a guardian, and staff: 1,000 and 100,000 persons; the last page is full
PAGES = {
    "first page": "",
    "last page": "page=999999",
    "search": "search=an",
    "filter": "location={location}",
}


def measure() -> list[Row]:
    """One row per kind of page: seconds at 100,000 and at 1,000 persons, in turns."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(school(size)) for size in SIZES)
        rows = []
        for name, query in PAGES.items():
            pages = [page(client, query, location) for client, location in (many, few)]
            times = [[seconds(look) for look in pages] for _ in range(TIMES + 1)][1:]  # the first one warms up
            ours, floor = zip(*times, strict=True)
            rows.append(compared(f"list of pupils, {name}, 100,000 against 1,000 persons", [*ours], [*floor], LIMIT))
        return rows


def page(client, query, location):
    address = f"/beheer/leerlingen/?{query.format(location=location)}"

    def look():
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.text.count('name="rowid"') == 25

    return look


@contextmanager
def school(pupils):
    """(client of an administrator, id of a location) of a school of this size in a database of its own."""
    with TemporaryDirectory() as folder, database(Path(folder), pupils) as url:
        app = make_app(url, Path(folder))
        with app.app_context():
            upgrade()
            account = make_administrator(db.session, make_school(db.session, pupils))
            cookie, location = log_in(account), db.session.scalar(sa.select(sa.func.min(Location.id)))
            if on_postgresql():
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(sa.text("VACUUM ANALYZE"))  # as its own vacuum does in time
            db.session.remove()
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
