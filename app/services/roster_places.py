"""The plan for locations and groups: which row each of the roster's keys stands for (Z-175, Z-276, Z-277). Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..models import names
from ..roster import Kind, Roster, RosterGroup, RosterLocation
from .roster_changes import Change, Plan
from .roster_known import KnownGroup, KnownLocation, KnownSchool


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


def plan_places(known: KnownSchool, roster: Roster, plan: Plan) -> Places:
    """Plans both and gives the refs."""
    places = Places()
    plan_locations(known, roster, plan, places)
    plan_groups(known, roster, plan, places)
    return places


def plan_locations(known: KnownSchool, roster: Roster, plan: Plan, places: Places) -> None:
    """A location is known by its key at this source, else by its six-character code; never by name (domain.md 5.2)."""
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


def plan_groups(known: KnownSchool, roster: Roster, plan: Plan, places: Places) -> None:
    """A group is unique by location, school year and name (domain.md 5.3); a renamed one is known by its key."""
    places.group_names = {group.id: group.name for group in known.groups}
    places.home_groups = {group.id for group in known.groups if group.is_home}
    if Kind.GROUPS not in roster.delivers:
        own = [group for group in known.groups if group.source == roster.source and group.source_key]
        places.groups = {str(group.source_key): group.id for group in own}
        places.kept_groups = {group.id for group in known.groups}
        return
    usable = _usable_groups(roster, plan, places)
    by_name = {(group.location_id, group.name): group for group in known.groups}
    matched = {group.key: found for group, ref in usable if (found := by_name.get((ref, group.name)))}
    claimed = {found.id for found in matched.values()}
    by_key = {
        group.source_key: group
        for group in known.groups
        if group.source == roster.source and group.source_key and group.id not in claimed
    }
    refs: dict[tuple[int, str], int] = {}
    for group, location in usable:
        if (location, group.name) in refs:
            places.groups[group.key] = refs[location, group.name]
            plan.skip("warning", "group", group.key, "duplicate-group", group=group.name)
            continue
        found = matched.get(group.key) or by_key.pop(group.key, None)
        ref = _settle_group(roster, group, location, found, plan, places)
        refs[location, group.name] = places.groups[group.key] = ref
    _gone_groups(known, roster, plan, places)


def _usable_groups(roster: Roster, plan: Plan, places: Places) -> list[tuple[RosterGroup, int]]:
    """The groups of this school year with their location; without one they go where most of their pupils are."""
    plan.counts[Kind.GROUPS].seen = len(roster.groups)
    where = _where_pupils_are(roster, places) if any(group.location_key is None for group in roster.groups) else {}
    usable, seen = [], set()
    for group in roster.groups:
        location = places.locations.get(group.location_key) if group.location_key else where.get(group.key)
        location = location if location is not None else places.default
        if group.key in seen:
            plan.skip("error", "group", group.key, "duplicate-key")
        elif group.school_year != roster.school_year:
            plan.skip("info", "group", group.key, "other-school-year", group=group.name)
        elif location is None:
            plan.skip("warning", "group", group.key, "group-without-location", group=group.name)
        elif location in places.off:
            plan.skip("info", "group", group.key, "location-off", location=places.names[location])
        else:
            usable.append((group, location))
        seen.add(group.key)
    return usable


def _where_pupils_are(roster: Roster, places: Places) -> dict[str, int]:
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for pupil in roster.pupils:
        ref = places.locations.get(pupil.location_key or "", places.default)
        if ref is not None:
            for key in ((pupil.group_key,) if pupil.group_key else ()) + (pupil.group_keys or ()):
                votes[key][ref] += 1
    return {key: most_voted(counter.items()) for key, counter in votes.items()}


def most_voted(votes: Iterable[tuple[int, int]]) -> int:
    """The location with most pupils; of equals the one that was known first, so it is the same every time."""
    return min(votes, key=lambda vote: (-vote[1], vote[0] < 0, abs(vote[0])))[0]


def _settle_group(
    roster: Roster, group: RosterGroup, location: int, found: KnownGroup | None, plan: Plan, places: Places
) -> int:
    counts = plan.counts[Kind.GROUPS]
    key = None if group.key.startswith("#") else group.key  # such a key is valid once (formats.md 1.2)
    if found is None:
        ref = -len(plan.rows["school_group"].new) - 1
        counts.new += 1
        plan.rows["school_group"].new.append((ref, location, group.name, group.is_home, roster.source, key))
        plan.changes.append(Change(ref, "group", "", group.name, "new"))
    else:
        ref = found.id
        told = KnownGroup(ref, location, group.name, group.is_home, roster.source, key)
        values = {name: new for name, old, new in zip(KnownGroup._fields, found, told, strict=True) if old != new}
        if values:
            _change_group(found, values, plan, places)
        if values.keys() & {"location_id", "name", "is_home"}:
            counts.changed += 1
        else:
            counts.unchanged += 1
    places.group_names[ref] = group.name
    (places.home_groups.add if group.is_home else places.home_groups.discard)(ref)
    return ref


def _change_group(found: KnownGroup, values: dict[str, object], plan: Plan, places: Places) -> None:
    if "name" in values:
        values["sort_key"] = names.fold(str(values["name"]))[:128]
    plan.rows["school_group"].changed.append((found.id, values))
    fields: list[tuple[str, object, object]] = []
    if "name" in values:
        fields.append(("name", found.name, values["name"]))
    if "location_id" in values:
        old, new = places.names.get(found.location_id), places.names.get(int(str(values["location_id"])))
        fields.append(("location", old, new))
    if "is_home" in values:
        fields.append(("is_home", found.is_home, values["is_home"]))
    if fields:
        plan.changes.append(Change(found.id, "group", "", found.name, "changed", tuple(fields)))


def _gone_groups(known: KnownSchool, roster: Roster, plan: Plan, places: Places) -> None:
    used = set(places.groups.values())
    for group in known.groups:
        if group.id in used:
            continue
        if group.source != roster.source or group.location_id in places.kept:
            places.kept_groups.add(group.id)
        else:
            plan.counts[Kind.GROUPS].gone += 1
            plan.rows["school_group"].gone.append(group.id)
            plan.changes.append(Change(group.id, "group", "", group.name, "gone"))
