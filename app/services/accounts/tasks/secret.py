"""A new secret for accounts: a reset, a reminder for who never came in, one to print (Z-132, Z-143 to Z-145)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Batch, BatchItem, IssuedSecret, Person
from app.services.accounts.delivery import Channel, SignIn, delivery_of
from app.services.accounts.handing import Handed, hand_out
from app.services.audit import record_many
from app.services.login.credentials import supersede

from .accounts import About, ids_of, parts_of
from .task import ACCOUNTS, Task, Work


def why_no_reset(row: Any, about: About) -> str | None:
    """The code of the reason why this account gets no new password, or None (part 7 nr 20)."""
    if not row.active:
        return "inactive"
    if row.blocked:
        return "blocked"
    elsewhere = about.delivery.form(row.kind, row.seat) is SignIn.ELSEWHERE
    return "single-sign-on" if elsewhere else None


def why_no_reminder(row: Any, about: About) -> str | None:
    """Only who never chose a password is reminded."""
    if row.activated_at is not None or row.has_password:
        return "activated"
    return why_no_reset(row, about) or ("has-left" if row.left_on is not None else None)


def _best(row: Any, about: About) -> str | None:
    return about.delivery.channel(row.kind, row.email, row.seat)


def _letter(_row: Any, _about: About) -> str:
    return Channel.LETTER


def _forms(session: Session, batch: Batch, item_ids: Sequence[int]) -> Mapping[int, str]:
    delivery = delivery_of(session, batch.institution_id)
    found = session.execute(
        sa.select(BatchItem.id, Person.kind, Account.seat)
        .join(Account, Account.id == BatchItem.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(BatchItem.id.in_(list(item_ids)))
    )
    forms = {item: delivery.form(kind, seat) for item, kind, seat in found}
    return {item: form.value for item, form in forms.items() if form is not SignIn.ELSEWHERE}


def _do(work: Work, *, by_letter: bool = False) -> None:
    """Earlier secrets lapse (R32); the own password stays until the new one is used (part 7 nr 20)."""
    session, ids = work.session, ids_of(work.chosen.values())
    had = set(session.scalars(sa.select(IssuedSecret.account_id).where(IssuedSecret.account_id.in_(ids))))
    supersede(session, work.now, ids)
    delivery = delivery_of(session, work.batch.institution_id)
    handed = [
        Handed(
            item_id,
            row.account_id,
            row.role,
            row.email,
            "reset" if row.activated_at or row.has_password or (row.account_id in had and not by_letter) else "first",
            Channel.LETTER if by_letter else delivery.channel(row.kind, row.email, row.seat),
            work.secrets[item_id],
        )
        for item_id, row in work.chosen.items()
    ]
    hand_out(session, work.now, work.batch, handed)
    lines = [(one.account_id, one.told(work.batch)) for one in handed]
    record_many(session, work.now, work.starter, "password-issued", "account", lines, work.batch.institution_id)


RESET = Task("reset", ACCOUNTS, **parts_of(why_no_reset, _best), do=_do, forms=_forms)
REMIND = Task("remind", ACCOUNTS, **parts_of(why_no_reminder, _best), do=_do, forms=_forms)
PRINT = Task("print", ACCOUNTS, **parts_of(why_no_reset, _letter), do=partial(_do, by_letter=True), forms=_forms)
