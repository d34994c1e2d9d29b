"""The plan for who is told no more: gone, or only out of sight (part 7 nr 23, R103). Pure."""

from datetime import timedelta

from app.roster import Kind

from .changes import KIND_OF, PEOPLE, Change, Fall, shown_name
from .draft import Draft
from .known import NUMBER, KnownPerson
from .links import named_groups
from .parts import judged


def keep_linked(draft: Draft) -> None:
    """Guardians and staff of pupils and groups that stay as they are, stay too. The one place with this rule.

    So does everybody of a kind of which the source tells some people only, and whom it was not asked after.
    """
    known = draft.known
    for kind in ("staff", "guardian"):
        if KIND_OF[kind] in draft.roster.partial:
            draft.stays |= known.keyed.get(kind, {}).keys()
    if draft.roster.unasked:
        beginnings = tuple(draft.roster.unasked)
        draft.stays |= {
            person for keys in known.keyed.values() for person, key in keys.items() if key.startswith(beginnings)
        }
    for pupil in [person for person in draft.stays if person in known.placed]:
        draft.stays |= known.guardians.get(pupil, {}).keys() | known.mentors.get(pupil, set())
    if draft.places.kept:
        at = {group.id for group in known.groups if group.location_id in draft.places.kept}
        draft.stays |= {person for person, groups in known.staff_groups.items() if groups & at}


def settle_gone(draft: Draft, kind: str) -> None:
    """Whom the source knew and tells no more: marked as left. The account stays (part 7 nr 23).

    A delivery of changes names who is gone; about all others it says nothing.
    """
    plan, delivered, roster = draft.plan, KIND_OF[kind] in draft.roster.delivers, draft.roster
    own = draft.known.keyed.get(kind, {})
    present = {one.ref for one in draft.used[kind]} | draft.stays
    mine = set(judged(draft.known, plan, kind)) if delivered else set()
    plan.recognised[kind] = _recognised(draft, kind) - mine
    lost = 0
    for person_id in sorted(mine):
        if person_id in present or (roster.is_delta and (KIND_OF[kind], own[person_id]) not in roster.gone):
            continue
        lost += 1
        _leave(draft, draft.known.persons[person_id])
    plan.counts[KIND_OF[kind]].gone = lost
    plan.kinds[KIND_OF[kind]] = Fall(len(mine), lost)
    plan.renamed[KIND_OF[kind]] = Fall(
        len(mine) + len(plan.recognised[kind]), draft.renamed[kind] + plan.refused[KIND_OF[kind]]
    )
    del draft.addresses[kind][None]
    plan.one_address[KIND_OF[kind]] = Fall(len(draft.used[kind]), max(draft.addresses[kind].values(), default=0))


def _recognised(draft: Draft, kind: str) -> frozenset[int]:
    """Who is told and at the school already; whoever was made by hand is not overwritten, so does not count."""
    people = (one.person for one in draft.used[kind])
    return frozenset(one.id for one in people if one and one.left_on is None and not one.hand_made)


def _leave(draft: Draft, person: KnownPerson) -> None:
    plan, last_day = draft.plan, draft.left.get(person.id)
    left_on = last_day + timedelta(days=1) if last_day else draft.today
    plan.rows["person"].changed.append((person.id, {"left_on": left_on}))
    number = person.fields[NUMBER] or ""
    if last_day is None:
        plan.note("info", person.kind, number, _why_gone(draft, person))
    fields = (("left_on", None, left_on), *draft.parted.pop(person.id, ()))
    plan.changes.append(Change(person.id, person.kind, number, shown_name(person.fields), "gone", fields))


def _why_gone(draft: Draft, person: KnownPerson) -> str:
    if person.id in draft.plan.left_behind.get(person.kind, ()):
        return "gone-with-source"
    return "guardian-without-pupil" if person.id in draft.unlinked else "gone"


def tell_parted(draft: Draft) -> None:
    """Guardians who lose a child without being told or going: who stays for another child, and who left before."""
    for person_id, fields in sorted(draft.parted.items()):
        person = draft.known.persons[person_id]
        draft.plan.untold.add(person_id)
        number, name = person.fields[NUMBER] or "", shown_name(person.fields)
        draft.plan.changes.append(Change(person_id, person.kind, number, name, "changed", tuple(fields)))


def gone_links(draft: Draft) -> None:
    """Who is gone leaves the groups of this year and has, or is, no mentor any more; enrolments and pairs stay."""
    gone = {person_id for person_id, values in draft.plan.rows["person"].changed if values.get("left_on")}
    if not gone:
        return
    known, rows = draft.known, draft.plan.rows
    kept = draft.places.kept_groups - known.left_groups  # nobody tells those any more
    for person_id in sorted(gone):
        rows["group_pupil"].gone.extend((g, person_id) for g in sorted(known.pupil_groups.get(person_id, set()) - kept))
        rows["group_staff"].gone.extend((g, person_id) for g in sorted(known.staff_groups.get(person_id, set()) - kept))
        last_day, enrolled = draft.left.get(person_id), known.enrolments.get(person_id)
        if last_day and enrolled and enrolled.leaving_date != last_day:
            rows["enrolment"].changed.append((enrolled.id, {"leaving_date": last_day}))
    removed = set(rows["mentor"].gone)
    rows["mentor"].gone.extend(
        pair
        for pupil, staff in sorted(known.mentors.items())
        for member in sorted(staff)
        if (pupil in gone or member in gone) and (pair := (pupil, member)) not in removed
    )


def leave_groups(draft: Draft) -> None:
    """A hand-made staff member whom the source tells no more stays, without the groups that the source gave."""
    known, plan = draft.known, draft.plan
    present = {one.ref for one in draft.used["staff"]} | draft.stays
    if not {Kind.STAFF, Kind.GROUPS} <= draft.roster.delivers:
        return
    for person_id in known.keyed.get("staff", ()):
        person, groups = known.persons[person_id], known.staff_groups.get(person_id, set())
        given = groups - draft.places.kept_groups
        if not (person.hand_made and given) or person_id in present:
            continue
        plan.untold.add(person_id)
        plan.rows["group_staff"].gone.extend((group, person_id) for group in sorted(given))
        fields = (("groups", named_groups(draft, groups), named_groups(draft, groups - given)),)
        plan.changes.append(
            Change(person_id, "staff", person.fields[NUMBER] or "", shown_name(person.fields), "changed", fields)
        )


def note_classless(draft: Draft) -> None:
    """How many pupils lose their class, for the gate (R103)."""
    with_class = sum(one.group_id is not None for one in draft.known.enrolments.values())
    draft.plan.classless = Fall(with_class, draft.classless)


def note_untold(draft: Draft) -> None:
    """A kind that this source delivered before and is silent about now: nobody of it is gone, but somebody should look.

    A file may hold pupils only (formats.md 1.5), so silence is no fall.
    """
    for kind in () if draft.roster.is_list else PEOPLE:
        own = draft.known.keyed.get(kind, {})
        here = any(draft.known.persons[person].left_on is None for person in own)
        if here and KIND_OF[kind] not in draft.roster.delivers | draft.known.say.silent:
            draft.plan.note("warning", "roster", "", "kind-not-told", people=KIND_OF[kind].value)
