"""Who in the roster is whom: by the source's key, then ECK iD, then number; never by name or e-mail address alone.

Pure. Only who has no key that lasts is known by name and date of birth, or by name and one fact more (alike.py), as the
very last resort (formats.md 1.5). A key or number that was given to somebody else never hands over a person with its
account.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from .alike import alike
from .changes import KIND_OF, Plan
from .former import Former
from .known import NUMBER, KnownPerson, KnownSchool
from .likeness import (
    bare,
    has_other_birth_date,
    has_other_first_name,
    has_other_last_name,
    has_same_birth_date,
    is_another,
    is_another_by_name,
    is_another_than_who_left,
    lasts,
    number_of,
    signature,
    signature_of,
)

NO_GROUPS: Final[Mapping[str, int]] = {}


class Matched(NamedTuple):
    """Every usable record with its person, None for somebody new; and the persons whose record was refused."""

    pairs: list[tuple[Any, KnownPerson | None]]
    troubled: set[int]


def match(
    known: KnownSchool, kind: str, records: Iterable[Any], plan: Plan, groups: Mapping[str, int] = NO_GROUPS
) -> Matched:
    """Who is whom. Records that cannot be used are skipped with a note. `groups`: ids by the keys of this roster.

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
        matching.by_merger()
        matching.by_code()
        matching.by_name_and_birth_date()
        matching.by_name_and_more(groups)
        matching.note_shared_numbers(plan)
    pairs = [(record, matching.found.get(record.key)) for record in kept if record.key not in matching.refused]
    return Matched(pairs, matching.troubled - matching.claimed)


def unique(kind: str, records: Iterable[Any], plan: Plan) -> list[Any]:
    """The records with a key that no earlier record had. Two lasting keys with one number are two people."""
    keys: set[str] = set()
    numbers: set[str] = set()
    kept = []
    counts = plan.counts[KIND_OF[kind]]
    for record in records:
        counts.seen += 1
        number = number_of(record)
        if record.key in keys:
            plan.skip("error", kind, number or record.key, "duplicate-key")
        elif number in numbers and not lasts(record):
            plan.skip("error", kind, number or "", "duplicate-number", number=number or "")
        else:
            if number in numbers:
                plan.note("warning", kind, number or "", "number-twice", number=number or "")
            keys.add(record.key)
            if number:
                numbers.add(number)
            kept.append(record)
    return kept


