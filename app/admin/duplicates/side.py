"""Two persons side by side: their data with the differences marked, and what each of them has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.admin.synchronisation.words import source_title
from app.clock import school_year_name
from app.models import Account, Person, PersonKind
from app.models.names import letters
from app.services.access import Actor
from app.services.duplicates.reading import sources_of
from app.services.persons.page import (
    accounts_of,
    children_of,
    enrolments_of,
    groups_of_pupil,
    groups_of_staff,
    guardians_of,
    mentors_of,
    pupils_of_mentor,
)
from app.services.persons.reading import locations_of_persons
from app.services.roster.plan.known import ECKID
from app.templating import day


@dataclass(frozen=True, slots=True)
class Line:
    """A field of both persons. `differs`: both say something, and it is not the same."""

    label: str
    values: tuple[str, str]
    differs: bool


@dataclass(frozen=True, slots=True)
class Has:
    """What hangs on one person, as words per heading; and the accounts."""

    person: Person
    accounts: list[Account]
    lists: list[tuple[str, list[str]]]


def _text(name: str) -> Callable[[Person], str]:
    return lambda person: getattr(person, name) or ""


FIELDS: Final[tuple[tuple[Any, Callable[[Person], str]], ...]] = (
    (_l("Number"), _text("number")),
    (_l("First name"), _text("first_name")),
    (_l("Initials"), _text("initials")),
    (_l("Prefix"), _text("prefix")),
    (_l("Last name"), _text("last_name")),
    (_l("Date of birth"), lambda person: day(person.birth_date)),
    (_l("Gender"), lambda person: person.gender.label if person.gender else ""),
    (_l("E-mail address"), _text("email")),
    (_l("Left on"), lambda person: day(person.left_on)),
)


def lines_of(one: Person, other: Person) -> list[Line]:
    """The fields that at least one of the two has."""
    lines = []
    for label, text in FIELDS:
        values = text(one), text(other)
        if any(values):
            differs = all(values) and letters(values[0]) != letters(values[1])
            lines.append(Line(str(label), values, differs))
    return lines


def all_of(session: Session, actor: Actor, persons: Iterable[Person]) -> list[Has]:
    """What each of these persons has, as far as the actor sees it (R47)."""
    both = list(persons)
    ids = [person.id for person in both]
    sources, places = sources_of(session, ids), locations_of_persons(session, actor, ids)
    return [_all_of(session, actor, person, sources[person.id], places[person.id]) for person in both]


def _all_of(
    session: Session, actor: Actor, person: Person, sources: list[tuple[str, str | None]], places: list[str]
) -> Has:
    known = [_source_text(name, number) for name, number in sources if name != ECKID]
    lists = [
        (_("Source"), known or [_("made by hand")]),
        (_("Locations"), places),
        *OF_KIND[person.kind](session, actor, person),
    ]
    return Has(person, accounts_of(session, person.id), lists)


def _source_text(source: str, number: str | None) -> str:
    title = source_title(source)
    return _("%(source)s, number %(number)s", source=title, number=number) if number else title


def _of_pupil(session: Session, actor: Actor, person: Person) -> list[tuple[str, list[str]]]:
    years = enrolments_of(session, actor, person.id)
    return [
        (_("School years"), [f"{school_year_name(y.school_year)}, {y.location}" for y in years]),
        (_("Groups"), [line.name for line in groups_of_pupil(session, actor, person.id)]),
        (_("Mentor"), [one.full_name for one in mentors_of(session, actor, person.id)]),
        (_("Guardians"), [line.person.list_name for line in guardians_of(session, actor, person.id)]),
    ]


def _of_guardian(session: Session, actor: Actor, person: Person) -> list[tuple[str, list[str]]]:
    return [(_("Children"), [line.person.list_name for line in children_of(session, actor, person.id)])]


def _of_staff(session: Session, actor: Actor, person: Person) -> list[tuple[str, list[str]]]:
    return [
        (_("Groups"), [line.name for line in groups_of_staff(session, actor, person.id)]),
        (_("Mentor of"), [one.list_name for one in pupils_of_mentor(session, actor, person.id)]),
    ]


OF_KIND: Final[dict[PersonKind, Callable[[Session, Actor, Person], list[tuple[str, list[str]]]]]] = {
    PersonKind.PUPIL: _of_pupil,
    PersonKind.GUARDIAN: _of_guardian,
    PersonKind.STAFF: _of_staff,
    PersonKind.OTHER: lambda _session, _actor, _person: [],
}
