"""The clock: who runs what, once, however many clocks there are (R106, R109, R127)."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from app import scheduler as clock_module
from app.clock import now
from app.extensions import transaction
from app.models import Heartbeat, IssuedSecret, LoginSession, SourceConnection, SyncRun, Throttle, Upload
from app.scheduler import Scheduler, start_in_background
from app.services.housekeeping import beat, last_beat, tidy
from tests.mail import mail_world

make_secret, queue = mail_world.make_secret, mail_world.queue
postbox, start_server, post_office = mail_world.postbox, mail_world.start_server, mail_world.post_office


@pytest.fixture
def run_job(app):
    """Run one job of a clock as the clock itself does."""
    clock = Scheduler(app)
    return lambda name: clock.guarded(getattr(clock, name))()


@pytest.fixture
def connected(session, institution):
    """The school is connected with a service source since a month."""
    institution.weekly_day, institution.weekly_hour = 6, 0
    session.add(
        SourceConnection(
            institution_id=institution.id,
            source="somtoday",
            settings={},
            changed_at=now() - timedelta(days=30),
        )
    )
    session.commit()
    return institution


def wait_until(question, seconds=15):
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_a_missed_week_is_caught_up_once_with_however_many_clocks_r109(app, session, connected, run_job):
    session.rollback()
    ready = threading.Barrier(4)

    def one_clock():
        ready.wait()
        run_job("minute")

    clocks = [threading.Thread(target=one_clock) for _clock in range(4)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()
    run_job("minute")
    assert [(run.trigger, run.institution_id) for run in session.query(SyncRun)] == [("weekly", connected.id)]


def test_the_clock_says_that_it_lives_r127(app, session, run_job):
    assert last_beat(session) is None
    session.rollback()
    run_job("minute")
    first = last_beat(session)
    session.rollback()
    run_job("minute")
    assert last_beat(session) > first
    assert session.query(Heartbeat).count() == 1


def test_two_clocks_deliver_a_mail_once_and_stop_cleanly_r113(app, session, queue, post_office, postbox):
    ids = sorted(f"<{queue().message_id}@localhost>" for _mail in range(4))
    session.rollback()
    clocks = [start_in_background(app), start_in_background(app)]
    wait_until(lambda: len(postbox.mails) >= 4)
    for clock in clocks:
        clock.stop()
    assert sorted(postbox.ids) == ids


def test_a_job_that_fails_is_logged_and_comes_round_again(app, session, run_job, monkeypatch, caplog):
    """The one place with a planted fault: no input makes a job fail by itself."""
    turns = []

    def broken(_config):
        turns.append(1)
        raise RuntimeError("Noor de Vries, 0612345678")

    monkeypatch.setattr(clock_module, "runs_wait", lambda *_: True)
    monkeypatch.setattr(clock_module, "work_on_runs", broken)
    run_job("runs")
    run_job("runs")
    assert len(turns) == 2
    assert caplog.messages.count("job runs failed") == 2


def test_an_idle_clock_takes_no_lock_on_the_database(app, session, run_job):
    with transaction():  # holds the write lock of SQLite; a job that wrote would wait for five seconds and fail
        beat(session, now())
        began = time.monotonic()
        worker = threading.Thread(target=lambda: [run_job(name) for name in ("runs", "batches", "mails")])
        worker.start()
        worker.join()
        assert time.monotonic() - began < 3


def test_on_a_database_that_is_not_up_to_date_nothing_is_done_r121(app, session, db, queue, run_job, tmp_path):
    queue()
    session.rollback()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    run_job("mails")
    assert not (tmp_path / "mail").exists()


def test_what_ended_is_thrown_away(app, session, make_account, make_secret, institution, tmp_path, run_job):
    account = make_account()
    past, future = now() - timedelta(days=2), now() + timedelta(days=2)
    lapsed, good = make_secret(account, timedelta(seconds=-5)), make_secret(account)
    for name, ends in (("ended", past), ("live", future)):
        session.add(LoginSession(id_hash=name, data={}, created_at=past, seen_at=past, ends_at=ends))
    for key, ends in (("old", past), ("new", future)):
        session.add(Throttle(key=key, failures=1, window_ends_at=ends))
    folder = tmp_path / "uploads"
    folder.mkdir()
    for name, made in (("old", past), ("wanted", past), ("fresh", now())):
        (folder / name).write_text("roster")
        session.add(
            Upload(institution_id=institution.id, stored_as=name, shown_as=name, sha256="0" * 64, created_at=made)
        )
    session.flush()
    wanted = session.query(Upload).filter_by(stored_as="wanted").one()
    session.add(
        SyncRun(
            institution_id=institution.id,
            source="edexml",
            trigger="file",
            slot="x",
            status="held",
            upload_id=wanted.id,
            created_at=past,
        )
    )
    session.commit()
    run_job("hour")
    assert [row.id_hash for row in session.query(LoginSession)] == ["live"]
    assert [row.key for row in session.query(Throttle)] == ["new"]
    assert sorted(file.name for file in folder.iterdir()) == ["fresh", "wanted"]
    session.refresh(lapsed)
    session.refresh(good)
    assert (lapsed.nonce, bool(good.nonce)) == (None, True)
    assert session.query(IssuedSecret).count() == 2
    assert tidy(session, now()) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_the_clock_as_a_process_of_its_own_ends_cleanly_r126(app, session, queue, tmp_path, name):
    session.rollback()
    settings = {"DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "SECRET_KEY": app.config["SECRET_KEY"]}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    process = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            if "scheduler started" in line:
                break
        wait_until(lambda: session.rollback() or last_beat(session) is not None)
        session.rollback()
        process.send_signal(getattr(signal, name))
        _out, log = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "scheduler stopped" in log
    assert "Traceback" not in log
