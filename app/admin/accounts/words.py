"""The words of the account screens that several of them use."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.models import PersonKind
from app.templating import number

Count = Callable[[int], str]


def _n(one: str, many: str) -> Count:
    """The sentence for a number, written as people write it: 1.468."""
    return lambda count: ngettext(one, many, count, count=number(count))


KINDS = {  # many persons of a kind, as on the menu, and within a sentence
    PersonKind.PUPIL: _l("Pupils"),
    PersonKind.GUARDIAN: _l("Guardians"),
    PersonKind.STAFF: _l("Staff"),
    PersonKind.OTHER: _l("Other parties"),
}
NEW_FOR = {
    PersonKind.PUPIL: _l("New account for pupils"),
    PersonKind.GUARDIAN: _l("New account for guardians"),
    PersonKind.STAFF: _l("New account for staff"),
    PersonKind.OTHER: _l("New account for other parties"),
}
WITHOUT_ACCOUNT = {
    PersonKind.PUPIL: _l("Pupils without an account"),
    PersonKind.GUARDIAN: _l("Guardians without an account"),
    PersonKind.STAFF: _l("Staff without an account"),
    PersonKind.OTHER: _l("Other parties without an account"),
}
ONLY_WITHOUT = {
    PersonKind.PUPIL: _l("You see only pupils without an account. Choose for whom you make one. Nothing happens yet."),
    PersonKind.GUARDIAN: _l(
        "You see only guardians without an account. Choose for whom you make one. Nothing happens yet."
    ),
    PersonKind.STAFF: _l("You see only staff without an account. Choose for whom you make one. Nothing happens yet."),
    PersonKind.OTHER: _l(
        "You see only other parties without an account. Choose for whom you make one. Nothing happens yet."
    ),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A value in a list that stands out: its word, and the tint and icon of its badge."""

    word: str
    tint: str
    icon: str

    def __str__(self) -> str:
        return self.word
