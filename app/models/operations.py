"""What the panel does and did: runs of the roster, batches of accounts, mails that wait, and who did what."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Moment

from .columns import Code, Id, Text, references


class Upload(Base):
    """A file that was sent in; kept under a random name until its run is over (R77)."""

    __tablename__ = "upload"

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id", index=True)
    stored_as: Mapped[Text]
    shown_as: Mapped[Text]
    options: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # how to read it: the mapping of a table
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)


class SyncRun(Base):
    """One run of the roster (Z-235 to Z-243).

    status: waiting, running, preview, applied, held, failed, discarded. `slot` is unique: who inserts it, runs it.
    """

    __tablename__ = "sync_run"
    __table_args__ = (sa.Index("ix_sync_run_list", "institution_id", "id"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    source: Mapped[Code]
    trigger: Mapped[str] = mapped_column(sa.String(16))  # weekly, manual, file, undo
    slot: Mapped[str] = mapped_column(sa.String(80), unique=True)
    status: Mapped[str] = mapped_column(sa.String(16), index=True)
    upload_id: Mapped[int | None] = references("upload.id", ondelete="SET NULL")
    actor_id: Mapped[int | None] = references("account.id", ondelete="SET NULL")
    preview: Mapped[bool] = mapped_column(default=False)  # stop after the plan and show it; nothing is applied yet
    approved: Mapped[bool] = mapped_column(default=False)  # apply although the gate would hold it
    parts: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # what overran the gate, and what is left out
    undo_of: Mapped[int | None]  # the run that this one puts back
    limits: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # of an undo: a location, a kind, a person
    counts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    changes: Mapped[list[Any] | None] = mapped_column(sa.JSON)  # what a preview or held run shows; wiped when it ends
    plan_hash: Mapped[str | None] = mapped_column(sa.String(64))  # of the plan that was shown (R78)
    made_on: Mapped[date | None]  # the day on which the delivery was made, when it says so
    reason: Mapped[str | None] = mapped_column(sa.Text)  # why held or failed, one sentence
    stage: Mapped[str] = mapped_column(sa.String(24), default="waiting")
    progress: Mapped[int] = mapped_column(default=0)  # records fetched so far
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(default=0)  # who took the run over last; an older holder may not write


class SyncMessage(Base):
    """What a run says about one person or group (Z-242, Z-244); its sentence is made from code and values."""

    __tablename__ = "sync_message"

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    run_id: Mapped[int] = references("sync_run.id", index=True)
    severity: Mapped[str] = mapped_column(sa.String(8))
    kind: Mapped[str] = mapped_column(sa.String(16))
    key: Mapped[str] = mapped_column(sa.String(256))
    code: Mapped[Code]
    details: Mapped[dict[str, str]] = mapped_column(sa.JSON)


class Batch(Base):
    """Work on many accounts at once. `task`: see services/accounts/tasks. state: draft, waiting, running, done, failed.

    A draft holds the chosen rows, frozen while the administrator looks at the check page; its form starts it once.
    `form_key` is unique: a doubled submit finds the first batch (R124).
    """

    __tablename__ = "batch"

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id", index=True)
    actor_id: Mapped[int | None] = references("account.id", ondelete="SET NULL")
    task: Mapped[str] = mapped_column(sa.String(16))
    kind: Mapped[str] = mapped_column(sa.String(16))
    state: Mapped[str] = mapped_column(sa.String(16), index=True)
    form_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    options: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # what else the administrator chose for all rows
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    shown_at: Mapped[datetime | None] = mapped_column(Moment)  # secrets were on screen once (Z-102)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(default=0)


class BatchItem(Base):
    """One person or account of a batch. state: waiting, done, skipped, failed. delivery: mail, screen or letter."""

    __tablename__ = "batch_item"
    __table_args__ = (sa.Index("ix_batch_item_work", "batch_id", "state", "id"),)

    id: Mapped[Id]
    institution_id: Mapped[int] = references("institution.id")
    batch_id: Mapped[int] = references("batch.id")
    person_id: Mapped[int] = references("person.id", index=True)
    account_id: Mapped[int | None] = references("account.id", ondelete="SET NULL", index=True)
    secret_id: Mapped[int | None] = references("issued_secret.id", ondelete="SET NULL")
    state: Mapped[str] = mapped_column(sa.String(16))
    delivery: Mapped[str | None] = mapped_column(sa.String(8))
    username: Mapped[str | None] = mapped_column(sa.String(100))  # of the account that is made, as it was shown
    note: Mapped[str | None] = mapped_column(sa.String(200))  # why it is not the plain one
    reason: Mapped[str | None] = mapped_column(sa.String(32))  # why skipped or failed: a code of services/accounts


class OutboxMail(Base):
    """A mail that must go out; written in the transaction of its cause (R111). Holds no secret (R112).

    state: waiting, sent, failed, dropped. `uncertain`: sent again after a line dropped (R113).
    """

    __tablename__ = "outbox_mail"
    __table_args__ = (sa.Index("ix_outbox_mail_work", "state", "next_at"),)

    id: Mapped[Id]
    institution_id: Mapped[int | None] = references("institution.id", index=True)
    account_id: Mapped[int | None] = references("account.id", ondelete="SET NULL", index=True)
    secret_id: Mapped[int | None] = references("issued_secret.id", ondelete="SET NULL")
    template: Mapped[Code]
    recipient: Mapped[str] = mapped_column(sa.String(254))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    uncertain: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str | None] = mapped_column(sa.String(300))
    created_at: Mapped[datetime] = mapped_column(Moment)
    next_at: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)


class AuditLine(Base):
    """Who did what to what, in the same transaction (R89). Names of accounts are copies: the line outlives them."""

    __tablename__ = "audit_line"
    __table_args__ = (
        sa.Index("ix_audit_line_list", "institution_id", "id"),
        sa.Index("ix_audit_line_subject", "subject_kind", "subject_id", "id"),
    )

    id: Mapped[Id]
    institution_id: Mapped[int | None] = references("institution.id")
    at: Mapped[datetime] = mapped_column(Moment)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(sa.String(100))  # username, or "scheduler", "command"
    role: Mapped[str | None] = mapped_column(sa.String(24))
    action: Mapped[Code]
    subject_kind: Mapped[str] = mapped_column(sa.String(24))
    subject_id: Mapped[int | None]
    run_id: Mapped[int | None]  # the run of the roster that did it
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


class Heartbeat(Base):
    """When a worker of this name was last alive; whoever runs it, on whatever machine (R127)."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
