"""Reading the merges of a school, for who may see both persons: who stayed, and who was merged into it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict, UnknownName
from app.models import Account, Merge, Person, PersonKind, names
from app.services.access import Actor, require_administrator
from app.services.reach import visible_persons


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A merge as the list shows it. `by`: the username of who did it; None when that account is no more."""

    id: int
    kept: Person
    absorbed_id: int
    absorbed: str
    number: str | None
    at: datetime
    by: str | None


def list_merges(session: Session, actor: Actor) -> list[MergeLine]:
    """The merges within reach, the newest first."""
    require_administrator(actor)
    rows = session.execute(
        sa.select(Merge, Person, Account.username)
        .join(Person, Person.id == Merge.kept_id)
        .outerjoin(Account, Account.id == Merge.made_by)
        .where(visible_persons(actor))
        .order_by(Merge.id.desc())
    )
    return [_line(*row) for row in rows if _was_in_reach(actor, row[0])]


def merge_in_reach(session: Session, actor: Actor, merge_id: int) -> Merge:
    """One merge. Raises UnknownName, the same for absent and for out of reach (R52); Conflict while who stayed is
    itself merged into somebody: then that merge is split first."""
    require_administrator(actor)
    found = session.get(Merge, merge_id, populate_existing=True)
    if found is not None and found.institution_id == actor.institution_id and _was_in_reach(actor, found):
        if session.scalar(sa.select(Person.id).where(Person.id == found.kept_id, visible_persons(actor))):
            return found
        if session.scalar(sa.select(Merge.id).where(Merge.absorbed_id == found.kept_id)):
            raise Conflict(_("Who stayed was merged with somebody else since. Split that merge first."))
    raise UnknownName(_("This merge does not exist."))


def line_of(session: Session, done: Merge) -> MergeLine:
    """This merge as the list shows it."""
    by = session.scalar(sa.select(Account.username).where(Account.id == done.made_by))
    return _line(done, session.get_one(Person, done.kept_id), by)


def _line(done: Merge, kept: Person, by: str | None) -> MergeLine:
    was = done.rows["person"]
    called = was["first_name"] or names.dotted(was["initials"])
    name = names.list_name(was["last_name"], called, was["prefix"])
    return MergeLine(done.id, kept, done.absorbed_id, name, was["number"], done.made_at, by)


def _was_in_reach(actor: Actor, done: Merge) -> bool:
    """Whether this actor would see the person who was merged: as visible_persons, by the rows of before."""
    if actor.is_machine:
        return True
    kind = done.rows["person"]["kind"]
    places = {row["location_id"] for _fate, _column, row in done.rows["rows"].get("person_location", ())}
    if kind == PersonKind.OTHER or (kind == PersonKind.STAFF and not places):
        return bool(actor.locations)
    return not places.isdisjoint(actor.locations or ())
