"""What the page to check says before a correction is made or lifted, and where it leads back to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from app.models import Person, PersonKind
from app.own_page import own_page

PERSON_PAGES = {
    PersonKind.PUPIL: "pupils.details_view",
    PersonKind.GUARDIAN: "guardians.details_view",
    PersonKind.STAFF: "staff.details_view",
    PersonKind.OTHER: "others.details_view",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what is corrected; `old` is struck through before the value."""

    label: str
    value: Any
    old: Any = None

    @property
    def wide(self) -> bool:
        """Addresses need the room."""
        return "@" in f"{self.value}{self.old}"


@dataclass(frozen=True, slots=True)
class Check:
    """A page that says what will happen, with the button that does it."""

    title: str
    crumb: str
    lines: Sequence[Line]
    what: Sequence[Any]  # what it means, sentence by sentence
    hidden: Mapping[str, Any]  # the fields that go along
    button: str
    icon: str
    grave: bool = False
    offer: str | None = None  # a tick, of which the value is "take"
    accounts: Sequence[Any] = field(default_factory=tuple)  # to look at afterwards


def person_page(person: Person) -> str:
    """The address of the page of a person."""
    return url_for(PERSON_PAGES[person.kind], id=person.id)


def return_to(person: Person) -> str:
    """Where the administrator came from: a page of ours that the address names, else the page of the person."""
    return own_page(request.args.get("back"), person_page(person))
