"""The record of who did what, in the same transaction as the change (R89)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..models import AuditLine
from .access import Actor


def record(
    session: Session,
    now: datetime,
    actor: Actor,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    details: Mapping[str, Any] | None = None,
    institution_id: int | None = None,
) -> None:
    """Write one line. `details`: changed fields as {field: [old, new]} or counts; never a secret (R91)."""
    record_many(session, now, actor, action, subject_kind, [(subject_id, details or {})], institution_id)


def record_many(
    session: Session,
    now: datetime,
    actor: Actor,
    action: str,
    subject_kind: str,
    subjects: Iterable[tuple[int | None, Mapping[str, Any]]],
    institution_id: int | None = None,
) -> None:
    """Write one line per subject (id, details) with one statement."""
    rows = [
        {
            "institution_id": institution_id or actor.institution_id,
            "at": now,
            "actor_id": actor.account_id,
            "actor_name": actor.name,
            "role": actor.role,
            "action": action,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "details": dict(details),
        }
        for subject_id, details in subjects
    ]
    if rows:
        session.execute(sa.insert(AuditLine), rows)
