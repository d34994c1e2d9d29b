"""Merged persons in a roster: their source still tells both of them, and a merge must survive that. Pure.

Of all records of one person one is heard: the one under the person's own key, else the first of who was merged into it.
The others change no field, and their links (children, groups, mentors) count as links of the one that is heard. Nobody
new comes of them, and the person is gone only when none of them is told, in any source.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from app.roster import ABSENT, Kind, Roster

from .changes import KIND_OF, PEOPLE, Plan
from .draft import Draft
from .former import Former
from .known import NUMBER, UNTOLD, KnownSchool
from .likeness import bare, number_of

LINKS: Final = ("group_keys", "mentor_keys")  # of a record: to groups, and of pupils to staff

type_Names = dict[tuple[str, str], str]
"""(kind, key): the key of the record that is heard."""


def folded(known: KnownSchool, roster: Roster, plan: Plan) -> Roster:
    """The roster with one record for each merged person, and all links by the key of that record."""
    if not known.former:
        return roster
    names: type_Names = dict(_quiet_names(known, roster))
    lists: dict[str, tuple[Any, ...]] = {}
    for kind in PEOPLE:
        lists[KIND_OF[kind]] = tuple(_one_of_each(known, kind, roster, plan, names))
    gone = frozenset(one for one in roster.gone if not _is_half_gone(known, roster, *one))
    return _renamed(replace(roster, gone=gone, **lists), names)


def hold_merged(draft: Draft) -> None:
    """Who was merged across sources stays as long as another source tells one of the two."""
    draft.stays |= {person for person, is_told in draft.known.elsewhere.items() if is_told}


def mark_told(draft: Draft) -> None:
    """Writes down at the keys of those whether this source told them: the other source asks for it next time."""
    known, rows, source = draft.known, draft.plan.rows["person_key"], draft.roster.source
    used = {one.ref: one.record.key for kind in PEOPLE for one in draft.used[kind]}
    written = {key for key, _values in rows.changed}
    for (kind, key), held in known.keys.items() if known.elsewhere else ():
        person = held.person_id
        if person not in known.elsewhere or KIND_OF[kind] not in draft.roster.delivers:
            continue
        is_told = person in used
        if is_told == (held.number != UNTOLD) or (not is_told and _is_unsure(draft, kind, person)):
            continue
        if (source, kind, key) not in written:
            rows.changed.append(((source, kind, key), {"number": None if is_told else UNTOLD}))


def _is_unsure(draft: Draft, kind: str, person: int) -> bool:
    """Whether the silence about this person says nothing: a bad record, a location that is off, changes only."""
    known, roster = draft.known, draft.roster
    if person in draft.troubled or known.placed.get(person) in (draft.places.kept or ()):
        return True
    return roster.is_delta and (KIND_OF[kind], known.keyed[kind].get(person)) not in roster.gone


def _is_half_gone(known: KnownSchool, roster: Roster, kind: Kind, key: str) -> bool:
    """Whether a delivery of changes names as gone only one of two who were merged."""
    word = next((word for word, plural in KIND_OF.items() if plural == kind), "")
    held = known.keys.get((word, key))
    if held is None or held.person_id not in known.former:
        return False
    return any((kind, name) not in roster.gone for name in _known_names(known, word, held.person_id))


def _one_of_each(known: KnownSchool, kind: str, roster: Roster, plan: Plan, names: type_Names) -> Iterator[Any]:
    """The records of this kind, without those of merged persons that are not heard."""
    records = getattr(roster, KIND_OF[kind])
    owner = Former(known, kind).person_of
    told: dict[int, list[Any]] = defaultdict(list)
    for record in records:
        if (person := owner(record)) is not None:
            told[person].append(record)
    heard: dict[int, Any] = {}  # by the id of the record object: what stands in its place
    for person, theirs in told.items():
        speaker, *others = sorted(theirs, key=_rank(known, kind, person, roster))
        heard[id(speaker)] = _with_links(speaker, [one for one in others if _is_here(one, roster)])
        for one in others:
            heard[id(one)] = None
            plan.counts[KIND_OF[kind]].seen += 1
            plan.skip("info", kind, number_of(one) or one.key, "merged", number=number_of(speaker) or "")
        keys = _known_names(known, kind, person) | {record.key for record in theirs}
        names |= {(kind, key): speaker.key for key in keys}
    return (one for record in records if (one := heard.get(id(record), record)) is not None)


def _rank(known: KnownSchool, kind: str, person: int, roster: Roster) -> Callable[[Any], tuple[bool, bool, bool]]:
    """Who is heard first: who has not left, by the person's own key, with the person's own number."""
    number = known.persons[person].fields[NUMBER] or ""

    def rank(record: Any) -> tuple[bool, bool, bool]:
        mark = (kind, record.key)
        is_own = mark in known.keys and mark not in known.absorbed
        return not _is_here(record, roster), not is_own, bare(number_of(record) or "") != bare(number)

    return rank


def _is_here(record: Any, roster: Roster) -> bool:
    """Whether a record tells that somebody is at the school: a pupil who left does not speak for who stays."""
    leaves = getattr(record, "leaving_date", None)
    if leaves is not None and leaves < roster.reference_date:
        return False
    return getattr(record, "school_year", roster.school_year) == roster.school_year


def _with_links(speaker: Any, others: Iterable[Any]) -> Any:
    """The record with the groups and mentors of the others of the same person."""
    values: dict[str, Any] = {}
    for other in others:
        for name in LINKS:
            mine, theirs = values.get(name, getattr(speaker, name, None)), getattr(other, name, None)
            if theirs:  # in what the source tells at all
                values[name] = tuple(dict.fromkeys((*(mine or ()), *theirs)))
        home = getattr(other, "group_key", None)
        mine = values.get("group_keys", getattr(speaker, "group_keys", ABSENT))
        if home and mine is not ABSENT and home != speaker.group_key:
            values["group_keys"] = tuple(dict.fromkeys((*(mine or ()), home)))
    return speaker._replace(**values) if values else speaker


def _known_names(known: KnownSchool, kind: str, person: int) -> set[str]:
    """The keys by which this source knows the person."""
    return {key for (of, key), held in known.keys.items() if held.person_id == person and of == kind}


def _quiet_names(known: KnownSchool, roster: Roster) -> Iterator[tuple[tuple[str, str], str]]:
    """The absorbed keys and numbers that links may name while the roster tells no record of the person."""
    for kind, key in known.absorbed:
        person = known.keys[kind, key].person_id
        yield (kind, key), known.keyed[kind][person]
    for person, were in known.former.items() if roster.is_list else ():
        one = known.persons.get(person)
        for was in were if one is not None else ():
            own = known.keyed[one.kind].get(person) or one.fields[NUMBER]
            if was.fields[NUMBER] and own:
                yield (was.kind, was.fields[NUMBER]), own


def _renamed(roster: Roster, names: type_Names) -> Roster:
    """Pairs, mentors and what is said of records, by the key of the record that is heard; each pair once."""

    if not names:
        return roster

    def name(kind: str, key: str) -> str:
        return names.get((kind, key), key)

    pairs = {
        (name("guardian", one.guardian_key), name("pupil", one.pupil_key)): one
        for one in reversed(roster.guardianships)
    }
    pupils = tuple(
        one._replace(mentor_keys=tuple(dict.fromkeys(name("staff", key) for key in one.mentor_keys)))
        if one.mentor_keys and any(("staff", key) in names for key in one.mentor_keys)
        else one
        for one in roster.pupils
    )
    return replace(
        roster,
        pupils=pupils,
        guardianships=tuple(
            one._replace(guardian_key=guardian, pupil_key=pupil) for (guardian, pupil), one in reversed(pairs.items())
        ),
        messages=tuple(
            one._replace(record_key=names.get((one.kind, one.record_key or one.key), one.record_key))
            for one in roster.messages
        ),
        joined=tuple(one._replace(person_key=_member(names, one)) for one in roster.joined),
        parted=tuple(one._replace(person_key=_member(names, one)) for one in roster.parted),
    )


def _member(names: type_Names, one: Any) -> str:
    kind = "pupil" if one.role == "pupil" else "staff"
    return names.get((kind, one.person_key), one.person_key)
