"""Locations and groups by the names that a table gives them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from app.roster import RosterGroup, RosterLocation
from app.roster.messages import Notes
from app.roster.reading.values import BRIN4, BRIN6, LENGTHS

OTHER_SCHOOL: Final = "other-school"  # what place_of answers for a row of another school


type_Where = tuple[str, str | None, int]  # name in lower case, location, school year


@dataclass(slots=True)
class TablePlaces:
    """The locations and groups that came by, each once. A table knows them by code or by name."""

    brin: str
    default: str | None  # name or code for rows that name no location
    notes: Notes
    locations: dict[str, RosterLocation] = field(default_factory=dict)
    groups: dict[type_Where, RosterGroup] = field(default_factory=dict)
    studies: dict[type_Where, Counter[int]] = field(default_factory=dict)  # years of study of their pupils
    brins: Counter[str] = field(default_factory=Counter)  # what the rows say of the school

    def place_of(self, values: dict[str, Any]) -> str | None:
        """The key of the location of a row; None when nobody says; OTHER_SCHOOL when it is not of this school."""
        name = _text(values.get("location"))
        code = (_text(values.get("location_code")) or "").upper().replace(" ", "")
        school = (_text(values.get("brin")) or "").upper().replace(" ", "")
        if BRIN6.fullmatch(school):
            school, code = school[:4], code or school
        if name and (BRIN6.fullmatch(name.upper()) or (name.isdecimal() and len(name) <= 2)):
            name, code = None, code or name.upper()
        if code.isdecimal() and len(code) <= 2:
            code = f"{self.brin[:4]}{code:0>2}"
        if BRIN6.fullmatch(code):
            school = school or code[:4]
        if BRIN4.fullmatch(school):
            self.brins[school] += 1
            if school != self.brin[:4]:
                return OTHER_SCHOOL
        return self.location(name, code if BRIN6.fullmatch(code) else "")

    def location(self, name: str | None, code: str = "") -> str | None:
        """The key of this location, made when it is new."""
        if not (name or code):
            if self.default is None:
                return None
            name, code = (None, self.default) if BRIN6.fullmatch(self.default) else (self.default, "")
        key = code or name or ""
        known = self.locations.get(key)
        if known is None or (known.name == key and name):
            shown = (name or key)[: LENGTHS["group_name"]]
            self.locations[key] = RosterLocation(key[: LENGTHS["key"]], shown, code)
        return key[: LENGTHS["key"]]

    def group(self, name: str, location: str | None, year: int, is_home: bool, study: Any = None) -> str | None:
        """The key of this group, made when it is new; None for a name that is far too long."""
        if len(name) > LENGTHS["group_name"]:
            self.notes.warning("group", name[:20], "field-too-long", field="group_name")
            return None
        place = (name.casefold(), location, year)
        if place not in self.groups:
            key = name if location is None else f"{name} · {location}"
            self.groups[place] = RosterGroup(key[: LENGTHS["key"]], name, year, location, is_home)
            self.studies[place] = Counter()
        if isinstance(study, int):
            self.studies[place][study] += 1
        return self.groups[place].key

    def named(self, name: str) -> tuple[str, ...]:
        """The keys of the groups of this name, at whatever location; the name itself when none came by."""
        found = dict.fromkeys(group.key for (word, *_where), group in self.groups.items() if word == name.casefold())
        return tuple(found) or (name,)

    def all_groups(self, year: int) -> tuple[RosterGroup, ...]:
        """The groups of this school year, with the year of study that most of their pupils have."""
        return tuple(
            group._replace(year_of_study=studies.most_common(1)[0][0]) if (studies := self.studies[place]) else group
            for place, group in self.groups.items()
            if group.school_year == year
        )

    def all_locations(self) -> tuple[RosterLocation, ...]:
        """The locations; without any, a guess at one for a school that has none yet."""
        if self.locations:
            return tuple(self.locations.values())
        main = f"{self.brin[:4]}00"
        return (RosterLocation(main, main, main if BRIN6.fullmatch(main) else "", is_guess=True),)

    def said_brin(self) -> str | None:
        """The school that the rows name: ours when any does, else the one that most name, else None."""
        if not self.brins or self.brin[:4] in self.brins:
            return self.brin[:4] if self.brins else None
        return self.brins.most_common(1)[0][0]


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
