"""What the parts of the plan share while it is made."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from app.roster import Roster, RosterPupil

from .authority import listened
from .changes import KIND_OF, PEOPLE, Plan, shown_name
from .known import NUMBER, KnownPerson, KnownSchool
from .match import match
from .places import Places

UNREAD: Final = {"email-unreadable": "email"}  # codes of fields that were left out; others name the field themselves
OUTSIDE: Final = "not-in-school-year"
NO_PLACE_YET: Final = frozenset({OUTSIDE, "begins-later"})  # codes of who has no place on this day, and is not gone
LEFT_OUT: Final = NO_PLACE_YET | {"never-enrolled", "left-service"}  # codes of records that a source left out itself
NOTHING: Final = frozenset[str]()


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
    stays: set[int] = field(default_factory=set)  # not used, and yet this roster does not say that they are gone
    troubled: set[int] = field(default_factory=set)  # of those: whose own record is bad, so their links are unknown
    outside: set[tuple[str, str]] = field(default_factory=set)  # (kind, name) without a place in this school year
    left: dict[int, date] = field(default_factory=dict)  # known persons with their leaving date
    named: list[Used] = field(default_factory=list)  # pupils that a list names without telling them
    shown: dict[int, str] = field(default_factory=dict)  # names of persons by ref, for readable changes
    unlinked: set[int] = field(default_factory=set)  # guardians in the roster without a pupil in it
    renamed: Counter[str] = field(default_factory=Counter)  # by kind: known persons with another name or birth date
    addresses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by kind: new e-mail
    parted: dict[int, list[tuple[str, Any, Any]]] = field(default_factory=dict)  # guardians not used: changed pairs
    classless: int = 0  # pupils who lose their home class
    eckids: set[str] = field(default_factory=set)
    unread: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # (kind, name): fields

    def matched(self, kind: str, records: Iterable[Any]) -> list[tuple[Any, KnownPerson | None]]:
        """Every usable record with its person; who is known by a refused one, stays."""
        pairs, troubled = match(self.known, kind, records, self.plan, self.places.groups)
        self.troubled |= troubled
        self.stays |= troubled
        pairs, recognised = listened(self.known.say, KIND_OF[kind], kind, pairs, self.plan)
        self.refs[kind] = {record.key: person.id for record, person in recognised}
        if kind == "pupil":
            self.named.extend(Used(record, person.id, person) for record, person in recognised)
        return pairs

    def use(self, kind: str, record: Any, person: KnownPerson | None) -> Used:
        """The record counts; somebody new gets a ref."""
        ref = self.plan.refs.new("person") if person is None else person.id
        self.refs[kind][record.key] = ref
        self.stays.discard(ref)
        self.troubled.discard(ref)
        return Used(record, ref, person)

    def place_of(self, pupil: RosterPupil, ref: int | None) -> int | None:
        """The location of a pupil: as told, else where we know them to be, else of the class, else the only one."""
        told = self.places.locations.get(pupil.location_key or "")
        if told is None and ref in self.known.enrolments:
            told = self.known.enrolments[ref].location_id
        if told is None:
            told = self.known.placed.get(ref)
        if told is None:
            told = self.places.group_locations.get(pupil.group_key or "", self.places.default)
        return told

    def unread_of(self, kind: str, record: Any) -> set[str] | frozenset[str]:
        """The fields of a record that the source could not read."""
        if not self.unread:
            return NOTHING
        return self.unread.get((kind, record.key)) or self.unread.get((kind, record.number)) or NOTHING

    def is_outside(self, kind: str, record: Any) -> bool:
        """Whether the source said that this person has no place in this school year."""
        return bool(self.outside) and not self.outside.isdisjoint(((kind, record.key), (kind, record.number)))

    def name_of(self, ref: int) -> str:
        """The name to show of a person."""
        return self.shown[ref] if ref < 0 else shown_name(self.known.persons[ref].fields)


def _count_unread(draft: Draft) -> None:
    """Whom the source itself left out is seen and skipped too: the counts hold every record that was sent."""
    roster, left_out = draft.roster, set()
    told = {
        (kind, name)
        for kind, records in (("pupil", roster.pupils), ("staff", roster.staff))
        for record in records
        for name in (record.key, record.number)
    }
    for number, (severity, kind, key, code, _values, record_key) in enumerate(roster.messages):
        name = record_key or key
        if severity == "error" or (code in LEFT_OUT and told.isdisjoint({(kind, name), (kind, key)})):
            left_out.add((kind, name or str(number), code))
    for kind, _name, _code in left_out:
        if kind in PEOPLE:
            draft.plan.counts[KIND_OF[kind]].seen += 1
            draft.plan.counts[KIND_OF[kind]].skipped += 1


def note_messages(draft: Draft) -> None:
    """Whose record or field could not be read keeps what we know: a mistake in a record costs nobody's place.

    So does who is told without a place in this school year.
    """
    _count_unread(draft)
    silent: set[tuple[str, str]] = set()
    for message in draft.roster.messages:
        kind, names = message.kind, {message.record_key or message.key, message.key} - {""}
        if name := UNREAD.get(message.code) or message.values.get("field"):
            draft.unread.setdefault((kind, message.record_key or message.key), set()).add(name)
        if message.code in NO_PLACE_YET:
            draft.outside.update((kind, name) for name in names)
        if message.code in NO_PLACE_YET or message.severity == "error":
            silent.update((kind, name) for name in names)
    if not silent:
        return
    for person in draft.known.persons.values():
        key = draft.known.keyed.get(person.kind, {}).get(person.id)
        if (person.kind, key) in silent or (person.kind, person.fields[NUMBER]) in silent:
            draft.stays.add(person.id)
            draft.troubled.add(person.id)
