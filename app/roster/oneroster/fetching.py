"""One fetch over the REST of OneRoster: which lists are asked, and what a refusal means (formats.md 7.3)."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster import Kind, type_Progress
from app.roster.messages import Notes
from app.roster.reading.transport import Refused

from .answers import roles_in, rows_of
from .client import OneRosterClient, not_oneroster
from .groups import TEACHES
from .schools import code_of, schools_in
from .tables import (
    CLASSES,
    DETAILS,
    ENROLMENTS,
    ORGS,
    ROLES,
    SESSIONS,
    USERS,
    Package,
    is_gone,
    key_of,
    keys_of,
    text_of,
    type_Row,
)

CARERS: Final = ("parent", "guardian", "relative")
# Staff who are in no list of teachers, by version.
ASSISTANTS: Final = {
    "v1p1": ("aide", "administrator"),
    "v1p2": ("aide", "counselor", "principal", "proctor", "siteAdministrator"),
}
NOT_HERE: Final = frozenset({404, 405, 410})
NO_LIST: Final = NOT_HERE | {400, 403}  # this list is not for us, or not made
# 1.1 has the role on the user itself, 1.2 in a list of roles.
ROLE_FILTER: Final = {"v1p1": "role='{}'", "v1p2": "roles.role='{}'"}


class Fetching:
    """Asks a service list by list. `refused`: the kinds that it does not give us; `partial`: a part of."""

    def __init__(self, client: OneRosterClient, notes: Notes, progress: type_Progress | None) -> None:
        self.package = Package()
        self.refused: set[Kind] = set()
        self.partial: set[Kind] = set()
        self.closed: set[str] = set()
        self._client = client
        self._notes = notes
        self._progress = progress

    def schools(self, switched_off: frozenset[str], brin: str) -> list[str]:
        """The keys of the locations that may be asked; those that are switched off or refused go to `closed`."""
        rows = self.package.tables[ORGS] = rows_of(ORGS, organisations(self._client))
        schools = schools_in(row for row in rows if not is_gone(row))
        for row in schools:
            key = key_of(row)
            if key and not switched_off.isdisjoint((key, code_of((text_of(row, "identifier"), key), brin))):
                self.closed.add(key)
        return [key for row in schools if (key := key_of(row)) and key not in self.closed]

    def whole(self) -> None:
        """All people, classes and enrolments of the service at once."""
        users = self._list("/users")
        if users is None:
            users = self._users_by_role("")
        self._keep_users(users)
        self._keep(CLASSES, self._list("/classes"), Kind.GROUPS)
        self._keep(ENROLMENTS, self._list("/enrollments"), Kind.GROUPS)

    def by_school(self, schools: Iterable[str]) -> None:
        """The people, classes and enrolments of these schools only. One that refuses is closed: nobody there is gone.

        Guardians have no school: they are asked by role, and only those of the pupils that came are kept.
        """
        users: list[Any] = []
        parts: dict[str, list[Any]] = {CLASSES: [], ENROLMENTS: []}
        for key in schools:
            base = f"/schools/{key}"
            people = self._list(f"{base}/students")
            if people is None:
                self._notes.warning("location", key[:64], "location-refused")
                self.closed.add(key)
                continue
            teachers = self._list(f"{base}/teachers")
            if teachers is None:
                self._refuse(Kind.STAFF)
            users += people + (teachers or [])
            for table, name in ((CLASSES, "classes"), (ENROLMENTS, "enrollments")):
                found = self._list(f"{base}/{name}")
                if found is None:
                    self._refuse(Kind.GROUPS)
                parts[table] += found or []
        pupils = rows_of(USERS, users)
        cared = {agent for row in pupils for agent in keys_of(row, "agentsourcedids")}
        cared_by = {key for row in pupils if (key := key_of(row))}
        carers = [
            one
            for one, row in self._carers()
            if key_of(row) in cared or not cared_by.isdisjoint(keys_of(row, "agentsourcedids"))
        ]
        self._keep_users(users + carers + self._assistants(parts[ENROLMENTS]))
        for table, records in parts.items():
            self._keep(table, records, Kind.GROUPS)

    def details(self) -> None:
        """Dates of birth and sex, where we may see them; and the sessions."""
        found = self._list("/demographics")
        if found is None:
            self._notes.warning("roster", "", "resource-refused", resource="demographics")
        people = {key_of(row) for row in self.package.rows(USERS)}
        self.package.tables[DETAILS] = [row for row in rows_of(DETAILS, found or ()) if key_of(row) in people]
        self._sessions()

    def _sessions(self) -> None:
        """The sessions. Without them classes of several terms cannot be told from those of last year."""
        found = self._list("/academicSessions")
        if found is None:
            found = self._list("/terms")
        self.package.tables[SESSIONS] = rows_of(SESSIONS, found or ())
        if found is None and len({keys_of(row, "termsourcedids") for row in self.package.rows(CLASSES)}) > 1:
            self._refuse(Kind.GROUPS)

    def _users_by_role(self, base: str) -> list[Any]:
        """Without the list of users: pupils and teachers by their own lists, and no guardians."""
        pupils, teachers = self._list(f"{base}/students"), self._list(f"{base}/teachers")
        if pupils is None:
            raise RosterUnavailable(_("The service does not let us read the pupils. Ask for that right."))
        if teachers is None:
            self._refuse(Kind.STAFF)
        self._tell_partial()
        self._refuse(Kind.GUARDIANS)
        return pupils + (teachers or [])

    def _carers(self) -> Iterable[tuple[Any, type_Row]]:
        found = self._with_roles(CARERS)
        if found is None:
            self._refuse(Kind.GUARDIANS)
        return list(zip(found or (), rows_of(USERS, found or ()), strict=True))

    def _assistants(self, enrolments: list[Any]) -> list[Any]:
        """Staff beside the teachers, as far as they are in a class of the schools that are asked."""
        found = self._with_roles(ASSISTANTS[self._client.find().version])
        if found is None:
            self._tell_partial()
        rows = rows_of(ENROLMENTS, enrolments)
        here = {key_of(row, "usersourcedid") for row in rows if (text_of(row, "role") or "").casefold() in TEACHES}
        return [one for one in found or () if str(one.get("sourcedId")) in here]

    def _with_roles(self, roles: Iterable[str]) -> list[Any] | None:
        """The users with one of these roles; None when they may not be asked."""
        found: list[Any] = []
        for role in roles:
            records = self._list("/users", filter=ROLE_FILTER[self._client.find().version].format(role))
            if records is None:
                return None
            found += records
        return found

    def _tell_partial(self) -> None:
        """Of the staff only the teachers came: who is not told, is not gone."""
        if Kind.STAFF not in self.refused:
            self.partial.add(Kind.STAFF)
            self._notes.warning("roster", "", "staff-partial")

    def _keep_users(self, records: list[Any]) -> None:
        if not records:
            raise RosterUnavailable(_("The service tells of no people at all. Nothing was changed; ask your supplier."))
        unique = {str(one.get("sourcedId") or id(one)): one for one in records}
        self.package.tables[USERS] = rows_of(USERS, unique.values())
        self.package.tables[ROLES] = [*roles_in(unique.values())]
        if self._progress:
            self._progress(Kind.PUPILS, len(unique))

    def _keep(self, table: str, records: list[Any] | None, kind: Kind) -> None:
        if records is None:
            self._refuse(kind)
            return
        self.package.tables[table] = rows_of(table, records)
        if not records:
            self._notes.warning("roster", "", "file-empty", file=f"/{table}")

    def _refuse(self, kind: Kind) -> None:
        if kind not in self.refused:
            self.refused.add(kind)
            self._notes.warning("roster", "", "resource-refused", resource=kind.value)

    def _list(self, path: str, **params: str) -> list[Any] | None:
        """The list, None when it is refused or not there."""
        return allowed(lambda: self._client.records(path, **params))


def organisations(client: OneRosterClient) -> list[Any]:
    """The organisations, or only the schools among them. Raises RosterUnavailable when there are none for us."""
    statuses = set()
    for path in ("/orgs", "/schools"):
        try:
            if records := client.records(path):
                return records
        except Refused as refusal:
            statuses.add(refusal.status)
    if statuses and statuses <= NOT_HERE:
        raise not_oneroster()
    raise RosterUnavailable(_("The service gives access to no school. Ask for the right to read it."))


def allowed(ask: Callable[[], list[Any]]) -> list[Any] | None:
    """What this question gives, None when the service refuses it. Raises RosterUnavailable without any access."""
    try:
        return ask()
    except Refused as refusal:
        if refusal.status in NO_LIST:
            return None
        raise RosterUnavailable(_("The service gives us no access. Ask for the right to read the school.")) from None
