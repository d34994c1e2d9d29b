"""Which merged person a record is of: by the key, ECK iD or number of who stayed or of who was merged into it. Pure."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from .known import NUMBER, KnownPerson, KnownSchool
from .likeness import bare, has_other_birth_date, is_another, is_another_by_name, lasts, number_of


class Former:
    """The merged persons of one kind. A record that looks like neither of the two is nobody's here."""

    def __init__(self, known: KnownSchool, kind: str) -> None:
        self.known = known
        self.kind = kind

    def person_of(self, record: Any) -> int | None:
        """The merged person of this record: by key, ECK iD, or the number of one of the two."""
        person = self._by_key(record)
        if person is None:
            person = self._by_number(record)
        return person

    def _by_key(self, record: Any) -> int | None:
        known, mark = self.known, (self.kind, getattr(record, "eckid", None) or "")
        held = known.keys.get((self.kind, record.key)) if lasts(record) else None
        owner = known.eckids.get(mark)
        person = owner if held is None else held.person_id
        if person not in known.former or owner not in (None, person):
            return None
        if owner is None and all(is_another(record, one) for one in self._both(person)):
            return None  # the key was given to somebody else: match.py refuses it
        return person

    def _by_number(self, record: Any) -> int | None:
        number = number_of(record)
        if not number or (lasts(record) and (self.kind, record.key) in self.known.keys):
            return None
        for person in self.numbers.get(bare(number), ()):
            if any(self._may_be(record, one) for one in self._both(person)):
                return person
        return None

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """The merged persons by every number that they had, unless somebody else has it now."""
        found: dict[str, list[int]] = defaultdict(list)
        persons, former = self.known.persons, self.known.former
        merged = [one for one in former if one in persons and persons[one].kind == self.kind]
        for person in merged:
            for number in {bare(one.fields[NUMBER]) for one in self._both(person) if one.fields[NUMBER]}:
                found[number].append(person)
        for other in persons.values() if found else ():
            if other.kind == self.kind and other.id not in former and other.fields[NUMBER]:
                found.pop(bare(other.fields[NUMBER]), None)
        return found

    def _both(self, person: int) -> tuple[KnownPerson, ...]:
        return self.known.persons[person], *self.known.former[person]

    def _may_be(self, record: Any, person: KnownPerson) -> bool:
        number = person.fields[NUMBER]
        same = bool(number) and bare(number) == bare(record.number)
        return same and not has_other_birth_date(record, person) and not is_another_by_name(record, person)
