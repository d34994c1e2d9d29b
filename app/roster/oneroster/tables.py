"""OneRoster as tables: what the REST answers, the CSV files and School Data Sync all become before they are read.

A row maps a folded name of OneRoster 1.2 (formats.md 7.2) to its text; a name that is not there was not told. Of 1.1
the columns role and orgSourcedIds of users are read as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from app.roster import Kind
from app.roster.reading.values import LENGTHS, plain, read_date

type_Row = Mapping[str, Any]

ORGS: Final = "orgs"
SESSIONS: Final = "academicsessions"
CLASSES: Final = "classes"
USERS: Final = "users"
ROLES: Final = "roles"
ENROLMENTS: Final = "enrollments"
DETAILS: Final = "demographics"
RELATIONS: Final = "relationships"  # School Data Sync only

GONE: Final = frozenset({"tobedeleted", "inactive", "deleted"})

KIND_OF_ROLE: Final = {
    "student": Kind.PUPILS,
    "leerling": Kind.PUPILS,
    **dict.fromkeys(("parent", "guardian", "relative", "ouder", "verzorger"), Kind.GUARDIANS),
    **dict.fromkeys(("teacher", "aide", "counselor", "principal", "administrator", "proctor", "staff"), Kind.STAFF),
    **dict.fromkeys(("districtadministrator", "siteadministrator", "systemadministrator"), Kind.STAFF),
    **dict.fromkeys(("faculty", "docent", "medewerker"), Kind.STAFF),
}


@dataclass(slots=True)
class Package:
    """A delivery. A table that is not there was not told; of those in `changes` only what changed was."""

    tables: dict[str, list[type_Row]] = field(default_factory=dict)
    changes: frozenset[str] = frozenset()

    def rows(self, table: str) -> Iterator[type_Row]:
        """The rows that say what is so."""
        return (row for row in self.tables.get(table, ()) if not is_gone(row))

    def gone(self, table: str) -> Iterator[type_Row]:
        """The rows that say what is so no more."""
        return (row for row in self.tables.get(table, ()) if is_gone(row))

    def tells(self, table: str) -> bool:
        """Whether this table says anything. One with a header only does not: at the end of a year it may be so."""
        return any(True for _row in self.rows(table))


def is_gone(row: type_Row) -> bool:
    """Whether a row only says that its record is there no more."""
    status = row.get("status")
    return bool(status) and str(status).strip().casefold() in GONE


def text_of(row: type_Row, name: str) -> str | None:
    """The text, None when there is none."""
    value = row.get(name)
    return plain(value) if value else None


def key_of(row: type_Row, name: str = "sourcedid") -> str | None:
    """A key; None without one, or when it is longer than we keep."""
    key = text_of(row, name)
    return key if key is not None and len(key) <= LENGTHS["key"] else None


def keys_of(row: type_Row, name: str) -> tuple[str, ...]:
    """The keys in a list, each once: a list as it came in JSON, or one text with commas (formats.md 7.1)."""
    value = row.get(name)
    if not value:
        return ()
    parts = value if isinstance(value, (list, tuple)) else str(value).split(",")
    return tuple(dict.fromkeys(key for part in parts if (key := plain(part)) and len(key) <= LENGTHS["key"]))


def day_of(row: type_Row, name: str) -> date | None:
    """The date, None without one or when it cannot be read."""
    return read_date(text_of(row, name))


def is_true(row: type_Row, name: str) -> bool | None:
    """'true' or 'false' in any case; None for what says neither."""
    word = (text_of(row, name) or "").casefold()
    return {"true": True, "1": True, "yes": True, "ja": True, "false": False, "0": False, "nee": False}.get(word)


class Role(NamedTuple):
    """What somebody is at a school, and when; the days are inclusive."""

    kind: Kind
    name: str
    orgs: tuple[str, ...] = ()
    begins: date = date.min
    ends: date = date.max
    is_primary: bool = True

    def is_on(self, day: date) -> bool:
        """Whether it counts on this day."""
        return self.begins <= day <= self.ends


def roles_of(package: Package) -> tuple[dict[str, list[Role]], set[str]]:
    """The roles of each user by key, and the users with a role that we do not know."""
    found: dict[str, list[Role]] = {}
    strange: set[str] = set()
    for key, row in _role_rows(package):
        name = "".join((text_of(row, "role") or "").casefold().split())
        kind = KIND_OF_ROLE.get(name)
        if kind is None:
            strange.add(key)
            continue
        found.setdefault(key, []).append(
            Role(
                kind,
                name,
                keys_of(row, "orgsourcedid") or keys_of(row, "orgsourcedids"),
                day_of(row, "begindate") or date.min,
                day_of(row, "enddate") or date.max,
                (text_of(row, "roletype") or "primary").casefold() == "primary",
            )
        )
    return found, strange - found.keys()


def _role_rows(package: Package) -> Iterator[tuple[str, type_Row]]:
    for row in package.rows(ROLES):
        if (key := key_of(row, "usersourcedid")) is not None:
            yield key, row
    for row in package.rows(USERS):
        if text_of(row, "role") and (key := key_of(row)) is not None:
            yield key, row


def is_carried(rows: Iterable[type_Row], name: str) -> bool:
    """Whether any row has something in this column."""
    return any(row.get(name) for row in rows)
