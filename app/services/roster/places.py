"""The plan for locations: which row each of the roster's keys stands for (domain.md 5.2). Pure."""

from dataclasses import dataclass, field

from ...roster import Kind, Roster, RosterLocation
from .changes import Change, Plan
from .known import KnownLocation, KnownSchool


@dataclass(slots=True)
class Places:
    """The locations and groups of the roster as refs: the id of a row, or a number below zero for a new one."""

    locations: dict[str, int] = field(default_factory=dict)  # by the roster's key
    names: dict[int, str] = field(default_factory=dict)  # of locations
    off: frozenset[int] = frozenset()  # switched off
    kept: frozenset[int] = frozenset()  # switched off or closed to us: their people are not gone
    default: int | None = None  # the location of a pupil without one, when there is only one
    groups: dict[str, int] = field(default_factory=dict)  # by the roster's key
    group_names: dict[int, str] = field(default_factory=dict)
    home_groups: set[int] = field(default_factory=set)
    kept_groups: set[int] = field(default_factory=set)  # of another source, or of a location that is kept


def plan_locations(known: KnownSchool, roster: Roster, plan: Plan) -> Places:
    """A location is known by its key at this source, else by its six-character code; never by name (domain.md 5.2)."""
    places = Places()
    by_id = {location.id: location for location in known.locations}
    by_code = {location.code: location for location in known.locations}
    places.names = {location.id: location.name for location in known.locations}
    # One unnamed place on both sides is the same place.
    only = known.locations[0] if len(known.locations) == len(roster.locations) == 1 else None
    codes = set(by_code) | {location.code for location in roster.locations}
    taken: set[int] = set()
    for location in roster.locations:
        plan.counts[Kind.LOCATIONS].seen += 1
        if location.key in places.locations:
            plan.skip("warning", "location", location.key, "duplicate-key")
            continue
        if location.is_guess and known.locations:
            # The source names no place: nobody moves, and who is new has a place when there is only one.
            places.locations |= {location.key: only.id} if only else {}
            continue
        found = by_id.get(known.location_keys.get(location.key, 0)) or by_code.get(location.code)
        found = found or (only if not location.code else None)
        if found is None:
            _new_location(known, location, plan, places, codes)
        else:
            places.locations[location.key] = found.id
            if found.id in taken:
                plan.skip("warning", "location", location.key, "duplicate-key")
            else:
                _known_location(found, location, plan, places, by_code)
            taken.add(found.id)
        if location.key not in known.location_keys:
            plan.rows["location_key"].new.append((places.locations[location.key], roster.source, location.key))
    refs = set(places.locations.values())
    places.off = known.off
    places.kept = known.off | {places.locations[key] for key in roster.closed_locations if key in places.locations}
    places.default = refs.pop() if len(refs) == 1 else None
    return places


def _new_location(known: KnownSchool, location: RosterLocation, plan: Plan, places: Places, codes: set[str]) -> None:
    ref = -len(plan.rows["location"].new) - 1
    code = location.code or free_code(known.brin, codes)
    codes.add(code)
    places.locations[location.key] = ref
    places.names[ref] = location.name
    plan.counts[Kind.LOCATIONS].new += 1
    plan.rows["location"].new.append((ref, code, location.name))
    plan.changes.append(Change(ref, "location", code, location.name, "new"))


def free_code(brin: str, taken: set[str]) -> str:
    """A code for a location whose code the source does not know: '99ZZV1'. A real one always ends in two digits."""
    return next(
        code for letter in "VWXYZABC" for digit in "123456789" if (code := f"{brin}{letter}{digit}") not in taken
    )


def _known_location(
    found: KnownLocation, location: RosterLocation, plan: Plan, places: Places, by_code: dict[str, KnownLocation]
) -> None:
    values = {}
    # A source that gives no name repeats the key; then the name that we have is the better one.
    if location.name not in (found.name, location.key):
        values["name"] = location.name
        places.names[found.id] = location.name
    if location.code and location.code != found.code and location.code not in by_code:
        values["code"] = location.code
    counts = plan.counts[Kind.LOCATIONS]
    if not values:
        counts.unchanged += 1
        return
    counts.changed += 1
    plan.rows["location"].changed.append((found.id, values))
    fields = tuple((name, getattr(found, name), value) for name, value in values.items())
    plan.changes.append(Change(found.id, "location", found.code, found.name, "changed", fields))
