"""One piece of a batch in one transaction of its caller: rows looked at anew, locked, done, noted and counted.

The secrets come in ready-made: hashing takes long and is done while no transaction is open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Batch, BatchItem
from app.services.accounts.handing import note_skipped
from app.services.accounts.rules import lock_administrators
from app.services.accounts.tasks import TASKS
from app.services.accounts.tasks.task import Look, Work
from app.services.bulk import pieces
from app.services.login.credentials import FreshSecret

from .reach import out_of_reach, starter_of
from .work import Hold, keep_batch, waiting_items


def skip_useless(session: Session, now: datetime, hold: Hold) -> bool:
    """Skip the rows that will clearly get nothing, so that no hash is made for them; False: another took over."""
    batch = keep_batch(session, now, hold)
    if batch is None:
        return False
    for part in pieces(waiting_items(session, hold)):
        look = _look(session, batch, _items(session, part))
        note_skipped(session, look.reasons)
        session.execute(sa.update(Batch).where(Batch.id == batch.id).values(done=Batch.done + len(look.reasons)))
    return True


def forms_of(session: Session, hold: Hold, item_ids: Sequence[int]) -> Mapping[int, str]:
    """With what each of these items comes in the first time; who is not named gets no secret."""
    batch = session.get(Batch, hold.batch_id)
    forms = TASKS[batch.task].forms if batch else None
    return forms(session, batch, item_ids) if batch and forms else {}


def write_piece(
    session: Session,
    now: datetime,
    hold: Hold,
    item_ids: Sequence[int],
    secrets: Mapping[int, FreshSecret],
    taken: set[str],
) -> bool:
    """Do these rows; False when another worker took over: then stop. The caller commits.

    `taken`: the usernames of the installation as far as known; the new ones are added. Raises IntegrityError or
    OperationalError when somebody else was just faster: read `taken` anew, and call again with the same secrets.
    """
    batch = keep_batch(session, now, hold, len(item_ids))
    if batch is None:
        return False
    task = TASKS[batch.task]
    if task.shuts_out:
        lock_administrators(session, starter_of(session, batch), batch.institution_id)
    items = _items(session, item_ids)
    look = _look(session, batch, items)
    note_skipped(session, look.reasons)
    chosen = {item.id: look.subjects[item.id] for item in items if item.id not in look.reasons}
    if chosen:
        task.do(Work(session, now, batch, starter_of(session, batch), chosen, secrets, taken))
    return True


def give_up_row(session: Session, now: datetime, hold: Hold, item_id: int) -> bool:
    """Note that this row went wrong; False when another worker took over. The caller commits."""
    if keep_batch(session, now, hold, 1) is None:
        return False
    note_skipped(session, {item_id: "error"}, state="failed")
    return True


def _items(session: Session, ids: Sequence[int]) -> list[BatchItem]:
    waiting = sa.select(BatchItem).where(BatchItem.id.in_(list(ids)), BatchItem.state == "waiting")
    return list(session.scalars(waiting.order_by(BatchItem.id)))


def _look(session: Session, batch: Batch, items: list[BatchItem]) -> Look:
    """The rows by the rules of the task, and by the reach of who started it as it is now (R17, R47)."""
    look = TASKS[batch.task].look(session, batch, items, starter_of(session, batch))
    known = {item.id: item.account_id for item in items if item.account_id and look.subjects.get(item.id)}
    lost = out_of_reach(session, batch, {item.id: item.person_id for item in items}, known)
    return Look(look.subjects, {**look.reasons, **lost})
