"""What blocking or deactivating many accounts will do: whose flag changes, who is skipped and why. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, contains_eager

from app.models import Account, Person, Role
from app.services.access import Actor

from .changes import why_account_fixed
from .colleagues import FURTHER, further_among
from .plan import slices
from .reading import visible_accounts

FlagName = Literal["active", "blocked"]


@dataclass(frozen=True, slots=True)
class SkippedAccount:
    """An account that stays as it is, with the reason as a sentence."""

    name: str
    username: str
    reason: str


@dataclass(frozen=True, slots=True)
class FlagPlan:
    """Everything the check page shows, in the order of the names."""

    changes: list[Account] = field(default_factory=list)
    skipped: list[SkippedAccount] = field(default_factory=list)

    @property
    def chosen(self) -> int:
        return len(self.changes) + len(self.skipped)


def plan_flags(session: Session, actor: Actor, account_ids: Sequence[int], flag: FlagName, value: bool) -> FlagPlan:
    """Decide for every account in reach; colleagues with more locations are skipped (R50).

    Shutting out skips oneself and the last administrator too (part 7 nr 16).
    """
    plan = FlagPlan()
    shuts_out = value is (flag == "blocked")
    further = further_among(session, actor, account_ids)
    for account in _accounts(session, actor, account_ids):
        stays = str(FURTHER) if account.id in further else None
        if reason := stays or _why_not(session, actor, account, flag, value, shuts_out):
            plan.skipped.append(SkippedAccount(account.person.list_name, account.username, reason))
        else:
            plan.changes.append(account)
    return plan


def _why_not(
    session: Session, actor: Actor, account: Account, flag: FlagName, value: bool, shuts_out: bool
) -> str | None:
    if getattr(account, flag) is value:
        return _("This is so already.")
    may_be_fixed = account.role is Role.ADMINISTRATOR or account.id == actor.account_id
    return why_account_fixed(session, actor, account) if shuts_out and may_be_fixed else None


def _accounts(session: Session, actor: Actor, account_ids: Sequence[int]) -> list[Account]:
    chosen = (
        sa.select(Account)
        .join(Person, Person.id == Account.person_id)
        .options(contains_eager(Account.person))
        .where(visible_accounts(actor))
    )
    found = [account for part in slices(account_ids) for account in session.scalars(chosen.where(Account.id.in_(part)))]
    return sorted(found, key=lambda account: (account.person.sort_key, account.id))
