"""A delivery of changes made whole with what is known, so that the rest of the plan reads it as any other. Pure.

Such a delivery tells who came into a group and who went out of one; a whole one tells all groups of somebody, and all
mentors and guardians. Whoever is concerned and not told gets a record that says no more than this (formats.md 7.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.roster import (
    ABSENT,
    Kind,
    Roster,
    RosterDetails,
    RosterGroup,
    RosterGuardian,
    RosterGuardianship,
    RosterLocation,
    RosterPupil,
    RosterStaff,
)

from .changes import KIND_OF, Plan
from .joined import Members
from .known import LAST_NAME, NUMBER, KnownSchool

WORD_OF: Final = {plural: word for word, plural in KIND_OF.items()}
SILENT: Final = {"group_key": ABSENT, "group_keys": ABSENT, "mentor_keys": ABSENT}


def complete(known: KnownSchool, roster: Roster, plan: Plan) -> Roster:
    """The roster with all groups, mentors and pairs of whom it concerns, and without what counts only for who is known.

    A roster that is no delivery of changes is given as it is.
    """
    if not roster.is_delta:
        return roster
    roster = _without_strangers(known, roster)
    roster = replace(
        roster,
        locations=(*roster.locations, *_known_locations(known, roster)),
        groups=(*roster.groups, *_known_groups(known, roster)),
    )
    groups = {one.key for one in roster.groups}
    for key in dict.fromkeys(one.group_key for one in roster.joined if one.group_key not in groups):
        plan.note("warning", "group", key[:64], "group-unknown", group=key[:64])
    return _Completed(known, roster).whole()


def _without_strangers(known: KnownSchool, roster: Roster) -> Roster:
    """Without the records that count only for whom this source knows by that kind and key."""
    strange = {(kind, key) for kind, key in roster.only_known if (WORD_OF[kind], key) not in known.keys}
    lists = {
        kind.value: tuple(one for one in getattr(roster, kind.value) if (kind, one.key) not in strange)
        for kind in {kind for kind, _key in strange}
    }
    return replace(roster, **lists) if lists else roster


def _known_locations(known: KnownSchool, roster: Roster) -> Iterator[RosterLocation]:
    """The locations that this source knows and does not tell now."""
    told, by_id = {one.key for one in roster.locations}, {one.id: one for one in known.locations}
    for key, id in known.location_keys.items():
        if key not in told:
            yield RosterLocation(key, by_id[id].name, by_id[id].code)


def _known_groups(known: KnownSchool, roster: Roster) -> Iterator[RosterGroup]:
    """The groups of this source that it does not tell now, and that are not gone."""
    told, place_of = {one.key for one in roster.groups}, {id: key for key, id in known.location_keys.items()}
    for one in known.groups:
        key = one.source_key
        if one.source == roster.source and key and key not in told and (Kind.GROUPS, key) not in roster.gone:
            yield RosterGroup(key, one.name, roster.school_year, place_of.get(one.location_id), one.is_home)


@dataclass(slots=True)
class _Completed:
    """The records of a delivery of changes, with those of who is concerned beside."""

    known: KnownSchool
    roster: Roster
    members: Members = field(init=False)
    told: dict[str, dict[str, Any]] = field(init=False)  # by kind, by key: the record, or that of who is concerned

    def __post_init__(self) -> None:
        self.members = Members(self.known, self.roster)
        lists = {word: getattr(self.roster, KIND_OF[word]) for word in ("pupil", "staff", "guardian")}
        self.told = {word: {one.key: one for one in reversed(records)} for word, records in lists.items()}

    def whole(self) -> Roster:
        """The roster, completed."""
        for key in self._concerned_pupils():
            self._add("pupil", key)
        for key in self.members.moved("staff"):
            self._add("staff", key)
        for one in self.roster.details:
            self._tell(one)
        pairs = (*self.roster.guardianships, *self._known_pairs())
        pupils = [self.members.of_pupil(one) for one in self._all("pupil")]
        for key in [key for one in pupils for key in one.mentor_keys or ()]:
            self._add("staff", key)
        return replace(
            self.roster,
            pupils=tuple(pupils),
            staff=tuple(map(self.members.of_staff, self._all("staff"))),
            guardians=self._all("guardian"),
            guardianships=pairs,
        )

    def _concerned_pupils(self) -> Iterator[str]:
        """Whose groups, mentors or guardians change, or those of whom something is told."""
        yield from self.members.moved("pupil")
        yield from self.members.mentored()
        yield from [pair.pupil_key for pair in self.roster.guardianships]
        keys = self.known.keyed.get("pupil", {})
        gone = {key for kind, key in self.roster.gone if kind is Kind.GUARDIANS}
        guardians = {
            self.known.keys["guardian", key].person_id
            for key in (*self.told["guardian"], *gone)
            if ("guardian", key) in self.known.keys
        }
        for pupil, theirs in self.known.guardians.items() if guardians else ():
            if pupil in keys and pupil in self.known.enrolments and not guardians.isdisjoint(theirs):
                yield keys[pupil]

    def _all(self, word: str) -> tuple[Any, ...]:
        """The records of the delivery as they are, twice told ones too, and those that were added."""
        own = getattr(self.roster, KIND_OF[word])
        keys = {one.key for one in own}
        return (*own, *(one for key, one in self.told[word].items() if key not in keys))

    def _add(self, word: str, key: str) -> None:
        """A record of somebody at the school who is not told and not gone; it says nothing new."""
        held = self.known.keys.get((word, key))
        if held is None or key in self.told[word] or (KIND_OF[word], key) in self.roster.gone:
            return
        person = self.known.persons[held.person_id]
        if person.left_on is not None:
            return
        about = {
            "key": key,
            "number": held.number or person.fields[NUMBER] or "",
            "last_name": person.fields[LAST_NAME],
        }
        if word == "pupil":
            enrolled = self.known.enrolments.get(person.id)
            leaves = enrolled.leaving_date if enrolled else None
            place = {"school_year": self.roster.school_year, "location_key": None, "leaving_date": leaves}
            self.told[word][key] = RosterPupil(**about, **place, **SILENT)
        else:
            self.told[word][key] = (
                RosterGuardian(**about) if word == "guardian" else RosterStaff(**about, group_keys=ABSENT)
            )

    def _tell(self, details: RosterDetails) -> None:
        """The date of birth and gender of somebody whom this source knows; others are nobody."""
        key = details.person_key
        for word in self.told:
            self._add(word, key)
            record = self.told[word].get(key)
            if record is not None:
                born = {"birth_date": details.birth_date} if word == "pupil" else {}
                self.told[word][key] = record._replace(gender=details.gender, **born)

    def _known_pairs(self) -> list[RosterGuardianship]:
        """The pairs that stay: known ones of pupils whose guardians are not told as a whole."""
        told = {(pair.guardian_key, pair.pupil_key) for pair in self.roster.guardianships}
        keys = self.known.keyed.get("guardian", {})
        for guardian, _pupil in told:
            self._add("guardian", guardian)
        found = []
        for pupil in list(self.told["pupil"]):
            held = self.known.keys.get(("pupil", pupil))
            if held is None or pupil in self.roster.whole_pairs:
                continue
            for guardian in sorted(self.known.guardians.get(held.person_id, ())):
                key = keys.get(guardian)
                if key is None or (Kind.GUARDIANS, key) in self.roster.gone:
                    continue
                self._add("guardian", key)
                if key in self.told["guardian"] and (key, pupil) not in told:
                    found.append(RosterGuardianship(key, pupil))
        return found
