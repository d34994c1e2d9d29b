"""Does the batches that administrators started; killed at any moment, the next worker goes on where it stopped."""

import logging
import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError

from app.clock import now
from app.extensions import db, transaction
from app.services.accounts.batch_pieces import skip_useless, write_piece
from app.services.accounts.batch_work import (
    Hold,
    finish_batch,
    is_over,
    next_batch,
    release_batch,
    take_batch,
    tidy_batches,
    waiting_items,
)
from app.services.accounts.plan import slices, taken_usernames
from app.services.login.credentials import FreshSecret, forget_lapsed_nonces, prepare_secrets

logger = logging.getLogger(__name__)
PIECE = 25  # rows per transaction: about half a second of hashing, a few milliseconds of writing
TRIES = 5
PAUSE = 0.5  # seconds between two looks at a batch that another worker has


def work_on_batches(app_config: Mapping[str, Any], going: Callable[[], bool] = lambda: True) -> int:
    """Do all batches that wait, one after the other; how many this worker did. Never raises for one batch.

    `going`: asked between two pieces; when it says no, the batch is given back and the next worker goes on (R126).
    """
    with transaction():
        tidy_batches(db.session, now())
        forget_lapsed_nonces(db.session, now())
    done = 0
    while going() and (batch_id := next_batch(db.session, now())) is not None:
        try:
            done += _do(batch_id, app_config["SECRET_KEY"], going)
        except Exception:
            db.session.rollback()
            logger.exception("batch %d failed; its lease runs out and it is tried again", batch_id)
    db.session.rollback()
    return done


def do_batch(batch_id: int, secret_key: str) -> None:
    """Do this batch here and now, or wait until the worker that has it is done; for commands."""
    while not _do(batch_id, secret_key) and not is_over(db.session, batch_id):
        db.session.rollback()
        time.sleep(PAUSE)
    db.session.rollback()


def _do(batch_id: int, secret_key: str, going: Callable[[], bool] = lambda: True) -> bool:
    """Whether this worker took the batch and brought it to its end."""
    with transaction():
        hold = take_batch(db.session, now(), batch_id)
    if hold is None:
        return False
    with transaction():
        if not skip_useless(db.session, now(), hold):
            return False
    return _make(hold, secret_key, going)


def _make(hold: Hold, secret_key: str, going: Callable[[], bool]) -> bool:
    """Piece by piece: hash, with no transaction open, then write."""
    ids, taken = waiting_items(db.session, hold), taken_usernames(db.session)
    db.session.rollback()
    fresh = prepare_secrets(secret_key, len(ids))
    for part in slices(ids, PIECE):
        if not going():
            with transaction():
                release_batch(db.session, hold)
            return False
        secrets = dict(zip(part, islice(fresh, len(part)), strict=True))
        if not _write(hold, secrets, taken):
            logger.warning("batch %d was taken over by another worker", hold.batch_id)
            return False
    with transaction():
        finish_batch(db.session, now(), hold)
    logger.info("batch %d done: %d rows made or skipped here", hold.batch_id, len(ids))
    return True


def _write(hold: Hold, secrets: Mapping[int, FreshSecret], taken: set[str]) -> bool:
    """One piece in one transaction; again when somebody else took a username or made an account meanwhile."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction():
                return write_piece(db.session, now(), hold, secrets, taken)
        except (IntegrityError, OperationalError):
            if attempt == TRIES:
                raise
            taken.clear()
            taken |= taken_usernames(db.session)
            db.session.rollback()
    return False
