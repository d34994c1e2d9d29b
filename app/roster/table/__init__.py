"""Tables: CSV, XLSX or ODS of pupils, guardians, staff or groups, as schools make them by hand (formats.md 11).

Read it from `TableSource`. Its parts: opening (what kind of file), headers and mapping (which column is which field),
reading (rows as values), the `..._rows` (values as people), look (what the wizard shows) and template.

Keys are the numbers that people use. A table is a list that somebody made: it names people, groups and locations that
it does not hold itself by number or name, and tells only what it is about; all else stays as it is.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from flask_babel import gettext as _

from app.clock import school_year_of
from app.errors import RosterUnreadable
from app.roster import Kind, Roster, type_Progress
from app.roster.messages import Notes

from .fields import About
from .guardian_rows import Guardians
from .look import TableLook, look_at
from .mapping import Mapping
from .opening import MAPPING_NAME, table_files
from .person_fields import Collected
from .places import TablePlaces
from .pupil_rows import Pupils
from .reading import Table, check_readable, open_table
from .remembered import look_with, to_remember
from .staff_rows import StaffMembers, read_groups
from .template import template
from .traps import is_month_first, m_is_a_girl, note_traps

__all__ = ["MAPPING_NAME", "About", "Mapping", "TableLook", "TableSource", "look_at"]
__all__ += ["look_with", "template", "to_remember"]
SOURCE: Final = "table"
DELIVERS: Final = tuple(Kind)
ORDER: Final = (About.GROUPS, About.PUPILS, About.GUARDIANS, About.STAFF)
MOST_NAMED: Final = 20  # columns in one message
KINDS: Final = {"pupil": Kind.PUPILS, "guardian": Kind.GUARDIANS, "staff": Kind.STAFF, "group": Kind.GROUPS}


class TableSource:
    """Reads tables that belong together: files, or one package of them. `mapping` counts for every one of them."""

    def __init__(self, paths: Sequence[Path], brin: str, today: date, mapping: Mapping | None = None) -> None:
        self._paths = [Path(path) for path in paths]
        self._brin = brin
        self._today = today
        self._mapping = mapping

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The roster in the tables. Raises RosterUnreadable when one of them cannot be read, or holds nobody."""
        files, packed = table_files(self._paths)
        mapping = self._mapping or packed
        tables = [open_table(file, mapping, self._today) for file in files]
        for table in tables:
            check_readable(table)
        delivery = _Delivery(tables, mapping, self._brin, self._today)
        for table in sorted(tables, key=lambda one: ORDER.index(About(one.about))):
            delivery.read(table)
            if progress:
                progress(Kind.PUPILS, len(delivery.pupils.drafts))
        return delivery.roster()


class _Delivery:
    """What the tables hold together."""

    def __init__(self, tables: list[Table], mapping: Mapping | None, brin: str, today: date) -> None:
        self.notes = Notes()
        self.tables = tables
        self.mapping = mapping
        self.today = today
        places = TablePlaces(brin, mapping.location if mapping else None, self.notes)
        year = (mapping and mapping.school_year) or school_year_of(today)
        self.into = Collected(self.notes, today, places, year)
        self.guardians = Guardians(self.into)
        self.pupils = Pupils(self.into, self.guardians)
        self.staff = StaffMembers(self.into)

    def read(self, table: Table) -> None:
        """Adds the rows of a table. Raises RosterUnreadable when there is none that can be used."""
        {
            About.GROUPS: lambda: read_groups(table, self.into),
            About.PUPILS: lambda: self.pupils.read_table(table),
            About.GUARDIANS: lambda: self.guardians.read_table(table),
            About.STAFF: lambda: self.staff.read_table(table),
        }[About(table.about)]()
        if not table.seen:
            raise RosterUnreadable(_("There are no rows below the titles in this table. Export it again."))
        numbers = [name for name in table.columns if name.endswith("number")]
        note_traps(table.reader.columns, numbers, self.notes)
        if table.unknown:
            self.notes.info("roster", "", "table-columns-unused", columns=", ".join(table.unknown[:MOST_NAMED]))
        if table.examples:
            self.notes.info("roster", "", "table-example")

    def roster(self) -> Roster:
        """The whole of it, with what it can deliver."""
        into, carried = self.into, self.into.carried
        if not carried and not into.places.brins:  # a table of another school is for the gate to name
            raise RosterUnreadable(
                _("No row of this table can be used. Check whether the titles stand above the right columns.")
            )
        if joined := into.joined.total():
            self.notes.info("roster", "", "table-joined", rows=str(joined))
        self.guardians.note_nameless()
        into.girls_are_m = any(m_is_a_girl(table.reader.columns.get("gender")) for table in self.tables)
        year, delivers = self._year(), self._delivers()
        if is_delta := self._has_numberless(delivers):
            self.notes.warning("roster", "", "table-not-judged")
        guardians, pairs = self.guardians.records() if Kind.GUARDIANS in delivers else ((), ())
        untrusted = {n for table in self.tables for n, seen in table.reader.columns.items() if is_month_first(seen)}
        return Roster(
            source=SOURCE,
            brin=into.places.said_brin(),
            school_year=year,
            reference_date=self._reference_date(year),
            delivers=delivers,
            locations=into.places.all_locations() if {Kind.PUPILS, Kind.GROUPS} & delivers else (),
            groups=into.places.all_groups(year) if Kind.GROUPS in delivers else (),
            pupils=self.pupils.records(Kind.GROUPS in delivers, self.staff.keys_of_mentors(), untrusted)
            if Kind.PUPILS in delivers
            else (),
            guardians=guardians,
            guardianships=pairs,
            staff=self.staff.records() if Kind.STAFF in delivers else (),
            messages=tuple(self.notes.messages),
            is_delta=is_delta,
            is_list=True,
        )

    def _year(self) -> int:
        """The school year of most pupils, unless some are of the year that is asked for."""
        years = Counter(draft.school_year for draft in self.pupils.drafts.values())
        return years.most_common(1)[0][0] if years and self.into.year not in years else self.into.year

    def _reference_date(self, year: int) -> date:
        return self.today if school_year_of(self.today) == year else date(year, 8, 1)

    def _delivers(self) -> frozenset[Kind]:
        """What the tables tell, as far as the mapping lets them."""
        carried = self.into.carried
        delivers = {kind for name, kind in KINDS.items() if name in carried}
        if carried.get("pupil", set()) & {"group", "teaching_groups"}:
            delivers.add(Kind.GROUPS)
        if self.into.places.locations:
            delivers.add(Kind.LOCATIONS)
        wanted = self.mapping and self.mapping.delivers
        return frozenset(delivers & wanted if wanted else delivers)

    def _has_numberless(self, delivers: frozenset[Kind]) -> bool:
        return any(KINDS[kind] in delivers for kind in self.into.numberless)
