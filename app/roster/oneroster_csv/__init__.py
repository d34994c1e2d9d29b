"""The OneRoster CSV source: a package of version 1.1 or 1.2, complete or with changes (formats.md 7.1 and 7.2).

It is one zip, or its files by themselves. The manifest decides which files count, and how; the version is seen from the
files, for 1.2 has the roles in one of their own.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import RosterUnreadable
from app.roster import Kind, Roster, type_Progress
from app.roster.messages import Notes
from app.roster.oneroster.changes import changed_roster
from app.roster.oneroster.tables import (
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
)
from app.roster.oneroster.whole import require_people, whole_roster
from app.roster.reading.csv_sheets import MissingColumns, Shape, read_sheets, shape
from app.roster.reading.package_files import file_names, read_files

from .manifest import Mode, no_manifest, read_manifest

SOURCE: Final = "oneroster-csv"
DELIVERS: Final = tuple(Kind)
MANIFEST: Final = "manifest"
RECORD: Final = "status,dateLastModified,"
SHAPES: Final[Mapping[str, Shape]] = {
    MANIFEST: shape("propertyName,value"),
    ORGS: shape("sourcedId,name,type", f"{RECORD}identifier,parentSourcedId"),
    SESSIONS: shape("sourcedId,startDate,endDate", f"{RECORD}title,type,parentSourcedId,schoolYear"),
    CLASSES: shape(
        "sourcedId,title,classType", f"{RECORD}grades,courseSourcedId,classCode,schoolSourcedId,termSourcedIds"
    ),
    USERS: shape(
        "sourcedId,givenName,familyName",
        f"{RECORD}orgSourcedIds,role,username,userIds,middleName,identifier,email,agentSourcedIds,grades,"
        "userMasterIdentifier,preferredGivenName,primaryOrgSourcedId",
    ),
    ROLES: shape("userSourcedId,role", f"sourcedId,{RECORD}roleType,orgSourcedId,beginDate,endDate"),
    ENROLMENTS: shape(
        "classSourcedId,userSourcedId,role", f"sourcedId,{RECORD}schoolSourcedId,primary,beginDate,endDate"
    ),
    DETAILS: shape("sourcedId,birthDate", f"{RECORD}sex"),
}


class OneRosterFiles:
    """Reads one package: a zip, or its CSV files."""

    def __init__(self, paths: Sequence[Path], brin: str, today: date) -> None:
        self._paths = paths
        self._brin = brin
        self._today = today

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The roster of the package. Raises RosterUnreadable when it is not one, or not whole."""
        notes = Notes()
        try:
            sheets = read_sheets(read_files(self._paths), SHAPES, notes)
        except MissingColumns:
            if f"{MANIFEST}.csv" not in file_names(self._paths):
                raise no_manifest() from None
            raise
        package = announced(sheets, read_manifest(sheets.pop(MANIFEST, None)), notes)
        if not any(package.tables.values()):
            raise RosterUnreadable(_("There is nothing in this package. Export it again."))
        if package.changes:
            return changed_roster(SOURCE, package, notes, self._brin, self._today)
        if USERS in package.tables:
            require_people(package)
        return whole_roster(SOURCE, package, notes, self._brin, self._today, progress=progress)


def announced(sheets: Mapping[str, list[Any]], modes: Mapping[str, Mode], notes: Notes) -> Package:
    """The sheets that the manifest announces. Raises RosterUnreadable when one of them is missing.

    A file that it does not announce is not read: it may be a left-over of another export.
    """
    tables = {}
    for name in SHAPES:
        mode = modes.get(name, Mode.ABSENT)
        if name in sheets and mode is Mode.ABSENT:
            notes.warning("roster", "", "file-not-announced", file=f"{name}.csv")
        elif name in sheets:
            tables[name] = sheets[name]
            _note_status(name, sheets[name], mode, notes)
        elif mode is not Mode.ABSENT:
            raise RosterUnreadable(
                _("The manifest announces %(file)s, which is not there. Export the whole package again.", file=name)
            )
    return Package(tables, frozenset(name for name in tables if modes[name] is Mode.DELTA))


def _note_status(name: str, rows: Sequence[Mapping[str, str]], mode: Mode, notes: Notes) -> None:
    """A complete file has no statuses and is never empty; of changes each has one."""
    if mode is Mode.DELTA:
        if any(not row.get("status", "").strip() for row in rows):
            notes.warning("roster", "", "status-missing", file=f"{name}.csv")
        return
    if not rows:
        notes.warning("roster", "", "file-empty", file=f"{name}.csv")
    gone = [row for row in rows if is_gone(row)]
    if gone:
        key = (key_of(gone[0]) or "")[:64]
        notes.warning("roster", key, "status-in-full-file", file=f"{name}.csv", count=str(len(gone)))
