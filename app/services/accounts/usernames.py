"""Usernames: which one a person gets by default, and what a hand-typed one may be (Z-135, part 7 nr 21). Pure.

Made ones are lower case a-z, digits, dot, dash and underscore. Unique over the whole installation, also when only the
case differs, because login is case-sensitive (Z-020) and nobody should get somebody else's name by a capital.
"""

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from itertools import count

from flask_babel import gettext as _
from flask_babel import ngettext

from app.models.names import dotted, fold, letters
from app.models.people import PersonKind

from .schemes import lengthened, type_Scheme, written_by

SHORTEST, LONGEST = 2, 60
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")
READABLE_CODE = re.compile(r"[a-z][a-z0-9._-]{1,15}")  # "bru", "m0147"; not "10532", which nobody remembers
RESERVED = frozenset({"root"})  # made once, at the set-up (Z-081)
MOST_NAMED = 3
MOST_LETTERS = 4  # of a first name that are added to tell namesakes apart, before a number is
APOSTROPHES = frozenset("'\u2019\u2018\u0060\u00b4")


@dataclass(frozen=True, slots=True)
class Named:
    """What a username is made from."""

    kind: PersonKind
    last_name: str
    first_name: str | None = None
    initials: str | None = None
    prefix: str | None = None
    number: str | None = None
    email: str | None = None
    year: int | None = None  # the school year in which the username is made


@dataclass(frozen=True, slots=True)
class Choice:
    """The username, and for the check page why it is not the plain one (None: nothing to say)."""

    username: str
    note: str | None


def choose_username(
    person: Named,
    taken: Container[str],
    numbers: dict[str, int] | None = None,
    scheme: type_Scheme | None = None,
) -> Choice:
    """The first free username of this person; `taken` holds the lower-case ones of the whole installation.

    A collision gets an extra initial first (jelleafolmer), then a number (jellefolmer2). `numbers` remembers the last
    one of each name, so that the hundredth Jan Jansen of a batch need not ask for ninety-nine. `scheme`: what the
    school chose for this kind of person; the default serves whom it cannot name.
    """
    refused: list[str] = []
    for wanted in _candidates(person, {} if numbers is None else numbers, scheme):
        if wanted not in taken and wanted not in RESERVED:
            return Choice(wanted, _note(person, wanted, refused))
        refused.append(wanted)
    raise AssertionError("numbers never end")


def why_bad_username(text: str) -> str | None:
    """What is wrong with this hand-typed username, in one sentence; None when it can be used (Z-136). Case is kept."""
    if not SHORTEST <= len(text) <= LONGEST:
        return _("A username has %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST)
    if not SAFE.fullmatch(text):
        return _("Use letters without accents, digits and . _ - @ + only. A username starts with a letter or digit.")
    if text.lower() in RESERVED:
        return _("This username is reserved.")
    return None


def free_variant(text: str, taken: Container[str]) -> str:
    """A free username that looks like a typed one that is taken: to propose beside the refusal (Z-137)."""
    proposals = (f"{text[: LONGEST - 6]}{number}" for number in count(2))
    return next(proposal for proposal in proposals if proposal.lower() not in taken)


def _candidates(person: Named, numbers: dict[str, int], scheme: type_Scheme | None) -> Iterator[str]:
    bases = _by_scheme(person, scheme) if scheme else BASES[person.kind](person)
    wanted = [name[: LONGEST - 6] for name in bases if len(name) >= SHORTEST]
    wanted = wanted or [letters(person.number or "")[: LONGEST - 6] or person.kind.value]
    yield from dict.fromkeys(wanted)
    for number in count(numbers.get(wanted[0], 2)):
        numbers[wanted[0]] = number
        yield f"{wanted[0]}{number}"


def _by_scheme(person: Named, scheme: type_Scheme) -> Iterator[str]:
    """As the school chose; then with more letters of what the scheme cuts off; for whom it cannot name, the default."""
    values = {
        "number": re.sub(r"[^a-z0-9._-]", "", fold((person.number or "").strip())),
        "email": re.sub(r"[^a-z0-9._-]", "", fold((person.email or "").partition("@")[0])).strip("._-"),
        "first_name": letters(person.first_name or person.initials or ""),
        "initials": "".join(_initials(person)),
        "prefix": letters(person.prefix or ""),
        "last_name": letters(person.last_name),
        "year": f"{(person.year or 0) % 100:02}" if person.year else "",
    }
    made = written_by(scheme, values)
    if made is None:
        yield from BASES[person.kind](person)
        return
    yield made
    for more in range(1, MOST_LETTERS):
        yield written_by(lengthened(scheme, "first_name", more), values) or made


def _of_name(person: Named) -> Iterator[str]:
    """First and last name; then with the other initials between them."""
    first, last = letters(person.first_name or ""), _surname(person)
    if not first:
        first = letters(person.initials or "")
    yield first + last
    others = [part for part in _initials(person) if part]
    if others and first.startswith(others[0][0]):
        others = others[1:]
    for used in range(1, len(others) + 1):
        yield first + "".join(others[:used]) + last


def _of_staff(person: Named) -> Iterator[str]:
    """The staff number when it is a readable code, else the part of the e-mail address before the @, else the name."""
    code = fold((person.number or "").strip())
    if READABLE_CODE.fullmatch(code):
        yield code
    address = re.sub(r"[^a-z0-9._-]", "", fold((person.email or "").partition("@")[0])).strip("._-")
    if address:
        yield address
    yield from _of_name(person)


def _of_guardian(person: Named) -> Iterator[str]:
    """Initials and surname: 'cvandenberg'; guardians have no first name in the source (Z-259)."""
    yield letters(person.initials or person.first_name or "") + _surname(person)
    if person.first_name:
        yield from _of_name(person)


BASES: dict[PersonKind, Callable[[Named], Iterator[str]]] = {
    PersonKind.PUPIL: _of_name,
    PersonKind.STAFF: _of_staff,
    PersonKind.GUARDIAN: _of_guardian,
    PersonKind.OTHER: _of_name,
}


def _surname(person: Named) -> str:
    return letters(person.prefix or "") + letters(person.last_name)


def _initials(person: Named) -> list[str]:
    return [letters(part) for part in (dotted(person.initials) or "").split(".")]


def _note(person: Named, chosen: str, refused: list[str]) -> str | None:
    """Why the username is not what a reader of the name expects: taken names, and letters that became others."""
    said = []
    if refused:
        names = ", ".join(refused[:MOST_NAMED])
        said.append(ngettext("%(names)s is taken", "%(names)s are taken", len(refused), names=names))
    name = f"{person.first_name or ''}{person.prefix or ''}{person.last_name}"
    for letter in dict.fromkeys(name):
        if not letter.isascii() and letter.isalpha() and letters(letter) and letters(letter) in chosen:
            said.append(_("%(letter)s becomes %(plain)s", letter=letter, plain=letters(letter)))
    if not APOSTROPHES.isdisjoint(name):
        said.append(_("the apostrophe lapses"))
    return "; ".join(said) or None
