"""Filters of lists. A filter has one name in the address for good, so bookmarks keep working (trap 30).

Choices are read at each page, never when the app starts (trap 27), and pass the same wall as the rows (trap 6).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.extensions import db
from app.models import Person
from app.models.names import search_words
from app.services.trigrams import could_contain

from .listing import Wish

MOST_OPTIONS = 250
ALL = "all"  # in an address: no limit, where leaving it out means the standard choice
Condition = Callable[[str, Wish], sa.ColumnElement[bool]]
Choices = Callable[[Wish], Sequence[tuple[str, Any]]]


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter as shown above the list."""

    label: Any
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Text to type. `where(value, wish)` is the condition; `standard` counts when the address does not say."""

    name: str
    label: Any
    where: Condition
    standard: str | None = None
    hint: Any = ""  # in the empty field
    is_choice = False
    is_typed = True

    def read(self, text: str | None) -> str | None:
        """The value that counts for this text of the address; None: no limit."""
        if text is None:
            return self.standard
        return None if text in ("", ALL) else text

    def condition(self, wish: Wish) -> sa.ColumnElement[bool] | None:
        value = wish.values.get(self.name)
        return None if value is None else self.where(value, wish)

    def chip(self, wish: Wish) -> Chip | None:
        """What is limited now; nothing when this filter is off."""
        value = wish.values.get(self.name)
        if value is None:
            return None
        return Chip(self.label, self.say(value, wish), wish.url(**{self.name: None}))

    def say(self, value: str, wish: Wish) -> str:
        return f"“{value}”"


@dataclass(frozen=True, slots=True)
class ChoiceFilter(ListFilter):
    """A choice from a list. A value that is not on offer finds nothing, exactly like one that does not exist."""

    choices: Choices = lambda wish: ()
    is_choice = True
    is_typed = False

    def options(self, wish: Wish) -> list[tuple[str, Any]] | None:
        """(value, label) in order, the first is "Alles..." (Z-120); None when there are too many to choose from: then
        the value is typed."""
        found = self.choices(wish)
        return None if len(found) > MOST_OPTIONS else [(ALL, _("All...")), *found]

    def say(self, value: str, wish: Wish) -> str:
        return next((str(label) for code, label in self.choices(wish) if code == value), value)


def has_words(text: str, person: type[Person] = Person) -> sa.ColumnElement[bool]:
    """The condition on Person (or an alias): every typed word is somewhere in the search key; accents, capitals and
    order do not matter."""
    each = [person.search_key.contains(word, autoescape=True) for word in search_words(text)]
    return sa.and_(sa.true(), *each)


def could_have_words(text: str, ids: Any) -> sa.ColumnElement[bool]:
    """The same, made short: `ids`, a column with ids of persons, holds one that the trigrams of these words find."""
    return could_contain(db.session, Person, search_words(text), ids)
