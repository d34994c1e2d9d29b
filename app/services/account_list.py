"""Reading accounts: which of them an actor sees, and what the screens show beside them. Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, joinedload

from ..errors import UnknownName
from ..models import (
    Account,
    AccountLocation,
    AuditLine,
    Enrolment,
    Group,
    GroupStaff,
    Location,
    Person,
    PersonKind,
    PersonLocation,
    Role,
    Seat,
)
from .access import HAS_LOCATIONS_BY_HAND, MANAGED, Actor
from .reach import visible_persons

HISTORY_LINES = 20


def visible_accounts(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Account joined with Person: accounts of persons in reach, never root or national (Z-092)."""
    return sa.and_(Account.role.in_(sorted(MANAGED)), visible_persons(actor))


def account_in_reach(session: Session, actor: Actor, account_id: int) -> Account:
    """The account with its person. Raises UnknownName, the same for absent and for not allowed (R52)."""
    found = session.scalar(
        sa.select(Account)
        .join(Person, Person.id == Account.person_id)
        .options(joinedload(Account.person))
        .where(Account.id == account_id)
        .where(visible_accounts(actor))
    )
    if found is None:
        raise UnknownName(_("This account does not exist."))
    return found


def without_account(kind: PersonKind) -> sa.ColumnElement[bool]:
    """The condition on Person: of this kind, and without an own account (Z-096)."""
    taken = sa.exists().where(Account.person_id == Person.id, Account.seat == Seat.OWN)
    return sa.and_(Person.kind == kind, ~taken)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many persons of a kind have no account, and how many of those have no e-mail address."""

    kind: PersonKind
    persons: int
    without_email: int


def count_without_account(session: Session, actor: Actor) -> list[Waiting]:
    """For the choice of the dialog: the four kinds with their numbers (Z-095)."""
    return [_waiting(session, actor, kind) for kind in PersonKind]


def _waiting(session: Session, actor: Actor, kind: PersonKind) -> Waiting:
    silent = sa.func.sum(sa.case((sa.func.coalesce(Person.email, "") == "", 1), else_=0))
    persons, without = session.execute(
        sa.select(sa.func.count(), silent)
        .select_from(Person)
        .where(without_account(kind), Person.left_on.is_(None), visible_persons(actor, kind))
    ).one()
    return Waiting(kind, persons, without or 0)


def home_groups(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """The home group of each pupil in the newest school year (Z-129); one query for a whole page."""
    rows = session.execute(
        sa.select(Enrolment.person_id, Group.name)
        .join(Group, Group.id == Enrolment.group_id)
        .where(Enrolment.person_id.in_(person_ids))
        .order_by(Enrolment.school_year)
    )
    return {row.person_id: row.name for row in rows}  # the newest year comes last and stays


def locations_of_accounts(session: Session, actor: Actor, accounts: Iterable[Account]) -> dict[int, list[str]]:
    """Per account the names of its locations that this actor reaches; at most two queries for a whole page.

    Administrators: the coupled ones. (Care) managers: coupled or by group. Staff: by group alone (Z-176). Others: all.
    """
    accounts = list(accounts)
    coupled = _coupled(session, [account.id for account in accounts if account.role in HAS_LOCATIONS_BY_HAND])
    placed = _placed(session, [account.person_id for account in accounts if account.role != Role.ADMINISTRATOR])
    names = _location_names(session, actor)
    found: dict[int, list[str]] = {}
    for account in accounts:
        places = coupled[account.id] | (
            {place for place, by_group in placed[account.person_id] if by_group or account.role not in _BY_GROUP}
        )
        found[account.id] = [name for place, name in names.items() if place in places]
    return found


_BY_GROUP = frozenset({Role.STAFF, Role.CARE_MANAGER, Role.ADMINISTRATOR})


def _coupled(session: Session, account_ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    if account_ids:
        chosen = sa.select(AccountLocation.account_id, AccountLocation.location_id)
        for row in session.execute(chosen.where(AccountLocation.account_id.in_(account_ids))):
            found[row.account_id].add(row.location_id)
    return found


def _placed(session: Session, person_ids: Collection[int]) -> dict[int, set[tuple[int, bool]]]:
    found: dict[int, set[tuple[int, bool]]] = defaultdict(set)
    if person_ids:
        columns = sa.select(PersonLocation.person_id, PersonLocation.location_id, PersonLocation.by_group)
        for row in session.execute(columns.where(PersonLocation.person_id.in_(person_ids))):
            found[row.person_id].add((row.location_id, row.by_group))
    return found


def _location_names(session: Session, actor: Actor) -> dict[int, str]:
    """The names of the locations within reach, in the order of the alphabet."""
    chosen = sa.select(Location.id, Location.name).where(Location.institution_id == actor.institution_id)
    if actor.locations is not None:
        chosen = chosen.where(Location.id.in_(actor.locations))
    return {row.id: row.name for row in session.execute(chosen.order_by(Location.name, Location.code))}


def groups_of_owner(session: Session, actor: Actor, person: Person) -> list[str]:
    """The groups of a staff member, or the home group of a pupil, within reach."""
    if person.kind is PersonKind.PUPIL:
        return [name for name in [home_groups(session, [person.id]).get(person.id)] if name]
    if person.kind is not PersonKind.STAFF:
        return []
    chosen = (
        sa.select(Group.name)
        .join(GroupStaff, GroupStaff.group_id == Group.id)
        .where(GroupStaff.person_id == person.id)
        .where(Group.school_year == sa.select(sa.func.max(Group.school_year)).scalar_subquery())
        .order_by(Group.sort_key)
    )
    if actor.locations is not None:
        chosen = chosen.where(Group.location_id.in_(actor.locations))
    return list(session.scalars(chosen))


def history(session: Session, account: Account) -> list[AuditLine]:
    """What happened to this account, newest first."""
    return list(
        session.scalars(
            sa.select(AuditLine)
            .where(AuditLine.institution_id == account.institution_id)
            .where(AuditLine.subject_kind == "account", AuditLine.subject_id == account.id)
            .order_by(AuditLine.id.desc())
            .limit(HISTORY_LINES)
        )
    )
