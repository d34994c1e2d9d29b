"""Why a person looks like this: where each value came from and when, when somebody left, and what runs said of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.models import Account, AuditLine, Person, PersonKey, PersonKind, SyncMessage, SyncRun
from app.roster import RosterMessage
from app.roster.messages import message_text
from app.services.access import Actor
from app.services.reach import visible_persons
from app.services.runs.messages import MENTIONED, read_messages

MOST_LINES: Final = 300  # of the log; what is older counts as unknown
MOST_MESSAGES: Final = 5
LATEST_RUNS: Final = 12
MADE: Final = frozenset({"roster-new", "person-created"})
ENROLLED: Final = ("location", "group", "year_of_study", "programme_code")  # come with a school year
OFTEN_EMPTY: Final = frozenset({"leaving_date"})  # told only when the log tells of it
OF_KIND: Final = {  # the fields of each kind, in the order of the page
    PersonKind.PUPIL: (
        *("number", "first_name", "prefix", "last_name", "birth_date", "gender", "email"),
        *("location", "group", "year_of_study", "programme_code", "leaving_date", "teaching_groups", "mentors"),
    ),
    PersonKind.GUARDIAN: (
        *("number", "initials", "prefix", "last_name", "gender", "email"),
        *("pupil", "relation", "receives_post", "has_authority"),
    ),
    PersonKind.STAFF: ("number", "first_name", "prefix", "last_name", "gender", "email", "groups"),
    PersonKind.OTHER: ("first_name", "prefix", "last_name", "email"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """A line of the log that gave a value. `who`: a name in reach; `by_account` when somebody did it in person."""

    at: datetime
    action: str
    run: SyncRun | None
    by_account: bool
    who: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a run said about this person."""

    run: SyncRun
    severity: str
    text: str


@dataclass(slots=True)
class Why:
    """All of it. `origins`: (field, its origin or None) in the order of the page; `known_since`: the oldest line."""

    origins: list[tuple[str, Origin | None]] = field(default_factory=list)
    known_since: datetime | None = None
    left: Origin | None = None
    said: list[Said] = field(default_factory=list)


def why(session: Session, actor: Actor, person: Person) -> Why:
    """Where the values of this person, who is in reach, came from. Two queries, however much happened."""
    lines = _lines(session, actor, person)
    found, made = _newest(lines)
    told = Why(known_since=lines[-1][0].at if lines else None, left=found.get("left_on") if person.left_on else None)
    shown = (name for name in OF_KIND[person.kind] if name in found or name not in OFTEN_EMPTY)
    told.origins = [(name, found.get(name, made)) for name in shown]
    told.said = _said(session, actor, person)
    return told


def _lines(session: Session, actor: Actor, person: Person) -> list[tuple[Origin, dict[str, Any]]]:
    """The lines of the log about this person, newest first."""
    doer, namesake = aliased(Account), aliased(Person)
    named = sa.and_(namesake.id == doer.person_id, _visible(actor, namesake))
    rows = session.execute(
        sa.select(AuditLine, SyncRun, namesake)
        .outerjoin(SyncRun, SyncRun.id == AuditLine.run_id)
        .outerjoin(doer, doer.id == AuditLine.actor_id)
        .outerjoin(namesake, named)
        .where(AuditLine.subject_kind == "person", AuditLine.subject_id == person.id)
        .where(AuditLine.institution_id == person.institution_id)
        .order_by(AuditLine.id.desc())
        .limit(MOST_LINES)
    )
    return [
        (Origin(line.at, line.action, run, line.actor_id is not None, who and who.full_name), line.details or {})
        for line, run, who in rows
    ]


def _visible(actor: Actor, people: type[Person]) -> sa.ColumnElement[bool]:
    """In reach, asked of an alias: whoever did it is another person than the one of the page."""
    return people.id.in_(sa.select(Person.id).where(visible_persons(actor)))


def _newest(lines: Iterable[tuple[Origin, dict[str, Any]]]) -> tuple[dict[str, Origin], Origin | None]:
    """The newest line of each field, and the one that made the person; what came before that is of somebody else."""
    found: dict[str, Origin] = {}
    for origin, details in lines:
        if origin.action in MADE:
            return found, origin
        for name in details:
            found.setdefault(name, origin)
        for name in ENROLLED if "school_year" in details else ():
            found.setdefault(name, origin)
    return found, None


def _said(session: Session, actor: Actor, person: Person) -> list[Said]:
    """What the latest runs said about this number or key; the newest first, at most MOST_MESSAGES.

    What was thrown away said nothing.
    """
    mine = sa.and_(SyncRun.institution_id == person.institution_id, SyncRun.status != "discarded")
    latest = sa.select(SyncRun.id).where(mine).order_by(SyncRun.id.desc()).limit(LATEST_RUNS)
    rows = session.execute(
        sa.select(SyncMessage, SyncRun)
        .join(SyncRun, SyncRun.id == SyncMessage.run_id)
        .where(SyncMessage.run_id.in_(latest), SyncMessage.kind == person.kind.value, _is_about(person))
        .order_by(SyncMessage.run_id.desc(), SyncMessage.id)
        .limit(MOST_MESSAGES)
    ).all()
    return [Said(run, row.severity, _text(session, actor, run, row)) for row, run in rows]


def _is_about(person: Person) -> sa.ColumnElement[bool]:
    """A message names somebody by number; by key only when nobody of that kind has it as number."""
    namesake = aliased(Person)
    numbered = (
        sa.exists()
        .where(namesake.institution_id == person.institution_id, namesake.kind == person.kind)
        .where(namesake.number == SyncMessage.key)
    )
    keyed = (
        sa.exists()
        .where(PersonKey.person_id == person.id, PersonKey.source == SyncRun.source)
        .where(PersonKey.key == SyncMessage.key)
    )
    return sa.or_(SyncMessage.key == (person.number or ""), sa.and_(keyed, ~numbered))


def _text(session: Session, actor: Actor, run: SyncRun, row: SyncMessage) -> str:
    """The sentence; one that names other people is read as on the page of its run, where reach is looked at."""
    if MENTIONED.keys() & (row.details or {}).keys():
        return read_messages(session, actor, run, [row])[0].text
    return message_text(RosterMessage(row.severity, row.kind, row.key, row.code, row.details or {}))
