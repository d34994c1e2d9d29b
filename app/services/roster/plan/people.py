"""The plan for persons: who is new, changed, back or gone (Z-245 to Z-275, part 7 nrs 22 and 23). Pure."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import Any, Final

from app.roster import ABSENT, Kind, RosterGuardian, RosterPupil, RosterStaff

from .changes import KIND_OF, Change, shown_name
from .draft import OUTSIDE, Draft, Used
from .known import BIRTH_DATE, EMAIL, FIRST_NAME, LAST_NAME, NUMBER, PERSON_FIELDS, PREFIX, KnownPerson
from .likeness import bare
from .match import lasts, number_of
from .pinned import hold_pinned

NAMES: Final = {PERSON_FIELDS[FIRST_NAME], PERSON_FIELDS[PREFIX], PERSON_FIELDS[LAST_NAME]}
SHIFTED: Final = (FIRST_NAME, LAST_NAME, BIRTH_DATE)  # what changes for many when columns moved (R103)


def _guardian(one: RosterGuardian) -> tuple[Any, ...]:
    return one.number, ABSENT, one.initials, one.prefix, one.last_name, ABSENT, one.gender, one.email


def _staff(one: RosterStaff) -> tuple[Any, ...]:
    return one.number, one.first_name, one.initials, one.prefix, one.last_name, ABSENT, one.gender, one.email


# What a record says, in the order of PERSON_FIELDS.
DELIVERED: Final = {"pupil": attrgetter(*PERSON_FIELDS), "guardian": _guardian, "staff": _staff}


def use_pupils(draft: Draft) -> None:
    """The pupils with an active enrolment on the reference date at a location that is switched on (Z-245)."""
    draft.used["pupil"] = used = []
    for pupil, person in draft.matched("pupil", draft.roster.pupils):
        if not _is_skipped(draft, pupil, person):
            used.append(draft.use("pupil", pupil, person))
    draft.plan.used_pupils = len(used)
    if draft.places.kept:
        at = draft.known.placed
        draft.stays |= {person for person, location in at.items() if location in draft.places.kept}
        # Who is told, even as having left, is no matter of silence; but a location that is off is left alone.
        draft.stays -= {one.ref for one in used}
        draft.stays -= {person for person in draft.left if at.get(person) not in draft.places.off}


def _is_skipped(draft: Draft, pupil: RosterPupil, person: KnownPerson | None) -> bool:
    skip, day = draft.plan.skip, draft.roster.reference_date
    leaves = leaving_date(draft, pupil, person)
    if leaves is not None and leaves < day:  # inclusive (domain.md 5.4)
        if person is not None:
            draft.left[person.id] = leaves
        skip("info", "pupil", pupil.number, "left", date=f"{leaves:%d-%m-%Y}")
        return True
    if not _has_no_place(draft, pupil, person, day):
        return False
    if person is not None:
        draft.stays.add(person.id)
    return True


def _has_no_place(draft: Draft, pupil: RosterPupil, person: KnownPerson | None, day: date) -> bool:
    """Whether this pupil cannot be placed, for no fault of the person that we know."""
    places, skip, number = draft.places, draft.plan.skip, pupil.number
    location = draft.place_of(pupil, None if person is None else person.id)
    if draft.is_outside("pupil", pupil) or _stays_away(draft, pupil, person):
        draft.plan.counts[Kind.PUPILS].skipped += 1  # the source said why
    elif pupil.school_year != draft.roster.school_year or (pupil.enrolled_on is not None and pupil.enrolled_on > day):
        skip("info", "pupil", number, OUTSIDE)
    elif location is None:
        skip("error", "pupil", number, "location-missing")
    elif location in places.off:
        skip("info", "pupil", number, "location-off", location=places.names[location])
    else:
        return False
    return True


def leaving_date(draft: Draft, pupil: RosterPupil, person: KnownPerson | None) -> date | None:
    """The last day at school; what we have when the source's cannot be read."""
    enrolled = draft.known.enrolments.get(person.id) if person is not None else None
    if enrolled is not None and enrolled.leaving_date and "leaving_date" in draft.unread_of("pupil", pupil):
        return enrolled.leaving_date
    return pupil.leaving_date


def _stays_away(draft: Draft, pupil: RosterPupil, person: KnownPerson | None) -> bool:
    """Who left does not return by a leaving date that cannot be read."""
    return person is not None and person.left_on is not None and "leaving_date" in draft.unread_of("pupil", pupil)


def use_staff(draft: Draft) -> None:
    """The staff with a link to a group or a pupil (Z-268). Who is known already stays known without one."""
    mentors = {key for one in draft.used["pupil"] for key in one.record.mentor_keys or ()}
    groups = draft.places.groups
    draft.used["staff"] = used = []
    for member, person in draft.matched("staff", draft.roster.staff):
        linked = member.key in mentors or any(key in groups for key in member.group_keys or ())
        counts = linked or draft.roster.is_list or not draft.roster.staff_links_told
        if counts or (person is not None and person.left_on is None):
            used.append(draft.use("staff", member, person))
        else:
            draft.plan.skip("info", "staff", number_of(member) or member.key, "no-link")


def use_guardians(draft: Draft) -> None:
    """The guardians of the pupils that are used (Z-173, Z-267), or who stay with a pupil that does (keep_linked)."""
    pupils = draft.refs["pupil"]
    with_pupil = {pair.guardian_key for pair in draft.roster.guardianships if pair.pupil_key in pupils}
    draft.used["guardian"] = used = []
    for guardian, person in draft.matched("guardian", draft.roster.guardians):
        if guardian.key in with_pupil or (person is not None and person.id in draft.stays):
            used.append(draft.use("guardian", guardian, person))
        elif person is None or person.left_on is not None:
            draft.plan.skip("warning", "guardian", guardian.number, "no-pupil")
        else:
            draft.plan.counts[Kind.GUARDIANS].skipped += 1
            draft.unlinked.add(person.id)


