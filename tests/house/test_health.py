"""/healthz and /readyz: each part can turn red by itself, and nothing about persons is told (R127)."""

from datetime import timedelta

import pytest

from app.clock import now
from app.extensions import transaction
from app.models import OutboxMail, SourceConnection, SyncRun
from app.services.health import check_all
from app.services.housekeeping import beat
from tests.mail import mail_world

pytestmark = pytest.mark.once

make_secret, queue = mail_world.make_secret, mail_world.queue


@pytest.fixture
def look(app, session):
    """The parts that are not well."""

    def look():
        session.rollback()
        with app.app_context():
            return {check.name for check in check_all(session, now(), app.config) if not check.ok} - {"disk"}

    return look


@pytest.fixture
def alive(session):
    with transaction():
        beat(session, now())


def test_healthz_answers_without_login_or_database(client, db):
    db.engine.dispose()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"ok": True})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_readyz_tells_each_part_in_numbers_only(client, session, alive, queue):
    mail = queue()
    answer = client.get("/readyz")
    parts = answer.json["checks"]
    assert list(parts) == sorted(["database", "schema", "mail", "scheduler", "disk", "sync", "backup"])
    assert parts["mail"]["waiting"] == 1
    assert answer.status_code == (200 if answer.json["ok"] else 503)
    assert mail.recipient not in answer.text
    assert "Zilverlinde" not in answer.text


def test_readyz_asks_the_database_once_per_two_seconds(client, session, queue):
    first = client.get("/readyz").json
    queue()
    assert client.get("/readyz").json == first


def test_all_is_well_with_a_clock_that_lives_r127(look, alive):
    assert look() == set()


def test_no_clock_or_a_dead_one_is_red_r127(look, session):
    assert look() == {"scheduler"}
    with transaction():
        beat(session, now() - timedelta(minutes=10))
    assert look() == {"scheduler"}


def test_a_mail_that_nobody_takes_is_red_r127(look, session, alive, queue):
    mail = queue()
    mail.next_at = now() - timedelta(minutes=20)
    session.commit()
    assert look() == {"mail"}
    mail.attempts = 3  # it has its own ladder now
    session.commit()
    assert look() == set()
    assert session.query(OutboxMail).count() == 1


def test_a_school_whose_synchronisation_stays_away_is_red_r127(look, session, alive, institution):
    long_ago = now() - timedelta(days=30)
    session.add(SourceConnection(institution_id=institution.id, source="somtoday", settings={}, changed_at=long_ago))
    session.commit()
    assert look() == {"sync"}
    session.add(
        SyncRun(
            institution_id=institution.id,
            source="somtoday",
            trigger="weekly",
            slot="x",
            status="applied",
            created_at=now(),
            finished_at=now(),
        )
    )
    session.commit()
    assert look() == set()


def test_another_schema_is_red_r121(look, db, alive):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    assert look() == {"schema", "mail", "scheduler", "sync"}


def test_a_database_that_is_busy_is_well_r127(look, app, alive, db):
    with db.engine.connect() as writer:
        writer.exec_driver_sql("CREATE TABLE IF NOT EXISTS busy (id INTEGER)")
        writer.exec_driver_sql("INSERT INTO busy VALUES (1)")
        assert look() == set()


def test_a_database_that_is_away_is_red_r127(look, app, db, tmp_path, alive):
    db.session.remove()
    db.engine.dispose()
    (tmp_path / "zicht.db").rename(tmp_path / "gone.db")
    (tmp_path / "zicht.db").mkdir()
    assert look() == {"database", "schema", "mail", "scheduler", "sync"}
    (tmp_path / "zicht.db").rmdir()
    (tmp_path / "gone.db").rename(tmp_path / "zicht.db")
    assert look() == set()
