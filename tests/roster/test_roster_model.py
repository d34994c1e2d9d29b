"""Many random weeks of a school against what must always hold (R105, R107, R108)."""

import random
from dataclasses import replace

import pytest

from app.roster import ABSENT, RosterMessage
from tests.roster.roster_world import GROUP, NOBODY, after, guardian, hand_made, pair, plan, pupil, roster, staff

LAST_NAMES = ("Berg", "Kaya", "Adsız", "'t Hart", "Ruimschotel")


class Town:
    """Who really lives here; every week something happens to them."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.pupils, self.staff, self.count = {}, {}, 0
        for _birth in range(8):
            self.join()
            self.hire()

    def join(self):
        self.count += 1
        number = str(self.count)
        self.pupils[number] = pupil(number, last_name=self.dice.choice(LAST_NAMES), birth_date=None)

    def hire(self):
        self.count += 1
        self.staff[str(self.count)] = staff(str(self.count))

    def leave(self):
        if len(self.pupils) > 1:
            self.pupils.pop(self.dice.choice(list(self.pupils)))

    def rename(self):
        key = self.dice.choice(list(self.pupils))
        self.pupils[key] = self.pupils[key]._replace(last_name=self.dice.choice(LAST_NAMES))

    def move(self):
        key = self.dice.choice(list(self.pupils))
        self.pupils[key] = self.pupils[key]._replace(location_key=self.dice.choice(("L1", "L2")))

    def swap_numbers(self):
        one, two = self.dice.choices(list(self.pupils), k=2)
        first, second = self.pupils[one], self.pupils[two]
        self.pupils[one] = first._replace(number=second.number)
        self.pupils[two] = second._replace(number=first.number)

    def mentor(self):
        key = self.dice.choice(list(self.pupils))
        chosen = tuple(f"m{number}" for number in self.dice.sample(list(self.staff), 2))
        self.pupils[key] = self.pupils[key]._replace(mentor_keys=self.dice.choice((chosen, (), ABSENT)))

    def week(self):
        events = (self.join, self.leave, self.rename, self.move, self.swap_numbers, self.mentor, self.hire)
        self.dice.choice(events)()
        people = [*self.pupils.values()]
        pairs = [pair(str(7000 + index % 5), one.key[1:]) for index, one in enumerate(people)]
        guardians = [guardian(str(7000 + index)) for index in range(5)]
        doubles = self.dice.sample(people, 1) if self.dice.random() < 0.2 else []
        told = [*people, *doubles, *self.staff.values(), *guardians, *pairs]
        self.dice.shuffle(told)
        return roster(*told, groups=(GROUP,))


@pytest.mark.parametrize("seed", range(25))
def test_random_weeks_keep_everybody_themselves_r108(seed):
    town, known = Town(seed), hand_made(NOBODY, "hand")
    owners = {}
    for _week in range(20):
        told = town.week()
        known = after(known, plan(told, known))

        again = plan(told, known)
        assert again.is_empty, again.changes
        for (kind, key), held in known.keys.items():
            assert owners.setdefault((kind, key), held.person_id) == held.person_id, "a key changed hands"
        here = {one.key for one in told.pupils}
        for key, held in ((key, held) for (kind, key), held in known.keys.items() if kind == "pupil"):
            assert (known.persons[held.person_id].left_on is None) == (key in here)
        for one in told.pupils:
            row = known.persons[known.keys["pupil", one.key].person_id]
            assert (row.fields[0], row.fields[4]) == (one.number, one.last_name)
        assert known.persons[900].fields[4] == "Bruijnes"
        assert known.persons[900].left_on is None


def test_the_order_of_the_records_makes_no_difference_r105():
    told = Town(3).week()
    known = after(NOBODY, plan(told))
    turned = roster(*reversed(told.pupils), *reversed(told.staff), *told.guardians, *reversed(told.guardianships))

    assert plan(turned, known).is_empty


class Spoiled(Town):
    """A town whose weeks arrive with mistakes; nobody moves between the locations."""

    def join(self):
        super().join()
        number = str(self.count)
        self.pupils[number] = self.pupils[number]._replace(location_key=self.dice.choice(("L1", "L2")))

    def move(self):
        """Who moves to a location that is not told looks gone, and nothing can be done about that."""

    def week(self):
        told = super().week()
        return self.dice.choice((self.untold, self.closed, self.bad_record, self.one_number))(told)

    def untold(self, told):
        here = tuple(one for one in told.pupils if one.location_key == "L1")
        return replace(told, pupils=here, locations=told.locations[:1])

    def closed(self, told):
        here = tuple(one for one in told.pupils if one.location_key == "L1")
        return replace(told, pupils=here, closed_locations=frozenset({"L2"}))

    def bad_record(self, told):
        bad = self.dice.choice(told.pupils)
        message = RosterMessage("error", "pupil", "", "last-name-missing", record_key=bad.key)
        return replace(told, pupils=tuple(one for one in told.pupils if one.key != bad.key), messages=(message,))

    def one_number(self, told):
        number = self.dice.choice(told.pupils).number
        spoiled = self.dice.choice(told.pupils).key
        pupils = tuple(one._replace(number=number) if one.key == spoiled else one for one in told.pupils)
        return replace(told, pupils=pupils)


@pytest.mark.parametrize("seed", range(25))
def test_random_mistakes_cost_nobody_a_place_z244(seed):
    town, known = Spoiled(seed), NOBODY
    for _week in range(20):
        told = town.week()
        before, known = known, after(known, plan(told, known))

        assert plan(told, known).is_empty
        really_here = {one.key for one in town.pupils.values()}
        for (kind, key), held in before.keys.items():
            if kind == "pupil" and key in really_here and before.persons[held.person_id].left_on is None:
                assert known.persons[held.person_id].left_on is None, (key, told.messages)
                assert known.placed[held.person_id] == before.placed[held.person_id]
