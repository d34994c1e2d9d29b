"""How far the details of an account are: queued, sent, refused, on paper, chosen a password, or expired.

Told of each account by its newest secret and the mail that carried it; nothing of it is stored.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.models import (
    Account,
    Enrolment,
    Group,
    IssuedSecret,
    Location,
    OutboxMail,
    Person,
    PersonKind,
    PersonLocation,
    Seat,
)
from app.services.access import ROLE_OF_KIND, Actor

from .reading import visible_accounts


class Arrival(enum.StrEnum):
    """Where the first details of an account are."""

    ACTIVATED = "activated"
    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    SHOWN = "shown"
    LETTER = "letter"
    EXPIRED = "expired"
    NONE = "none"


WORDS: Final = {
    Arrival.QUEUED: _l("Mail waits"),
    Arrival.SENT: _l("Mailed"),
    Arrival.REFUSED: _l("Mail refused"),
    Arrival.LETTER: _l("By letter"),
    Arrival.SHOWN: _l("On screen"),
    Arrival.EXPIRED: _l("Expired"),
    Arrival.NONE: _l("No details"),
    Arrival.ACTIVATED: _l("Chose a password"),
}
OPEN: Final = "open"  # everybody who did not choose a password yet


def arrival(now: datetime) -> sa.Case[str]:
    """The state of an account, as a column; of queries that joined `with_newest`."""
    came = sa.or_(Account.activated_at.is_not(None), Account.password_hash.is_not(None))
    lapsed = sa.and_(IssuedSecret.used_at.is_(None), IssuedSecret.expires_at <= now)
    return sa.case(
        (came, Arrival.ACTIVATED.value),
        (IssuedSecret.id.is_(None), Arrival.NONE.value),
        (OutboxMail.state == "waiting", Arrival.QUEUED.value),
        (OutboxMail.state.in_(("failed", "dropped")), Arrival.REFUSED.value),
        (lapsed, Arrival.EXPIRED.value),
        (OutboxMail.state == "sent", Arrival.SENT.value),
        (IssuedSecret.channel == "letter", Arrival.LETTER.value),
        else_=Arrival.SHOWN.value,
    )


def with_newest(chosen: sa.Select) -> sa.Select:
    """A choice from accounts, joined with the newest secret of each and the mail that carried it."""
    newest = (
        sa.select(sa.func.max(IssuedSecret.id).label("id"), IssuedSecret.account_id)
        .group_by(IssuedSecret.account_id)
        .subquery()
    )
    return (
        chosen.outerjoin(newest, newest.c.account_id == Account.id)
        .outerjoin(IssuedSecret, IssuedSecret.id == newest.c.id)
        .outerjoin(OutboxMail, OutboxMail.secret_id == IssuedSecret.id)
    )


def accounts_at(state: str, now: datetime) -> sa.ColumnElement[bool]:
    """The condition on Account: its details are there. `open`: no password was chosen yet."""
    if state == OPEN:
        return sa.and_(Account.activated_at.is_(None), Account.password_hash.is_(None))
    if state not in set(Arrival):
        return sa.false()
    found = with_newest(sa.select(Account.id)).where(arrival(now) == state)
    return Account.id.in_(found)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of one kind, location or group: per state; `filters`: of the list of accounts that shows them."""

    name: str
    filters: Mapping[str, str]
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        return self.total - self.counts.get(Arrival.ACTIVATED, 0)


def tallies(session: Session, now: datetime, actor: Actor) -> dict[str, list[Tally]]:
    """Per kind of person, location and home class of pupils how far the details are; of usable accounts in reach."""
    return {
        "kind": _by_kind(session, now, actor),
        "location": _by_location(session, now, actor),
        "group": _by_group(session, now, actor),
    }


def _counted(now: datetime, actor: Actor, *by: Any) -> sa.Select:
    state = arrival(now).label("arrival")  # one object: PostgreSQL takes two of the same for two columns
    chosen = sa.select(*by, state, sa.func.count(sa.distinct(Account.id))).select_from(Account)
    chosen = with_newest(chosen.join(Person, Person.id == Account.person_id))
    usable = (Account.seat == Seat.OWN, Account.active, ~Account.blocked, visible_accounts(actor))
    return chosen.where(*usable).group_by(*by, state)


def _by_kind(session: Session, now: datetime, actor: Actor) -> list[Tally]:
    found: dict[Any, dict[str, int]] = {}
    for kind, state, count in session.execute(_counted(now, actor, Person.kind)):
        found.setdefault(kind, {})[state] = count
    return [Tally(kind.label, {"role": ROLE_OF_KIND[kind].value}, found[kind]) for kind in PersonKind if kind in found]


def _by_location(session: Session, now: datetime, actor: Actor) -> list[Tally]:
    by = (Location.id, Location.name, Location.code)
    chosen = _counted(now, actor, *by)
    chosen = chosen.join(PersonLocation, PersonLocation.person_id == Person.id)
    chosen = chosen.join(Location, Location.id == PersonLocation.location_id)
    if actor.locations is not None:
        chosen = chosen.where(Location.id.in_(sorted(actor.locations)))
    found: dict[tuple[str, int, str], dict[str, int]] = {}
    for place, name, code, state, count in session.execute(chosen):
        found.setdefault((code, place, name), {})[state] = count
    return [Tally(name, {"location": str(place)}, counts) for (_code, place, name), counts in sorted(found.items())]


def _by_group(session: Session, now: datetime, actor: Actor) -> list[Tally]:
    newest = sa.select(sa.func.max(Enrolment.school_year)).where(Enrolment.institution_id == actor.institution_id)
    by = (Group.sort_key, Group.name)
    chosen = _counted(now, actor, *by)
    chosen = chosen.join(Enrolment, Enrolment.person_id == Person.id).join(Group, Group.id == Enrolment.group_id)
    chosen = chosen.where(Enrolment.school_year == newest.scalar_subquery())
    if actor.locations is not None:
        chosen = chosen.where(Group.location_id.in_(sorted(actor.locations)))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for key, name, state, count in session.execute(chosen):
        found.setdefault((key, name), {})[state] = count
    return [Tally(name, {"group": name, "role": "pupil"}, counts) for (_key, name), counts in sorted(found.items())]
