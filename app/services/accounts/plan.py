"""What making accounts or new passwords will do: who gets which username, who is skipped and why. Changes nothing.

The check page and the work itself ask the same functions, so they cannot differ.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session, joinedload

from app.models import Account, Person, PersonKind, Seat
from app.services.access import Actor
from app.services.corrections.blocks import shut_out
from app.services.mail.outbox import can_be_mailed
from app.services.reach import visible_persons

from .colleagues import further_among
from .reading import home_groups, visible_accounts
from .usernames import Named, choose_username

T = TypeVar("T")
Task = Literal["create", "reset"]
SLICE = 1_000  # values in one IN list

REASONS = {  # the codes of batch_item.reason and of the contract
    "has-account": _l("already has an account"),
    "has-left": _l("has left the school"),
    "is-gone": _l("does not exist any more"),
    "inactive": _l("the account is inactive"),
    "blocked": _l("the account is blocked"),
    "access-blocked": _l("may not see any pupil: access is blocked"),
    "out-of-reach": _l("is not at one of your locations any more"),
    "more-locations": _l("has locations that you do not have"),
}


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """One account to make, or one that gets a new password. Without `email` the password comes on screen."""

    person_id: int
    account_id: int | None
    kind: PersonKind
    number: str | None
    name: str
    group: str | None
    username: str
    email: str | None
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
    """Everything the check page shows."""

    chosen: int
    accounts: list[PlannedAccount] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def by_mail(self) -> int:
        return sum(line.email is not None for line in self.accounts)

    @property
    def on_screen(self) -> int:
        return len(self.accounts) - self.by_mail


def why_no_account(person: Person, has_account: bool, is_shut_out: bool = False) -> str | None:
    """The code of the reason why this person gets no account, or None (Z-087, Z-096).

    `is_shut_out`: a guardian whose access to every pupil is blocked (services/corrections/blocks.py).
    """
    if has_account:
        return "has-account"
    if person.left_on is not None:
        return "has-left"
    return "access-blocked" if is_shut_out else None


def why_no_reset(account: Account) -> str | None:
    """The code of the reason why this account gets no new password, or None (part 7 nr 20)."""
    if not account.active:
        return "inactive"
    return "blocked" if account.blocked else None


def mail_address(person: Person) -> str | None:
    """Where the details can be sent, or None: then they come on screen (Z-100, Z-101)."""
    return person.email if can_be_mailed(person.email) else None


def named(person: Person) -> Named:
    """The person as usernames.py wants it."""
    return Named(
        person.kind,
        person.last_name,
        person.first_name,
        person.initials,
        person.prefix,
        person.number,
        person.email,
    )


def taken_usernames(session: Session) -> set[str]:
    """All usernames of the installation in lower case; one query over one index."""
    return set(session.scalars(sa.select(sa.func.lower(Account.username))))


def plan_accounts(session: Session, actor: Actor, person_ids: Sequence[int]) -> AccountPlan:
    """What happens when these persons get an account, in the order of their names. Only persons in reach count."""
    taken = taken_usernames(session)
    people = list(_people(session, actor, person_ids))
    groups = _groups(session, [person.id for person, _has in people if person.kind is PersonKind.PUPIL])
    shut = shut_out(session, [person.id for person, _has in people if person.kind is PersonKind.GUARDIAN])
    plan = AccountPlan(len(person_ids))
    for person, has_account in people:
        if code := why_no_account(person, has_account, person.id in shut):
            plan.skipped.append(_skipped(person, None, code))
            continue
        choice = choose_username(named(person), taken)
        taken.add(choice.username)
        plan.accounts.append(_planned(person, None, groups, choice.username, choice.note))
    return plan


def plan_resets(session: Session, actor: Actor, account_ids: Sequence[int]) -> AccountPlan:
    """What happens when these accounts get a new password, in the order of their names."""
    accounts = list(_accounts(session, actor, account_ids))
    groups = _groups(session, [a.person_id for a in accounts if a.person.kind is PersonKind.PUPIL])
    further = further_among(session, actor, [account.id for account in accounts])
    plan = AccountPlan(len(account_ids))
    for account in accounts:
        if code := "more-locations" if account.id in further else why_no_reset(account):
            plan.skipped.append(_skipped(account.person, account.id, code))
        else:
            plan.accounts.append(_planned(account.person, account.id, groups, account.username, None))
    return plan


def slices(values: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    everything = list(values)
    return (everything[start : start + size] for start in range(0, len(everything), size))


def _people(session: Session, actor: Actor, person_ids: Sequence[int]) -> list[tuple[Person, bool]]:
    has_account = sa.exists().where(Account.person_id == Person.id, Account.seat == Seat.OWN).label("has_account")
    found = [
        (row[0], bool(row[1]))
        for part in slices(dict.fromkeys(person_ids))
        for row in session.execute(sa.select(Person, has_account).where(Person.id.in_(part), visible_persons(actor)))
    ]
    return sorted(found, key=lambda pair: (pair[0].sort_key, pair[0].id))


def _accounts(session: Session, actor: Actor, account_ids: Sequence[int]) -> list[Account]:
    found = [
        account
        for part in slices(dict.fromkeys(account_ids))
        for account in session.scalars(
            sa.select(Account)
            .join(Person, Person.id == Account.person_id)
            .options(joinedload(Account.person))
            .where(Account.id.in_(part), visible_accounts(actor))
        )
    ]
    return sorted(found, key=lambda account: (account.person.sort_key, account.id))


def _groups(session: Session, pupil_ids: list[int]) -> dict[int, str]:
    return {key: name for part in slices(pupil_ids) for key, name in home_groups(session, part).items()}


def _planned(
    person: Person, account_id: int | None, groups: dict[int, str], username: str, note: str | None
) -> PlannedAccount:
    return PlannedAccount(
        person.id,
        account_id,
        person.kind,
        person.number,
        person.list_name,
        groups.get(person.id),
        username,
        mail_address(person),
        note,
    )


def _skipped(person: Person, account_id: int | None, code: str) -> Skipped:
    return Skipped(person.id, account_id, person.kind, person.number, person.list_name, code)
