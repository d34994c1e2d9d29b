"""Deleting accounts; the persons stay (Z-146 to Z-149)."""

import sqlalchemy as sa

from app.models import Account
from app.services.accounts.batches.work import stop_batches
from app.services.accounts.former import give_up_usernames
from app.services.accounts.handing import note_done
from app.services.audit import record_many
from app.services.login.sessions import end_sessions_of
from app.services.reach import recompute_reach

from .accounts import ids_of, parts_of, why_not_shut_out
from .task import ACCOUNTS, Task, Work


def _do(work: Work) -> None:
    """Sessions, secrets and locations coupled by hand go with it; nobody else ever gets the username."""
    session, rows, school = work.session, list(work.chosen.values()), work.batch.institution_id
    ids = ids_of(rows)
    end_sessions_of(session, ids)
    told = [
        (row.account_id, {"username": [row.username, None], "role": [row.role.value, None], "batch": work.batch.id})
        for row in rows
    ]
    record_many(session, work.now, work.starter, "account-deleted", "account", told, school)
    stop_batches(session, work.now, ids)
    give_up_usernames(session, work.now, school, [(row.username, row.person_id) for row in rows])
    note_done(session, ((item, row.account_id, None, None) for item, row in work.chosen.items()))
    session.execute(sa.delete(Account).where(Account.id.in_(ids)).execution_options(synchronize_session=False))
    if school is not None:
        recompute_reach(session, school, [row.person_id for row in rows])


DELETE = Task("delete", ACCOUNTS, **parts_of(why_not_shut_out), do=_do, shuts_out=True)
