"""What the welcome screen tells: who is there, and for an administrator what asks for attention, within reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import last_weekly_moment
from app.models import (
    Account,
    Institution,
    Location,
    OutboxMail,
    Person,
    PersonKind,
    Seat,
    SourceConnection,
    SyncMessage,
    SyncRun,
)
from app.services.accounts.reading import visible_accounts
from app.services.mail.outbox import mails_in_reach

from .access import ROLE_OF_KIND, Actor
from .reach import visible_persons
from .runs.requests import SHOWN
from .watchdog import Worry, worries

MOST_TO_JUDGE: Final = 3


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose account this is, for the greeting."""

    called: str
    full_name: str
    email: str | None
    username: str
    school: str | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of the roster; `messages` without what is only information."""

    id: int
    status: str
    at: datetime
    pupils: int
    messages: int
    reason: str | None

    @property
    def to_judge(self) -> bool:
        """Whether it waits for a decision of an administrator: nothing was changed yet."""
        return self.status in ("held", "preview")


@dataclass(frozen=True, slots=True)
class Activated:
    """Of the accounts of one kind of person: how many there are, and how many owners chose a password."""

    kind: PersonKind
    accounts: int
    activated: int

    @property
    def percent(self) -> int:
        return self.activated * 100 // self.accounts if self.accounts else 0


@dataclass(frozen=True, slots=True)
class Attention:
    """What an administrator should look at now; every number is within the administrator's reach (Z-186)."""

    locations: int
    coupled: int
    last_run: LastRun | None
    to_judge: list[LastRun]  # what waits for a decision, the newest few
    weekly_at: datetime | None  # None: no school system is connected, so nothing runs by itself
    without_account: Mapping[PersonKind, int]
    leavers: int
    oldest_leaver: date | None
    failed_mails: int
    waiting_mails: int
    activated: list[Activated]
    worries: list[Worry]  # of the quiet watchdog


def greeted(session: Session, actor: Actor) -> Owner:
    """The owner of the actor's account, with one query."""
    row = session.execute(
        sa.select(Account.username, Person, Institution.name.label("school"))
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Institution, Institution.id == Account.institution_id)
        .where(Account.id == actor.account_id)
    ).one()
    person = row.Person
    return Owner(person.first_name or person.full_name, person.full_name, person.email, row.username, row.school)


def attention(session: Session, now: datetime, actor: Actor) -> Attention:
    """All facts of the welcome screen of an administrator, in eleven queries whatever the size of the school."""
    leavers, oldest = _leavers(session, actor)
    mails = _mails(session, actor)
    return Attention(
        locations=_locations(session, actor),
        coupled=len(actor.locations or ()),
        last_run=last_run(session, actor),
        to_judge=runs_to_judge(session, actor),
        weekly_at=_weekly_at(session, now, actor),
        without_account=_without_account(session, actor),
        leavers=leavers,
        oldest_leaver=oldest,
        failed_mails=mails.get("failed", 0),
        waiting_mails=mails.get("waiting", 0),
        activated=_activated(session, actor),
        worries=worries(session, now, actor.institution_id) if actor.institution_id else [],
    )


def last_run(session: Session, actor: Actor) -> LastRun | None:
    """The newest run that somebody should know of; one that was thrown away, or an undo, does not count."""
    found = _newest(session, actor, 1, SyncRun.status != "discarded", SyncRun.undo_of.is_(None))
    return found[0] if found else None


def runs_to_judge(session: Session, actor: Actor) -> list[LastRun]:
    """The newest few runs that wait for a decision, also those that a later run of another source followed."""
    return _newest(session, actor, MOST_TO_JUDGE, SyncRun.status.in_(SHOWN))


def _newest(session: Session, actor: Actor, most: int, *where: sa.ColumnElement[bool]) -> list[LastRun]:
    messages = (
        sa.select(sa.func.count())
        .where(SyncMessage.run_id == SyncRun.id, SyncMessage.severity != "info")
        .scalar_subquery()
    )
    columns = (SyncRun.id, SyncRun.status, SyncRun.started_at, SyncRun.created_at, SyncRun.counts, SyncRun.reason)
    chosen = sa.select(*columns, messages.label("messages")).where(SyncRun.institution_id == actor.institution_id)
    return [
        LastRun(
            row.id,
            row.status,
            row.started_at or row.created_at,
            (row.counts or {}).get("pupils", {}).get("seen", 0),
            row.messages,
            row.reason,
        )
        for row in session.execute(chosen.where(*where).order_by(SyncRun.id.desc()).limit(most))
    ]


def _locations(session: Session, actor: Actor) -> int:
    chosen = sa.select(sa.func.count()).select_from(Location)
    return session.scalar(chosen.where(Location.institution_id == actor.institution_id)) or 0


def _weekly_at(session: Session, now: datetime, actor: Actor) -> datetime | None:
    """The next weekly run (Z-219), or None without a connected source."""
    connected = sa.exists().where(SourceConnection.institution_id == Institution.id)
    chosen = sa.select(Institution.weekly_day, Institution.weekly_hour)
    row = session.execute(chosen.where(Institution.id == actor.institution_id, connected)).first()
    return last_weekly_moment(now + timedelta(days=7), row.weekly_day, row.weekly_hour) if row else None


def _without_account(session: Session, actor: Actor) -> dict[PersonKind, int]:
    """Persons of today without an own account, per kind; kinds without any are left out (Z-096)."""
    rows = session.execute(
        sa.select(Person.kind, sa.func.count())
        .where(Person.left_on.is_(None), ~Person.has_account, visible_persons(actor))
        .where(~_administers())
        .group_by(Person.kind)
    )
    found = {row[0]: row[1] for row in rows}
    return {kind: found[kind] for kind in PersonKind if found.get(kind)}


def _administers() -> sa.ColumnElement[bool]:
    """A hand-made person who only administers needs no own account: not something to do."""
    account = sa.exists().where(Account.person_id == Person.id, Account.seat == Seat.ADMINISTRATION)
    return sa.and_(Person.hand_made, account)


def _leavers(session: Session, actor: Actor) -> tuple[int, date | None]:
    """Who left the roster while the account still works: proposed for deactivation (part 7 nr 23)."""
    row = session.execute(
        sa.select(sa.func.count(), sa.func.min(Person.left_on))
        .select_from(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Person.left_on.is_not(None), Account.active, ~Account.blocked, visible_accounts(actor))
    ).one()
    return row[0], row[1]


def _mails(session: Session, actor: Actor) -> dict[str, int]:
    chosen = sa.select(OutboxMail.state, sa.func.count()).where(OutboxMail.state.in_(("failed", "waiting")))
    rows = session.execute(chosen.where(mails_in_reach(actor)).group_by(OutboxMail.state))
    return {row[0]: row[1] for row in rows}


def _activated(session: Session, actor: Actor) -> list[Activated]:
    """Per kind of person: own accounts in use, and those of them whose owner chose a password."""
    chosen = sa.func.count(Account.activated_at)
    rows = session.execute(
        sa.select(Person.kind, sa.func.count(), chosen)
        .select_from(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Account.active, Account.seat == Seat.OWN, visible_accounts(actor))
        .group_by(Person.kind)
    )
    found = {row[0]: Activated(row[0], row[1], row[2]) for row in rows}
    return [found[kind] for kind in ROLE_OF_KIND if kind in found]