class _Matching:
    def __init__(self, known: KnownSchool, kind: str, records: list[Any]) -> None:
        self.known = known
        self.kind = kind
        self.records = records
        self.found: dict[str, KnownPerson] = {}  # by the record's key
        self.claimed: set[int] = set()
        self.refused: set[str] = set()
        self.troubled: set[int] = set()  # whose record was refused: no news about them

    @cached_property
    def people(self) -> list[KnownPerson]:
        return [person for person in self.known.persons.values() if person.kind == self.kind]

    @cached_property
    def twice(self) -> set[str]:
        """Numbers and ECK iDs that more than one record has."""
        told = Counter(record.number for record in self.records)
        told.update(eckid for record in self.records if (eckid := getattr(record, "eckid", None)))
        return {text for text, times in told.items() if times > 1}

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
                self.refuse(record, "duplicate-key", plan)
            elif self.is_of_another(record, persons[hit.person_id]):
                self.refuse(record, "key-of-another", plan)
                plan.refused[KIND_OF[self.kind]] += 1
                self.troubled.add(hit.person_id)
            else:
                self.claim(record, persons[hit.person_id])

    def refuse(self, record: Any, code: str, plan: Plan) -> None:
        self.refused.add(record.key)
        plan.skip("error", self.kind, number_of(record) or record.key, code)

    def is_of_another(self, record: Any, person: KnownPerson) -> bool:
        """Whether the key of this person was given to somebody else: the record shows another ECK iD or person.

        Who was merged is still known by the data of before, too: either person may be told.
        """
        eckid = getattr(record, "eckid", None)
        owner = self.known.eckids.get((self.kind, eckid)) if eckid and eckid not in self.twice else None
        if owner == person.id:
            return False
        if owner is not None:
            self.troubled.add(owner)
            return True
        return all(is_another(record, one) for one in (person, *self.known.former.get(person.id, ())))

    def by_eckid(self) -> None:
        for record in self.left():
            person_id = self.known.eckids.get((self.kind, getattr(record, "eckid", None) or ""))
            if person_id is not None and person_id not in self.claimed:
                self.claim(record, self.known.persons[person_id])

    def by_number(self, form: Callable[[str], str]) -> None:
        records = [record for record in self.left() if number_of(record)]
        if not records:
            return
        holders: dict[str, list[KnownPerson]] = defaultdict(list)
        for person in self.people:
            if person.id not in self.claimed and person.fields[NUMBER]:
                holders[form(person.fields[NUMBER])].append(person)
        for record in records:
            free = [p for p in holders.get(form(record.number), ()) if p.id not in self.claimed]
            same = [person for person in free if self.may_be(record, person)]
            if same:
                # Who is at the school goes before who left; then the newest.
                self.claim(record, max(same, key=lambda person: (person.left_on is None, person.id)))

    def may_be(self, record: Any, person: KnownPerson) -> bool:
        """Whether an equal number is enough: not for somebody whom this source knows by another key.

        Numbers and codes are given again to others. Only a pupil with the same date of birth may get a new key; who was
        made by hand is known by the number alone (part 7 nr 22).
        """
        if has_other_birth_date(record, person) or is_another_than_who_left(record, person):
            return False
        if is_another_by_name(record, person) and not person.hand_made:
            return False
        if record.number in self.twice and (
            has_other_last_name(record, person) or has_other_first_name(record, person)
        ):
            return False
        own_key = self.known.keyed.get(self.kind, {}).get(person.id)
        return (
            own_key is None
            or not lasts(record)
            or own_key.startswith("#")
            or bare(own_key) == bare(record.key)
            or has_same_birth_date(record, person)
        )

    def by_merger(self) -> None:
        """Who was merged into another, by the number of before."""
        former = Former(self.known, self.kind)
        for record in list(self.left()) if self.known.former else ():
            person_id = former.person_of(record)
            if person_id is not None and person_id not in self.claimed:
                self.claim(record, self.known.persons[person_id])

    def by_code(self) -> None:
        """Staff whose number is the code that this source tells beside another number, with the same last name.

        EDEXML knows a teacher by the code alone, Somtoday by number and code: who changes system keeps the accounts.
        """
        codes = {record.key: bare(record.code) for record in self.left() if getattr(record, "code", None)}
        told = Counter(codes.values())
        holders = {bare(person.fields[NUMBER]): person for person in self.people if codes and person.fields[NUMBER]}
        for record in [record for record in self.left() if record.key in codes]:
            person = holders.get(codes[record.key])
            if person is None or person.id in self.claimed or told[codes[record.key]] > 1:
                continue
            if self.may_be(record, person) and not has_other_last_name(record, person):
                self.claim(record, person)

    def note_shared_numbers(self, plan: Plan) -> None:
        """Who is new under the number of somebody whom another source told: nobody's account changes hands."""
        newcomers = [record for record in self.left() if number_of(record)]
        own = self.known.keyed.get(self.kind, {})
        others = [person for person in self.people if person.id not in own and person.left_on is None]
        taken = {bare(person.fields[NUMBER]) for person in others if newcomers and person.fields[NUMBER]}
        for record in newcomers:
            if bare(record.number) in taken:
                plan.note("warning", self.kind, record.number, "number-twice", number=record.number)

    def by_name_and_birth_date(self) -> None:
        """For records whose key does not last, when nobody else on either side has that name and date."""
        wanted = {record.key: signature(record) for record in self.left() if not lasts(record)}
        if not any(wanted.values()):
            return
        told = Counter(map(signature, self.records))
        holders: dict[Any, list[KnownPerson]] = defaultdict(list)
        for person in self.people:
            holders[signature_of(person)].append(person)
        for record in list(self.left()):
            sign = wanted.get(record.key)
            alike = holders.get(sign, []) if sign and told[sign] == 1 else []
            # Who is at the school goes before who left.
            alike = [person for person in alike if person.left_on is None] or alike
            if len(alike) == 1 and alike[0].id not in self.claimed:
                self.claim(record, alike[0])

    def by_name_and_more(self, groups: Mapping[str, int]) -> None:
        """For the rest of those records: by the name with an e-mail address or a group that is shared."""
        records = [record for record in self.left() if not lasts(record)]
        free = [person for person in self.people if person.id not in self.claimed] if records else []
        for record, person in alike(self.known, records, free, groups):
            self.claim(record, person)
