"""A tiny school as its source tells it, and as it should be known: the pure model beside which the machine walks."""

import copy
from dataclasses import dataclass, field, replace
from datetime import date

from tests.roster.roster_world import GROUP, guardian, pair, pupil, roster, staff

PUPIL, GUARDIAN, STAFF = KINDS = ("pupil", "guardian", "staff")
LETTER = {PUPIL: "k", GUARDIAN: "v", STAFF: "m"}  # of keys, as in roster_world
CODES = {"L1": "99ZZ01", "L2": "99ZZ02"}
PLACE_OF = {"2A": "L1", "2B": "L1", "wi": "L1", "3A": "L2", "ne": "L2"}  # groups
HOMES = {"L1": ("2A", "2B"), "L2": ("3A",)}
GROUPS = tuple(
    GROUP._replace(key=name, name=name, location_key=place, is_home=name[0].isdigit())
    for name, place in PLACE_OF.items()
)


@dataclass(frozen=True)
class Record:
    """Somebody in the source. `groups`: of a pupil the home class first."""

    kind: str
    key: str
    number: str
    last: str
    first: str
    born: int
    email: str | None
    place: str | None = None
    groups: tuple[str, ...] = ()
    mentors: tuple[str, ...] = ()

    @property
    def mark(self):
        return self.kind, self.key

    def told(self):
        if self.kind == GUARDIAN:
            return guardian(self.number, key=self.key, last_name=self.last, initials=self.first, email=self.email)
        names = {"key": self.key, "last_name": self.last, "first_name": self.first, "email": self.email}
        if self.kind == STAFF:
            return staff(self.number, **names, group_keys=self.groups)
        links = {"group_key": self.groups[0], "group_keys": self.groups[1:], "mentor_keys": self.mentors}
        born = date(2012, 1 + self.born % 12, 1 + self.born % 28)
        return pupil(self.number, **names, **links, location_key=self.place, birth_date=born)


@dataclass
class Feed:
    """All that the source tells now."""

    records: dict = field(default_factory=dict)  # (kind, key): Record
    pairs: dict = field(default_factory=dict)  # (key of guardian, key of pupil): relation

    def of(self, kind):
        return [one for one in self.records.values() if one.kind == kind]

    def change(self, record, **values):
        self.records[record.mark] = replace(record, **values)

    def take_away(self, record):
        """Somebody goes; gives what is needed to come back."""
        side = 0 if record.kind == GUARDIAN else 1
        pairs = {} if record.kind == STAFF else {k: v for k, v in self.pairs.items() if k[side] == record.key}
        self.pairs = {key: value for key, value in self.pairs.items() if key not in pairs}
        return self.records.pop(record.mark), pairs

    def put_back(self, record, pairs):
        self.records[record.mark] = record
        marks = self.records.keys()
        self.pairs |= {(g, p): v for (g, p), v in pairs.items() if {(GUARDIAN, g), (PUPIL, p)} <= marks}

    def roster(self, **values):
        people = [one.told() for one in self.records.values()]
        pairs = [pair(relation=how)._replace(guardian_key=g, pupil_key=p) for (g, p), how in self.pairs.items()]
        return roster(*people, *pairs, **{"groups": GROUPS} | values)


@dataclass(frozen=True)
class Somebody:
    number: str
    last: str
    email: str | None
    here: bool
    place: str | None  # of a pupil
    spots: frozenset  # from where they are seen


