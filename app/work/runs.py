"""Carries out the runs of the roster: fetch with no transaction open, then plan, gate and apply in one (R102).

May be killed at any moment: the run is taken over when its lease ends, and who lost it writes nothing any more (R106).
"""

import gc
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.clock import now, today
from app.errors import AppError, trail
from app.extensions import db, transaction
from app.models import SyncRun
from app.roster import Roster
from app.services.accounts.policies.carry import carry_out_policies
from app.services.history.undo_run import conclude_undo
from app.services.runs.outcome import conclude, fail_run, mark_finished, stop_run
from app.services.runs.requests import upload_of_no_use
from app.services.runs.work import Hold, LostRun, is_over, keep_run, next_run, open_source, take_run

logger = logging.getLogger(__name__)
RENEW: Final = 15  # seconds between two renewals of a lease of 60
PAUSE: Final = 0.5  # seconds between two looks at a run that another worker has
TRIES: Final = 5


def work_on_runs(app_config: Mapping[str, Any]) -> int:
    """Takes the waiting runs one by one, also those whose worker died; the number done by this worker."""
    done = 0
    while (run_id := next_run(db.session, now())) is not None:
        db.session.rollback()
        done += _do(run_id, app_config)  # else another worker was first; there may be more to do
    db.session.rollback()
    return done


def do_run(run_id: int) -> None:
    """Carries out this run here and now, or waits until the worker that has it is done; for commands."""
    while not _do(run_id, current_app.config) and not is_over(db.session, run_id):
        db.session.rollback()
        time.sleep(PAUSE)
    db.session.rollback()


def _do(run_id: int, config: Mapping[str, Any]) -> bool:
    """Whether this worker took the run and brought it to an end."""
    with transaction():
        hold = take_run(db.session, now(), run_id)
    if hold is None:
        return False
    try:
        status = _carry_out(hold, config)
    except LostRun:
        logger.warning("run %d was taken over by another worker", run_id)
        return False
    logger.info("run %d: %s", run_id, status)
    if status == "applied":
        with transaction():
            school = db.session.scalar(sa.select(SyncRun.institution_id).where(SyncRun.id == run_id))
            carry_out_policies(db.session, now(), today(), school)
    _throw_file_away(run_id, Path(config["INSTANCE"]) / "uploads")
    return True


def _carry_out(hold: Hold, config: Mapping[str, Any]) -> str:
    try:
        with _seldom_collected():
            return _conclude(hold, None if _is_undo(hold) else _fetch(hold, config))
    except LostRun:
        raise
    except (KeyboardInterrupt, SystemExit):
        with transaction():
            stop_run(db.session, now(), hold)
        raise
    except AppError as refused:
        reason = refused.message
    except Exception as unexpected:
        name = secrets.token_hex(4)
        logger.error("run %d failed [%s]: %s", hold.run_id, name, trail(unexpected))
        reason = _("Something went wrong that nobody foresaw; the log tells more under %(id)s.", id=name)
    with transaction():
        fail_run(db.session, now(), hold, reason)
    return "failed"


def _is_undo(hold: Hold) -> bool:
    """Whether this run puts back what another one did; then there is nothing to fetch."""
    target = db.session.scalar(sa.select(SyncRun.undo_of).where(SyncRun.id == hold.run_id))
    db.session.rollback()
    return target is not None


def _conclude(hold: Hold, roster: Roster | None) -> str:
    """Plan, gate and apply in one transaction; again when the database was too busy to let us write (R125).

    Without a roster it is an undo.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with transaction():
                if roster is None:
                    status = conclude_undo(db.session, now(), hold, today())
                else:
                    status = conclude(db.session, now(), hold, roster, today())
                mark_finished(db.session, now(), hold)
            return status
        except OperationalError as busy:
            if attempt == TRIES:
                raise
            logger.warning("run %d: the database was busy: %s", hold.run_id, trail(busy))
            time.sleep(PAUSE)
    raise AssertionError("the last try returns or raises")


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """A school is a million small tuples without cycles; the collector of Python would walk them again and again."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _fetch(hold: Hold, config: Mapping[str, Any]) -> Roster:
    source = open_source(db.session, hold, config, today())
    db.session.rollback()  # no transaction is open while somebody else's server answers
    with _kept(hold) as report:
        return source.fetch(report)


@contextmanager
def _kept(hold: Hold) -> Iterator[Any]:
    """Renews the lease and writes the progress, in small transactions beside the fetch."""
    stop, state = threading.Event(), {"progress": 0}
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def renew() -> None:
        written, waited = 0, 0
        while not stop.wait(1):
            waited += 1
            if state["progress"] == written and waited < RENEW:
                continue
            written, waited = state["progress"], 0
            with app.app_context():
                try:
                    with transaction():
                        keep_run(db.session, now(), hold, progress=written)
                except LostRun:
                    return
                except SQLAlchemyError as busy:
                    logger.warning("run %d: lease not renewed: %s", hold.run_id, trail(busy))

    def report(_kind: str, count: int) -> None:
        state["progress"] = count

    thread = threading.Thread(target=renew, name=f"run-{hold.run_id}", daemon=True)
    thread.start()
    try:
        yield report
    finally:
        stop.set()
        thread.join()


def _throw_file_away(run_id: int, folder: Path) -> None:
    """The file of a run that ended goes; that of a preview or held run waits with it."""
    run = db.session.get(SyncRun, run_id, populate_existing=True)
    upload = upload_of_no_use(db.session, run) if run else None
    if upload is not None:
        (folder / upload.stored_as).unlink(missing_ok=True)
    db.session.rollback()
