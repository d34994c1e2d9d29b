"""The clock: looks every second for waiting work, every minute for the weekly run, every hour for what may go.

The only file that knows APScheduler. Any number may live at once, in the web process or as `flask scheduler`: the
database decides who does what (unique slots, leases), so nothing is done twice.
"""

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app.services.accounts.policies.carry import carry_out_policies
from app.services.housekeeping import batches_wait, beat, mails_wait, runs_wait, tidy
from app.services.runs.weekly import request_weekly, weekly_due
from app.services.schema import is_current
from app.services.watchdog import tell_worries
from app.work.batches import work_on_batches
from app.work.mail.delivery import deliver, has_left_books
from app.work.runs import work_on_runs

from .clock import now, today
from .extensions import db, transaction

logger = logging.getLogger(__name__)
EVERY_SECOND, EVERY_MINUTE, EVERY_HOUR = 1, 60, 3600


class Scheduler:
    """The jobs of this process. `stop` waits until running work is done; mails stop after the one at hand."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stopping = threading.Event()
        self.ready = False
        jobs: list[tuple[Callable[[], object], int]] = [
            (self.runs, EVERY_SECOND),
            (self.batches, EVERY_SECOND),
            (self.mails, EVERY_SECOND),
            (self.minute, EVERY_MINUTE),
            (self.hour, EVERY_HOUR),
        ]
        # Each kind of work has one thread: a long run does not keep the mails waiting, and never overlaps itself.
        self.clock = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(jobs))},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        for job, seconds in jobs:
            self.clock.add_job(
                self.guarded(job), "interval", seconds=seconds, id=job.__name__, next_run_time=datetime.now(UTC)
            )

    def start(self) -> None:
        # It would report every second that a long job is still busy, which is as it should be.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self.clock.start()

    def stop(self) -> None:
        """No new work; returns when what runs is done."""
        self.stopping.set()
        self.clock.shutdown(wait=True)

    def guarded(self, job: Callable[[], object]) -> Callable[[], None]:
        """A job that fails is logged and comes round again; it never ends the clock."""

        def run() -> None:
            if self.stopping.is_set():
                return
            with self.app.app_context():
                try:
                    self.ready = self.ready or is_current(db.session)
                    db.session.rollback()
                    if self.ready:
                        job()
                except Exception:
                    logger.exception("job %s failed", job.__name__)

        return run

    def runs(self) -> None:
        """Waiting runs of the roster."""
        if self._waits(runs_wait):
            work_on_runs(self.app.config)

    def batches(self) -> None:
        """Waiting batches of accounts."""
        if self._waits(batches_wait):
            work_on_batches(self.app.config, going=lambda: not self.stopping.is_set())

    def mails(self) -> None:
        """Mails that are due."""
        if self._waits(mails_wait) or has_left_books(self.app.config):
            deliver(self.app.config, going=lambda: not self.stopping.is_set())

    @staticmethod
    def _waits(question: Callable[[Any, datetime], bool]) -> bool:
        # Reading first: an idle panel takes no write lock every second.
        answer = question(db.session, now())
        db.session.rollback()
        return answer

    def minute(self) -> None:
        """A sign of life, and the weekly run of every school whose time has come or was missed (Z-219, R109)."""
        with transaction():
            beat(db.session, now())
        due = [school.id for school in weekly_due(db.session, now())]
        if due:
            with transaction():
                for school in weekly_due(db.session, now()):
                    request_weekly(db.session, now(), school)

    def hour(self) -> None:
        """Throws away what ended, tells what goes wrong slowly, and starts what a school chose for who came or left."""
        with transaction():
            names = tidy(db.session, now())
            tell_worries(db.session, now())
            carry_out_policies(db.session, now(), today())
        for name in names:
            with suppress(OSError):
                (Path(self.app.config["INSTANCE"]) / "uploads" / name).unlink()
        work_on_batches(self.app.config)


def start_in_background(app: Flask) -> Scheduler:
    """The clock inside the web process (one process for a small school)."""
    scheduler = Scheduler(app)
    scheduler.start()
    return scheduler


def run_forever(app: Flask) -> None:
    """The clock as a process of its own, until SIGTERM or Ctrl-C; then running work is finished first."""
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    scheduler = start_in_background(app)
    logger.info("scheduler started")
    ended.wait()
    scheduler.stop()
    logger.info("scheduler stopped")
