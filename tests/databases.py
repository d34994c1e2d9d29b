"""The databases of the tests: SQLite, or PostgreSQL with ZICHT_TEST_DATABASE=postgresql; and an app on one of them."""

import os
import shutil

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from app import create_app
from app.extensions import db as database
from tests.visiting import Browser

POSTGRESQL = os.environ.get("ZICHT_TEST_POSTGRESQL", "postgresql+psycopg://zicht_test:zicht_test@127.0.0.1/postgres")

VERSION = sa.text("SELECT version_num FROM alembic_version")

# A killed worker may be in the middle of something. Connections that wait for the next test stay.
SEND_AWAY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
SIZES = """
SELECT pg_relation_size(name::regclass) FROM unnest(%(names)s::text[]) WITH ORDINALITY AS one (name, place)
ORDER BY place
"""
RESTART = """
SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
LARGE = 200_000  # bytes
NOTHING = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


def on_postgresql() -> bool:
    return os.environ.get("ZICHT_TEST_DATABASE") == "postgresql"


def named(name: str) -> str:
    """The address of the PostgreSQL database of this name."""
    return sa.make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)


def make_app(url: str, instance, **settings):
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE": instance,
            "SECRET_KEY": "test-" * 10,
            "SQLALCHEMY_DATABASE_URI": url,
            "PUBLIC_URL": "http://localhost",
            "MAIL_SERVER": None,
            **settings,
        }
    )
    app.test_client_class = Browser
    return app


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """(make a fresh url) from one migrated database: a copy of the file, or the PostgreSQL one emptied."""
    home = tmp_path_factory.mktemp("database")
    if not on_postgresql():
        template = home / "empty.db"
        migrated(f"sqlite:///{template}", home)

        def fresh(instance):
            shutil.copyfile(template, instance / "zicht.db")
            return f"sqlite:///{instance / 'zicht.db'}"

        yield fresh
        return
    server = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with server.connect() as outside:
        name = f"zicht_{os.getpid()}"
        outside.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        outside.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    inside = sa.create_engine(named(name), isolation_level="AUTOCOMMIT")
    revision = migrated(named(name), home)
    tables = [table.name for table in reversed(database.metadata.sorted_tables)]  # who refers to others goes first

    def fresh(_instance):
        with inside.connect() as connection:
            connection.exec_driver_sql(SEND_AWAY)
            if not is_whole(connection):
                connection.exec_driver_sql(NOTHING)
                migrated(named(name), home)
            empty(connection, tables)
        return named(name)

    def is_whole(connection):
        """Whether no test of the migrations left it otherwise."""
        try:
            return connection.scalar(VERSION) == revision
        except sa.exc.ProgrammingError:
            return False

    yield fresh
    inside.dispose()
    with server.connect() as outside:
        outside.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def empty(connection, tables):
    """As new: no rows, numbers from 1, and what comes in is found in that order.

    For some rows deleting is thirty times as fast as truncating all tables; for very many it is not.
    """
    sizes = dict(zip(tables, connection.exec_driver_sql(SIZES, {"names": tables}).scalars(), strict=True))
    used = [table for table, size in sizes.items() if size]
    if max(sizes.values()) > LARGE:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)}")
    elif used:
        connection.exec_driver_sql("; ".join(f"DELETE FROM {table}" for table in used))
        connection.exec_driver_sql(f"VACUUM {', '.join(used)}")
    connection.exec_driver_sql(RESTART)


def migrated(url: str, home) -> str:
    """Makes the tables; gives the revision they are of."""
    app = make_app(url, home)
    with app.app_context():
        upgrade()
        revision = database.session.scalar(VERSION)
        database.session.remove()
        database.engine.dispose()
    return revision
