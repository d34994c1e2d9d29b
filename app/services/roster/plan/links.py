"""The plan for what links people: enrolments, groups, mentors, and pairs of guardian and pupil. Pure.

Only the links of the roster's school year and of people that it tells are replaced; earlier years stay (Z-172).
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from typing import Any

from app.roster import ABSENT, Kind, RosterGuardianship, RosterPupil

from .changes import Named
from .draft import Draft, Used
from .known import KnownEnrolment
from .left_behind import tells_guardians_of
from .people import leaving_date

type_Fields = list[tuple[str, Any, Any]]
PAIR_FIELDS = ("relation", "receives_post", "rank", "has_authority")


def pupil_links(draft: Draft, one: Used) -> type_Fields:
    """Plans the enrolment, groups and mentors of one pupil (Z-169, Z-253 to Z-258); gives the readable changes."""
    return enrolment(draft, one) + pupil_groups(draft, one) + pupil_mentors(draft, one)


def enrolment(draft: Draft, one: Used) -> type_Fields:
    """The enrolment of this school year: where, in which class and year."""
    pupil, old = one.record, draft.known.enrolments.get(one.ref)
    location = draft.place_of(pupil, one.ref)
    assert location is not None  # else it was skipped
    told = KnownEnrolment(
        0 if old is None else old.id,
        location,
        _home_of(draft, pupil, old),
        _told(pupil.year_of_study, old and old.year_of_study),
        _told(pupil.programme_code, old and old.programme_code),
        leaving_date(draft, pupil, one.person),
    )
    told = draft.known.say.enrolled(one.ref, told, old)
    if told == old:
        return []
    if old is not None and old.group_id is not None and told.group_id is None:
        draft.classless += 1
    rows = draft.plan.rows["enrolment"]
    if old is None:
        rows.new.append((one.ref, draft.roster.school_year, *told[1:]))
        before = draft.known.placed.get(one.ref)
        moved = before is not None and before != told.location_id
        names = draft.places.names
        return (
            [("location", names[before], names[told.location_id])]
            if moved and before is not None
            else [("school_year", None, draft.roster.school_year)]
        )
    values = {name: new for name, was, new in zip(KnownEnrolment._fields, old, told, strict=True) if was != new}
    rows.changed.append((old.id, values))
    return [_readable(draft, name, getattr(old, name), value) for name, value in values.items()]


def _told(value: Any, old: Any) -> Any:
    return old if value is ABSENT else value


def _home_of(draft: Draft, pupil: RosterPupil, old: KnownEnrolment | None) -> int | None:
    if pupil.group_key is ABSENT or Kind.GROUPS not in draft.roster.delivers:
        return old.group_id if old else None
    return draft.places.groups.get(pupil.group_key or "")


def _readable(draft: Draft, name: str, old: Any, new: Any) -> tuple[str, Any, Any]:
    if name == "location_id":
        return "location", draft.places.names.get(old), draft.places.names.get(new)
    if name == "group_id":
        return "group", *(one and named_groups(draft, [one]) for one in (old, new))
    return name, old, new


def pupil_groups(draft: Draft, one: Used) -> type_Fields:
    """Home class and teaching groups. A sort that the source does not tell stays as it is."""
    pupil, places, known = one.record, draft.places, draft.known.pupil_groups.get(one.ref, frozenset())
    if Kind.GROUPS not in draft.roster.delivers:
        return []
    wanted = {places.groups[key] for key in pupil.group_keys or () if key in places.groups}
    if pupil.group_key and pupil.group_key in places.groups:
        wanted.add(places.groups[pupil.group_key])
    wanted -= _not_ours(draft, one)
    if wanted == known:
        return []
    kept, told = places.kept_groups, _classes_told(draft, one, known)
    if pupil.group_key is ABSENT or pupil.group_keys is ABSENT:
        home, teaching = pupil.group_key is ABSENT, pupil.group_keys is ABSENT
        kept = kept | {group for group in known if (home if group in places.home_groups else teaching)}
    return _members(draft, "group_pupil", one, wanted, known, kept, "teaching_groups", told)


def _classes_told(draft: Draft, one: Used, known: Set[int]) -> Set[int | None]:
    """The classes that the change of the enrolment tells, or the return: the one of before, and the one of now.

    Who was merged may be in the class of the other too, and who was split in none; that is told with the groups.
    """
    old = draft.known.enrolments.get(one.ref)
    before, now = old.group_id if old else None, _home_of(draft, one.record, old)
    untold = before == now and now not in known and one.person is not None and one.person.left_on is None
    return frozenset() if untold else {before, now} & draft.places.home_groups


def staff_groups(draft: Draft, one: Used) -> type_Fields:
    """The groups of a staff member (Z-174, Z-275)."""
    told, groups = one.record.group_keys, draft.places.groups
    delivers = Kind.GROUPS in draft.roster.delivers
    by_name = draft.roster.is_list and not delivers and bool(told) and all(key in groups for key in told or ())
    if told is ABSENT or not (delivers or by_name):
        return []
    wanted = {groups[key] for key in told if key in groups} - _not_ours(draft, one)
    known = draft.known.staff_groups.get(one.ref, frozenset())
    kept = draft.places.kept_groups if one.record.groups_complete else set(known)
    kept = set(draft.places.first_groups) if by_name else kept
    return _members(draft, "group_staff", one, wanted, known, kept, "groups")


def _not_ours(draft: Draft, one: Used) -> set[int]:
    """The groups of a source that goes before this one, for who is known there: only that one says who is in them."""
    return draft.places.first_groups if one.ref in draft.known.say.members else set()


def _members(
    draft: Draft,
    table: str,
    one: Used,
    wanted: set[int],
    known: Iterable[int],
    kept: set[int],
    field: str,
    aside: Set[int | None] = frozenset(),
) -> type_Fields:
    """Plans who comes into groups and goes out; `aside`: groups that are told elsewhere."""
    known = set(known)
    added, removed = sorted(wanted - known), sorted(known - wanted - kept)
    if not (added or removed):
        return []
    rows = draft.plan.rows[table]
    rows.new.extend((group, one.ref) for group in added)
    rows.gone.extend((group, one.ref) for group in removed)
    after = (known - set(removed)) | wanted
    if one.person is None or (known - aside) == (after - aside):
        return []
    return [(field, named_groups(draft, known - aside), named_groups(draft, after - aside))]


def named_groups(draft: Draft, groups: Iterable[int]) -> Named | None:
    """The names of these groups in one text; None without any."""
    return Named((group, draft.places.group_names.get(group, "")) for group in groups) or None


def pupil_mentors(draft: Draft, one: Used) -> type_Fields:
    """The staff members who are mentor of the pupil directly (Z-060)."""
    told = one.record.mentor_keys
    refs = draft.refs["staff"]
    by_number = draft.roster.is_list or Kind.STAFF in draft.known.say.silent
    by_number = by_number and bool(told) and all(key in refs for key in told or ())
    if told is ABSENT or not (Kind.STAFF in draft.roster.delivers or by_number):
        return []
    wanted = {refs[key] for key in told if key in refs}
    known = draft.known.mentors.get(one.ref, set())
    say = draft.known.say
    wanted = say.settled(Kind.PUPILS, one.ref, "mentors", set(known) or None, wanted or None) or set()
    if wanted == known:
        return []
    rows = draft.plan.rows["mentor"]
    kept = _out_of_sight(draft, "staff", known, told)
    rows.new.extend((one.ref, staff) for staff in sorted(wanted - known))
    rows.gone.extend((one.ref, staff) for staff in sorted(known - wanted - kept))
    after = wanted | kept
    return [("mentors", _people(draft, known), _people(draft, after))] if after != known else []


def _out_of_sight(draft: Draft, kind: str, linked: Iterable[int], told: Iterable[str]) -> set[int]:
    """Of who is linked to a pupil: whose own record is bad, or who stays and is still named by key.

    That somebody stays for another reason protects no link: somebody may have lost custody.
    """
    keys = draft.known.keyed.get(kind, {})
    return {one for one in linked if one in draft.troubled or (one in draft.stays and keys.get(one) in told)}


def _people(draft: Draft, refs: Iterable[int]) -> Named | None:
    return Named(((ref, draft.name_of(ref)) for ref in refs), "; ") or None


def guardian_links(draft: Draft) -> dict[int, type_Fields]:
    """Plans the pairs of all used pupils (Z-265 to Z-267); gives the readable changes by guardian.

    A pair that is told no more is removed, also when the guardian is gone: somebody may have lost custody. Pairs of
    pupils who are not told stay, as history or because we know nothing new.
    """
    changes: dict[int, type_Fields] = defaultdict(list)
    if Kind.GUARDIANS not in draft.roster.delivers:
        return changes
    told: dict[str, list[RosterGuardianship]] = defaultdict(list)
    for pair in draft.roster.guardianships:
        told[pair.pupil_key].append(pair)
    for pupil in (*draft.used["pupil"], *draft.named):
        _pairs_of(draft, pupil, told.get(pupil.record.key, ()), changes)
    return changes


def _pairs_of(draft: Draft, pupil: Used, told: Iterable[RosterGuardianship], changes: dict[int, type_Fields]) -> None:
    refs, rows = draft.refs["guardian"], draft.plan.rows["guardianship"]
    known = draft.known.guardians.get(pupil.ref, {})
    keyed = draft.known.keyed.get("guardian", {})
    kept = _out_of_sight(draft, "guardian", known, {pair.guardian_key for pair in told}) if known else set()
    kept_keys = {draft.known.keyed["guardian"].get(guardian) for guardian in kept}
    say, theirs = draft.known.say, draft.known.say.is_family_of_another(pupil.ref, known)
    wanted: set[int] = set()
    for pair in told:
        ref = refs.get(pair.guardian_key)
        if ref is None and pair.guardian_key not in kept_keys:
            draft.plan.note("warning", "pupil", pupil.record.number, "guardian-unknown", guardian=pair.guardian_key)
        if ref is None or ref in wanted:
            continue
        wanted.add(ref)
        old = known.get(ref)
        is_theirs = theirs and say.rules(Kind.GUARDIANS, ref)
        new = tuple(_told(value, old and old[index]) for index, value in enumerate(pair[2:]))
        if old is not None:
            new = tuple(say.paired(ref, is_theirs, was, value) for was, value in zip(old, new, strict=True))
        elif is_theirs:
            continue  # whether they belong together, a source before this one says
        if old is None:
            rows.new.append((ref, pupil.ref, *new))
            changes[ref].append(("pupil", None, _people(draft, [pupil.ref])))
        elif new != old:
            different = [
                (name, was, value) for name, was, value in zip(PAIR_FIELDS, old, new, strict=True) if was != value
            ]
            rows.changed.append(((ref, pupil.ref), {name: value for name, _was, value in different}))
            changes[ref].extend(different)
    for guardian in known.keys() - wanted - kept:
        is_theirs = theirs and say.rules(Kind.GUARDIANS, guardian)
        if (guardian in keyed or tells_guardians_of(draft, guardian)) and not is_theirs:
            rows.gone.append((guardian, pupil.ref))
            changes[guardian].append(("pupil", _people(draft, [pupil.ref]), None))
