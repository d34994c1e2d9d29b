"""How the new rows of a plan become rows of their tables: the columns, and what fills them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from app.models import (
    Enrolment,
    Group,
    GroupPupil,
    GroupStaff,
    Guardianship,
    Location,
    LocationKey,
    Mentor,
    Person,
    PersonKey,
    Pin,
    names,
)
from app.services.roster.plan.known import EMAIL, FIRST_NAME, INITIALS, LAST_NAME, NUMBER, PERSON_FIELDS, PREFIX

type_Ids = Callable[[str, Any], Any]
"""(name of a table, ref) -> id."""

COLUMNS: Final = {  # beside institution_id, which every table has; in the order in which rows can refer to each other
    Location: ("id", "code", "name", "sync_on"),
    LocationKey: ("location_id", "source", "key"),
    Group: ("id", "location_id", "school_year", "name", "sort_key", "is_home", "source", "source_key"),
    Person: (
        *("id", "kind", *PERSON_FIELDS, "sort_key", "search_key"),
        *("hand_made", "version", "created_at"),
    ),
    PersonKey: ("person_id", "source", "kind", "key", "number"),
    Enrolment: (
        *("person_id", "school_year", "location_id", "group_id"),
        *("year_of_study", "programme_code", "leaving_date"),
    ),
    GroupPupil: ("group_id", "person_id"),
    GroupStaff: ("group_id", "person_id"),
    Mentor: ("pupil_id", "staff_id"),
    Guardianship: ("guardian_id", "pupil_id", "relation", "receives_post", "rank", "has_authority"),
    Pin: ("person_id", "field", "value", "reason", "made_by", "made_at", "until"),
}
KEYS: Final = {  # what a row is known by in a plan, where that is not its id
    PersonKey: ("source", "kind", "key"),
    GroupPupil: ("group_id", "person_id"),
    GroupStaff: ("group_id", "person_id"),
    Mentor: ("pupil_id", "staff_id"),
    Guardianship: ("guardian_id", "pupil_id"),
    Pin: ("person_id", "field"),
}


def row_makers(ids: type_Ids, now: datetime, year: int) -> dict[type[Any], Callable[..., tuple[Any, ...]]]:
    """Per table the function that turns a new row of the plan into values of COLUMNS."""

    def group(ref: int, location: int, name: str, is_home: bool, source: str, key: str | None) -> tuple[Any, ...]:
        place = ids("location", location)
        return ids("school_group", ref), place, year, name, names.group_sort_key(name), is_home, source, key

    def person(ref: int, kind: str, *fields: Any) -> tuple[Any, ...]:
        return ids("person", ref), kind, *fields, *name_keys(fields), False, 1, now

    def person_key(ref: int, source: str, kind: str, key: str | None, number: str | None) -> tuple[Any, ...]:
        person_id = ids("person", ref)
        # "#" marks a key that recognises nobody: it only says where the person came from.
        return person_id, source, kind, key or f"#{person_id}", number

    def enrolment(ref: int, year: int, location: int, group: int | None, *more: Any) -> tuple[Any, ...]:
        return ids("person", ref), year, ids("location", location), ids("school_group", group), *more

    def member(group: int, ref: int) -> tuple[Any, ...]:
        return ids("school_group", group), ids("person", ref)

    return {
        Location: lambda ref, code, name: (ids("location", ref), code, name, True),
        LocationKey: lambda ref, source, key: (ids("location", ref), source, key),
        Group: group,
        Person: person,
        PersonKey: person_key,
        Enrolment: enrolment,
        GroupPupil: member,
        GroupStaff: member,
        Mentor: lambda pupil, staff: (ids("person", pupil), ids("person", staff)),
        Guardianship: lambda guardian, pupil, *about: (ids("person", guardian), ids("person", pupil), *about),
        Pin: lambda *about: about,  # a roster makes none; it drops them
    }


def name_keys(fields: tuple[Any, ...]) -> tuple[str, str]:
    """The stored sort and search key of a person with these fields."""
    called = fields[FIRST_NAME] or names.dotted(fields[INITIALS])
    last, prefix = fields[LAST_NAME], fields[PREFIX]
    return (
        names.sort_key(last, called, prefix),
        names.search_key(last, called, prefix, fields[NUMBER], fields[EMAIL]),
    )
