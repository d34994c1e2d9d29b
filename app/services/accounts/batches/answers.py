"""What `accounts create` and `accounts reset` answer (contract.md)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Batch, BatchItem, Person, PersonKind
from app.services.access import Actor
from app.services.accounts.plan import AccountPlan, PlannedAccount, Skipped

from .showing import reveal_secrets
from .state import skipped_in


def batch_answer(session: Session, now: datetime, actor: Actor, batch: Batch, secret_key: str) -> dict[str, Any]:
    """What `accounts create` and `accounts reset` answer (contract); shows the passwords, once. The caller commits."""
    shown = reveal_secrets(session, now, actor, batch.id, secret_key) or []
    passwords = {line.account_id: line.password for line in shown}
    made = session.execute(
        sa.select(Account.id, Account.username, Person.kind, Person.number, BatchItem.delivery)
        .join(BatchItem, BatchItem.account_id == Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.state == "done")
        .order_by(BatchItem.id)
    )
    created = [_account(row.username, row.kind, row.number, row.delivery, passwords.get(row.id)) for row in made]
    took = (batch.finished_at - batch.started_at).total_seconds() if batch.finished_at and batch.started_at else 0.0
    return {
        "batch": batch.id,
        "status": batch.state,
        "created": created,
        "skipped": [_skipped(line) for line in skipped_in(session, actor, batch)],
        "seconds": round(took, 2),
    }


def preview_answer(plan: AccountPlan, seconds: float) -> dict[str, Any]:
    """What they answer with --dry-run: nothing was made."""

    def line(planned: PlannedAccount) -> dict[str, Any]:
        return _account(planned.username, planned.kind, planned.number, planned.delivery, None)

    return {
        "batch": None,
        "status": "preview",
        "created": [line(planned) for planned in plan.accounts],
        "skipped": [_skipped(line) for line in plan.skipped],
        "seconds": round(seconds, 2),
    }


def _account(
    username: str, kind: PersonKind, number: str | None, delivery: str | None, password: str | None
) -> dict[str, Any]:
    """One account of an answer; `password` only for "screen", only in this one answer."""
    return {"username": username, "kind": kind.value, "number": number, "delivery": delivery, "password": password}


def _skipped(line: Skipped) -> dict[str, Any]:
    """One skipped person of an answer."""
    return {"kind": line.kind.value, "number": line.number, "reason": line.code}
