"""Asks Magister for everything: first the lists of the settings, then the functions for what no list holds."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster import Kind, type_Progress
from app.roster.messages import Notes
from app.roster.reading.many_calls import Asked, ask_each
from app.roster.reading.transport import Refused
from app.roster.reading.values import plain

from .client import MagisterClient
from .columns import Columns
from .enrolments import Row
from .groups import Named
from .layouts import About, Listed, Wanted, understood
from .people import bare, lost_letters
from .pupils import PupilReader
from .school import Collected, named_groups
from .staff import Member, StaffReader, number_of
from .table import Table

KINDS: Final = {About.GUARDIANS: Kind.GUARDIANS, About.STAFF: Kind.STAFF}
GROUP_LISTS: Final = (About.PUPIL_GROUPS, About.STAFF_GROUPS)


class Reading:
    """What one school has at Magister."""

    def __init__(
        self, client: MagisterClient, notes: Notes, year: int, today: date, progress: type_Progress | None = None
    ) -> None:
        self.told = Collected()
        self.rows: dict[About, list[Row]] = {}
        self._damaged: set[About] = set()
        self._client = client
        self._notes = notes
        self._year = year
        self._today = today
        self._progress = progress

    def people(self, wanted: Iterable[Wanted]) -> None:
        """Pupils and staff, and the rows about guardians and groups. Raises RosterUnavailable without any pupils."""
        for one in wanted:
            self._list(one)
        self._by_function = {about for about in (About.PUPILS, About.STAFF) if not self._is_settled(about)}
        if About.PUPILS in self._by_function:
            self._active_pupils()
        if About.STAFF in self._by_function:
            self._active_staff()
        self.told.pupils = PupilReader(self._notes, self._year, self._today).read(self.rows[About.PUPILS])
        self.told.members = StaffReader(self._notes, self._today).read(self.rows.get(About.STAFF, ()))
        if lost := lost_letters(row for rows in self.rows.values() for row in rows):
            self._notes.warning("roster", "", "letters-lost", count=str(lost))
        if self._progress:
            self._progress(Kind.PUPILS, len(self.told.pupils))

    def _is_settled(self, about: About) -> bool:
        return about in self.rows or KINDS.get(about) in self.told.refused

    def _list(self, wanted: Wanted) -> None:
        try:
            table = self._client.layout(wanted.name)
        except Refused:
            if wanted.about in (None, About.PUPILS):
                raise RosterUnavailable(
                    _("Magister gives no list %(name)s. Does it exist, and may this user read it?", name=wanted.name)
                ) from None
            self._leave_out(wanted.about, "resource-refused")
            return
        if not (table.rows or table.columns) and wanted.about not in (None, About.PUPILS):
            self._leave_out(wanted.about, "list-empty")
            return
        if not table.rows and wanted.about in (None, About.PUPILS):
            raise RosterUnavailable(_("The list %(name)s of Magister is empty. Nothing was changed.", name=wanted.name))
        listed = understood(wanted, table)
        if table.rows:
            self._keep(listed)
        else:
            self._leave_out(listed.about, "list-empty")

    def _leave_out(self, about: About, code: str) -> None:
        """A list that is not there, or empty, says nothing about anybody."""
        if about in GROUP_LISTS:
            self._damaged.add(about)
            resource = "teaching_groups"
        else:
            self.told.refused.add(KINDS[about])
            resource = KINDS[about].value
        self._notes.warning("roster", "", code, resource=resource)

    def _keep(self, listed: Listed) -> None:
        self.rows.setdefault(listed.about, []).extend(rows_of(listed.columns, listed.table))
        for cells in listed.table.damaged:
            kind = "staff" if listed.about in (About.STAFF, About.STAFF_GROUPS) else "pupil"
            number = plain(listed.columns.get(cells, "own", "number") or None) or ""
            self._notes.error(kind, number, "row-damaged")
            self._damaged.add(listed.about)

    def _active_pupils(self) -> None:
        try:
            table = self._client.records("GetActiveStudents", "Leerling")
        except Refused:
            raise RosterUnavailable(
                _("Magister gives no pupils. Give the webservice user the right to ADFuncties, GetActiveStudents.")
            ) from None
        if not table.rows:
            raise RosterUnavailable(_("Magister gave no pupils at all. Nothing was changed; try again later."))
        self.rows[About.PUPILS] = list(rows_of(Columns(table.columns), table))

    def _active_staff(self) -> None:
        try:
            table = self._client.records("GetActiveEmpoyees", "Personeelslid")
        except (Refused, RosterUnavailable) as problem:
            if isinstance(problem, RosterUnavailable) and About.PUPILS in self._by_function:
                raise
            # A user who may read lists only: some servers answer that with an error of their own.
            self._leave_out(About.STAFF, "resource-refused")
            return
        if table.rows:
            self.rows[About.STAFF] = list(rows_of(Columns(table.columns), table))
        else:
            self._leave_out(About.STAFF, "list-empty")

    @property
    def guardians_are_whole(self) -> bool:
        """Whether every row about guardians could be read."""
        beside_pupils = any(row.columns.slots() for row in self.rows[About.PUPILS])
        return About.GUARDIANS not in self._damaged and not (beside_pupils and About.PUPILS in self._damaged)

    def guardian_rows(self) -> list[Row]:
        """The rows that name guardians: of their own list, and of pupils with their guardians beside them."""
        rows = (*self.rows.get(About.GUARDIANS, ()), *self.rows.get(About.PUPILS, ()))
        return [row for row in rows if row.columns.slots()]

    def groups(self, closed: frozenset[str]) -> None:
        """The groups of pupils and staff: from lists when they hold them, else asked per person."""
        told = self.told
        told.groups_complete = not self._damaged & {About.PUPILS, *GROUP_LISTS}
        told.some_closed = bool(closed)
        if About.PUPIL_GROUPS in self.rows:
            told.pupil_groups = self._listed(
                About.PUPIL_GROUPS, {bare(number): number for number in told.pupils}, lambda row: row.get("number")
            )
        elif has_groups(self.rows[About.PUPILS]):
            told.pupil_groups = {number: of_one_enrolment(one.rows) for number, one in told.pupils.items()}
        elif About.PUPILS in self._by_function and About.PUPIL_GROUPS not in self._damaged:
            numbers = [number for number, one in told.pupils.items() if one.pupil.location_key not in closed]
            told.pupil_groups = self._asked("GetLeerlingGroepen", "vak", numbers, with_class=False)
        told.lessons_told = bool(told.pupil_groups)
        self._groups_of_staff(closed)

    def _groups_of_staff(self, closed: frozenset[str]) -> None:
        told = self.told
        if About.STAFF_GROUPS in self.rows:
            told.staff_groups = self._listed(About.STAFF_GROUPS, staff_names(told.members), number_of)
        elif has_groups(self.rows.get(About.STAFF, ()), with_class=True):
            told.staff_groups = {
                number: named_groups(one.rows, with_class=True) for number, one in told.members.items()
            }
        elif About.STAFF in self._by_function and About.STAFF_GROUPS not in self._damaged:
            numbers = [n for n, one in told.members.items() if (one.location or "").casefold() not in closed]
            lessons = self._asked("GetPersoneelGroepVakken", "Les", numbers, with_class=True)
            classes = self._asked("GetPersoneelKlasVakken", "Les", numbers, with_class=True) if numbers else {}
            told.staff_groups = {number: groups for number, groups in lessons.items() if number in classes}
            told.staff_classes = classes
        else:
            told.staff_groups_asked = False
            told.mentors_are_all = self._names_class_mentors() and About.STAFF_GROUPS not in self._damaged

    def _names_class_mentors(self) -> bool:
        fields = ("class_mentor_code", "class_mentor_name")
        return any(row.columns.has("own", *fields) for row in self.rows[About.PUPILS])

    def _listed(
        self, about: About, names: Mapping[str, str], name_in: Callable[[Row], Any]
    ) -> dict[str, tuple[Named, ...]]:
        """The groups of everybody by the rows of a list; nobody's when a row of it could not be read.

        `names`: by which number or code a row names whom.
        """
        if about in self._damaged:
            return {}
        found: dict[str, list[Row]] = {number: [] for number in names.values()}
        for row in self.rows[about]:
            number = names.get(bare(plain(name_in(row) or None) or ""))
            if number is not None:
                found[number].append(row)
        return {number: named_groups(rows, with_class=True) for number, rows in found.items()}

    def _asked(
        self, function: str, record: str, numbers: list[str], *, with_class: bool
    ) -> dict[str, tuple[Named, ...]]:
        """The groups of each person who could be asked. Whoever failed keeps what we know, and no group is gone."""

        def ask(number: str) -> tuple[Named, ...]:
            rows = rows_of_one(self._client.records(function, record, number), number)
            return named_groups(rows, with_class=with_class)

        def tell(count: int) -> None:
            if self._progress:
                self._progress(Kind.GROUPS, count)

        asked: Asked = ask_each(numbers, ask, tell)
        if asked.is_refused:
            self._notes.warning("roster", "", "resource-refused", resource="teaching_groups")
        elif asked.failed:
            self._notes.warning("roster", "", "groups-not-read", count=str(len(asked.failed)))
        self.told.groups_complete = self.told.groups_complete and not asked.failed
        return asked.answers


def rows_of(columns: Columns, table: Table) -> Iterable[Row]:
    """The rows of a table."""
    return (Row(columns, cells) for cells in table.rows)


def rows_of_one(table: Table, number: str) -> list[Row]:
    """The rows about one person. Raises RosterUnavailable when they are of somebody else: the answer is not ours."""
    columns = Columns(table.columns)
    columns.renamed("staff", "own", ("number",))
    rows = list(rows_of(columns, table))
    if any(bare(told) != bare(number) for row in rows if (told := row.get("number"))):
        raise RosterUnavailable(_("Magister answered about somebody else. Try again later."))
    return rows


def staff_names(members: Mapping[str, Member]) -> dict[str, str]:
    """By which numbers and codes rows name the staff. A number goes before the code of somebody else."""
    codes = {bare(code): number for number, one in members.items() for code in one.codes}
    return codes | {bare(number): number for number in members}


def has_groups(rows: Iterable[Row], *, with_class: bool = False) -> bool:
    """Whether these rows have a column for groups."""
    fields = ("group", "group_id", "class") if with_class else ("group", "group_id")
    return any(row.columns.has("own", *fields) for row in rows)


def of_one_enrolment(rows: tuple[Row, ...]) -> tuple[Named, ...]:
    """The groups in the rows of the enrolment that counts, which comes first; a join repeats it for each group."""
    mark = [rows[0].get(name) for name in ("period", "begins", "ends")]
    same = [row for row in rows if [row.get(name) for name in ("period", "begins", "ends")] == mark]
    return named_groups(same, with_class=False)
