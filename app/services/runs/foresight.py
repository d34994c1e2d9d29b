"""A dry run to the end: what the changes of a roster would mean for accounts. Nothing here happens by itself.

Which username new people would get, which accounts of leavers would be proposed for deactivation (part 7 nr 23), and
who would be seen from a location no more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, PersonKind, Seat
from app.roster import RosterMessage
from app.services.accounts.plan import taken_usernames
from app.services.accounts.schemes import schemes_of
from app.services.accounts.usernames import Named, choose_username
from app.services.bulk import pieces
from app.services.roster.gate.weighed import Weighed
from app.services.roster.gate.words import location_names
from app.services.roster.plan.changes import PEOPLE, Change, Plan
from app.services.roster.plan.known import PERSON_FIELDS

NAMED_BY: Final = ("last_name", "first_name", "initials", "prefix", "number", "email")
MOST_NAMED: Final = 500  # new people whose username is foreseen: as many as a preview shows


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would follow. By ref of the plan: an id, or a number below zero for who is new."""

    usernames: Mapping[int, str] = field(default_factory=dict)  # of new people, when they get an account
    closing: Mapping[int, str] = field(default_factory=dict)  # leavers whose account works: its username
    lost: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # names of locations they are seen from no more

    def fields_of(self, change: Change) -> Iterator[list[Any]]:
        """What belongs to this change, as further [field, old, new] of it. Refs of groups and locations are others."""
        if change.kind not in PEOPLE:
            return
        if change.what == "new" and change.ref in self.usernames:
            yield ["username", None, self.usernames[change.ref]]
        if change.what == "gone" and change.ref in self.closing:
            yield ["account", self.closing[change.ref], None]
        for name in self.lost.get(change.ref, ()) if change.what == "changed" else ():
            yield ["access", name, None]

    def messages(self, changes: Iterable[Change]) -> Iterator[RosterMessage]:
        """The same as messages, for who reads no page."""
        codes = {"username": "username-foreseen", "account": "account-foreseen", "access": "access-foreseen"}
        for change in changes:
            for name, old, new in self.fields_of(change):
                yield RosterMessage("info", change.kind, change.number, codes[name], {name: old or new})


def foresee_accounts(session: Session, weighed: Weighed, year: int) -> Foresight:
    """What this plan of this school year would mean for accounts. At most a handful of queries."""
    plan = weighed.plan
    if plan.is_empty:
        return Foresight()
    usernames = _usernames(session, plan, weighed.known.institution_id, year)
    return Foresight(usernames, _closing(session, plan), _lost(weighed))


def _usernames(session: Session, plan: Plan, institution_id: int, year: int) -> dict[int, str]:
    new = plan.rows["person"].new[:MOST_NAMED]
    taken = taken_usernames(session) if new else set()
    schemes = schemes_of(session, institution_id) if new else {}
    found: dict[int, str] = {}
    for ref, kind, *values in new:
        told = dict(zip(PERSON_FIELDS, values, strict=True))
        person = Named(PersonKind(kind), year=year, **{name: told[name] for name in NAMED_BY})
        found[ref] = choose_username(person, taken, scheme=schemes.get(person.kind)).username
        taken.add(found[ref])
    return found


def _closing(session: Session, plan: Plan) -> dict[int, str]:
    gone = [change.ref for change in plan.changes if change.what == "gone" and change.kind in PEOPLE]
    works = sa.and_(Account.seat == Seat.OWN, Account.active, ~Account.blocked)
    chosen = sa.select(Account.person_id, Account.username).where(works)
    return {
        person_id: username
        for part in pieces(gone)
        for person_id, username in session.execute(chosen.where(Account.person_id.in_(part)))
    }


def _lost(weighed: Weighed) -> dict[int, tuple[str, ...]]:
    names = location_names(weighed.known, weighed.plan)
    found: dict[int, tuple[str, ...]] = {}
    for part, people in weighed.lost.items():
        if part.location_id in names:
            for person_id in people:
                found[person_id] = (*found.get(person_id, ()), names[part.location_id][1])
    return found
