"""Persons and accounts as plain rows, many at once: what the rules of the tasks look at."""

from collections.abc import Collection, Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Person, PersonKind, Seat, names
from app.services.access import Actor
from app.services.accounts.plan import PlannedAccount, Skipped
from app.services.accounts.reading import home_groups, visible_accounts
from app.services.accounts.usernames import Named
from app.services.bulk import pieces
from app.services.reach import visible_persons

ABOUT_PERSON: Final = (
    Person.kind,
    Person.number,
    Person.first_name,
    Person.initials,
    Person.prefix,
    Person.last_name,
    Person.email,
    Person.left_on,
    Person.sort_key,
    Person.institution_id,
)
ABOUT_ACCOUNT: Final = (
    Account.username,
    Account.role,
    Account.seat,
    Account.active,
    Account.blocked,
    Account.activated_at,
    Account.password_hash.is_not(None).label("has_password"),
)


def persons_in_reach(session: Session, actor: Actor, ids: Collection[int]) -> list[Any]:
    """Those of these persons whom the actor sees, in the order of their names, with `has_account`."""
    return _sorted(session, _persons().where(visible_persons(actor)), Person.id, ids)


def persons_locked(session: Session, ids: Collection[int]) -> dict[int, Any]:
    """These persons, locked, so that two batches do not race; by id. Who has an account is asked after the lock."""
    lock = sa.select(Person.id).where(Person.id.in_(list(ids))).order_by(Person.id).with_for_update(key_share=True)
    session.execute(lock)
    return {row.person_id: row for row in session.execute(_persons().where(Person.id.in_(list(ids))))}


def accounts_in_reach(session: Session, actor: Actor, ids: Collection[int]) -> list[Any]:
    """Those of these accounts that the actor sees, in the order of the names of their owners."""
    return _sorted(session, _accounts().where(visible_accounts(actor)), Account.id, ids)


def accounts_locked(session: Session, ids: Collection[int]) -> dict[int, Any]:
    """These accounts, locked; by id."""
    lock = sa.select(Account.id).where(Account.id.in_(list(ids))).order_by(Account.id).with_for_update(key_share=True)
    session.execute(lock)
    return {row.account_id: row for row in session.execute(_accounts().where(Account.id.in_(list(ids))))}


def _persons() -> sa.Select:
    own = sa.exists().where(Account.person_id == Person.id, Account.seat == Seat.OWN).correlate(Person)
    return sa.select(Person.id.label("person_id"), own.label("has_account"), *ABOUT_PERSON)


def _accounts() -> sa.Select:
    chosen = sa.select(Account.id.label("account_id"), Account.person_id, *ABOUT_ACCOUNT, *ABOUT_PERSON)
    return chosen.join(Person, Person.id == Account.person_id)


def _sorted(session: Session, chosen: sa.Select, key: Any, ids: Collection[int]) -> list[Any]:
    found = [row for part in pieces(dict.fromkeys(ids)) for row in session.execute(chosen.where(key.in_(part)))]
    return sorted(found, key=lambda row: (row.sort_key, row.person_id))


def groups_of(session: Session, rows: Iterable[Any]) -> dict[int, str]:
    """The home group of each pupil among these."""
    pupils = [row.person_id for row in rows if row.kind is PersonKind.PUPIL]
    return {key: name for part in pieces(pupils) for key, name in home_groups(session, part).items()}


def name_of(row: Any) -> str:
    """As lists show it."""
    return names.list_name(row.last_name, row.first_name or names.dotted(row.initials), row.prefix)


def named(row: Any, year: int) -> Named:
    """The person as usernames.py wants it, in this school year."""
    return Named(row.kind, row.last_name, row.first_name, row.initials, row.prefix, row.number, row.email, year)


def planned(
    row: Any, group: str | None, username: str, delivery: str | None = None, note: str | None = None
) -> PlannedAccount:
    """The line of who gets something."""
    about = (row.person_id, getattr(row, "account_id", None), row.kind, row.number, name_of(row))
    return PlannedAccount(*about, group, username, row.email, delivery, note)


def skipped(row: Any, code: str) -> Skipped:
    """The line of who gets nothing."""
    return Skipped(row.person_id, getattr(row, "account_id", None), row.kind, row.number, name_of(row), code)
