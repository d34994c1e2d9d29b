"""Staff and groups in tables of their own (Z-269 to Z-278)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from app.roster import ABSENT, RosterStaff
from app.roster.reading.values import LENGTHS

from .names import fold
from .person_fields import Collected, only_carried, person_names
from .places import OTHER_SCHOOL
from .reading import Table, TableRow

ABSENT_FIELDS: Final = ("first_name", "initials", "prefix", "gender", "email")
TEACHING_TITLES: Final = ("lesgroep", "clustergroep")


@dataclass(slots=True)
class StaffMembers:
    """Collects staff; who is in several rows, one per group or role, is there once."""

    into: Collected
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read_table(self, table: Table) -> None:
        for row in table.rows():
            self._read(row)

    def _read(self, row: TableRow) -> None:
        values, into = row.values, self.into
        number = into.number_of("staff", row.line, values, "number", "code")
        if number is None:
            return
        if row.is_shifted:
            into.notes.error("staff", number, "table-row-shifted", row=str(row.line))
            return
        leaves = into.kept("staff", number, "leaving_date", values.get("leaving_date"))
        if isinstance(leaves, date) and leaves < into.today:
            into.notes.info("staff", number, "left-service")
            return
        names = person_names(into, "staff", number, values)
        if names is None:
            return
        into.carry("staff", values)
        told = into.kept("staff", number, "groups", values.get("groups"))
        draft = {
            **names,
            "gender": into.kept("staff", number, "gender", values.get("gender")),
            "email": into.kept("staff", number, "email", values.get("email")),
            "code": code if isinstance(code := values.get("code"), str) and len(code) <= LENGTHS["number"] else None,
            "groups": None if told is ABSENT else dict.fromkeys(told or ()),
        }
        known = self.drafts.setdefault(number, draft)
        if fold(known["last_name"]) != fold(names["last_name"]):
            into.notes.error("staff", number, "number-twice", number=number)
        elif known is not draft:
            into.joined["staff"] += 1
            known["groups"] = (known["groups"] or {}) | (draft["groups"] or {})

    def keys_of_mentors(self) -> dict[str, str]:
        """Under which folded numbers and codes pupils may name these staff members."""
        codes = {fold(draft["code"]): number for number, draft in self.drafts.items() if draft["code"]}
        return codes | {fold(number): number for number in self.drafts}

    def records(self) -> tuple[RosterStaff, ...]:
        """The staff; fields that no row fills are ABSENT."""
        carried = self.into.carried.get("staff", set())
        return tuple(self._record(number, draft, carried) for number, draft in self.drafts.items())

    def _record(self, number: str, draft: Mapping[str, Any], carried: set[str]) -> RosterStaff:
        told = draft["groups"]
        keys = [key for name in told or () for key in self.into.places.named(name)]
        record = RosterStaff(
            number,
            number,
            draft["last_name"],
            draft["first_name"],
            draft["initials"],
            draft["prefix"],
            self.into.gender("staff", draft["gender"]),
            draft["email"],
            group_keys=tuple(dict.fromkeys(keys)) if "groups" in carried and told is not None else ABSENT,
            code=draft["code"] if draft["code"] != number else None,
        )
        return only_carried(record, carried, ABSENT_FIELDS)


def read_groups(table: Table, into: Collected) -> None:
    """The groups of a table of their own, each with its location, sort and year."""
    title = fold(table.titles[table.columns["name"]])
    is_home = not title.startswith(TEACHING_TITLES)
    for row in table.rows():
        values = row.values
        name = values.get("name")
        if not isinstance(name, str):
            into.notes.error("group", "", "table-number-missing", row=str(row.line))
            into.numberless["group"] += 1
            continue
        place = into.places.place_of(values)
        if place == OTHER_SCHOOL:
            into.notes.error("group", name[: LENGTHS["number"]], "table-other-school")
            continue
        sort = values.get("sort")
        into.carry("group", values)
        year = values.get("school_year") or into.year
        into.places.group(name, place, year, is_home if sort is None else bool(sort), values.get("year_of_study"))
