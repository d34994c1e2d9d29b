"""The plan for groups: which row each of the roster's keys stands for, and where it is (Z-175, Z-276, Z-277). Pure."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from app.models import names
from app.roster import Kind, Roster, RosterGroup

from .changes import Change, Fall, Plan
from .known import KnownGroup, KnownSchool
from .places import Places


def plan_groups(known: KnownSchool, roster: Roster, plan: Plan, places: Places) -> None:
    """A group is unique by location, school year and name (domain.md 5.3); a renamed one is known by its key."""
    places.group_names = {group.id: group.name for group in known.groups}
    places.home_groups = {group.id for group in known.groups if group.is_home}
    if Kind.GROUPS not in roster.delivers:
        own = [group for group in known.groups if group.source == roster.source and group.source_key]
        places.groups = {str(group.source_key): group.id for group in own}
        places.kept_groups = {group.id for group in known.groups}
        return
    usable = _usable_groups(roster, plan, places, _whereabouts(known, roster, places))
    by_name = {(group.location_id, group.name): group for group in known.groups}
    matched = {group.key: found for group, ref in usable if (found := by_name.get((ref, group.name)))}
    claimed = {found.id for found in matched.values()}
    by_key = {
        group.source_key: group
        for group in known.groups
        if group.source == roster.source and group.source_key and group.id not in claimed
    }
    refs: dict[tuple[int, str], int] = {}
    first = known.say.before_groups
    places.first_groups = {group.id for group in known.groups if group.source in first}
    for group, location in usable:
        if (location, group.name) in refs:
            places.groups[group.key] = refs[location, group.name]
            plan.skip("warning", "group", group.key, "duplicate-group", group=group.name)
            continue
        found = matched.get(group.key) or by_key.pop(group.key, None)
        ref = _settle_group(roster, group, location, found, plan, places)
        refs[location, group.name] = places.groups[group.key] = ref
    _gone_groups(known, roster, plan, places)
    places.kept_groups |= places.first_groups


@dataclass(slots=True)
class _Whereabouts:
    """Where groups are: as the source says, else where their people are, else where they were (Z-175)."""

    places: Places
    before: dict[str | None, int]  # location of known groups by this source's key
    by_people: dict[str, int] = field(default_factory=dict)
    largest: int | None = None  # the location with most pupils, for who knows nothing better

    def location_of(self, group: RosterGroup) -> int | None:
        """The location of this group; None when nobody says."""
        told = self.places.locations.get(group.location_key or "", self.places.default)
        return self.by_people.get(group.key, self.before.get(group.key)) if told is None else told


def _usable_groups(
    roster: Roster, plan: Plan, places: Places, whereabouts: _Whereabouts
) -> list[tuple[RosterGroup, int]]:
    """The groups of this school year with their location."""
    plan.counts[Kind.GROUPS].seen = len(roster.groups)
    usable, seen = [], set()
    for group in roster.groups:
        location = whereabouts.location_of(group)
        if group.key in seen:
            plan.skip("error", "group", group.key, "duplicate-key")
        elif group.school_year != roster.school_year:
            plan.skip("info", "group", group.key, "other-school-year", group=group.name)
        elif location is None and whereabouts.largest is None:
            plan.skip("error", "group", group.key, "location-missing")
        elif location is not None and location in places.off:
            plan.skip("info", "group", group.key, "location-off", location=places.names[location])
        elif location is None:
            name = places.names[whereabouts.largest]
            plan.note("warning", "group", group.key, "group-location-guessed", group=group.name, location=name)
            usable.append((group, whereabouts.largest))
        else:
            usable.append((group, location))
            places.group_locations[group.key] = location
        seen.add(group.key)
    return usable


def _whereabouts(known: KnownSchool, roster: Roster, places: Places) -> _Whereabouts:
    """A group is where most of its pupils are; an empty one where the other groups of its staff are (Z-175)."""
    before = {group.source_key: group.location_id for group in known.groups if group.source == roster.source}
    if all(group.location_key is not None for group in roster.groups):
        return _Whereabouts(places, before)
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    pupils: Counter[int] = Counter()
    for pupil in roster.pupils:
        location = places.locations.get(pupil.location_key or "", places.default)
        if location is None and (held := known.keys.get(("pupil", pupil.key))):
            location = known.placed.get(held.person_id)
        if location is not None:
            pupils[location] += 1
            for key in ((pupil.group_key,) if pupil.group_key else ()) + (pupil.group_keys or ()):
                votes[key][location] += 1
    by_pupils = {key: most_voted(counter) for key, counter in votes.items()}
    votes_of_staff: dict[str, Counter[int]] = defaultdict(Counter)
    for member in roster.staff:
        taught_at = [by_pupils[key] for key in member.group_keys or () if key in by_pupils]
        for key in member.group_keys or () if taught_at else ():
            votes_of_staff[key].update(taught_at)
    by_staff = {key: most_voted(counter) for key, counter in votes_of_staff.items()}
    largest = most_voted(pupils) if pupils else min(places.locations.values(), key=_first, default=None)
    return _Whereabouts(places, before, by_staff | by_pupils, largest)


def most_voted(votes: Counter[int]) -> int:
    """The location with most votes; of equals the one that was known first, so it is the same every time."""
    return min(votes, key=lambda ref: (-votes[ref], *_first(ref)))


def _first(ref: int) -> tuple[bool, int]:
    return ref < 0, abs(ref)


def _settle_group(
    roster: Roster, group: RosterGroup, location: int, found: KnownGroup | None, plan: Plan, places: Places
) -> int:
    counts = plan.counts[Kind.GROUPS]
    key = None if group.key.startswith("#") else group.key  # such a key is valid once (formats.md 1.2)
    if found is None:
        ref = plan.refs.new("school_group")
        counts.new += 1
        plan.rows["school_group"].new.append((ref, location, group.name, group.is_home, roster.source, key))
        plan.changes.append(Change(ref, "group", "", group.name, "new"))
    else:
        ref = found.id
        told = KnownGroup(ref, location, group.name, group.is_home, roster.source, key)
        values = {name: new for name, old, new in zip(KnownGroup._fields, found, told, strict=True) if old != new}
        if ref in places.first_groups:  # another source's to tell
            values = {}
        if values:
            _change_group(found, values, plan, places)
        if values.keys() & {"location_id", "name", "is_home"}:
            counts.changed += 1
        else:
            counts.unchanged += 1
    if ref not in places.first_groups:
        places.group_names[ref] = group.name
        (places.home_groups.add if group.is_home else places.home_groups.discard)(ref)
    return ref


def _change_group(found: KnownGroup, values: dict[str, object], plan: Plan, places: Places) -> None:
    if "name" in values:
        values["sort_key"] = names.group_sort_key(str(values["name"]))
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


def _is_left_behind(known: KnownSchool, roster: Roster, places: Places, group: KnownGroup) -> bool:
    """Whether only a source knew it that is not used any more, and this roster tells all such groups of its location.

    Who tells classes alone says nothing of teaching groups.
    """
    if group.id not in known.left_groups or roster.is_delta or roster.is_list or Kind.GROUPS in roster.partly:
        return False
    is_sort_told = any(group.is_home == one.is_home for one in roster.groups)
    return is_sort_told and group.location_id in places.locations.values()


def _gone_groups(known: KnownSchool, roster: Roster, plan: Plan, places: Places) -> None:
    used = set(places.groups.values())
    before = 0
    told = {group.is_home for group in roster.groups} if roster.is_list else {True, not roster.tells_lessons}
    for group in known.groups:
        own = group.source == roster.source or _is_left_behind(known, roster, places, group)
        own = own and group.location_id not in places.kept and roster.groups_complete
        own = own and group.is_home in told
        own = own and (not roster.is_delta or (Kind.GROUPS, group.source_key) in roster.gone)
        before += own
        if group.id in used:
            continue
        if not own:
            places.kept_groups.add(group.id)
            continue
        plan.counts[Kind.GROUPS].gone += 1
        plan.rows["school_group"].gone.append(group.id)
        plan.changes.append(Change(group.id, "group", "", group.name, "gone"))
    if not roster.tells_lessons and any(group.source == roster.source and not group.is_home for group in known.groups):
        plan.note("warning", "roster", "", "kind-not-told", people="teaching_groups")
    plan.kinds[Kind.GROUPS] = Fall(before, plan.counts[Kind.GROUPS].gone)
