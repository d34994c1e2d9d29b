"""What the parts of the plan share while it is made."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from ...roster import Roster, RosterPupil
from .changes import Plan, shown_name
from .known import NUMBER, KnownPerson, KnownSchool
from .places import Places

UNREAD: Final = {"email-unreadable": "email"}  # codes of fields that were left out; others name the field themselves


class Used(NamedTuple):
    """A record that is used, the ref of its person, and the person when it is known."""

    record: Any
    ref: int
    person: KnownPerson | None


@dataclass(slots=True)
class Draft:
    """What the parts of the plan share while it is made."""

    known: KnownSchool
    roster: Roster
    today: date
    plan: Plan
    places: Places
    used: dict[str, list[Used]] = field(default_factory=dict)  # by kind
    refs: dict[str, dict[str, int]] = field(default_factory=dict)  # kind: the record's key: ref
    kept: set[int] = field(default_factory=set)  # known persons of whom this roster cannot say that they are gone
    left: dict[int, date] = field(default_factory=dict)  # known persons with their leaving date
    shown: dict[int, str] = field(default_factory=dict)  # names of persons by ref, for readable changes
    unlinked: set[int] = field(default_factory=set)  # guardians in the roster without a pupil in it
    renamed: Counter[str] = field(default_factory=Counter)  # by kind: known persons with another last name
    eckids: set[str] = field(default_factory=set)
    unread: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def use(self, kind: str, record: Any, person: KnownPerson | None) -> Used:
        """The record counts; somebody new gets a ref."""
        ref = -sum(len(people) for people in self.refs.values()) - 1 if person is None else person.id
        self.refs[kind][record.key] = ref
        return Used(record, ref, person)

    def place_of(self, pupil: RosterPupil, ref: int | None) -> int | None:
        """The location of a pupil: as told, else where we know them to be, else the only one there is."""
        told = self.places.locations.get(pupil.location_key or "")
        if told is None and ref in self.known.enrolments:
            told = self.known.enrolments[ref].location_id
        if told is None:
            told = self.known.placed.get(ref, self.places.default)
        return told

    def name_of(self, ref: int) -> str:
        """The name to show of a person."""
        return self.shown[ref] if ref < 0 else shown_name(self.known.persons[ref].fields)


def note_troubled(draft: Draft) -> None:
    """Whose record or field could not be read keeps what we know: a mistake in a record costs nobody's place."""
    troubled = {(m.kind, m.key) for m in draft.roster.messages if m.severity == "error" and m.key}
    for message in draft.roster.messages:
        if name := UNREAD.get(message.code) or message.values.get("field"):
            draft.unread.setdefault((message.kind, message.key), set()).add(name)
    if not troubled:
        return
    for person in draft.known.persons.values():
        key = draft.known.keyed.get(person.kind, {}).get(person.id)
        if (person.kind, key) in troubled or (person.kind, person.fields[NUMBER]) in troubled:
            draft.kept.add(person.id)
