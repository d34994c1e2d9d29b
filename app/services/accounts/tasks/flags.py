"""Activate, deactivate, block and unblock (Z-138 to Z-141)."""

from typing import Any

import sqlalchemy as sa

from app.models import Account
from app.services.accounts.handing import note_done
from app.services.audit import record_many
from app.services.login.credentials import cancel_secrets
from app.services.login.sessions import end_sessions_of

from .accounts import About, ids_of, parts_of, why_not_shut_out
from .task import ACCOUNTS, Task, Work


def _task(code: str, flag: str, value: bool) -> Task:
    shuts_out = value is (flag == "blocked")

    def why(row: Any, about: About) -> str | None:
        if getattr(row, flag) is value:
            return "so-already"
        return why_not_shut_out(row, about) if shuts_out else None

    def do(work: Work) -> None:
        ids = ids_of(work.chosen.values())
        values = {flag: value, "version": Account.version + 1}
        if flag == "active":
            values["closed_by"] = (work.batch.options or {}).get("rule")  # None: a person decided
        changed = sa.update(Account).where(Account.id.in_(ids)).values(values)
        work.session.execute(changed.execution_options(synchronize_session=False))
        if shuts_out:  # who is shut out loses sessions and secrets (R17, R32)
            end_sessions_of(work.session, ids)
            cancel_secrets(work.session, work.now, ids)
        lines = [(row.account_id, {flag: [not value, value], "batch": work.batch.id}) for row in work.chosen.values()]
        about = (work.session, work.now, work.starter, "account-changed", "account")
        record_many(*about, lines, work.batch.institution_id)
        note_done(work.session, ((item, row.account_id, None, None) for item, row in work.chosen.items()))

    return Task(code, ACCOUNTS, **parts_of(why), do=do, shuts_out=shuts_out)


ACTIVATE = _task("activate", "active", True)
DEACTIVATE = _task("deactivate", "active", False)
BLOCK = _task("block", "blocked", True)
UNBLOCK = _task("unblock", "blocked", False)
