"""The passwords of a batch that come on screen: once, to who started it, and then nothing is left of them (Z-102)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.models import Account, Batch, BatchItem, IssuedSecret, Person
from app.services.access import Actor
from app.services.accounts.reading import home_groups
from app.services.audit import record
from app.services.login.credentials import readable_password

from .drafting import batch_in_reach
from .reach import in_reach_now
from .state import ENDED


@dataclass(frozen=True, slots=True)
class ShownSecret:
    """One line of the page that shows passwords once."""

    account_id: int
    name: str
    group: str | None
    username: str
    password: str
    until: datetime


def reveal_secrets(
    session: Session, now: datetime, actor: Actor, batch_id: int, secret_key: str
) -> list[ShownSecret] | None:
    """The passwords of those without e-mail address; None when they were shown before (Z-102). The caller commits.

    Only one caller ever gets them; afterwards nothing is left to make them from, also of those that went out of reach
    and are not shown (R4, R47). Raises Conflict while the work is not done.
    """
    batch = batch_in_reach(session, actor, batch_id)
    if batch.state not in ENDED:
        raise Conflict(_("The work is not done yet. Wait a moment."))
    first = session.execute(sa.update(Batch).where(Batch.id == batch.id, Batch.shown_at.is_(None)).values(shown_at=now))
    if not first.rowcount:
        return None
    rows = _to_show(session, now, actor, batch)
    groups = home_groups(session, [person.id for _s, _a, person in rows])
    shown = [
        ShownSecret(
            account.id,
            person.list_name,
            groups.get(person.id),
            account.username,
            readable_password(secret_key, secret.nonce or ""),
            secret.expires_at,
        )
        for secret, account, person in rows
    ]
    on_screen = sa.select(BatchItem.secret_id).where(BatchItem.batch_id == batch.id, BatchItem.delivery == "screen")
    wiped = sa.update(IssuedSecret).where(IssuedSecret.id.in_(on_screen)).values(nonce=None)
    session.execute(wiped.execution_options(synchronize_session=False))
    if shown:
        record(session, now, actor, "secrets-shown", "batch", batch.id, {"count": len(shown)}, batch.institution_id)
    return shown


def _to_show(session: Session, now: datetime, actor: Actor, batch: Batch) -> list[tuple[IssuedSecret, Account, Person]]:
    found = session.execute(
        sa.select(IssuedSecret, Account, Person)
        .join(BatchItem, BatchItem.secret_id == IssuedSecret.id)
        .join(Account, Account.id == IssuedSecret.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.delivery == "screen", in_reach_now(actor))
        .where(IssuedSecret.nonce.is_not(None), IssuedSecret.used_at.is_(None), IssuedSecret.expires_at > now)
        .order_by(Person.sort_key, BatchItem.id)
    )
    return [(row[0], row[1], row[2]) for row in found]
