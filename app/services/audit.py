"""The record of who did what, in the same transaction as the change (R89)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import AuditLine

from .access import Actor
from .bulk import insert_rows


def record(
    session: Session,
    now: datetime,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    details: Mapping[str, Any] | None = None,
    institution_id: int | None = None,
    run_id: int | None = None,
) -> None:
    """Write one line. `details`: changed fields as {field: [old, new]} or counts; never a secret (R91)."""
    record_many(session, now, actor, action, subject_kind, [(subject_id, details or {})], institution_id, run_id)


def record_many(
    session: Session,
    now: datetime,
    actor: Actor,
    action: str,
    subject_kind: str,
    subjects: Iterable[tuple[int | None, Mapping[str, Any]]],
    institution_id: int | None = None,
    run_id: int | None = None,
) -> None:
    """Write one line per subject (id, details), however many there are. `run_id`: the run of the roster that did it."""
    columns = ("institution_id", "at", "actor_id", "actor_name", "role", "action", "subject_kind", "run_id")
    role = None if actor.role is None else str(actor.role)
    same = (
        institution_id or actor.institution_id,
        now,
        actor.account_id,
        actor.name,
        role,
        action,
        subject_kind,
        run_id,
    )
    session.flush()  # first what the lines are about
    rows = ((*same, subject_id, dict(details)) for subject_id, details in subjects)
    insert_rows(session, AuditLine, (*columns, "subject_id", "details"), rows)
