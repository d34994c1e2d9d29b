"""What a plan holds: counts, messages, the changes as people read them, and the rows to write."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, NamedTuple, Self

from app.models import names
from app.roster import Kind, RosterMessage

from .known import FIRST_NAME, INITIALS, LAST_NAME, PREFIX

KIND_OF: Final = {
    "pupil": Kind.PUPILS,
    "guardian": Kind.GUARDIANS,
    "staff": Kind.STAFF,
    "group": Kind.GROUPS,
    "location": Kind.LOCATIONS,
}
PEOPLE: Final = ("pupil", "guardian", "staff")


@dataclass(slots=True)
class Counts:
    """The six counts of contract.md. seen = new + changed + unchanged + skipped; gone are not seen (any more)."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: int = 0


class Named(str):
    """The names of other records in one text, with who or what they are: (ref, name). Read as text it is only names.

    Names come more than once, so who may see them is asked by ref (R47, part 7 nr 5).
    """

    them: tuple[tuple[int, str], ...]

    def __new__(cls, them: Iterable[tuple[int, str]], between: str = ", ") -> Self:
        """These records by name."""
        ordered = tuple(sorted(them, key=lambda one: (one[1], one[0])))
        text = super().__new__(cls, between.join(name for _ref, name in ordered))
        text.them = ordered
        return text


class Change(NamedTuple):
    """One change as people read it; `fields` as (field, old, new). `ref`: below zero for what is new."""

    ref: int
    kind: str  # pupil, guardian, staff, group, location
    number: str
    name: str
    what: str  # new, changed, gone, returned
    fields: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(slots=True)
class Rows:
    """What happens to the rows of one table. Ids below zero are refs to new rows of this plan."""

    new: list[tuple[Any, ...]] = field(default_factory=list)
    changed: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    gone: list[Any] = field(default_factory=list)


class Refs:
    """Numbers below zero that stand for new rows until the plan is applied; apply.py turns them into ids."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def new(self, table: str) -> int:
        """The next number for a row of this table."""
        self._given[table] += 1
        return -self._given[table]


class Fall(NamedTuple):
    """How many there were of something, and how many of those are struck: gone, renamed, without a class."""

    before: int
    struck: int


@dataclass(slots=True)
class Plan:
    """What one run would do. Pure: the same known rows and roster always give the same plan."""

    counts: dict[str, Counts] = field(default_factory=lambda: {kind.value: Counts() for kind in Kind})
    messages: list[RosterMessage] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    rows: dict[str, Rows] = field(default_factory=lambda: defaultdict(Rows))  # by table
    refs: Refs = field(default_factory=Refs)
    # Of pinned fields: (person, field, what the source said before, what it says now); remembered when applied.
    told: list[tuple[int, str, Any, Any]] = field(default_factory=list)
    # For the gate (R103); by kind in the plural.
    used_pupils: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # records whose key belonged to somebody else
    kinds: dict[str, Fall] = field(default_factory=dict)
    renamed: dict[str, Fall] = field(default_factory=dict)  # how many get another name or date of birth
    one_address: dict[str, Fall] = field(default_factory=dict)  # how many get one and the same e-mail address
    classless: Fall = field(default_factory=lambda: Fall(0, 0))  # pupils who lose their home class
    strangers: Fall = field(default_factory=lambda: Fall(0, 0))  # new pupils of a source that recognised hardly any
    recognised: dict[str, frozenset[int]] = field(default_factory=dict)  # by kind: told, and known from other sources
    untold: set[int] = field(default_factory=set)  # changed people whom the source does not tell: they are not counted
    left_behind: dict[str, frozenset[int]] = field(default_factory=dict)  # by kind: judged for a source of before

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be written."""
        return not any(rows.new or rows.changed or rows.gone for rows in self.rows.values())

    def counted(self) -> dict[str, dict[str, int]]:
        """The counts as contract.md shows them."""
        return {kind: asdict(counts) for kind, counts in self.counts.items()}

    def fingerprint(self) -> str:
        """A hash of what is shown, so that what is applied later is what was shown (R78).

        The day on which somebody counts as gone is left out: it moves on while the administrator looks.
        """
        changes = [
            (*change[:5], [field for field in change.fields if field[0] != "left_on"]) for change in self.changes
        ]
        links = [
            (table, rows.new, rows.gone)
            for table, rows in sorted(self.rows.items())
            if table != "person" and (rows.new or rows.gone)
        ]
        return hashlib.sha256(repr((self.counted(), changes, links)).encode()).hexdigest()

    def note(self, severity: str, kind: str, key: str, code: str, **values: str) -> None:
        """One message about one record."""
        self.messages.append(RosterMessage(severity, kind, key, code, values))

    def skip(self, severity: str, kind: str, key: str, code: str, **values: str) -> None:
        """This record is not used, and why."""
        self.counts[KIND_OF[kind]].skipped += 1
        self.note(severity, kind, key, code, **values)


def shown_name(fields: tuple[Any, ...]) -> str:
    """'Berg, Sanne van den' of fields in the order of PERSON_FIELDS."""
    called = fields[FIRST_NAME] or names.dotted(fields[INITIALS])
    return names.list_name(fields[LAST_NAME], called, fields[PREFIX])
