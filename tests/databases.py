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


def on_postgresql() -> bool:
    return os.environ.get("ZICHT_TEST_DATABASE") == "postgresql"


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
        app = make_app(f"sqlite:///{template}", home)
        with app.app_context():
            upgrade()
            database.engine.dispose()

        def fresh(instance):
            shutil.copy(template, instance / "zicht.db")
            return f"sqlite:///{instance / 'zicht.db'}"

        yield fresh
        return
    name = f"zicht_{os.getpid()}"
    url = POSTGRESQL.rsplit("/", 1)[0] + f"/{name}"
    server = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")

    def sql(text, engine=server):
        with engine.connect() as connection:
            connection.execute(sa.text(text))

    inside = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    tables = ", ".join(table.name for table in database.metadata.sorted_tables)

    def make():
        sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        sql(f"CREATE DATABASE {name} TEMPLATE template0")
        app = make_app(url, home)
        with app.app_context():
            upgrade()
            made_of.append(database.session.scalar(VERSION))
            database.session.remove()
            database.engine.dispose()

    def fresh(_instance):
        """Emptying one database is much faster than making and dropping one for every test."""
        sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # of killed workers
        try:
            with inside.connect() as connection:
                assert connection.scalar(VERSION) == made_of[-1]
            sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE", inside)
        except (AssertionError, sa.exc.ProgrammingError):  # a test of the migrations left it so
            make()
        return url

    made_of = []
    make()
    yield fresh
    sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()
