"""Colleagues who reach further: administrators with a location that the actor does not have (R50).

Whoever reads their mail or gets their new password sees what they see. So their accounts can be looked at, not changed.
"""

from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.models import Account, AccountLocation, Role
from app.services.access import Actor
from app.services.bulk import pieces

FURTHER = _l(
    "This application administrator has locations that you do not have. Ask a colleague who has all of them to do this."
)


def reaches_further(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Account: of another administrator, with a coupled location that the actor does not have."""
    if actor.is_machine:
        return sa.false()
    beyond = AccountLocation.location_id.not_in(sorted(actor.locations or {0}))
    coupled = sa.exists().where(AccountLocation.account_id == Account.id, beyond).correlate(Account)
    return sa.and_(Account.role == Role.ADMINISTRATOR, Account.id != actor.account_id, coupled)


def further_among(session: Session, actor: Actor, account_ids: Collection[int]) -> set[int]:
    """Which of these accounts are of colleagues who reach further."""
    found = set[int]()
    for piece in pieces(account_ids):
        found.update(session.scalars(sa.select(Account.id).where(Account.id.in_(piece), reaches_further(actor))))
    return found


def why_further(session: Session, actor: Actor, account: Account) -> str | None:
    """Why this actor may not change the account, as a sentence; None when it is nobody who reaches further."""
    if account.role is not Role.ADMINISTRATOR:
        return None
    return str(FURTHER) if further_among(session, actor, [account.id]) else None


def why_address_fixed(session: Session, actor: Actor, person_id: int) -> str | None:
    """Why the e-mail address of this person stays: the passwords of somebody who reaches further go there."""
    further = sa.select(Account.id).where(Account.person_id == person_id, reaches_further(actor))
    return str(FURTHER) if session.scalar(further.limit(1)) else None
