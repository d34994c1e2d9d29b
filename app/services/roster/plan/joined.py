"""Who is in which groups after a delivery of changes, and who has which mentors. Pure.

The mentors of a home class are those of its staff who are mentor of a pupil in it; a new pupil of the class gets them
too, and a mentor who comes or goes does so for all its pupils.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.roster import Roster, RosterMembership, RosterPupil, RosterStaff

from .known import KnownSchool

type_Links = dict[str, dict[str, None]]
"""By key of a person: keys of groups, in order."""


@dataclass
class Members:
    """The comings and goings of a delivery, by role and person. The roster has all known groups already."""

    known: KnownSchool
    roster: Roster
    homes: set[str] = field(init=False)  # keys of home classes
    groups: set[str] = field(init=False)  # keys of all groups
    keys: dict[int, str] = field(init=False)  # by id of a known group of this source: its key
    joined: dict[str, type_Links] = field(init=False)
    parted: dict[str, type_Links] = field(init=False)

    def __post_init__(self) -> None:
        self.groups = {one.key for one in self.roster.groups}
        self.homes = {one.key for one in self.roster.groups if one.is_home}
        own = [one for one in self.known.groups if one.source == self.roster.source and one.source_key]
        self.keys = {one.id: str(one.source_key) for one in own}
        self.joined = _by_role(one for one in self.roster.joined if one.group_key in self.groups)
        self.parted = _by_role(self.roster.parted)
        self._leave_gone_groups()

    def _leave_gone_groups(self) -> None:
        gone = {id: key for id, key in self.keys.items() if key not in self.groups}
        for role, word, links in (
            ("pupil", "pupil", self.known.pupil_groups),
            ("staff", "staff", self.known.staff_groups),
        ):
            for person, key in self.known.keyed.get(word, {}).items() if gone else ():
                for group in links.get(person, ()):
                    if group in gone:
                        self.parted[role].setdefault(key, {})[gone[group]] = None

    def moved(self, role: str) -> list[str]:
        """Keys of the pupils or staff who come into a group or go out of one."""
        return list(dict.fromkeys((*self.joined[role], *self.parted[role])))

    def mentored(self) -> list[str]:
        """Keys of the pupils of a class that gets or loses a mentor."""
        changed = {group for side in (self.joined, self.parted) for of in side["mentor"].values() for group in of}
        keys, home = self.known.keyed.get("pupil", {}), self.known_home
        return [keys[pupil] for pupil in self.known.enrolments if pupil in keys and home(pupil) in changed & self.homes]

    def known_home(self, pupil: int | None) -> str | None:
        """The key of the class that this pupil is known to be in."""
        enrolled = self.known.enrolments.get(pupil) if pupil is not None else None
        return self.keys.get(enrolled.group_id or 0) if enrolled else None

    def of_pupil(self, record: RosterPupil) -> RosterPupil:
        """The record with all groups and mentors, as far as they change."""
        held = self.known.keys.get(("pupil", record.key))
        person = held.person_id if held else None
        joined, parted = self.joined["pupil"].get(record.key, {}), self.parted["pupil"].get(record.key, {})
        before, values = self.known_home(person), dict[str, Any]()
        coming = [key for key in joined if key in self.homes]
        stays = None if before in parted and before not in joined else before
        home = coming[0] if coming and (stays is None or stays not in coming) else stays
        if home != before:
            values["group_key"] = home
        taught = self._known_keys(person, self.known.pupil_groups) - self.homes
        after = (taught - parted.keys()) | (joined.keys() - self.homes)
        if after != taught:
            values["group_keys"] = tuple(sorted(after & self.groups))
        mentors = self._mentors(person, before, home)
        if mentors is not None:
            values["mentor_keys"] = mentors
        return record._replace(**values) if values else record

    def of_staff(self, record: RosterStaff) -> RosterStaff:
        """The record with all groups, when they change."""
        joined, parted = self.joined["staff"].get(record.key, {}), self.parted["staff"].get(record.key, {})
        if not joined and not parted:
            return record
        held = self.known.keys.get(("staff", record.key))
        before = self._known_keys(held.person_id if held else None, self.known.staff_groups)
        return record._replace(group_keys=tuple(sorted(((before - parted.keys()) | joined.keys()) & self.groups)))

    def _known_keys(self, person: int | None, links: Any) -> set[str]:
        known = links.get(person, ()) if person is not None else ()
        return {self.keys[group] for group in known if group in self.keys}

    def _mentors(self, person: int | None, before: str | None, home: str | None) -> tuple[str, ...] | None:
        """The keys of all mentors; None when they do not change."""
        keys = self.known.keyed.get("staff", {})
        mine = self.known.mentors.get(person, ()) if person is not None else ()
        known = {keys[member] for member in mine if member in keys}
        own = known - self._class_mentors.get(before or "", set())
        after = own | self._mentors_after(home)
        return tuple(sorted(after)) if after != known else None

    def _mentors_after(self, home: str | None) -> set[str]:
        if home is None:
            return set()
        came = {key for key, groups in self.joined["mentor"].items() if home in groups}
        went = {key for key, groups in self.parted["mentor"].items() if home in groups}
        return (self._class_mentors.get(home, set()) - went) | came

    @cached_property
    def _class_mentors(self) -> dict[str, set[str]]:
        """By home class: its staff who are mentor of a pupil in it."""
        keys, found = self.known.keyed.get("staff", {}), defaultdict[str, set[str]](set)
        for pupil, mentors in self.known.mentors.items():
            home = self.known_home(pupil)
            for member in mentors if home is not None else ():
                if member in keys and home in self._known_keys(member, self.known.staff_groups):
                    found[home].add(keys[member])
        return found


def _by_role(memberships: Iterable[RosterMembership]) -> dict[str, type_Links]:
    found: dict[str, type_Links] = {"pupil": {}, "staff": {}, "mentor": {}}
    for one in memberships:
        found[one.role].setdefault(one.person_key, {})[one.group_key] = None
    return found
