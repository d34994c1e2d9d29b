"""A plan without some of its parts: whom they concern stays as they are, with all their rows. Pure.

Who is in two parts of which one is left out, stays: who is not certain is not changed.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, Final

from app.services.roster.plan.changes import KIND_OF, PEOPLE, Change, Counts, Named, Plan, Rows
from app.services.roster.plan.known import KnownSchool
from app.services.roster.plan.parts import Part, Whereabouts, parts_of

LINKS: Final = {  # by table: where in a row stands the person whose change it is, and where the other one, if any
    "person": (0, None),
    "person_key": (0, None),
    "pin": (0, None),
    "enrolment": (0, None),
    "group_pupil": (1, None),
    "group_staff": (1, None),
    "mentor": (0, 1),
    "guardianship": (0, 1),
}
NEEDS_A_LINK: Final = (("guardianship", 0), ("mentor", 1), ("group_staff", 1))  # where somebody new stands who has one
MEMBERS: Final = ("group_pupil", "group_staff")
# messages about what does not happen now
NOT_YET: Final = {"returned", "username-kept", "merged-with-hand-made", "pin-dropped"}
NAMES_PEOPLE: Final = ("pupil", "mentors")  # fields that name other people; the others that name, name groups
COMES_OR_GOES: Final = ("new", "gone")


@dataclass(frozen=True, slots=True)
class _Held:
    """Who and what stays as it is, by ref. Absent: does not come, or does not go, so links with it stay as they are."""

    people: Set[int]
    absent: Set[int]
    groups: Set[int]
    absent_groups: Set[int]

    def has(self, change: Change) -> bool:
        """Whether this change does not happen."""
        return change.ref in (self.people if change.kind in PEOPLE else self.groups if change.kind == "group" else ())

    def keeps(self, table: str, key: tuple[Any, ...]) -> bool:
        """Whether a row with this key stays as it is."""
        if table == "school_group":
            return key[0] in self.groups
        if table not in LINKS:
            return False
        own, other = LINKS[table]
        return (
            key[own] in self.people
            or (other is not None and key[other] in self.absent)
            or (table in MEMBERS and key[0] in self.absent_groups)
        )


def left_out(
    known: KnownSchool, plan: Plan, places: Whereabouts, lost: Mapping[Part, Set[int]], parts: Collection[Part]
) -> Plan:
    """The plan without these parts, with a message that says how much waits. `lost`: who loses access (access.py)."""
    if not parts:
        return plan
    held = _held(known, plan, places, lost, frozenset(parts))
    rows = _rows(known, plan, held)
    if orphans := _linked(plan.rows) - _linked(rows) - held.people:
        held = replace(held, people=held.people | orphans, absent=held.absent | orphans)
        rows = _rows(known, plan, held)
    waiting = [change for change in plan.changes if held.has(change)]
    kept = [_told_truly(change, held) for change in plan.changes if not held.has(change)]
    idle = [change for change in kept if change.what == "changed" and not change.fields]
    names = {(change.kind, change.number) for change in waiting}
    messages = [one for one in plan.messages if not (one.code in NOT_YET and (one.kind, one.key) in names)]
    without = replace(
        plan,
        rows=rows,
        changes=[change for change in kept if change not in idle] if idle else kept,
        counts=_counts(plan, waiting, idle),
        messages=messages,
        told=[one for one in plan.told if one[0] not in held.people],
    )
    _note_waiting(without, waiting, lost, parts)
    return without


def _held(
    known: KnownSchool, plan: Plan, places: Whereabouts, lost: Mapping[Part, Set[int]], parts: Set[Part]
) -> _Held:
    waiting = [change for change in plan.changes if not parts.isdisjoint(parts_of(change, places))]

    def refs(of_people: bool, whats: Collection[str]) -> set[int]:
        return {one.ref for one in waiting if (one.kind in PEOPLE) is of_people and one.what in whats}

    any_way = (*COMES_OR_GOES, "changed", "returned")
    people = refs(True, any_way).union(*(some for part, some in lost.items() if part in parts))
    family = _family(known, plan, people)
    absent = refs(True, COMES_OR_GOES) | family
    return _Held(people | family, absent, refs(False, any_way), refs(False, COMES_OR_GOES))


def _family(known: KnownSchool, plan: Plan, people: Set[int]) -> set[int]:
    """The guardians and mentors of pupils who stay: they stay too (as in keep_linked of gone.py)."""
    gone = {change.ref for change in plan.changes if change.what == "gone"}
    linked: set[int] = set()
    for pupil in people & known.placed.keys() if gone else ():
        linked |= known.guardians.get(pupil, {}).keys() | known.mentors.get(pupil, set())
    return linked & gone


def _rows(known: KnownSchool, plan: Plan, held: _Held) -> dict[str, Rows]:
    """The rows of the plan without those of whom and what is held."""
    rows: dict[str, Rows] = defaultdict(Rows)
    named = _named_rows(known)
    for table, of in plan.rows.items():
        name = named.get(table, _as_tuple)
        rows[table] = Rows(
            [row for row in of.new if not held.keeps(table, row)],
            [one for one in of.changed if not held.keeps(table, name(one[0]))],
            [key for key in of.gone if not held.keeps(table, name(key))],
        )
    if held.absent_groups:
        rows["enrolment"] = _in_class(known, rows["enrolment"], held.absent_groups)
    return rows


def _named_rows(known: KnownSchool) -> dict[str, Callable[[Any], tuple[Any, ...]]]:
    """By table, where the key of a row is not the person: what gives that person."""
    pupils = {enrolment.id: pupil for pupil, enrolment in known.enrolments.items()}

    def holder(key: tuple[str, str, str]) -> tuple[int | None]:
        held = known.keys.get((key[1], key[2]))
        return (held.person_id if held else None,)

    return {"enrolment": lambda key: (pupils.get(key),), "person_key": holder}


def _as_tuple(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def _in_class(known: KnownSchool, of: Rows, groups: Set[int]) -> Rows:
    """Nobody gets a class that does not come, and nobody loses one that does not go."""
    before = {enrolment.id: enrolment.group_id for enrolment in known.enrolments.values()}
    new = [(*row[:3], None if row[3] in groups else row[3], *row[4:]) for row in of.new]
    changed = []
    for key, values in of.changed:
        to = values.get("group_id", 0)
        if to in groups or (to is None and before.get(key) in groups):
            values = {name: value for name, value in values.items() if name != "group_id"}
        if values:
            changed.append((key, values))
    return Rows(new, changed, of.gone)


def _linked(rows: Mapping[str, Rows]) -> set[int]:
    """The new guardians and staff with a link in these rows: they come for the sake of it."""
    return {row[place] for table, place in NEEDS_A_LINK if table in rows for row in rows[table].new if row[place] < 0}


def _told_truly(change: Change, held: _Held) -> Change:
    """The change without the links that stay as they are."""
    if not any(isinstance(value, Named) for _name, *values in change.fields for value in values):
        return change
    return change._replace(fields=tuple(one for one in change.fields if not _is_void(held, *one)))


def _is_void(held: _Held, name: str, old: Any, new: Any) -> bool:
    """Whether this field changes only in its links with who or what does not come, or does not go."""
    refs = [{ref for ref, _called in value.them} if isinstance(value, Named) else set() for value in (old, new)]
    went, came = refs[0] - refs[1], refs[1] - refs[0]
    absent = held.absent if name in NAMES_PEOPLE else held.absent_groups
    if name == "group" and came:
        return came <= absent
    return bool(went | came) and (went | came) <= absent


def _counts(plan: Plan, waiting: Iterable[Change], idle: Iterable[Change]) -> dict[str, Counts]:
    """Who waits is skipped; who is gone and waits is not counted at all."""
    counts = {kind: replace(of) for kind, of in plan.counts.items()}
    for change in waiting:
        of = counts[KIND_OF[change.kind]]
        name = "changed" if change.what == "returned" else change.what
        if _is_untold(plan, change):
            continue
        setattr(of, name, getattr(of, name) - 1)
        of.skipped += change.what != "gone"
    for change in idle:
        if _is_untold(plan, change):
            continue
        counts[KIND_OF[change.kind]].changed -= 1
        counts[KIND_OF[change.kind]].unchanged += 1
    return counts


def _is_untold(plan: Plan, change: Change) -> bool:
    return change.kind in PEOPLE and change.what == "changed" and change.ref in plan.untold


def _note_waiting(
    plan: Plan, waiting: Iterable[Change], lost: Mapping[Part, Set[int]], parts: Collection[Part]
) -> None:
    """One message per kind: how many stay as they are for now."""
    stay: dict[str, set[int]] = defaultdict(set)
    for change in waiting:
        stay[change.kind].add(change.ref)
    for part, people in lost.items():
        if part in parts:
            stay[part.kind] |= people
    for kind, refs in stay.items():
        plan.note("warning", "roster", "", "part-waits", people=KIND_OF[kind].value, count=str(len(refs)))