@dataclass
class School:
    """What should be known. Everybody goes by the key of the source: (kind, key)."""

    people: dict = field(default_factory=dict)
    pairs: dict = field(default_factory=dict)  # (guardian, pupil): relation
    groups: set = field(default_factory=set)  # (person, group)
    mentors: set = field(default_factory=set)  # (pupil, staff)
    absorbed: dict = field(default_factory=dict)  # who was merged: into whom
    pins: dict = field(default_factory=dict)  # person: e-mail address
    blocks: set = field(default_factory=set)  # (guardian, pupil)
    accounts: dict = field(default_factory=dict)  # username: person

    def copy(self):
        return copy.deepcopy(self)

    def owner(self, mark):
        return self.absorbed.get(mark, mark)

    def access(self):
        """Which guardian may see which pupil."""
        return {pair for pair in self.pairs if pair not in self.blocks and self.people[pair[0]].here}

    def take_in(self, feed):
        """What a run of this feed makes of it."""
        heard = self._heard(feed)
        pairs = self._told_pairs(feed)
        used = {mark for mark in heard if mark[0] == PUPIL or self._is_used(mark, heard, pairs)}
        for mark in used:
            self._settle(mark, heard[mark][0])
        self._link(used, heard, pairs)
        for mark, one in self.people.items():
            if one.here and mark not in used:
                self.people[mark] = replace(one, here=False)
                self.groups = {link for link in self.groups if link[0] != mark}
                self.mentors = {link for link in self.mentors if mark not in link}
        self.see()

    def _heard(self, feed):
        """By person the records of that person, and first the one that is heard."""
        heard = {}
        for record in feed.records.values():
            heard.setdefault(self.owner(record.mark), []).append(record)
        for mark, records in heard.items():
            number = self.people[mark].number if mark in self.people else None
            records.sort(key=lambda one: (one.mark != mark, one.number != number))
        return heard

    def _told_pairs(self, feed):
        pairs = {}
        for (guardian_key, pupil_key), how in feed.pairs.items():
            pairs.setdefault((self.owner((GUARDIAN, guardian_key)), self.owner((PUPIL, pupil_key))), how)
        return pairs

    def _is_used(self, mark, heard, pairs):
        if mark[0] == GUARDIAN:
            return any(guardian == mark for guardian, _pupil in pairs)
        known = self.people.get(mark)
        return bool((known and known.here) or any(one.groups for one in heard[mark]) or self._mentored(mark, heard))

    def _mentored(self, mark, heard):
        told = (key for records in heard.values() for one in records for key in one.mentors)
        return any(self.owner((STAFF, key)) == mark for key in told)

    def _settle(self, mark, record):
        email = record.email
        if mark in self.pins:
            if (self.pins[mark] or "").casefold() == (email or "").casefold():
                del self.pins[mark]
                email = self.people[mark].email if self.people[mark].email == email else email
            else:
                email = self.people[mark].email
        spots = self.people[mark].spots if mark in self.people else frozenset()
        place = CODES.get(record.place)
        self.people[mark] = Somebody(record.number, record.last, email, True, place, spots)

    def _link(self, used, heard, pairs):
        pupils = {mark for mark in used if mark[0] == PUPIL}
        self.pairs = {pair: how for pair, how in self.pairs.items() if pair[1] not in pupils} | pairs
        self.groups = {link for link in self.groups if link[0] not in used}
        self.groups |= {(mark, group) for mark in used for one in heard[mark] for group in one.groups}
        self.mentors = {link for link in self.mentors if link[0] not in pupils}
        told = ((mark, (STAFF, key)) for mark in pupils for one in heard[mark] for key in one.mentors)
        self.mentors |= {(mark, self.owner(member)) for mark, member in told if self.owner(member) in used}

    def see(self):
        """From where everybody at the school is seen; who left is seen from where they were."""
        place = {mark: one.place for mark, one in self.people.items()}
        seen = {mark: {place[mark]} if mark[0] == PUPIL else set() for mark in self.people}
        for guardian_mark, pupil_mark in self.pairs:
            seen[guardian_mark].add(place[pupil_mark])
        for mark, group in self.groups:
            if mark[0] == STAFF:
                seen[mark].add(CODES[PLACE_OF[group]])
        for pupil_mark, member in self.mentors:
            seen[member].add(place[pupil_mark])
        for mark, one in self.people.items():
            if one.here:
                self.people[mark] = replace(one, spots=frozenset(seen[mark]))

    def pin(self, mark, value):
        """The address of this person is pinned; it holds at once."""
        self.pins[mark] = value
        self.people[mark] = replace(self.people[mark], email=value)

    def merge(self, kept, other):
        """The other becomes one with who stays."""
        one, gone = self.people[kept], self.people.pop(other)
        moved = gone.here and not one.here
        spots = one.spots | gone.spots
        self.people[kept] = replace(
            one, here=one.here or gone.here, place=gone.place if moved else one.place, spots=spots
        )
        self.absorbed |= {mark: kept for mark, to in self.absorbed.items() if to == other} | {other: kept}

        def named(mark):
            return kept if mark == other else mark

        old = {tuple(map(named, pair)): how for pair, how in self.pairs.items() if other in pair}
        self.pairs = old | {pair: how for pair, how in self.pairs.items() if other not in pair}
        self.groups = {(named(mark), group) for mark, group in self.groups}
        self.mentors = {(named(mark), named(member)) for mark, member in self.mentors}
        self.blocks = {(named(guardian), named(mark)) for guardian, mark in self.blocks}
        self.accounts = {name: named(mark) for name, mark in self.accounts.items()}
        self.see()
