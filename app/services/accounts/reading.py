"""Reading accounts: which of them an actor sees, and what the screens show beside them. Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, aliased, joinedload

from app.errors import UnknownName
from app.models import (
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
)
from app.services.access import HAS_LOCATIONS_BY_HAND, MANAGED, Actor
from app.services.reach import reached_accounts, visible_persons

HISTORY_LINES = 20


def visible_accounts(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on Account: of persons in reach, never root or national (Z-092). Asks nothing of Person."""
    return sa.and_(Account.role.in_(sorted(MANAGED)), reached_accounts(actor))


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
    return sa.and_(Person.kind == kind, ~Person.has_account)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many persons of a kind have no account, and how many of those have no e-mail address."""

    kind: PersonKind
    persons: int
    without_email: int


def count_without_account(session: Session, actor: Actor) -> list[Waiting]:
    """For the choice of the dialog: the four kinds with their numbers (Z-095); one query."""
    each = [  # two counts, each with an index of its own
        sa.select(sa.literal(kind.value), sa.literal(what), sa.func.count())
        .select_from(Person)
        .where(without_account(kind), Person.left_on.is_(None), visible_persons(actor, kind), condition)
        for kind in PersonKind
        for what, condition in (("all", sa.true()), ("silent", Person.email.is_(None)))
    ]
    found = {(kind, what): number for kind, what, number in session.execute(sa.union_all(*each))}
    return [Waiting(kind, found[kind, "all"], found[kind, "silent"]) for kind in PersonKind]


def home_groups(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """The home group of each pupil in the newest school year (Z-129); one query for a whole page."""
    rows = session.execute(
        sa.select(Enrolment.person_id, Group.name)
        .join(Group, Group.id == Enrolment.group_id)
        .where(Enrolment.person_id.in_(person_ids))
        .order_by(Enrolment.school_year)
    )
    return {row.person_id: row.name for row in rows}  # the newest year comes last and stays


@dataclass(frozen=True, slots=True)
class AccountNotes:
    """What stands beside accounts: per account its locations within reach, and the home group of a pupil (Z-129)."""

    locations: dict[int, list[str]]
    groups: dict[int, str]


def notes_of_accounts(session: Session, actor: Actor, accounts: Iterable[Account]) -> AccountNotes:
    """Everything beside these accounts, looked up with one query for a whole page.

    Locations of administrators: the coupled ones. (Care) managers: coupled or by group. Staff: by group alone (Z-176).
    Others: all.
    """
    accounts = list(accounts)
    found: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    for what, owner, name, order in session.execute(_beside(actor, accounts)):
        found[what, owner].append((name, order))
    places = {account.id: _places(account, found) for account in accounts}
    homes = {account.id: found.get(("home", account.person_id)) for account in accounts}
    return AccountNotes(places, {key: max(years, key=lambda year: year[1])[0] for key, years in homes.items() if years})


def _places(account: Account, found: dict[tuple[str, int], list[tuple[str, str]]]) -> list[str]:
    """The names of the locations of one account, in the order of the alphabet."""
    ways = [("coupled", account.id)] if account.role in HAS_LOCATIONS_BY_HAND else []
    if account.role != Role.ADMINISTRATOR:
        ways.append(("group", account.person_id))
    if account.role not in (Role.STAFF, Role.CARE_MANAGER, Role.ADMINISTRATOR):
        ways.append(("person", account.person_id))
    return [name for name, _code in sorted({place for way in ways for place in found.get(way, ())})]


def _beside(actor: Actor, accounts: list[Account]) -> sa.CompoundSelect:
    """Rows (what, account or person id, name, order)."""
    reached = Location.institution_id == actor.institution_id
    if actor.locations is not None:
        reached = sa.and_(reached, Location.id.in_(sorted(actor.locations)))
    by_hand = [account.id for account in accounts if account.role in HAS_LOCATIONS_BY_HAND]
    persons = sorted({account.person_id for account in accounts})
    way = sa.case((PersonLocation.by_group, "group"), else_="person")
    return sa.union_all(
        sa.select(sa.literal("coupled").label("what"), AccountLocation.account_id, Location.name, Location.code)
        .join(Location, Location.id == AccountLocation.location_id)
        .where(AccountLocation.account_id.in_(by_hand), reached),
        sa.select(way, PersonLocation.person_id, Location.name, Location.code)
        .join(Location, Location.id == PersonLocation.location_id)
        .where(PersonLocation.person_id.in_(persons), reached),
        sa.select(sa.literal("home"), Enrolment.person_id, Group.name, sa.cast(Enrolment.school_year, sa.String(6)))
        .join(Group, Group.id == Enrolment.group_id)
        .where(Enrolment.person_id.in_(persons)),
    )


def groups_of_owner(session: Session, actor: Actor, person: Person) -> list[str]:
    """The groups of a staff member, or the home group of a pupil, within reach."""
    if person.kind is PersonKind.PUPIL:
        return [name for name in [home_groups(session, [person.id]).get(person.id)] if name]
    if person.kind is not PersonKind.STAFF:
        return []
    newest = sa.select(sa.func.max(Group.school_year)).where(Group.institution_id == person.institution_id)
    chosen = (
        sa.select(Group.name)
        .join(GroupStaff, GroupStaff.group_id == Group.id)
        .where(GroupStaff.person_id == person.id)
        .where(Group.school_year == newest.scalar_subquery())
        .order_by(Group.sort_key)
    )
    if actor.locations is not None:
        chosen = chosen.where(Group.location_id.in_(actor.locations))
    return list(session.scalars(chosen))


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history of an account. `by`: a username, "scheduler" or "command"; None when out of reach."""

    action: str
    details: dict[str, Any]
    at: datetime
    by: str | None


def history(session: Session, actor: Actor, account: Account) -> list[Happening]:
    """What happened to this account, newest first; who did it and where, as far as within reach (R47)."""
    doer, person = aliased(Account), sa.select(Person.id).where(visible_persons(actor))
    seen = sa.or_(AuditLine.actor_id.is_(None), doer.person_id.in_(person))
    rows = session.execute(
        sa.select(AuditLine, seen)
        .outerjoin(doer, doer.id == AuditLine.actor_id)
        .where(AuditLine.institution_id == account.institution_id)
        .where(AuditLine.subject_kind == "account", AuditLine.subject_id == account.id)
        .order_by(AuditLine.id.desc())
        .limit(HISTORY_LINES)
    ).all()
    codes = _codes_in_reach(session, actor)
    return [
        Happening(line.action, _masked(line.details, codes), line.at, line.actor_name if named else None)
        for line, named in rows
    ]


def _codes_in_reach(session: Session, actor: Actor) -> set[str]:
    chosen = sa.select(Location.code).where(Location.institution_id == actor.institution_id)
    if actor.locations is not None:
        chosen = chosen.where(Location.id.in_(sorted(actor.locations)))
    return set(session.scalars(chosen))


def _masked(details: Mapping[str, Any], codes: Collection[str]) -> dict[str, Any]:
    """The details with "…" for each location out of reach."""
    if "locations" not in details:
        return dict(details)
    told = [[code if code in codes else "…" for code in side or ()] for side in details["locations"]]
    return {**details, "locations": told}
