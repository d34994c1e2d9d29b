"""Does the batches that administrators started; killed at any moment, the next worker goes on where it stopped."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError

from app.clock import now
from app.extensions import db, transaction
from app.services.accounts.batches.pieces import forms_of, give_up_row, skip_useless, write_piece
from app.services.accounts.batches.work import (
    Hold,
    finish_batch,
    is_over,
    next_batch,
    release_batch,
    take_batch,
    tidy_batches,
    waiting_items,
)
from app.services.accounts.plan import taken_usernames
from app.services.login.credentials import FreshSecret, forget_lapsed_nonces, prepare_secrets

logger = logging.getLogger(__name__)
SLOW_PIECE = 25  # rows per transaction: about half a second of hashing, a few milliseconds of writing
QUICK_PIECE = 500  # where nothing is hashed
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
    forms = forms_of(db.session, hold, ids)
    db.session.rollback()
    fresh = prepare_secrets(secret_key, [forms[one] for one in ids if one in forms])
    size = SLOW_PIECE if "password" in forms.values() else QUICK_PIECE
    for part in _parts(ids, size):
        if not going():
            with transaction():
                release_batch(db.session, hold)
            return False
        secrets = {one: next(fresh) for one in part if one in forms}
        if not _write(hold, part, secrets, taken):
            logger.warning("batch %d was taken over by another worker", hold.batch_id)
            return False
    with transaction():
        finish_batch(db.session, now(), hold)
    logger.info("batch %d done: %d rows done or skipped here", hold.batch_id, len(ids))
    return True


def _write(hold: Hold, part: Sequence[int], secrets: Mapping[int, FreshSecret], taken: set[str]) -> bool:
    """One piece in one transaction; row by row when it goes wrong, so that one bad row does not stop the others."""
    try:
        return _written(hold, part, secrets, taken)
    except Exception as error:
        db.session.rollback()
        if len(part) == 1:
            return _given_up(hold, part[0], error)
    logger.warning("batch %d: a piece went wrong and is done row by row", hold.batch_id)
    return all(_write(hold, [one], {one: secrets[one]} if one in secrets else {}, taken) for one in part)


def _written(hold: Hold, part: Sequence[int], secrets: Mapping[int, FreshSecret], taken: set[str]) -> bool:
    """The piece; again when somebody else took a username or made an account meanwhile."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction():
                return write_piece(db.session, now(), hold, part, secrets, taken)
        except (IntegrityError, OperationalError):
            db.session.rollback()
            if attempt == TRIES:
                raise
            taken.clear()
            taken |= taken_usernames(db.session)
            db.session.rollback()
    return False


def _given_up(hold: Hold, item_id: int, error: Exception) -> bool:
    """The row is noted as failed; the cause is in the log under its number."""
    logger.error("batch %d: row %d failed", hold.batch_id, item_id, exc_info=error)
    with transaction():
        return give_up_row(db.session, now(), hold, item_id)


def _parts(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
