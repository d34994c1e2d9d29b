"""Handing out secrets to many accounts: stored, mailed or kept for screen and letter, and noted per row of a batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Batch, BatchItem, IssuedSecret, Role, Seat
from app.services.login.credentials import FreshSecret, Purpose, secret_row
from app.services.mail.outbox import NewMail, queue_mails


@dataclass(frozen=True, slots=True)
class Handed:
    """One account that gets this secret now; without one it is only noted as done."""

    item_id: int
    account_id: int
    role: Role
    email: str | None
    purpose: Purpose
    channel: str | None
    secret: FreshSecret | None

    @property
    def template(self) -> str:
        if self.purpose == "reset":
            return "account-reset"
        return "administrator-new" if Seat.of(self.role) is Seat.ADMINISTRATION else "account-new"

    def told(self, batch: Batch) -> dict[str, Any]:
        """What the log says of it."""
        return {"delivery": self.channel, "batch": batch.id}


def hand_out(session: Session, now: datetime, batch: Batch, handed: Sequence[Handed]) -> None:
    """Store the secrets, queue the mails and note the items: a few statements for all."""
    with_secret = [(one, one.secret) for one in handed if one.secret is not None]
    rows = [
        secret_row(now, one.account_id, batch.institution_id, one.role, one.purpose, secret, channel=one.channel)
        for one, secret in with_secret
    ]
    secret_ids: dict[int, int] = {}
    if rows:
        insert = sa.insert(IssuedSecret).returning(IssuedSecret.id, IssuedSecret.account_id)
        secret_ids = {row.account_id: row.id for row in session.execute(insert, rows)}
    queue_mails(
        session,
        now,
        [
            NewMail(one.template, one.email or "", batch.institution_id, one.account_id, secret_ids[one.account_id])
            for one, _secret in with_secret
            if one.channel == "mail"
        ],
    )
    note_done(session, ((one.item_id, one.account_id, secret_ids.get(one.account_id), one.channel) for one in handed))


def note_done(session: Session, done: Iterable[tuple[int, int | None, int | None, str | None]]) -> None:
    """Note the items as done: (item, account, secret, channel)."""
    values = {
        "state": "done",
        "account_id": sa.bindparam("account"),
        "secret_id": sa.bindparam("secret"),
        "delivery": sa.bindparam("how"),
    }
    rows = [{"key": item, "account": account, "secret": secret, "how": how} for item, account, secret, how in done]
    update_items(session, values, rows)


def note_skipped(session: Session, reasons: Mapping[int, str], state: str = "skipped") -> None:
    """Note why nothing happened: the code of a reason per item."""
    rows = [{"key": item, "why": code} for item, code in reasons.items()]
    update_items(session, {"state": state, "reason": sa.bindparam("why")}, rows)


def update_items(session: Session, values: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    """The same columns of many items with one statement; `key` is the id."""
    if rows:
        table = BatchItem.__table__
        session.connection().execute(sa.update(table).where(table.c.id == sa.bindparam("key")).values(values), rows)
