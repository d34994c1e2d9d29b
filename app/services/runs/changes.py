"""What a run would change, as far as the reader may see it (R47, R78): the lines of a preview or of a held run.

A line about a person, group or location that is known is shown when that is in reach; the line holds its id, for names
and numbers come more than once. A line about something new has no place here yet: it is shown to who sent the file in,
and to who reaches every location; for others it is counted. So are the groups, mentors and children that a field names.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Account, Group, Location, Person, Seat, SyncRun
from app.services.access import Actor
from app.services.bulk import pieces
from app.services.reach import visible_groups, visible_persons

NAMES_GROUPS = ("group", "groups", "teaching_groups")  # fields that hold other records
NAMES_PEOPLE = ("pupil", "mentors")
PEOPLE = ("pupil", "guardian", "staff")
KINDS = (*PEOPLE, "group", "location")  # people come first


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One record: what happens to it, and per field (name, old, new). `person` when it is known and in reach."""

    kind: str
    number: str
    name: str
    what: str
    fields: tuple[tuple[str, Any, Any], ...] = ()
    person: Person | None = None
    parts: tuple[str, ...] = ()  # the keys of the parts of a held run that it is in (shown.py)


@dataclass(frozen=True, slots=True)
class Changes:
    """The lines in reach, and how many others there are; both per what happens (new, changed, gone, returned)."""

    lines: list[ChangeLine] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)

    def of(self, what: str) -> list[ChangeLine]:
        return [line for line in self.lines if line.what == what]

    def in_part(self, key: str) -> list[ChangeLine]:
        return [line for line in self.lines if key in line.parts]


def read_changes(session: Session, actor: Actor, run: SyncRun) -> Changes:
    """The lines of this run that the actor may read. A handful of queries, whatever the number of lines."""
    stored = run.changes or []
    people = _people(session, actor, stored)
    groups = _groups(session, actor)
    everything = reaches_everything(session, actor)
    reached = {"group": groups, "location": actor.locations or ()} | dict.fromkeys(PEOPLE, people)
    own_file = run.upload_id is not None and run.actor_id == actor.account_id
    naming = _Naming({key: person.list_name for key, person in people.items()}, groups, everything or own_file)
    lines, hidden = [], Counter[str]()
    for line in stored:
        known = line.get("id")
        if everything or known in reached[line["kind"]] or (own_file and line["what"] == "new"):
            lines.append(_line(line, people.get(known) if line["kind"] in PEOPLE else None, naming))
        else:
            hidden[line["what"]] += 1
    lines.sort(key=lambda line: KINDS.index(line.kind) if line.kind in KINDS else len(KINDS))
    return Changes(lines, hidden)


def reaches_everything(session: Session, actor: Actor) -> bool:
    """Whether no location of the institution is outside the actor's reach; true for a school without locations yet."""
    if actor.locations is None:
        return True
    others = sa.select(Location.id).where(Location.institution_id == actor.institution_id)
    return session.scalar(others.where(Location.id.not_in(actor.locations or {0})).limit(1)) is None


def accounts_of(session: Session, lines: list[ChangeLine]) -> dict[int, Account]:
    """The own account of each person of these lines (already in reach), for who would lose access."""
    ids = [line.person.id for line in lines if line.person]
    chosen = sa.select(Account).where(Account.person_id.in_(ids), Account.seat == Seat.OWN)
    return {account.person_id: account for account in session.scalars(chosen)}


def _people(session: Session, actor: Actor, stored: list[dict[str, Any]]) -> dict[int, Person]:
    """The persons in reach that these lines are about or name, by id."""
    ids = {line["id"] for line in stored if line["kind"] in PEOPLE and line.get("id")}
    for line in stored:
        for name, *values in line.get("fields") or ():
            if name in NAMES_PEOPLE:
                ids.update(one for value in values for one in value or () if isinstance(one, int))
    found: dict[int, Person] = {}
    for some in pieces(ids):
        chosen = sa.select(Person).where(Person.id.in_(some), visible_persons(actor))
        found |= {person.id: person for person in session.scalars(chosen)}
    return found


def _groups(session: Session, actor: Actor) -> dict[int, str]:
    """The names of the groups in reach, by id."""
    return {row.id: row.name for row in session.execute(sa.select(Group.id, Group.name).where(visible_groups(actor)))}


@dataclass(frozen=True, slots=True)
class _Naming:
    """What other records are called for the reader (part 7 nr 5): by id, and by name where a record is new."""

    people: Mapping[int, str]
    groups: Mapping[int, str]
    sees_new: bool

    def text(self, field: str, value: Any) -> Any:
        """The value of a field in words; "…" in the place of what is out of reach."""
        if value is None or field not in (*NAMES_PEOPLE, *NAMES_GROUPS):
            return value
        names = self.people if field in NAMES_PEOPLE else self.groups
        told = [self._name(one, names) for one in (value if isinstance(value, list) else [value])]
        return ("; " if field in NAMES_PEOPLE else ", ").join(told)

    def _name(self, one: int | str, names: Mapping[int, str]) -> str:
        if isinstance(one, int):
            return names.get(one, "…")
        return one if self.sees_new else "…"


def _line(line: dict[str, Any], person: Person | None, naming: _Naming) -> ChangeLine:
    fields = tuple(
        (name, naming.text(name, old), naming.text(name, new)) for name, old, new in line.get("fields") or ()
    )
    about = (line["kind"], line.get("number") or "", line.get("name") or "", line["what"])
    return ChangeLine(*about, fields, person, tuple(line.get("parts") or ()))
