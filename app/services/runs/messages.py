"""What a run said about persons, groups and locations, as far as the reader may see them (R47, Z-242 to Z-244).

A message names its record by number or technical key: the key counts only when nobody of that kind has the number. It
is shown when everything here that it may mean is in reach, or when nothing here has that key: a record that was skipped
belongs to no location yet, and somebody must be able to mend it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Group, Location, LocationKey, Person, PersonKey, PersonKind, SyncMessage, SyncRun
from app.roster import RosterMessage
from app.roster.field_names import field_text
from app.roster.messages import message_text
from app.services.access import Actor
from app.services.reach import visible_groups, visible_persons

from .reading import SEVERITIES, Page, page_of

MESSAGES_A_PAGE = 25
KEYS_A_QUERY = 500  # databases limit the values of one statement
MENTIONED = {"pupil": "pupil", "guardian": "guardian", "mentor": "staff"}  # value of a message: the kind it names
Meant = dict[tuple[str, str], dict[Person, bool]]  # (kind, name): who it may mean, and whether in reach
PERSON_KINDS = tuple(kind.value for kind in PersonKind)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message as it is read: the record by number, its person when known, how bad, and the sentence.

    `field`: what it is about, in words; `value`: what stood there in the source.
    """

    severity: str
    kind: str
    key: str
    text: str
    person: Person | None = None
    code: str = ""
    field: str = ""
    value: str = ""


def list_messages(session: Session, actor: Actor, run: SyncRun, severity: str | None = None, wanted: int = 1) -> Page:
    """A page of the messages, worst first; `hidden` counts those about records outside the actor's reach."""
    mine = _of_run(run, severity)
    everything = session.scalar(sa.select(sa.func.count()).select_from(SyncMessage).where(mine)) or 0
    seen = sa.and_(mine, visible_messages(actor, run))
    total = session.scalar(sa.select(sa.func.count()).select_from(SyncMessage).where(seen)) or 0
    number = page_of(total, wanted, MESSAGES_A_PAGE)
    chosen = _ordered(seen).limit(MESSAGES_A_PAGE).offset((number - 1) * MESSAGES_A_PAGE)
    lines = read_messages(session, actor, run, session.scalars(chosen).all())
    return Page(lines, total, number, MESSAGES_A_PAGE, hidden=everything - total)


def all_messages(session: Session, actor: Actor, run: SyncRun, severity: str | None = None) -> list[MessageLine]:
    """Every message in reach, for a file."""
    chosen = _ordered(sa.and_(_of_run(run, severity), visible_messages(actor, run)))
    return read_messages(session, actor, run, session.scalars(chosen).all())


def _of_run(run: SyncRun, severity: str | None) -> sa.ColumnElement[bool]:
    mine = SyncMessage.run_id == run.id
    return sa.and_(mine, SyncMessage.severity == severity) if severity in SEVERITIES else mine


def _ordered(condition: sa.ColumnElement[bool]) -> sa.Select[tuple[SyncMessage]]:
    worst = sa.case({name: place for place, name in enumerate(SEVERITIES)}, value=SyncMessage.severity, else_=9)
    return sa.select(SyncMessage).where(condition).order_by(worst, SyncMessage.id)


def visible_messages(actor: Actor, run: SyncRun) -> sa.ColumnElement[bool]:
    """The condition on SyncMessage for what this actor may read."""
    if actor.is_machine:
        return sa.true()
    by_number, by_key = _by_number(run), _by_key(run)
    unseen = _not(visible_persons(actor))
    somebody = sa.and_(~by_number.where(unseen), sa.or_(by_number, ~by_key.where(unseen)))
    group = (
        sa.exists()
        .where(Group.institution_id == run.institution_id, Group.source == run.source)
        .where(Group.source_key == SyncMessage.key)
    )
    place = (
        sa.exists()
        .where(Location.institution_id == run.institution_id)
        .where(sa.or_(Location.code == SyncMessage.key, Location.id.in_(_keyed_location(run))))
    )
    far_group, far_place = group.where(_not(visible_groups(actor))), place.where(_not(_own_places(actor)))
    return sa.or_(
        sa.and_(SyncMessage.kind.in_(PERSON_KINDS), somebody),
        sa.and_(SyncMessage.kind == "group", ~far_group),
        sa.and_(SyncMessage.kind == "location", ~far_place),
        SyncMessage.kind.not_in((*PERSON_KINDS, "group", "location")),
    )


