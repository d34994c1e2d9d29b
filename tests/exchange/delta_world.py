"""A school that is told whole, and as deliveries of changes; and what becomes of both."""

import random
from dataclasses import replace

from app.roster import ABSENT, Kind, RosterMembership
from tests.roster.roster_world import GROUP, guardian, imported, pair, pupil, roster, staff

GROUPS = (
    GROUP,
    GROUP._replace(key="g2b", name="2B"),
    GROUP._replace(key="g3a", name="3A", location_key="L2"),
    GROUP._replace(key="wi", name="wi1", is_home=False),
    GROUP._replace(key="ne", name="ne1", is_home=False, location_key="L2"),
)
HOMES = {one.key: one.location_key for one in GROUPS if one.is_home}
SILENT = {"group_key": ABSENT, "group_keys": ABSENT, "mentor_keys": ABSENT}


def delta(*people, **values):
    """Changes: the people told say nothing of groups and mentors."""
    told = roster(*people, **{"is_delta": True, "locations": (), "groups": (), "source": "somtoday"} | values)
    pupils = tuple(one._replace(**SILENT) for one in told.pupils)
    return replace(told, pupils=pupils, staff=tuple(one._replace(group_keys=ABSENT) for one in told.staff))


def joins(person_key, group, role="pupil"):
    return RosterMembership(group, person_key, role)


def school(*people, **values):
    return imported(roster(*people, groups=GROUPS, **values))


def shown(known):
    """The school in words, without ids."""
    people = {id: (one.kind, one.fields[0]) for id, one in known.persons.items()}
    groups = {one.id: one.source_key for one in known.groups}
    here = {id for id, one in known.persons.items() if one.left_on is None}
    return {
        "groups": sorted((one.source_key, one.name, one.location_id, one.is_home) for one in known.groups),
        "people": {people[id]: (one.fields, id in here) for id, one in known.persons.items()},
        "enrolled": {
            people[id]: (one[1], groups.get(one.group_id), *one[3:])
            for id, one in known.enrolments.items()
            if id in here
        },
        "members": {
            (people[id], groups[one]) for of in (known.pupil_groups, known.staff_groups) for id in of for one in of[id]
        },
        "mentors": {(people[id], people[one]) for id, of in known.mentors.items() for one in of},
        "pairs": {
            (people[one], people[id], *about)
            for id, of in known.guardians.items()
            if id in here
            for one, about in of.items()
        },
    }


