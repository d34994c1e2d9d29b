"""Staff members become (care) manager, the only change of role there is (Z-113, Z-142)."""

from typing import Any

import sqlalchemy as sa

from app.models import Account, Role
from app.services.accounts.handing import note_done
from app.services.audit import record_many
from app.services.login.sessions import end_sessions_of

from .accounts import About, ids_of, parts_of
from .task import ACCOUNTS, Task, Work


def why_no_manager(row: Any, _about: About) -> str | None:
    """The code of the reason why this account keeps its role, or None (Z-142)."""
    if row.role is Role.CARE_MANAGER:
        return "so-already"
    return None if row.role is Role.STAFF else "no-staff"


def _do(work: Work) -> None:
    """Who gets another role logs in anew (R17)."""
    ids = ids_of(work.chosen.values())
    changed = sa.update(Account).where(Account.id.in_(ids), Account.role == Role.STAFF)
    values = {"role": Role.CARE_MANAGER, "version": Account.version + 1}
    work.session.execute(changed.values(values).execution_options(synchronize_session=False))
    end_sessions_of(work.session, ids)
    told = {"role": [Role.STAFF.value, Role.CARE_MANAGER.value], "batch": work.batch.id}
    lines = [(one, told) for one in ids]
    record_many(work.session, work.now, work.starter, "account-changed", "account", lines, work.batch.institution_id)
    note_done(work.session, ((item, row.account_id, None, None) for item, row in work.chosen.items()))


TO_CARE_MANAGER = Task("care-manager", ACCOUNTS, **parts_of(why_no_manager), do=_do)
