"""A database that is busy for too long: come back in a moment, and nothing is broken (R2, R70)."""

import sqlite3
import threading

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from app.extensions import db as database
from app.models import Institution
from tests.conftest import token_of
from tests.login.auth_world import hash_of, is_welcome, owner, try_login  # noqa: F401 - a fixture

BUSY = "Het is nu te druk"
pytestmark = pytest.mark.once  # only SQLite has one writer at a time


@pytest.fixture
def app_settings():
    return {"PROPAGATE_EXCEPTIONS": False}


@pytest.fixture
def writer(app):
    """Somebody who holds the one write lock; nobody waits long for it."""

    def impatient(connection):
        connection.exec_driver_sql("PRAGMA busy_timeout = 20")

    sa.event.listen(database.engine, "begin", impatient, insert=True)
    connection = sqlite3.connect(app.config["INSTANCE"] / "zicht.db", isolation_level=None)
    yield lambda: connection.execute("BEGIN IMMEDIATE")
    connection.close()


def test_a_request_that_cannot_write_is_asked_to_come_back_r2(client, owner, writer, caplog):
    token = token_of(client.get("/login").text)
    fields = {"csrf_token": token, "username": "Jdevries", "password": "x", "institution": "99ZZ"}
    writer()
    answer = client.post("/login", data=fields)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert BUSY in answer.text
    assert answer.headers["Content-Security-Policy"]
    assert "database is busy" in caplog.text
    assert "Traceback" not in caplog.text


def test_also_when_only_its_session_cannot_be_saved_r2(client, institution, writer):
    writer()
    answer = client.get("/login")
    assert answer.status_code == 503
    assert BUSY in answer.text


def test_another_trouble_of_the_database_is_still_our_fault_r70(app, client, admin_client):
    def broken():
        database.session.execute(sa.text("select * from nothing_here"))

    app.add_url_rule("/stuk", "stuk", broken)
    assert admin_client.get("/stuk").status_code == 500


def test_a_command_says_it_in_one_sentence(app, session, institution, writer):
    session.rollback()
    writer()
    result = CliRunner().invoke(app.cli, ["mail", "deliver"], obj=None)
    assert result.exit_code == 1
    assert result.stderr.strip() == "De database is nu te druk. Probeer het over een minuut opnieuw."


def test_a_flood_of_wrong_logins_breaks_nothing_r14_r2(app, owner, session):
    answers = []

    def knock(number):
        with app.app_context():
            answer = try_login(app.test_client(), f"iemand{number % 7}", "geen goed wachtwoord", "99ZZ")
            answers.append(answer.status_code)

    session.rollback()
    threads = [threading.Thread(target=knock, args=[number]) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 40
    assert set(answers) <= {401, 429, 503}
    assert is_welcome(try_login(app.test_client()))
    assert session.scalar(sa.select(sa.func.count(Institution.id))) == 1