class Feed:
    """A school that changes: as a whole, and each step as a delivery of changes."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.homes, self.lessons, self.taught, self.heads = {}, set(), set(), {}
        self.pupils, self.guardians, self.staff, self.pairs = {}, {}, {}, {}
        for n, group in enumerate(HOMES):  # somebody who always stays
            self.add_staff(f"m{n}", group)
            self.heads[group] = {f"m{n}"}
        for n in range(8):
            self.add_pupil(f"k{n}", list(HOMES)[n % 3])
        self.steady = {f"k{n}" for n in range(3)} | {f"m{n}" for n in range(3)}
        self.log = None

    def add_staff(self, key, group):
        self.staff[key] = staff(key[1:], key=key, last_name=f"Beek{key}")
        self.taught.add((key, group))

    def add_pupil(self, key, home):
        self.pupils[key] = pupil(key[1:], key=key, last_name=f"Berg{key}", location_key=HOMES[home])
        self.homes[key] = home
        for n in range(self.dice.randrange(3)):
            self.add_guardian(f"v{key[1:]}{n}", key)

    def add_guardian(self, key, child):
        self.guardians[key] = guardian(key[1:], key=key, last_name=f"Vries{key}")
        self.pairs[key, child] = "moeder"

    def whole(self):
        pupils = [
            one._replace(
                group_key=self.homes[key],
                group_keys=tuple(sorted(group for who, group in self.lessons if who == key)),
                mentor_keys=tuple(sorted(self.heads.get(self.homes[key], ()))),
            )
            for key, one in self.pupils.items()
        ]
        teachers = [
            one._replace(group_keys=tuple(sorted(group for who, group in self.taught if who == key)))
            for key, one in self.staff.items()
        ]
        pairs = [pair(relation=how)._replace(guardian_key=g, pupil_key=p) for (g, p), how in self.pairs.items()]
        return roster(*pupils, *self.guardians.values(), *teachers, *pairs, groups=GROUPS)

    def memberships(self):
        found = {joins(key, home) for key, home in self.homes.items()} | {joins(*one) for one in self.lessons}
        found |= {joins(key, group, "staff") for key, group in self.taught}
        return found | {joins(key, group, "mentor") for group, keys in self.heads.items() for key in keys}

    def step(self, changes):
        """These changes as one delivery."""
        lists = ("pupils", "guardians", "staff", "pairs")
        was, before = {name: dict(getattr(self, name)) for name in lists}, self.memberships()
        for _change in range(changes):
            self.dice.choice((self.move, self.rename, self.leave, self.come, self.pair_up, self.head, self.lesson))()
        told = {name: {k: v for k, v in getattr(self, name).items() if was[name].get(k) != v} for name in lists}
        touched = {child for _guardian, child in self.pairs.keys() ^ was["pairs"].keys() if child in self.pupils}
        whole_pairs = frozenset(touched | (told["pupils"].keys() if self.dice.random() < 0.5 else set()))
        told["pupils"] |= {key: self.pupils[key] for key in whole_pairs}
        pairs = {one: how for one, how in self.pairs.items() if one[1] in whole_pairs or one in told["pairs"]}
        rows = [pair(relation=how)._replace(guardian_key=g, pupil_key=p) for (g, p), how in pairs.items()]
        kinds = ((Kind.PUPILS, "pupils"), (Kind.GUARDIANS, "guardians"), (Kind.STAFF, "staff"))
        gone = frozenset((kind, key) for kind, name in kinds for key in was[name].keys() - getattr(self, name).keys())
        people = [one for name in lists[:3] for one in told[name].values()]
        now = self.memberships()
        moves = {"joined": tuple(sorted(now - before)), "parted": tuple(sorted(before - now))}
        return delta(*people, *rows, gone=gone, whole_pairs=whole_pairs, **moves)

    def anybody(self, of, steady=True):
        return self.dice.choice(sorted(key for key in of if steady or key not in self.steady))

    def move(self):
        key = self.anybody(self.pupils, steady=False)
        self.homes[key] = self.anybody(HOMES)
        self.pupils[key] = self.pupils[key]._replace(location_key=HOMES[self.homes[key]])

    def rename(self):
        of = self.dice.choice((self.pupils, self.guardians or self.pupils, self.staff))
        key = self.anybody(of)
        of[key] = of[key]._replace(email=f"{self.dice.randrange(99)}@school.example")

    def leave(self):
        of = self.dice.choice((self.pupils, self.guardians, self.staff))
        if len(keys := sorted(of.keys() - self.steady)) < 2:
            return
        key = self.dice.choice(keys)
        del of[key]
        self.homes.pop(key, None)
        self.lessons = {one for one in self.lessons if one[0] != key}
        self.taught = {one for one in self.taught if one[0] != key}
        self.heads = {group: keys - {key} for group, keys in self.heads.items()}
        self.pairs = {one: how for one, how in self.pairs.items() if key not in one}
        alone = self.guardians.keys() - {one for one, _child in self.pairs}
        self.guardians = {one: about for one, about in self.guardians.items() if one not in alone}

    def come(self):
        n = self.dice.randrange(100, 999)
        if self.dice.random() < 0.6:
            self.add_pupil(f"k{n}", self.anybody(HOMES))
        else:
            self.add_staff(f"m{n}", self.dice.choice(GROUPS).key)

    def pair_up(self):
        key = self.anybody(self.pupils)
        mine = sorted(one for one, child in self.pairs if child == key)
        if mine and self.dice.random() < 0.4:
            del self.pairs[mine[0], key]
            self.guardians = {k: v for k, v in self.guardians.items() if k in {one for one, _child in self.pairs}}
        elif mine:
            self.pairs[mine[0], key] = "voogd"
        else:
            self.add_guardian(f"v{key[1:]}9", key)

    def head(self):
        group = self.anybody(HOMES)
        teachers = {key for key, one in self.taught if one == group} - {f"m{list(HOMES).index(group)}"}
        for key in sorted(teachers)[:1]:
            self.heads[group] = self.heads[group] ^ {key}

    def lesson(self):
        self.lessons ^= {(self.anybody(self.pupils), self.dice.choice(("wi", "ne")))}
