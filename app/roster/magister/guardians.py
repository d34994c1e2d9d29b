"""Guardians in lists: as column groups beside a pupil (ouder1, ouder2), or one pair of guardian and pupil per row.

Only a list tells of guardians (formats.md 0, 5.2). With a number they are known by it. Without one, a code is made of a
pupil and of their name: whoever gets another name is somebody new, so no account ever passes to another parent.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from app.roster import ABSENT, RosterGuardian, RosterGuardianship
from app.roster.messages import Notes
from app.roster.reading.values import Checker, plain

from .enrolments import Row
from .layouts import PAIR_FIELDS
from .people import bare, is_usable, last_name, shared_fields, yes_or_no
from .staff import as_name

TOLD: Final = ("number", "code", "last_name", "initials", "email")


class _Seen(NamedTuple):
    """A guardian in one row."""

    pupil: str
    slot: int
    row: Row
    number: str | None
    name: str  # a sign of the name
    email: str


class GuardianReader:
    """Reads the guardians of pupils that are known by key."""

    def __init__(self, notes: Notes, check: Checker) -> None:
        self._notes = notes
        self._check = check
        self.guardians: dict[str, RosterGuardian] = {}
        self.pairs: dict[tuple[str, str], RosterGuardianship] = {}

    def read(self, rows: Iterable[Row], pupils: Iterable[str]) -> None:
        """The guardians in these rows, as far as their pupils are there; each with what they are to the pupil."""
        keys = {bare(key): key for key in pupils}
        seen = [one for row in rows if (pupil := keys.get(bare(pupil_number(row)))) for one in _seen(row, pupil)]
        codes = made_numbers(one for one in seen if one.number is None)
        if codes:
            self._notes.warning("roster", "", "guardian-numbers-missing")
        for one in seen:
            number = one.number or codes[one.pupil, one.name, one.email]
            if number not in self.guardians and not self._add(number, one):
                continue
            self.pairs.setdefault((number, one.pupil), self._pair(number, one))

    def _add(self, number: str, one: _Seen) -> bool:
        def get(field: str) -> Any:
            return one.row.get(field, "guardian", one.slot)

        if not is_usable(self._check, "guardian", number):
            return False
        last = last_name(self._check, "guardian", number, get)
        if last is not None:
            fields = shared_fields(self._check, "guardian", number, get)
            del fields["first_name"]
            self.guardians[number] = RosterGuardian(number, number, last, **fields)
        # Also without a name: who is still named, stays linked (the plan knows whom it knows).
        return True

    def _pair(self, number: str, one: _Seen) -> RosterGuardianship:
        relation, post, rank, authority = (one.row.get(field, "guardian", one.slot) for field in PAIR_FIELDS)
        if relation:
            relation = self._check.text("guardian", number, "relation", relation)
        order = int(rank) if rank and rank.isdecimal() and len(rank) < 4 else one.slot or ABSENT
        return RosterGuardianship(number, one.pupil, relation, yes_or_no(post), order, yes_or_no(authority))


def pupil_number(row: Row) -> str:
    """The number of the pupil that a row is about, or "" """
    return plain(row.get("number", "pupil") or row.get("number") or None) or ""


def _seen(row: Row, pupil: str) -> Iterable[_Seen]:
    """The guardians in a row. Column groups without a word in them are nobody."""
    for slot in row.columns.slots():
        told = {name: plain(row.get(name, "guardian", slot) or None) or "" for name in TOLD}
        if any(told.values()):
            sign = as_name(told["last_name"]) + "/" + as_name(told["initials"])
            yield _Seen(pupil, slot, row, told["number"] or told["code"] or None, sign, told["email"].casefold())


def made_numbers(seen: Iterable[_Seen]) -> Mapping[tuple[str, str, str], str]:
    """A number by (pupil, name, e-mail address) for guardians without one.

    Of pupils who share a guardian with one name and one e-mail address, the lowest number counts: the eldest.
    """
    everybody = {(one.pupil, one.name, one.email): one for one in seen}
    pupils: dict[tuple[str, str], list[str]] = {}
    names: dict[tuple[str, str], list[str]] = {}
    for pupil, name, email in everybody:
        pupils.setdefault((name, email), []).append(pupil)
        names.setdefault((pupil, name), []).append(email)
    numbers = {}
    for pupil, name, email in everybody:
        eldest = min(pupils[name, email], key=lambda number: (len(number), number)) if email else pupil
        # Two guardians of one pupil with the same name, and no initials to tell them apart.
        is_double = any(len(names[child, name]) > 1 for child in pupils[name, email])
        sign = f"{name}/{email}" if is_double else name
        numbers[pupil, name, email] = f"{eldest}-{hashlib.sha256(sign.encode()).hexdigest()[:8]}"
    return numbers
