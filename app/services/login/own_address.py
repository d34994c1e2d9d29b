"""Another e-mail address on file: what hung on the old one ends (R26, R32), and its owner hears of it (R19)."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account
from app.services.bulk import pieces
from app.services.mail.outbox import NewMail, can_be_mailed, drop_secrets, queue_mails

from .credentials import cancel_secrets
from .sessions import end_sessions_of


def address_changed(
    session: Session, now: datetime, person_ids: Iterable[int], *, old_address: str | None = None
) -> None:
    """Call it when the addresses of these persons were changed or taken away. The caller commits.

    Their secrets lapse, their sessions end, and mails with a secret that still wait for the old address are dropped.
    `old_address`, when it was changed by hand: there the owner of the account is told.
    """
    for piece in pieces(person_ids):
        found = session.execute(
            sa.select(Account.id, Account.institution_id, Account.active).where(Account.person_id.in_(piece))
        ).all()
        ids = [row.id for row in found]
        if not ids:
            continue
        drop_secrets(session, ids)
        cancel_secrets(session, now, ids)
        end_sessions_of(session, ids)
        if can_be_mailed(old_address):
            told = [
                NewMail("address-changed", old_address or "", row.institution_id, row.id) for row in found if row.active
            ]
            queue_mails(session, now, told)