def _not(reached: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Out of reach, also where the condition is neither true nor false: who is seen from nowhere."""
    return ~sa.func.coalesce(reached, sa.false())


def _own_places(actor: Actor) -> sa.ColumnElement[bool]:
    return Location.id.in_(sorted(actor.locations or {0}))


def _by_number(run: SyncRun) -> sa.Exists:
    """Somebody of this institution has the number of the message."""
    return (
        sa.exists()
        .where(Person.institution_id == run.institution_id)
        .where(Person.kind == sa.type_coerce(SyncMessage.kind, Person.kind.type))
        .where(Person.number == SyncMessage.key)
    )


def _by_key(run: SyncRun) -> sa.Exists:
    """Somebody is known to this source by the key of the message. Apart from the number, so both use an index."""
    return (
        sa.exists()
        .where(PersonKey.institution_id == run.institution_id, PersonKey.source == run.source)
        .where(PersonKey.kind == sa.type_coerce(SyncMessage.kind, PersonKey.kind.type))
        .where(PersonKey.key == SyncMessage.key, Person.id == PersonKey.person_id)
    )


def _keyed_location(run: SyncRun) -> sa.Select[tuple[int]]:
    return (
        sa.select(LocationKey.location_id)
        .where(LocationKey.institution_id == run.institution_id)
        .where(LocationKey.source == run.source, LocationKey.key == SyncMessage.key)
        .correlate(SyncMessage)
    )


def read_messages(session: Session, actor: Actor, run: SyncRun, rows: Sequence[SyncMessage]) -> list[MessageLine]:
    """The sentences, with the person when it is known and in reach. Few queries for a page."""
    people = known_people(session, actor, run, ((row.kind, row.key) for row in rows))
    unseen = _mentioned_out_of_reach(session, actor, run, rows)

    def line(row: SyncMessage) -> MessageLine:
        said = {
            name: "…" if (MENTIONED.get(name), value) in unseen else value
            for name, value in (row.details or {}).items()
        }
        text = message_text(RosterMessage(row.severity, row.kind, row.key, row.code, said))
        field = field_text(said["field"]) if "field" in said else ""
        person = people.get((row.kind, row.key))
        return MessageLine(row.severity, row.kind, row.key, text, person, row.code, field, said.get("value", ""))

    return [line(row) for row in rows]


def _mentioned_out_of_reach(
    session: Session, actor: Actor, run: SyncRun, rows: Sequence[SyncMessage]
) -> set[tuple[str, str]]:
    """Whom a message names besides its own record, though the reader may not see that person."""
    mentioned = {
        (MENTIONED[name], value) for row in rows for name, value in (row.details or {}).items() if name in MENTIONED
    }
    if not mentioned:
        return set()
    everybody = Actor("reader", institution_id=run.institution_id)
    known, seen = (known_people(session, one, run, mentioned).keys() for one in (everybody, actor))
    return set(known - seen)


def known_people(
    session: Session, actor: Actor, run: SyncRun, names: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Person]:
    """The persons in reach behind (kind, number or key); the key counts only when nobody of that kind has the number.

    Nobody is behind a name that also means somebody out of reach.
    """
    wanted = {(kind, key) for kind, key in names if kind in PERSON_KINDS and key}
    by_number: Meant = defaultdict(dict)
    by_key: Meant = defaultdict(dict)
    for keys in _some(sorted({key for _kind, key in wanted})):
        seen = sa.func.coalesce(visible_persons(actor), sa.false())
        everybody = sa.select(Person, seen).where(Person.institution_id == run.institution_id)
        for person, reached in session.execute(everybody.where(Person.number.in_(keys))):
            by_number[person.kind.value, person.number or ""][person] = reached
        known = (PersonKey.source == run.source, PersonKey.kind == Person.kind, PersonKey.key.in_(keys))
        keyed = everybody.add_columns(PersonKey.key).join(PersonKey, PersonKey.person_id == Person.id)
        for person, reached, key in session.execute(keyed.where(*known)):
            by_key[person.kind.value, key][person] = reached
    meant = {name: by_number.get(name) or by_key.get(name) or {} for name in wanted}
    return {name: next(iter(people)) for name, people in meant.items() if people and all(people.values())}


def _some(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + KEYS_A_QUERY] for start in range(0, len(keys), KEYS_A_QUERY))
