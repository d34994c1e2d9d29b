"""Changing one account or a few: name, flags, role, locations, deletion (Z-136 to Z-191). Every rule holds here.

The screens only show what these functions allow; a direct request meets the same refusals (R46, R49, R50).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict, NotAllowed, UnknownName
from app.models import Account, AccountLocation, Location, Role
from app.services.access import HAS_LOCATIONS_BY_HAND, Actor, require_administrator
from app.services.accounts.batches.work import stop_batches
from app.services.audit import record
from app.services.contacts.handover import tasks_held
from app.services.login.credentials import cancel_secrets
from app.services.login.sessions import end_sessions
from app.services.mail.outbox import NewMail, queue_mails
from app.services.reach import recompute_reach

from .colleagues import why_further
from .former import give_up_usernames, take_back
from .plan import mail_address
from .reading import account_in_reach
from .rules import check_role, check_username, lock_administrators, save, why_last


class HoldsTask(Conflict):
    """Who is shut out holds a task: a batch of one asks who takes it over (P-021)."""


Changes = dict[str, list[Any]]  # field: [old, new]


def change_account(
    session: Session,
    now: datetime,
    actor: Actor,
    account_id: int,
    version: int,
    *,
    username: str | None = None,
    active: bool | None = None,
    blocked: bool | None = None,
    role: Role | None = None,
) -> Account:
    """Change what is given and differs; None stays as it is. The caller commits.

    Raises UnknownName out of reach, Conflict when somebody else changed the account since `version` (R123),
    InvalidInput for the username (Z-137), NotAllowed for the role (Z-142), for a colleague with more locations (R50),
    and for shutting out oneself or the last administrator (part 7 nr 16).
    """
    account = _account_to_change(session, actor, account_id, version)
    wanted = {"username": username, "active": active, "blocked": blocked, "role": role}
    changes = _differences(account, wanted)
    if changes and (reason := why_further(session, actor, account)):
        raise NotAllowed(reason)
    if "username" in changes:
        check_username(session, changes["username"][1], account)
    if "role" in changes:
        check_role(*changes["role"])
    if _shuts_out(changes):
        _check_shutting_out(session, actor, account)
    _apply(session, now, account, changes)
    if changes:
        record(session, now, actor, "account-changed", "account", account.id, changes, account.institution_id)
    if "username" in changes:
        _tell_username(session, now, account, changes["username"])
    return account


def why_account_fixed(session: Session, actor: Actor, account: Account) -> str | None:
    """Why this account cannot be blocked, deactivated or deleted by this actor; None when it can.

    It is the own one, of a colleague with more locations, or of the last administrator (R50, part 7 nr 16).
    """
    if account.id == actor.account_id:
        return _("This is your own account. Ask another application administrator to do this.")
    if reason := why_further(session, actor, account):
        return reason
    if account.role is Role.ADMINISTRATOR and account.is_active:
        return why_last(session, account.institution_id, [account.id])
    return None


def delete_account(session: Session, now: datetime, actor: Actor, account_id: int, version: int) -> None:
    """Delete the account alone: the person stays, and so does a second account (Z-147, part 7 nr 16).

    Sessions, secrets and locations coupled by hand go with it. Raises as change_account.
    """
    account = _account_to_change(session, actor, account_id, version)
    _check_shutting_out(session, actor, account)
    end_sessions(session, account.id)
    told = {"username": [account.username, None], "role": [str(account.role), None]}
    record(session, now, actor, "account-deleted", "account", account.id, told, account.institution_id)
    person_id, institution_id = account.person_id, account.institution_id
    stop_batches(session, now, [account.id])
    give_up_usernames(session, now, institution_id, [(account.username, person_id)])
    session.delete(account)
    save(session)
    if institution_id is not None:
        recompute_reach(session, institution_id, [person_id])


def _check_shutting_out(session: Session, actor: Actor, account: Account) -> None:
    if reason := why_account_fixed(session, actor, account):
        raise NotAllowed(reason)
    if tasks_held(session, [account.id]):
        raise HoldsTask(_("This person holds a task. Choose first who takes it over."))


def couple_locations(
    session: Session, now: datetime, actor: Actor, account_id: int, location_ids: Collection[int]
) -> None:
    """Couple the account to exactly these locations of the institution, also one's own (Z-167, Z-179, Z-190).

    Each change is an audit line with the codes before and after (Z-191). Raises NotAllowed for other roles than
    (care) manager and application administrator, also by direct call (part 7 nr 25). The caller commits.
    """
    require_administrator(actor)
    account = account_in_reach(session, actor, account_id)
    if account.role not in HAS_LOCATIONS_BY_HAND:
        raise NotAllowed(_("Only a (care) manager or an application administrator can be coupled to a location."))
    places = sa.select(Location.id, Location.code).where(Location.institution_id == account.institution_id)
    codes = {row.id: row.code for row in session.execute(places)}
    wanted = set(location_ids)
    if not wanted <= codes.keys():
        raise UnknownName(_("This location does not exist."))
    links = sa.select(AccountLocation.location_id).where(AccountLocation.account_id == account.id)
    known = set(session.scalars(links))
    if wanted == known:
        return
    session.execute(
        sa.delete(AccountLocation).where(
            AccountLocation.account_id == account.id, AccountLocation.location_id.in_(known - wanted)
        )
    )
    rows = [
        {"account_id": account.id, "location_id": place, "institution_id": account.institution_id}
        for place in sorted(wanted - known)
    ]
    if rows:
        session.execute(sa.insert(AccountLocation), rows)
    told = {"locations": [sorted(codes[place] for place in known), sorted(codes[place] for place in wanted)]}
    record(session, now, actor, "locations-coupled", "account", account.id, told, account.institution_id)
    recompute_reach(session, account.institution_id, [account.person_id])


def _account_to_change(session: Session, actor: Actor, account_id: int, version: int) -> Account:
    """The account in reach as it is now, with its institution locked against shutting out administrators together."""
    require_administrator(actor)
    lock_administrators(session, actor, actor.institution_id)
    account = account_in_reach(session, actor, account_id)
    if account.version != version:
        raise Conflict(_("Somebody else changed this account meanwhile. Look at it again and repeat."))
    return account


def _differences(account: Account, wanted: Mapping[str, Any]) -> Changes:
    """What is given and differs, as {field: [old, new]}."""
    return {
        name: [getattr(account, name), value]
        for name, value in wanted.items()
        if value is not None and value != getattr(account, name)
    }


def _shuts_out(changes: Changes) -> bool:
    return changes.get("active", [None, True])[1] is False or changes.get("blocked", [None, False])[1] is True


def _apply(session: Session, now: datetime, account: Account, changes: Changes) -> None:
    """Set the fields. Who is shut out or gets another role loses sessions; who is shut out loses secrets (R17, R32)."""
    for name, (_old, new) in changes.items():
        setattr(account, name, new)
    if "active" in changes:
        account.closed_by = None  # a person decided
    save(session)
    if "username" in changes:
        give_up_usernames(session, now, account.institution_id, [(changes["username"][0], account.person_id)])
        take_back(session, [account.username])
    if _shuts_out(changes) or "role" in changes:
        end_sessions(session, account.id)
    if _shuts_out(changes):
        cancel_secrets(session, now, [account.id])


def _tell_username(session: Session, now: datetime, account: Account, change: list[str]) -> None:
    """The owner hears of a new username, where mail can go (Z-136)."""
    address = mail_address(account.person)
    if address and account.is_active:
        details = {"old": change[0], "new": change[1]}
        mail = NewMail("username-changed", address, account.institution_id, account.id, details=details)
        queue_mails(session, now, [mail])
