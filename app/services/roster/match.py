"""Who in the roster is whom: by the source's key, then ECK iD, then number; never by name or e-mail address. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from .changes import KIND_OF, Plan
from .known import BIRTH_DATE, NUMBER, KnownPerson, KnownSchool


def match(known: KnownSchool, kind: str, records: Iterable[Any], plan: Plan) -> list[tuple[Any, KnownPerson | None]]:
    """Every usable record with the person that it is about, None for somebody new. Doubles are skipped with a note.

    All keys go before all numbers, so a number that moved to somebody else never takes over a person whose own key
    is in this roster too.
    """
    kept = unique(kind, records, plan)
    matching = _Matching(known, kind, kept)
    matching.by_key(plan)
    if len(matching.found) < len(kept) and known.persons:
        matching.by_eckid()
        matching.by_number(lambda number: number)
        matching.by_number(bare)
    return [(record, matching.found.get(record.key)) for record in kept if record.key not in matching.refused]


def unique(kind: str, records: Iterable[Any], plan: Plan) -> list[Any]:
    """The records with a key and number that no earlier record had."""
    keys: set[str] = set()
    numbers: set[str] = set()
    kept = []
    counts = plan.counts[KIND_OF[kind]]
    for record in records:
        counts.seen += 1
        number = number_of(record)
        if record.key in keys:
            plan.skip("error", kind, number or record.key, "duplicate-key")
        elif number in numbers:
            plan.skip("error", kind, number, "duplicate-number", number=number)
        else:
            keys.add(record.key)
            if number:
                numbers.add(number)
            kept.append(record)
    return kept


def number_of(record: Any) -> str | None:
    """The number people know somebody by; a key that is valid once is no number (EDEXML "#", formats.md 1.2)."""
    return record.number if record.number != record.key or lasts(record) else None


def lasts(record: Any) -> bool:
    """Whether the key may be used to recognise somebody next time. Guardians always have such a key."""
    return getattr(record, "key_lasts", True)


def bare(number: str) -> str:
    """A number to compare with: some exports lose the leading zeros (formats.md 0)."""
    return number.lstrip("0") or number if number.isdecimal() else number


class _Matching:
    def __init__(self, known: KnownSchool, kind: str, records: list[Any]) -> None:
        self.known = known
        self.kind = kind
        self.records = records
        self.found: dict[str, KnownPerson] = {}  # by the record's key
        self.claimed: set[int] = set()
        self.refused: set[str] = set()

    def claim(self, record: Any, person: KnownPerson) -> None:
        self.found[record.key] = person
        self.claimed.add(person.id)

    def left(self) -> Iterable[Any]:
        return (record for record in self.records if record.key not in self.found and record.key not in self.refused)

    def by_key(self, plan: Plan) -> None:
        keys, persons, kind = self.known.keys, self.known.persons, self.kind
        for record in self.records:
            hit = keys.get((kind, record.key)) if lasts(record) else None
            if hit is None:
                continue
            if hit.person_id in self.claimed:  # two keys that were one person before
                self.refused.add(record.key)
                plan.skip("error", kind, number_of(record) or record.key, "duplicate-key")
            else:
                self.claim(record, persons[hit.person_id])

    def by_eckid(self) -> None:
        for record in self.left():
            person_id = self.known.eckids.get((self.kind, getattr(record, "eckid", None) or ""))
            if person_id is not None and person_id not in self.claimed:
                self.claim(record, self.known.persons[person_id])

    def by_number(self, form: Any) -> None:
        records = [record for record in self.left() if number_of(record)]
        if not records:
            return
        holders: dict[str, list[KnownPerson]] = defaultdict(list)
        for person in self.known.persons.values():
            if person.kind == self.kind and person.id not in self.claimed and person.fields[NUMBER]:
                holders[form(person.fields[NUMBER])].append(person)
        for record in records:
            free = [p for p in holders.get(form(record.number), ()) if p.id not in self.claimed]
            same = [person for person in free if self.may_be(record, person)]
            if same:
                # Who is at the school goes before who left; then the newest.
                self.claim(record, max(same, key=lambda person: (person.left_on is None, person.id)))

    def may_be(self, record: Any, person: KnownPerson) -> bool:
        """Whether an equal number is enough: not for somebody whom this source knows by another key.

        Numbers and codes are given again to others. Only a pupil with the same date of birth may get a new key.
        """
        born, told = person.fields[BIRTH_DATE], getattr(record, "birth_date", None)
        both = isinstance(born, date) and isinstance(told, date)
        if both and born != told:
            return False
        own_key = self.known.keyed.get(self.kind, {}).get(person.id)
        return (
            own_key is None or not lasts(record) or own_key.startswith("#") or bare(own_key) == bare(record.key) or both
        )
