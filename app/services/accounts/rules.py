"""What every change of accounts must hold to: usernames, roles, and that an institution keeps an administrator."""

from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.errors import Conflict, InvalidInput, NotAllowed
from app.models import Account, FormerUsername, Institution, Role
from app.services.access import Actor

from .plan import taken_usernames
from .usernames import free_variant, why_bad_username

ROLE_CHANGES = frozenset({(Role.STAFF, Role.CARE_MANAGER)})  # the only one (Z-142, part 7 nr 15)


def check_username(session: Session, username: str, account: Account | None = None) -> None:
    """Raises InvalidInput, with a free one beside it, when the name cannot be used or is somebody else's (Z-137).

    Also when somebody else had it before. `account`: the one that gets it, when there is one already.
    """
    if wrong := why_bad_username(username):
        raise InvalidInput(wrong, field="username")
    same = sa.select(Account.id).where(sa.func.lower(Account.username) == username.lower())
    had = sa.select(FormerUsername.username).where(FormerUsername.username == username.lower())
    if account is not None:
        same = same.where(Account.id != account.id)
        had = had.where(FormerUsername.person_id.is_distinct_from(account.person_id))
    if session.scalar(same.limit(1)) or session.scalar(had.limit(1)):
        free = free_variant(username, taken_usernames(session))
        raise InvalidInput(
            _("This username is in use already. A username must be unique. Free is for instance %(name)s.", name=free),
            field="username",
        )


def check_role(old: Role, new: Role) -> None:
    """Raises NotAllowed for every change of role but staff member into (care) manager (Z-142, R50)."""
    if (old, new) in ROLE_CHANGES:
        return
    if (new, old) in ROLE_CHANGES:
        raise NotAllowed(_("A (care) manager cannot become staff member again. Delete the account and make a new one."))
    raise NotAllowed(_("Only the role of a staff member can change, and only into (care) manager."))


def lock_administrators(session: Session, actor: Actor, institution_id: int | None) -> None:
    """From here to the end of the transaction nobody else shuts out an administrator of this institution.

    So of two administrators who block each other at the same moment one remains (R50). On SQLite the transaction has
    the write lock already. Raises NotAllowed when the actor was shut out meanwhile (R17).
    """
    row = sa.select(Institution.id).where(Institution.id == institution_id)
    session.execute(row.with_for_update(key_share=True))
    if actor.is_machine:
        return
    usable = sa.select(Account.id).where(
        Account.id == actor.account_id, Account.active, ~Account.blocked, Account.role == actor.role
    )
    if session.scalar(usable) is None:
        raise NotAllowed(_("Your account has been changed meanwhile. Log in again."))


def why_last(session: Session, institution_id: int | None, account_ids: Collection[int]) -> str | None:
    """Why these accounts cannot all be shut out: no usable administrator of the institution would remain."""
    left = sa.select(Account.id).where(
        Account.institution_id == institution_id,
        Account.role == Role.ADMINISTRATOR,
        Account.active,
        ~Account.blocked,
        Account.id.not_in(list(account_ids)),
    )
    if session.scalar(left.limit(1)) is not None:
        return None
    return _("This is the last active application administrator. Make another one first.")


def save(session: Session) -> None:
    """Flush. Raises Conflict when somebody else changed the same record (R123) or took the same username just now."""
    try:
        session.flush()
    except StaleDataError:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again and repeat.")) from None
    except IntegrityError:
        raise Conflict(_("Somebody else was just faster. Look at it again and repeat.")) from None