def settle(draft: Draft, kind: str, one: Used, links: list[tuple[str, Any, Any]]) -> None:
    """Writes down what is new about one person; `links`: the changes in what the person is linked to."""
    told = DELIVERED[kind](one.record)
    if number_of(one.record) is None or _is_number_of_before(draft, one):
        told = (ABSENT, *told[1:])
    _settle_keys(draft, kind, one)
    if one.person is None:
        _settle_new(draft, kind, one.ref, tuple(None if value is ABSENT else value for value in told))
    else:
        same = told == one.person.fields or one.person.hand_made  # hand-made is never overwritten (part 7 nr 22)
        values = {} if same else dict(_differences(draft, kind, one.record, told, one.person))
        unpinned = hold_pinned(draft, kind, one, told, values) if one.ref in draft.known.pins else []
        _settle_known(draft, kind, one.person, values, links + unpinned)


def _is_number_of_before(draft: Draft, one: Used) -> bool:
    """Whether this is the number of who was merged into this person, who keeps the own one: another source tells it."""
    were = draft.known.former.get(one.ref, ()) if draft.known.elsewhere.get(one.ref) else ()
    number = bare(number_of(one.record) or "") if were else ""
    return any(was.fields[NUMBER] and bare(was.fields[NUMBER]) == number for was in were)


def _settle_new(draft: Draft, kind: str, ref: int, fields: tuple[Any, ...]) -> None:
    draft.shown[ref] = name = shown_name(fields)
    draft.addresses[kind][fields[EMAIL]] += 1
    draft.plan.counts[KIND_OF[kind]].new += 1
    draft.plan.rows["person"].new.append((ref, kind, *fields))
    draft.plan.changes.append(Change(ref, kind, fields[NUMBER] or "", name, "new"))


def _settle_known(
    draft: Draft, kind: str, person: KnownPerson, values: dict[str, Any], links: list[tuple[str, Any, Any]]
) -> None:
    plan = draft.plan
    back = person.left_on is not None and not person.hand_made
    merged = person.hand_made and person.id not in draft.known.keyed.get(kind, ())
    if not (values or links or back or merged):
        plan.counts[KIND_OF[kind]].unchanged += 1
        return
    plan.counts[KIND_OF[kind]].changed += 1
    if values or back:
        plan.rows["person"].changed.append((person.id, values | ({"left_on": None} if back else {})))
    fields = [(name, person.fields[PERSON_FIELDS.index(name)], value) for name, value in values.items()] + links
    fields += [("source", None, draft.roster.source)] if merged else []
    draft.renamed[kind] += any(person.fields[index] and PERSON_FIELDS[index] in values for index in SHIFTED)
    draft.addresses[kind][values.get("email")] += 1
    _notes(draft, kind, person, values, back, merged)
    what = "returned" if back else "changed"
    number = person.fields[NUMBER] or ""
    plan.changes.append(Change(person.id, kind, number, shown_name(person.fields), what, tuple(fields)))


def _differences(
    draft: Draft, kind: str, record: Any, told: tuple[Any, ...], person: KnownPerson
) -> Iterator[tuple[str, Any]]:
    """The fields in which the source differs from what we have; ABSENT and unreadable ones stay (formats.md 4.1)."""
    for index, (name, old, new) in enumerate(zip(PERSON_FIELDS, person.fields, told, strict=True)):
        if new is ABSENT or new == old:
            continue
        new = draft.known.say.settled(KIND_OF[kind], person.id, name, old, new)
        if new == old:
            continue
        if index == NUMBER and old and new and bare(old) == bare(new):
            continue
        if new is None and name in draft.unread_of(kind, record):
            continue
        yield name, new


def _notes(draft: Draft, kind: str, person: KnownPerson, values: dict[str, Any], back: bool, merged: bool) -> None:
    number = person.fields[NUMBER] or ""
    if back:
        draft.plan.note("info", kind, number, "returned")
    if merged:
        draft.plan.note("info", kind, number, "merged-with-hand-made")
    if values.keys() & NAMES and person.id in draft.known.with_account:
        draft.plan.note("info", kind, number, "username-kept")


def _settle_keys(draft: Draft, kind: str, one: Used) -> None:
    """By which keys the source will know this person next time. A key that does not last marks the origin only."""
    known, keys, record, source = draft.known, draft.plan.rows["person_key"], one.record, draft.roster.source
    if lasts(record):
        key = known.keys.get((kind, record.key))
        if key is None:
            keys.new.append((one.ref, source, kind, record.key, record.number))
        elif key.number != record.number:
            keys.changed.append(((source, kind, record.key), {"number": record.number}))
    elif one.ref not in known.keyed.get(kind, ()):
        keys.new.append((one.ref, source, kind, None, None))
    eckid = getattr(record, "eckid", None)
    if not eckid:
        return
    holder = known.eckids.get((kind, eckid))
    mark = f"{kind} {eckid}"
    if mark in draft.eckids or holder not in (None, one.ref):
        draft.plan.note("warning", kind, number_of(record) or "", "eckid-of-another")
    elif holder is None:
        keys.new.append((one.ref, "eckid", kind, eckid, None))
    draft.eckids.add(mark)
