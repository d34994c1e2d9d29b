"""What work on many accounts would do, as values: who gets what, who is skipped and why.

The check page, the command and the work itself ask the same functions (tasks/), so they cannot differ.
"""

from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.models import Account, FormerUsername, Person, PersonKind
from app.services.mail.outbox import can_be_mailed

REASONS = {  # the codes of batch_item.reason and of the contract
    "has-account": _l("already has an account"),
    "has-left": _l("has left the school"),
    "is-gone": _l("does not exist any more"),
    "inactive": _l("the account is inactive"),
    "blocked": _l("the account is blocked"),
    "access-blocked": _l("may not see any pupil: access is blocked"),
    "out-of-reach": _l("is not at one of your locations any more"),
    "more-locations": _l("has locations that you do not have"),
    "so-already": _l("this is so already"),
    "own-account": _l("this is your own account"),
    "last-administrator": _l("is the last active application administrator"),
    "activated": _l("chose a password already"),
    "single-sign-on": _l("logs in through another system (single sign-on)"),
    "no-staff": _l("only a staff member can become (care) manager"),
    "holds-task": _l("holds a task: choose first who takes it over"),
    "error": _l("something went wrong here; try again"),
}


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """One account that something happens to. `delivery`: how its secret travels; None: it gets none."""

    person_id: int
    account_id: int | None
    kind: PersonKind
    number: str | None
    name: str
    group: str | None
    username: str
    email: str | None
    delivery: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who was chosen and gets nothing. `reason` is a sentence part, `code` the key of REASONS."""

    person_id: int
    account_id: int | None
    kind: PersonKind
    number: str | None
    name: str
    code: str

    @property
    def reason(self) -> str:
        return str(REASONS[self.code])


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """What would happen, in the order of the names."""

    chosen: int
    accounts: list[PlannedAccount] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def by_mail(self) -> int:
        return sum(line.delivery == "mail" for line in self.accounts)

    @property
    def on_screen(self) -> int:
        return sum(line.delivery == "screen" for line in self.accounts)


def mail_address(person: Person) -> str | None:
    """Where the details can be sent, or None (Z-100, Z-101)."""
    return person.email if can_be_mailed(person.email) else None


def taken_usernames(session: Session) -> set[str]:
    """All usernames of the installation that somebody has or had, in lower case. Two queries over an index each."""
    return set(session.scalars(sa.select(sa.func.lower(Account.username)))) | set(
        session.scalars(sa.select(FormerUsername.username))
    )
