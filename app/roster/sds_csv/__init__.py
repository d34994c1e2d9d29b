"""The School Data Sync source: Microsoft's CSV files, V1 or V2.1, which many schools make already (formats.md 8).

They never say which class is the home class, nor who is mentor. A class without a course is taken for a home class,
when hardly any pupil is in more than one of those. The files are always complete: there is no delivery of changes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import RosterUnreadable
from app.roster import Kind, Roster, type_Progress
from app.roster.messages import Notes
from app.roster.oneroster.groups import HOME, LEARNS
from app.roster.oneroster.tables import CLASSES, ENROLMENTS, Package, key_of, text_of, type_Row
from app.roster.oneroster.whole import require_people, whole_roster
from app.roster.reading.csv_sheets import read_sheets
from app.roster.reading.package_files import file_names, read_files

from . import version_one, version_two

SOURCE: Final = "sds-csv"
DELIVERS: Final = tuple(Kind)
IN_TWO: Final = 0.1  # of the pupils may be in two classes without a course, while they change classes


class SdsFiles:
    """Reads one set of files: a zip, or its CSV files."""

    def __init__(self, paths: Sequence[Path], brin: str, today: date) -> None:
        self._paths = paths
        self._brin = brin
        self._today = today

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The roster of the files. Raises RosterUnreadable when they are not one, or hold headers only.

        At the end of a school year such files hold no rows; that says nothing about who is at the school.
        """
        if "manifest.csv" in file_names(self._paths):
            raise RosterUnreadable(_("This is a package of OneRoster. Choose OneRoster (CSV files) as its source."))
        notes = Notes()
        sheets = read_sheets(read_files(self._paths), version_one.SHAPES | version_two.SHAPES, notes)
        is_first = bool(sheets.keys() & version_one.SHAPES.keys())
        if is_first and sheets.keys() & version_two.SHAPES.keys():
            raise RosterUnreadable(_("These are files of two versions of School Data Sync. Send those of one version."))
        if not sheets:
            raise RosterUnreadable(_("These are no files of School Data Sync. Choose the files that were made for it."))
        for name, rows in sheets.items():
            if not rows:
                notes.warning("roster", "", "file-empty", file=f"{name}.csv")
        package = Package((version_one if is_first else version_two).as_oneroster(sheets))
        require_people(package)
        mark_homes(package.tables)
        roster = whole_roster(SOURCE, package, notes, self._brin, self._today, progress=progress)
        if is_first and version_one.STUDENT not in sheets:
            return without(roster, Kind.PUPILS)
        return roster


def without(roster: Roster, kind: Kind) -> Roster:
    """The roster without a kind that no file is about."""
    return replace(roster, delivers=roster.delivers - {kind})


def mark_homes(tables: Mapping[str, list[type_Row]]) -> None:
    """Marks the classes that are home classes: those without a course, unless pupils are in several of them."""
    rows = tables.get(CLASSES, ())
    if any(text_of(row, "classtype") for row in rows):
        return
    bare = {key for row in rows if not text_of(row, "coursesourcedid") and (key := key_of(row))}
    times: Counter[Any] = Counter(
        key_of(row, "usersourcedid")
        for row in tables.get(ENROLMENTS, ())
        if key_of(row, "classsourcedid") in bare and (text_of(row, "role") or "").casefold() in LEARNS
    )
    if sum(count > 1 for count in times.values()) > IN_TWO * len(times):
        return
    for row in rows:
        if key_of(row) in bare:
            row["classtype"] = HOME  # type: ignore[index]
