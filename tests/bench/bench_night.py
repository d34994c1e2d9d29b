"""One night: the weekly runs of 650 institutions of 1,500 pupils, on PostgreSQL, by schedulers of their own.

Measured with a few schools per turn (BENCH_SCHOOLS) and reckoned to 650; every run is a first one, the dearest sort.
Server, schedulers and the player of Somtoday share the two cores.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask_migrate import upgrade

from app.clock import now
from app.extensions import db, transaction
from app.models import Institution, SyncRun
from app.services.access import Actor
from app.services.runs.connections import connect_source
from tests.bench.night_player import brin, organisation
from tests.bench.rows import Row
from tests.databases import make_app
from tests.postgresql import postgresql

SCHOOLS, PUPILS = int(os.environ.get("BENCH_SCHOOLS", "12")), 1_500
ALL, NIGHT_HOURS, GROWTH = 650, 8.0, 1.7
ROOT = Path(__file__).resolve().parents[2]


def measure() -> list[Row]:
    """The hours of a night with one and with four processes, and what a second process brings."""
    with postgresql() as server, tempfile.TemporaryDirectory() as folder, _database(server) as url, _player() as port:
        app = make_app(url, Path(folder))
        with app.app_context():
            upgrade()
            taken = {count: _night(url, folder, port, count, first) for first, count in enumerate((1, 2, 4))}
            db.session.remove()
            db.engine.dispose()
    hours = {count: seconds / SCHOOLS * ALL / 3600 for count, seconds in taken.items()}
    return [
        Row(f"night: {ALL} schools, one process / a night (h)", hours[1], NIGHT_HOURS, hours[1] / NIGHT_HOURS, 1.0),
        Row(f"night: {ALL} schools, four processes / a night (h)", hours[4], NIGHT_HOURS, hours[4] / NIGHT_HOURS, 1.0),
        Row("night: two processes / one process", taken[2], taken[1], taken[2] / taken[1], 1 / GROWTH),
    ]


def _night(url: str, folder: str, port: int, workers: int, turn: int) -> float:
    """Seconds from the first run to the last of SCHOOLS new schools, with so many schedulers."""
    ids = _schools(port, range(1 + turn * SCHOOLS, 1 + (turn + 1) * SCHOOLS))
    command = [sys.executable, "-m", "tests.bench.night_worker", url]
    started = []
    for number in range(workers):
        place = Path(folder) / f"{turn}-{number}"
        place.mkdir()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen([*command, str(place)], cwd=ROOT, text=True, **pipes))
    try:
        for process in started:
            process.stdout.readline()
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        while (done := _done(ids)) is None:
            time.sleep(0.5)
        return done
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.communicate()


def _schools(port: int, numbers: range) -> list[int]:
    settings = {
        "base_url": f"http://127.0.0.1:{port}/rest/v1",
        "token_url": f"http://127.0.0.1:{port}/oauth2/token",
        "client_id": "zicht",
        "client_secret": "secret",
    }
    ids = []
    with transaction():
        for number in numbers:
            school = Institution(brin=brin(number), name=f"School {number}", created_at=now())
            db.session.add(school)
            db.session.flush()
            own = settings | {"organisation": organisation(number)}
            moment = now() - timedelta(days=30)
            connect_source(db.session, moment, Actor("bench"), school, "somtoday", own, "test-" * 10)
            ids.append(school.id)
    return ids


def _done(ids: list[int]) -> float | None:
    """How long it took, when all have ended well."""
    rows = db.session.execute(
        sa.select(SyncRun.status, SyncRun.started_at, SyncRun.finished_at).where(SyncRun.institution_id.in_(ids))
    ).all()
    db.session.rollback()
    wrong = [row.status for row in rows if row.status not in ("applied", "waiting", "running")]
    assert not wrong, wrong
    ended = [row for row in rows if row.status == "applied"]
    if len(ended) < len(ids):
        return None
    return (max(row.finished_at for row in ended) - min(row.started_at for row in ended)).total_seconds()


@contextmanager
def _player() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.night_player", str(PUPILS)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(process.stdout.readline())  # type: ignore[union-attr]
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _database(server: str | None) -> Iterator[str]:
    """A database of its own on that server."""
    assert server, "this benchmark needs PostgreSQL (sudo apt install postgresql)"
    name = f"zicht_night_{secrets.token_hex(4)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
    try:
        yield engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
