"""Guardians: in rows of their own, or in columns beside a pupil (Z-259 to Z-267, formats.md 11).

Without a number a guardian has a made-up one, from the lowest pupil number among the children with the last name and
initials (or e-mail address). It is the same every time; the plan looks first whether a child has such a guardian.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.roster import ABSENT, RosterGuardian, RosterGuardianship

from .fields import guardian_field
from .kept_values import UNUSABLE
from .names import fold
from .person_fields import Collected, guardian_names, only_carried
from .reading import Table, TableRow

ABSENT_FIELDS: Final = ("initials", "prefix", "gender", "email")
PAIR: Final = ("relation", "receives_post", "rank", "has_authority")


type_Beside = Mapping[int, Sequence[tuple[str, str]]]  # per guardian the columns, and which fields those are


def columns_beside(table: Table) -> dict[int, list[tuple[str, str]]]:
    """The columns of guardians in a table of pupils."""
    found: dict[int, list[tuple[str, str]]] = {}
    for name in table.columns:
        if beside := guardian_field(name):
            found.setdefault(beside[0], []).append((name, beside[1].name))
    return dict(sorted(found.items()))


@dataclass(slots=True)
class GuardianDraft:
    """A guardian as far as read, with the pupils and what is so about each pair."""

    names: dict[str, Any]
    number: str | None
    gender: Any
    email: Any
    pairs: dict[str, dict[str, Any]] = field(default_factory=dict)  # by pupil number


@dataclass(slots=True)
class Guardians:
    """Collects guardians; the same one is there once, whatever the number of children."""

    into: Collected
    drafts: dict[tuple[str, ...], GuardianDraft] = field(default_factory=dict)
    nameless: set[int] = field(default_factory=set)  # ranks with columns, but without one for the last name

    def read_table(self, table: Table) -> None:
        """The guardians of a table of their own."""
        for row in table.rows():
            self.into.carry("guardian", row.values)
            number = row.values.get("number")
            key = number if isinstance(number, str) else ""
            pupils = row.values.get("pupil_number")
            if row.is_shifted:
                self.into.notes.error("guardian", key, "table-row-shifted", row=str(row.line))
            elif not pupils or pupils == UNUSABLE:
                self.into.notes.error("guardian", key, "table-pupil-missing", row=str(row.line))
                self.into.numberless["guardian"] += 1
            else:
                for pupil in pupils:
                    self._add(key or pupil, row.values, pupil, row.values.get("rank"))

    def read_beside(self, row: TableRow, pupil: str, beside: type_Beside, relations: Mapping[int, str]) -> None:
        """The guardians in the columns beside a pupil, as `beside` names them."""
        for rank, names in beside.items():
            values = {short: row.values[name] for name, short in names}
            if not any(value not in (None, (), UNUSABLE) for name, value in values.items() if name not in PAIR):
                continue
            if not values.keys() & {"last_name", "name"}:
                self.nameless.add(rank)
                continue
            self.into.carry("guardian", values)
            if rank in relations and not values.get("relation"):
                values["relation"] = relations[rank]
            self._add(pupil, values, pupil, values.get("rank") or (rank if 2 in beside else None))

    def _add(self, shown: str, values: Mapping[str, Any], pupil: str, rank: Any) -> None:
        """One guardian of one pupil; `shown` names it in messages."""
        number = values.get("number")
        number = number if isinstance(number, str) and len(number) <= 64 else None
        names = guardian_names(self.into, shown, values)
        if names is None:
            return
        email = self.into.kept("guardian", shown, "email", values.get("email"))
        gender = self.into.kept("guardian", shown, "gender", values.get("gender"))
        sign = self._sign(number, names, email, pupil, rank)
        draft = self.drafts.setdefault(sign, GuardianDraft(names, number, gender, email))
        if fold(draft.names["last_name"]) != fold(names["last_name"]):
            self.into.notes.error("guardian", shown, "number-twice", number=number or "")
            return
        draft.email, draft.gender = draft.email or email, draft.gender or gender
        about = {name: self.into.kept("guardian", shown, name, values.get(name)) for name in PAIR if name in values}
        if rank is not None:
            about["rank"] = rank
        draft.pairs.setdefault(pupil, about)

    def note_nameless(self) -> None:
        """Says once which guardians beside pupils could not be read."""
        for rank in sorted(self.nameless):
            self.into.notes.warning("roster", "", "table-guardian-nameless", rank=str(rank))

    @staticmethod
    def _sign(number: str | None, names: Mapping[str, Any], email: Any, pupil: str, rank: Any) -> tuple[str, ...]:
        """By what the same guardian is known in another row: the number, else the address with the name."""
        if number:
            return ("number", number)
        name = (fold(names["last_name"]), fold(names.get("initials") or None))
        if isinstance(email, str):
            return ("email", email.lower(), *name)
        return ("pupil", pupil, *name, "" if name[1] else str(rank or ""))

    def records(self) -> tuple[tuple[RosterGuardian, ...], tuple[RosterGuardianship, ...]]:
        """The guardians and their pairs."""
        carried = self.into.carried.get("guardian", set())
        guardians, pairs, taken = [], [], set()
        for draft in self.drafts.values():
            number = draft.number or made_up_number(draft, taken)
            taken.add(number)
            record = RosterGuardian(
                number,
                number,
                draft.names["last_name"],
                draft.names["initials"],
                draft.names["prefix"],
                self.into.gender("guardian", draft.gender),
                draft.email,
                is_numbered=draft.number is not None,
            )
            guardians.append(only_carried(record, carried, ABSENT_FIELDS))
            for pupil, about in draft.pairs.items():
                told = {name: about.get(name, ABSENT) for name in PAIR}
                told |= {name: ABSENT for name in PAIR if told[name] is None}
                pairs.append(RosterGuardianship(number, pupil, **told))
        return tuple(guardians), tuple(pairs)


def made_up_number(draft: GuardianDraft, taken: set[str]) -> str:
    """A number for a guardian who has none, the same for the same child and name: 'V' and eight letters or digits."""
    child = min(draft.pairs, key=lambda number: (len(number), number))
    name = fold(draft.names["last_name"]), fold(draft.names["initials"] or None) or str(draft.email or "").lower()
    for again in range(100):
        text = "|".join((child, *name, str(again) if again else ""))
        code = "V" + base64.b32encode(hashlib.sha256(text.encode()).digest()[:5]).decode()
        if code not in taken:
            return code
    raise AssertionError("a hundred guardians of one child with one name")
