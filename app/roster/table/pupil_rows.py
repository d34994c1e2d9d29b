"""Pupils: one row each, or several with other guardians, groups or enrolments (Z-246 to Z-258, formats.md 5.3, 11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from app.roster import ABSENT, RosterPupil

from .guardian_rows import Guardians, columns_beside
from .names import fold
from .person_fields import Collected, only_carried, person_names
from .places import OTHER_SCHOOL
from .reading import Table, TableRow

ABSENT_FIELDS: Final = (
    *("first_name", "initials", "prefix", "birth_date", "gender", "email", "year_of_study", "programme_code"),
)
PLAIN: Final = ("birth_date", "gender", "email", "year_of_study", "programme_code", "enrolled_on", "leaving_date")


@dataclass(slots=True)
class PupilDraft:
    """A pupil as far as read."""

    names: dict[str, Any]
    fields: dict[str, Any]
    school_year: int
    location: str | None
    group: str | None
    teaching: dict[str, None] | None  # None: the cell cannot be read
    mentors: dict[str, None]
    order: tuple[Any, ...]  # the row of the highest counts: of this school year, valid today, newest


@dataclass(slots=True)
class Pupils:
    """Collects pupils; who is in several rows is there once."""

    into: Collected
    guardians: Guardians
    drafts: dict[str, PupilDraft] = field(default_factory=dict)

    def read_table(self, table: Table) -> None:
        """The pupils of a table, with the guardians beside them."""
        beside = columns_beside(table)
        for row in table.rows():
            number = self._read(row)
            if number is not None and beside:
                self.guardians.read_beside(row, number, beside, table.relations)

    def _read(self, row: TableRow) -> str | None:
        """The number of the pupil of this row; None when the row cannot be used."""
        values = row.values
        number = self.into.number_of("pupil", row.line, values, "number")
        if number is None:
            return None
        if row.is_shifted:
            self.into.notes.error("pupil", number, "table-row-shifted", row=str(row.line))
            return None
        place = self.into.places.place_of(values)
        if place == OTHER_SCHOOL:
            self.into.notes.error("pupil", number, "table-other-school")
            return None
        names = person_names(self.into, "pupil", number, values)
        if names is None:
            return None
        self.into.carry("pupil", values)
        known = self.drafts.get(number)
        draft = self._draft(number, names, values, place)
        if known is None:
            self.drafts[number] = draft
        elif is_another(known, draft):
            self.into.notes.error("pupil", number, "number-twice", number=number)
            return None
        else:
            self.into.joined["pupil"] += 1
            self.drafts[number] = joined(known, draft)
        return number

    def _draft(self, number: str, names: dict[str, Any], values: Mapping[str, Any], place: str | None) -> PupilDraft:
        into = self.into
        fields = {name: into.kept("pupil", number, name, values.get(name)) for name in PLAIN}
        year = values.get("school_year") or into.year
        ends = values.get("ends_on")
        if isinstance(ends, date) and ends < into.today and not fields["leaving_date"]:
            fields["leaving_date"] = ends  # the end of an enrolment in the future is the end of the school year
        study = fields["year_of_study"]
        name = into.kept("pupil", number, "group", values.get("group"))
        group = into.places.group(name, place, year, True, study) if name else None
        told = into.kept("pupil", number, "teaching_groups", values.get("teaching_groups"))
        teaching = (into.places.group(one, place, year, False) for one in told or () if one != name)
        mentors = into.kept("pupil", number, "mentors", values.get("mentors")) or ()
        start, leaves = fields["enrolled_on"] or date.min, fields["leaving_date"] or date.max
        order = (year == into.year, start <= into.today <= leaves, start)
        return PupilDraft(
            names,
            fields,
            year,
            place,
            ABSENT if name is ABSENT else group,  # type: ignore[arg-type]
            None if told is ABSENT else {key: None for key in teaching if key},
            dict.fromkeys(mentors),
            order,
        )

    def records(
        self, has_groups: bool, mentor_keys: Mapping[str, str], month_first: set[str]
    ) -> tuple[RosterPupil, ...]:
        """The pupils; fields that no row fills, or that cannot be trusted, are ABSENT."""
        carried = self.into.carried.get("pupil", set()) - month_first
        return tuple(
            self._record(number, draft, carried, has_groups, mentor_keys) for number, draft in self.drafts.items()
        )

    def _record(
        self, number: str, draft: PupilDraft, carried: set[str], has_groups: bool, mentor_keys: Mapping[str, str]
    ) -> RosterPupil:
        fields = {name: value if name in carried else None for name, value in draft.fields.items()}
        fields["gender"] = self.into.gender("pupil", fields["gender"])
        dates = {name: fields.pop(name) or None for name in ("enrolled_on", "leaving_date")}
        if "ends_on" in carried and not dates["leaving_date"]:
            dates["leaving_date"] = draft.fields["leaving_date"] or None
        record = RosterPupil(
            key=number,
            number=number,
            school_year=draft.school_year,
            location_key=draft.location,
            group_key=draft.group if has_groups and "group" in carried else ABSENT,
            group_keys=tuple(draft.teaching)
            if has_groups and "teaching_groups" in carried and draft.teaching is not None
            else ABSENT,
            mentor_keys=tuple(mentor_keys.get(fold(one), one) for one in draft.mentors)
            if "mentors" in carried
            else ABSENT,
            **draft.names,
            **fields,
            **dates,
        )
        return only_carried(record, carried, ABSENT_FIELDS)


def is_another(known: PupilDraft, draft: PupilDraft) -> bool:
    """Whether two rows of one number are about different people: another last name and another birth or first name."""
    if fold(known.names["last_name"]) == fold(draft.names["last_name"]):
        born, other = known.fields["birth_date"], draft.fields["birth_date"]
        first, second = fold(known.names.get("first_name") or None), fold(draft.names.get("first_name") or None)
        return bool(born and other and born != other and first and second and first != second)
    return True


def joined(known: PupilDraft, draft: PupilDraft) -> PupilDraft:
    """Two rows of one pupil as one: what the row that counts does not say, the other one may."""
    first, second = (known, draft) if known.order >= draft.order else (draft, known)
    for name, value in second.fields.items():
        if first.fields[name] is None and name not in ("enrolled_on", "leaving_date"):
            first.fields[name] = value
    if first.school_year == second.school_year:
        first.group = first.group or second.group
        first.teaching = (first.teaching or {}) | (second.teaching or {})
        first.mentors |= second.mentors
    first.location = first.location or second.location
    return first
