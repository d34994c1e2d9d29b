"""Classes and teaching groups. Magister names them; some functions give a number as well (formats.md 5.2). Pure."""

from typing import Final, NamedTuple

from app.roster import RosterGroup
from app.roster.reading.values import LENGTHS

MAX_NAME: Final = LENGTHS["group_name"]


class Named(NamedTuple):
    """How a row names a group: by name, by number, or by both."""

    name: str
    number: str = ""


class Groups:
    """The groups of one school year. A class is unique by name and location; a teaching group by its number or name."""

    def __init__(self, year: int) -> None:
        self._year = year
        self._groups: dict[str, RosterGroup] = {}
        self._by_name: dict[str, list[str]] = {}
        self._places: dict[str, set[str | None]] = {}  # of the pupils of a teaching group

    def all(self) -> tuple[RosterGroup, ...]:
        """The groups in the order in which they were told."""
        return tuple(self._groups.values())

    def home(self, name: str, location: str | None, year_of_study: int | None) -> str:
        """The key of a class; its year of study is that of its pupils when they are all in one year."""
        key = f"klas/{location or ''}/{name.casefold()}"
        known = self._groups.get(key)
        if known is None:
            self._add(RosterGroup(key, name, self._year, location, True, year_of_study))
        elif known.year_of_study != year_of_study:
            self._groups[key] = known._replace(year_of_study=None)
        return key

    def teaching(self, group: Named, location: str | None) -> str:
        """The key of a teaching group; that of the class when a class has this name. `location`: of who told it."""
        classes = self.find(group, location, is_home=True)
        if classes:
            return classes[0]
        name = group.name or group.number
        key = f"lesgroep/{(group.number or name).casefold()}"
        self._places.setdefault(key, set()).add(location)
        if key not in self._groups:
            # Where it is, the plan sees by its pupils.
            self._add(RosterGroup(key, name[:MAX_NAME], self._year, None, False))
        return key

    def find(self, group: Named, location: str | None, is_home: bool | None = None) -> tuple[str, ...]:
        """The keys of the groups that this can be: by number, else by name, and of more those at this location."""
        if group.number and (key := f"lesgroep/{group.number.casefold()}") in self._groups and not is_home:
            return (key,)
        keys = [
            key
            for key in self._by_name.get(group.name.casefold(), ())
            if is_home is None or self._groups[key].is_home is is_home
        ]
        here = [key for key in keys if location in self._places.get(key, {self._groups[key].location_key})]
        return tuple(here if len(keys) > 1 and here else keys)

    def _add(self, group: RosterGroup) -> None:
        self._groups[group.key] = group
        self._by_name.setdefault(group.name.casefold(), []).append(group.key)
