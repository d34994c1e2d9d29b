"""Which lists of Magister are asked, and whom each is about: told in the settings, or seen by its columns. Pure."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

from flask_babel import gettext as _

from app.errors import InvalidInput, RosterUnavailable

from .columns import MEANINGS, Columns
from .table import Table


class About(StrEnum):
    """Whom the rows of a list are about."""

    PUPILS = "leerlingen"
    GUARDIANS = "verzorgers"
    STAFF = "medewerkers"
    PUPIL_GROUPS = "leerlinggroepen"
    STAFF_GROUPS = "docentgroepen"


# What somebody may write before the name of a list in the settings.
WORDS: Final = {
    word: about
    for about, words in {
        About.PUPILS: "leerlingen leerling lln pupils students",
        About.GUARDIANS: "verzorgers verzorger ouders ouder guardians parents",
        About.STAFF: "medewerkers medewerker personeel docenten docent leerkrachten staff employees teachers",
        About.PUPIL_GROUPS: "leerlinggroepen leerlinggroep lesgroepen groepen groups",
        About.STAFF_GROUPS: "docentgroepen docentgroep personeelgroepen medewerkergroepen lessen lessons",
    }.items()
    for word in words.split()
}
# "Leerling.Achternaam" in a list of pupils is the same as "Achternaam".
SPELLED_OUT: Final = {
    About.PUPILS: "pupil",
    About.PUPIL_GROUPS: "pupil",
    About.STAFF: "staff",
    About.STAFF_GROUPS: "staff",
}
PAIR_FIELDS: Final = ("relation", "post", "rank", "authority")
NAMES: Final = ("last_name", "initials", "prefix", "gender", "email")


class Wanted(NamedTuple):
    """One list of the settings. `about` is None when it must be seen by its columns."""

    name: str
    about: About | None = None


class Listed(NamedTuple):
    """One list as it was read."""

    name: str
    about: About
    columns: Columns
    table: Table


def wanted_lists(setting: str | None) -> tuple[Wanted, ...]:
    """The lists in 'leerlingen=Zicht leerling; verzorgers=Zicht ouder' or 'Zicht leerling'. Raises InvalidInput."""
    found = []
    for part in re.split(r"[;,\n]", setting or ""):
        word, sign, name = (piece.strip() for piece in part.partition("="))
        if not sign:
            word, name = "", word
        if not name:
            continue
        if sign and word.casefold() not in WORDS:
            known = ", ".join(About)
            raise InvalidInput(_("Write before a list what it holds: %(known)s.", known=known), "layout")
        found.append(Wanted(name, WORDS.get(word.casefold())))
    return tuple(dict.fromkeys(found))


def understood(wanted: Wanted, table: Table) -> Listed:
    """The list with the meaning of its columns. Raises RosterUnavailable when they are not those that it needs."""
    columns = Columns(table.columns)
    about = wanted.about or next((about for about, fits in SIGNS if fits(columns)), None)
    if about is None:
        raise RosterUnavailable(
            _("The columns of list %(name)s are not clear. Write in the settings what it holds.", name=wanted.name)
        )
    if about is About.GUARDIANS and not columns.slots():
        columns.renamed("own", "guardian", NAMES)
    if columns.slots() == [0]:
        columns.renamed("own", "guardian", PAIR_FIELDS)
    if about in SPELLED_OUT:
        columns.renamed(SPELLED_OUT[about], "own", MEANINGS)
    if about is About.PUPILS:
        columns.counts_as("group", "class")
    lacking = [word for word, has in NEEDED[about] if not has(columns)]
    if lacking:
        raise RosterUnavailable(
            _("The list %(name)s has no column %(column)s. Add it.", name=wanted.name, column=", ".join(lacking))
        )
    return Listed(wanted.name, about, columns, table)


def _numbers_pupils(columns: Columns) -> bool:
    return columns.has("own", "number") or columns.has("pupil", "number")


def _are_pairs(columns: Columns) -> bool:
    if not _numbers_pupils(columns):
        return False
    if columns.slots():
        return not columns.has("own", "last_name")
    is_of_guardians = columns.has("guardian", "number") or columns.has("own", "relation")
    return is_of_guardians and columns.has("own", "last_name")


def _are_groups(columns: Columns) -> bool:
    return columns.has("own", "class", "group", "group_id") and not columns.has("own", "last_name")


def _are_staff(columns: Columns) -> bool:
    return columns.has("own", "code", "function") or columns.has("staff", "number", "code", "last_name")


def _are_pupils(columns: Columns) -> bool:
    return _numbers_pupils(columns) and columns.has("own", "last_name", "first_name")


def _are_staff_by_name(columns: Columns) -> bool:
    of_pupils = ("study", "year_of_study", "period", "birth_date")
    return _are_staff(columns) and columns.has("own", "last_name") and not columns.has("own", *of_pupils)


SIGNS: Final[tuple[tuple[About, Callable[[Columns], bool]], ...]] = (
    (About.GUARDIANS, _are_pairs),
    (About.STAFF_GROUPS, lambda columns: _are_groups(columns) and _are_staff(columns)),
    (About.PUPIL_GROUPS, lambda columns: _are_groups(columns) and _numbers_pupils(columns)),
    (About.STAFF, _are_staff_by_name),
    (About.PUPILS, _are_pupils),
)
_PUPIL_NUMBER: Final = ("Stamnr", _numbers_pupils)
_GROUP: Final = ("Groep", lambda columns: columns.has("own", "class", "group", "group_id"))


def _identifies_staff(columns: Columns) -> bool:
    return columns.has("own", "number", "code")


NEEDED: Final[dict[About, tuple[tuple[str, Callable[[Columns], bool]], ...]]] = {
    About.PUPILS: (_PUPIL_NUMBER, ("Achternaam", lambda columns: columns.has("own", "last_name"))),
    About.GUARDIANS: (_PUPIL_NUMBER, ("Verzorger_achternaam", lambda columns: bool(columns.slots()))),
    About.STAFF: (("Stamnr", _identifies_staff), ("Achternaam", lambda columns: columns.has("own", "last_name"))),
    About.PUPIL_GROUPS: (_PUPIL_NUMBER, _GROUP),
    About.STAFF_GROUPS: (("Code", _identifies_staff), _GROUP),
}
