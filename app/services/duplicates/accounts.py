"""The accounts of two persons who become one: each seat has one account, and who administers chooses which (Z-089).

An account that is given up loses its institution and its use, and stays with the empty place of its person: its
username is nobody else's, and it can be put back. An account that moves to a person with another e-mail address loses
what hung on the old one (R26, R32).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotAllowed
from app.models import Account, AccountLocation, OutboxMail, Person, Seat
from app.services.access import Actor
from app.services.accounts.batches.work import stop_batches
from app.services.accounts.changes import why_account_fixed
from app.services.accounts.colleagues import why_address_fixed
from app.services.audit import record
from app.services.login.credentials import cancel_secrets
from app.services.login.sessions import end_sessions_of
from app.services.mail.outbox import WITH_SECRET, drop_secrets

from .rows import read_dicts, to_json, type_Row


@dataclass(frozen=True, slots=True)
class AccountMoves:
    """Which accounts go to who stays, and which are given up; with the locations that were coupled to those."""

    moved: list[type_Row] = field(default_factory=list)
    given_up: list[type_Row] = field(default_factory=list)
    locations: list[type_Row] = field(default_factory=list)

    def as_json(self) -> dict[str, list[Any]]:
        return {name: [to_json(row) for row in getattr(self, name)] for name in ("moved", "given_up", "locations")}


def plan_accounts(session: Session, actor: Actor, kept: Person, other: Person, chosen: Collection[int]) -> AccountMoves:
    """What happens to their accounts. Raises InvalidInput where both have one and none is chosen, NotAllowed for one
    that this actor may not move or give up (R50, part 7 nr 16)."""
    for person in (kept, other):
        if reason := why_address_fixed(session, actor, person.id):
            raise NotAllowed(reason)
    moves = AccountMoves()
    both = read_dicts(session, Account, Account.person_id.in_((kept.id, other.id)))
    for seat in Seat:
        seated = {row["person_id"]: row for row in both if row["seat"] is seat}
        mine, theirs = seated.get(kept.id), seated.get(other.id)
        if theirs is None:
            continue
        if mine is not None:
            stays = {mine["id"], theirs["id"]} & set(chosen)
            if len(stays) != 1:
                raise InvalidInput(_("Both have an account. Choose which one stays."), field="account")
            moves.given_up.append(theirs if mine["id"] in stays else mine)
        if mine is None or theirs["id"] in stays:
            moves.moved.append(theirs)
    _refuse_fixed(session, actor, [row["id"] for row in moves.given_up])
    ids = [row["id"] for row in moves.given_up]
    moves.locations.extend(read_dicts(session, AccountLocation, AccountLocation.account_id.in_(ids)) if ids else ())
    return moves


def _refuse_fixed(session: Session, actor: Actor, account_ids: Iterable[int]) -> None:
    for account_id in account_ids:
        if reason := why_account_fixed(session, actor, session.get_one(Account, account_id)):
            raise NotAllowed(reason)


def carry_accounts(
    session: Session, now: datetime, actor: Actor, moves: AccountMoves, kept: Person, other: Person
) -> None:
    """Move and give up these accounts, each with a line in its history."""
    given_up, moved = ([row["id"] for row in rows] for rows in (moves.given_up, moves.moved))
    rehouse(session, dict.fromkeys(moved, kept.id) | dict.fromkeys(given_up, other.id))
    _change(session, given_up, institution_id=None, active=False, place_set_id=None)
    session.execute(sa.delete(AccountLocation).where(AccountLocation.account_id.in_(given_up)))
    end_sessions_of(session, given_up)
    _drop_letters(session, given_up)
    for account_id in given_up:
        stop_batches(session, now, [account_id])
    if (kept.email or "").casefold() != (other.email or "").casefold():
        readdressed(session, now, moved)
    for row in moves.given_up:
        told = {"username": [row["username"], None], "role": [row["role"].value, None]}
        record(session, now, actor, "account-merged", "account", row["id"], told, kept.institution_id)
    for row in moves.moved:
        told = {"person": [other.list_name, kept.list_name]}
        record(session, now, actor, "account-moved", "account", row["id"], told, kept.institution_id)


def rehouse(session: Session, owners: Mapping[int, int], versions: Mapping[int, int] = MappingProxyType({})) -> None:
    """Give these accounts these owners; two may change places. `versions`: of those that are again as they were."""
    if not owners:
        return
    seats = session.execute(sa.select(Account.id, Account.seat).where(Account.id.in_(owners))).all()
    for account_id, _seat in seats:  # first on a seat that nobody has, for two may change places
        _change(session, [account_id], seat=sa.literal_column(f"'moving {int(account_id)}'"))
    for account_id, seat in seats:
        _change(
            session,
            [account_id],
            person_id=owners[account_id],
            seat=seat,
            version=versions.get(account_id, Account.version + 1),
        )


def readdressed(session: Session, now: datetime, account_ids: Collection[int]) -> None:
    """What hung on the old address of these accounts ends."""
    drop_secrets(session, account_ids)
    cancel_secrets(session, now, account_ids)
    end_sessions_of(session, account_ids)


def refresh_accounts(session: Session, person_ids: Collection[int]) -> None:
    """What is kept with person and account about each other, after accounts changed owners."""
    own = sa.exists().where(
        Account.person_id == Person.id, Account.seat == Seat.OWN, Account.institution_id.is_not(None)
    )
    _update(session, sa.update(Person).where(Person.id.in_(person_ids)).values(has_account=own))
    place = sa.select(Person.place_set_id).where(Person.id == Account.person_id).scalar_subquery()
    _update(session, sa.update(Account).where(Account.person_id.in_(person_ids)).values(place_set_id=place))


def _change(session: Session, account_ids: Collection[int], **values: Any) -> None:
    _update(session, sa.update(Account.__table__).where(Account.__table__.c.id.in_(list(account_ids))).values(values))


def _update(session: Session, statement: sa.Update) -> None:
    session.execute(statement.execution_options(synchronize_session=False))


def _drop_letters(session: Session, account_ids: Collection[int]) -> None:
    """The letters with a password that wait for these accounts go out no more."""
    lapsed = {"state": "dropped", "problem": _("The account was merged with another before this e-mail could be sent.")}
    waiting = (OutboxMail.state == "waiting", OutboxMail.template.in_(WITH_SECRET))
    _update(session, sa.update(OutboxMail).where(OutboxMail.account_id.in_(list(account_ids)), *waiting).values(lapsed))
