"""Who has no key that lasts and no date of birth to tell, such as staff in an EDEXML file with "#": known by the name
and one fact more, the e-mail address or a group of this school year. A name alone is never enough (formats.md 1.5).

Pure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from app.models.names import fold, letters

from .known import EMAIL, FIRST_NAME, INITIALS, LAST_NAME, KnownPerson, KnownSchool
from .likeness import has_other_birth_date

type_Name = tuple[str, str]
type_Facts = Callable[[Any], Iterable[Any]]


def alike(
    known: KnownSchool, records: Iterable[Any], people: Iterable[KnownPerson], groups: Mapping[str, int]
) -> Iterator[tuple[Any, KnownPerson]]:
    """The records with the persons they are: first who shares the address, then who shares a group.

    `groups`: the id of each group by its key in the roster. Several who are alike in all of this stay as many as they
    are: nobody could tell them apart.
    """
    left, free = list(records), [person for person in people if person.left_on is None]
    for of_record, of_person in (_addresses(), _groups(known, groups)):
        found = list(_paired(left, free, of_record, of_person))
        yield from found
        told, taken = {record.key for record, _person in found}, {person.id for _record, person in found}
        left = [record for record in left if record.key not in told]
        free = [person for person in free if person.id not in taken]


def _paired(
    records: Iterable[Any], people: Iterable[KnownPerson], of_record: type_Facts, of_person: type_Facts
) -> Iterator[tuple[Any, KnownPerson]]:
    names: dict[type_Name, list[KnownPerson]] = defaultdict(list)
    for person in people:
        if name := _name(*(person.fields[index] for index in (LAST_NAME, FIRST_NAME, INITIALS))):
            names[name].append(person)
    same: dict[tuple[int, ...], list[Any]] = defaultdict(list)  # records by the persons that each may be
    by_id: dict[int, KnownPerson] = {}
    for record in records:
        facts = set(of_record(record))
        name = _name(record.last_name, *(getattr(record, one, None) for one in ("first_name", "initials")))
        here = [
            person
            for person in names.get(name, ())  # type: ignore[arg-type]
            if not facts.isdisjoint(of_person(person)) and not has_other_birth_date(record, person)
        ]
        if here:
            by_id |= {person.id: person for person in here}
            same[tuple(person.id for person in here)].append(record)
    wanted = [one for ids in same for one in ids]
    for ids, some in same.items():
        if len(ids) == len(some) and all(wanted.count(one) == 1 for one in ids):
            yield from zip(some, (by_id[one] for one in ids), strict=True)


def _name(last: str, first: Any, initials: Any) -> type_Name | None:
    called = first or initials
    return (fold(last), letters(called)) if called else None


def _addresses() -> tuple[type_Facts, type_Facts]:
    return (
        lambda record: {record.email.casefold()} if record.email else (),
        lambda person: {person.fields[EMAIL].casefold()} if person.fields[EMAIL] else (),
    )


NOTHING: Final = frozenset[int]()


def _groups(known: KnownSchool, groups: Mapping[str, int]) -> tuple[type_Facts, type_Facts]:
    def of_record(record: Any) -> set[int]:
        keys = (getattr(record, "group_key", None), *(record.group_keys or ()))
        return {groups[key] for key in keys if key in groups}

    def of_person(person: KnownPerson) -> Iterable[int]:
        links = known.staff_groups if person.kind == "staff" else known.pupil_groups
        return links.get(person.id, NOTHING)

    return of_record, of_person
