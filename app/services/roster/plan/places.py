"""The plan for locations: which row each of the roster's keys stands for (domain.md 5.2). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from string import ascii_uppercase

from app.roster import Kind, Roster, RosterLocation

from .changes import Change, Plan
from .known import KnownLocation, KnownSchool


@dataclass(slots=True)
class Places:
    """The locations and groups of the roster as refs: the id of a row, or a number below zero for a new one."""

    locations: dict[str, int] = field(default_factory=dict)  # by the roster's key
    names: dict[int, str] = field(default_factory=dict)  # of locations
    off: frozenset[int] = frozenset()  # switched off
    kept: frozenset[int] = frozenset()  # switched off, closed to us or not told: their people are not gone
    default: int | None = None  # the location of a pupil without one, when there is only one
    groups: dict[str, int] = field(default_factory=dict)  # by the roster's key
    group_locations: dict[str, int] = field(default_factory=dict)  # by that key too; none that was guessed
    group_names: dict[int, str] = field(default_factory=dict)
    home_groups: set[int] = field(default_factory=set)
    kept_groups: set[int] = field(default_factory=set)  # of another source, or of a location that is kept
    first_groups: set[int] = field(default_factory=set)  # of a source that goes before this one


class _Codes:
    """The codes of a school: every location has one of its own."""

    def __init__(self, known: KnownSchool, roster: Roster) -> None:
        self._brin = known.brin
        self._given = {location.code for location in known.locations}
        self._told = {location.code for location in roster.locations}

    def is_free(self, code: str) -> bool:
        """Whether no location has it, nor got it in this plan."""
        return bool(code) and code not in self._given

    def give(self, wanted: str) -> str:
        """This code when it is free, else one that nobody has or asks for."""
        code = wanted if self.is_free(wanted) else free_code(self._brin, self._given | self._told)
        self._given.add(code)
        return code


def plan_locations(known: KnownSchool, roster: Roster, plan: Plan) -> Places:
    """A location is known by its key at this source, else by its six-character code; never by name (domain.md 5.2)."""
    places = Places(names={location.id: location.name for location in known.locations}, off=known.off)
    by_id = {location.id: location for location in known.locations}
    by_code = {location.code: location for location in known.locations}
    # One unnamed place on both sides is the same place.
    only = known.locations[0] if len(known.locations) == len(roster.locations) == 1 else None
    codes = _Codes(known, roster)
    taken: set[int] = set()
    for location in roster.locations:
        if location.is_guess and known.locations:
            # The source names no place: nobody moves, and who is new has a place when there is only one.
            places.locations |= {location.key: only.id} if only else {}
            continue
        plan.counts[Kind.LOCATIONS].seen += 1
        if location.key in places.locations:
            plan.skip("warning", "location", location.key, "duplicate-key")
            continue
        found = by_id.get(known.location_keys.get(location.key, 0)) or by_code.get(location.code)
        found = found or (only if not location.code else None)
        if found is None and Kind.LOCATIONS in known.say.silent:
            plan.skip("warning", "location", location.code or location.key, "location-unheard")
            continue
        if found is None:
            _new_location(location, plan, places, codes)
        elif found.id in taken:
            places.locations[location.key] = found.id
            plan.skip("warning", "location", location.key, "duplicate-key")
        else:
            if Kind.LOCATIONS in known.say.silent or known.say.rules(Kind.LOCATIONS, found.id):
                location = location._replace(name=found.name, code=found.code)
            _known_location(found, location, plan, places, codes)
            taken.add(found.id)
        if location.key not in known.location_keys and Kind.LOCATIONS not in known.say.silent:
            plan.rows["location_key"].new.append((places.locations[location.key], roster.source, location.key))
    refs = set(places.locations.values())
    closed = {places.locations[key] for key in roster.closed_locations if key in places.locations}
    places.kept = known.off | closed | _not_told(known, roster, plan, refs)
    places.default = refs.pop() if len(refs) == 1 else None
    return places


def _new_location(location: RosterLocation, plan: Plan, places: Places, codes: _Codes) -> None:
    ref = plan.refs.new("location")
    code = codes.give(location.code)
    places.locations[location.key] = ref
    places.names[ref] = location.name
    plan.counts[Kind.LOCATIONS].new += 1
    plan.rows["location"].new.append((ref, code, location.name))
    plan.changes.append(Change(ref, "location", code, location.name, "new"))


def free_code(brin: str, taken: Iterable[str]) -> str:
    """A code for a location that has none of its own: '99ZZV1' to '99ZZZ9', then '99ZZAA' to '99ZZZZ'.

    A real one always ends in two digits.
    """
    short = (letter + digit for letter in "VWXYZ" for digit in "123456789")
    long = (one + two for one in ascii_uppercase for two in ascii_uppercase)
    return next(code for ends in (short, long) for end in ends if (code := brin + end) not in taken)


def _known_location(found: KnownLocation, location: RosterLocation, plan: Plan, places: Places, codes: _Codes) -> None:
    places.locations[location.key] = found.id
    values = {}
    # A source that gives no name repeats the key; then the name that we have is the better one.
    if location.name not in (found.name, location.key):
        values["name"] = location.name
        places.names[found.id] = location.name
    if codes.is_free(location.code):
        values["code"] = codes.give(location.code)
    counts = plan.counts[Kind.LOCATIONS]
    if not values:
        counts.unchanged += 1
        return
    counts.changed += 1
    plan.rows["location"].changed.append((found.id, values))
    fields = tuple((name, getattr(found, name), value) for name, value in values.items())
    plan.changes.append(Change(found.id, "location", found.code, found.name, "changed", fields))


def _not_told(known: KnownSchool, roster: Roster, plan: Plan, told: set[int]) -> frozenset[int]:
    """The locations that this source told before and tells no more, with a warning where it has people or groups."""
    missing = set(known.location_keys.values()) - told
    if not missing or Kind.LOCATIONS not in roster.delivers:
        return frozenset()
    busy = {group.location_id for group in known.groups if group.source == roster.source}
    for pupil in known.keyed.get("pupil", ()):
        if known.persons[pupil].left_on is None and pupil in known.placed:
            busy.add(known.placed[pupil])
    for location in known.locations:
        if location.id in (missing & busy) - known.off:
            plan.note("warning", "location", location.code, "location-not-told", location=location.name)
    return frozenset(missing)
