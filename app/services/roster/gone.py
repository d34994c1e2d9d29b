"""The plan for who is told no more: gone, or only out of sight (part 7 nr 23, R103). Pure."""

from datetime import timedelta

from ...roster import Kind
from .changes import KIND_OF, Change, Fall, shown_name
from .draft import Draft
from .known import NUMBER, KnownPerson


def keep_linked(draft: Draft) -> None:
    """Guardians and staff of pupils and groups that stay as they are, stay too."""
    known = draft.known
    for pupil in [person for person in draft.kept if person in known.placed]:
        draft.kept |= known.guardians.get(pupil, {}).keys() | known.mentors.get(pupil, set())
    if draft.places.kept:
        at = {group.id for group in known.groups if group.location_id in draft.places.kept}
        draft.kept |= {person for person, groups in known.staff_groups.items() if groups & at}


def settle_gone(draft: Draft, kind: str) -> None:
    """Whom the source knew and tells no more: marked as left. The account stays (part 7 nr 23)."""
    plan, delivered = draft.plan, KIND_OF[kind] in draft.roster.delivers
    own = draft.known.keyed.get(kind, {})
    present = {one.ref for one in draft.used[kind]} | draft.kept
    before = lost = 0
    for person_id in own if delivered else ():
        person = draft.known.persons[person_id]
        if person.hand_made or person.left_on is not None:
            continue
        before += 1
        if person_id in present:
            continue
        lost += 1
        _leave(draft, person)
    plan.counts[KIND_OF[kind]].gone = lost
    plan.kinds[KIND_OF[kind]] = Fall(before, lost)
    plan.renamed[KIND_OF[kind]] = Fall(before, draft.renamed[kind])


def _leave(draft: Draft, person: KnownPerson) -> None:
    plan, last_day = draft.plan, draft.left.get(person.id)
    left_on = last_day + timedelta(days=1) if last_day else draft.today
    plan.rows["person"].changed.append((person.id, {"left_on": left_on}))
    number = person.fields[NUMBER] or ""
    if last_day is None:
        plan.note("info", person.kind, number, "guardian-without-pupil" if person.id in draft.unlinked else "gone")
    fields = (("left_on", None, left_on),)
    plan.changes.append(Change(person.id, person.kind, number, shown_name(person.fields), "gone", fields))


def gone_links(draft: Draft) -> None:
    """Who is gone leaves the groups of this year and has, or is, no mentor any more; enrolments and pairs stay."""
    gone = {person_id for person_id, values in draft.plan.rows["person"].changed if values.get("left_on")}
    if not gone:
        return
    known, rows, kept = draft.known, draft.plan.rows, draft.places.kept_groups
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


def note_falls(draft: Draft) -> None:
    """Per location how many of its pupils would leave it, for the gate (R103)."""
    now_at = draft.places
    at_pupil = {one.ref: one.record.location_key for one in draft.used["pupil"]}
    before: dict[int, int] = {}
    lost: dict[int, int] = {}
    for person_id in draft.known.keyed.get("pupil", {}) if Kind.PUPILS in draft.roster.delivers else ():
        place = draft.known.placed.get(person_id)
        if place is None or draft.known.persons[person_id].left_on is not None:
            continue
        before[place] = before.get(place, 0) + 1
        if person_id in at_pupil:
            stays = now_at.locations.get(at_pupil[person_id] or "", now_at.default) in (place, None)
        else:
            stays = person_id in draft.kept
        lost[place] = lost.get(place, 0) + (not stays)
    draft.plan.places = {now_at.names[place]: Fall(count, lost[place]) for place, count in before.items()}
