"""A school that lives: whatever its source, its administrators and its machine do, it is known as the model says.

One person per key; nobody gains or loses access that the source or an administrator did not give; an undo restores;
the log tells exactly what changed (R102, R103, R105, R108).
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from tests.databases import on_postgresql
from tests.exchange.machine_checks import chosen, different, facts, happened, mergeable, named
from tests.exchange.machine_school import PUPIL
from tests.exchange.machine_source import Source, some

EXAMPLES = 30 if on_postgresql() else 200
SETTINGS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=list(HealthCheck),
)
BAD = {  # what is no roster of this school, and what becomes of the run
    "nobody": ({"pupils": ()}, {"held"}),
    "headers alone": ({"pupils": (), "guardians": (), "guardianships": (), "staff": (), "groups": ()}, {"held"}),
    "another school": ({"brin": "88XX"}, {"failed"}),
    "a year ago": ({"school_year": 2025}, {"held"}),
}


class Exchange(Source):
    # What the machine does

    def _run(self, do=None, feed=None):
        before, whole = self.school.copy(), self.world.whole()
        run_id = (do or self.world.run)(feed or self.feed.roster())
        assert self.world.status(run_id) == "applied"
        self.school.take_in(self.feed)
        self._check()
        self._check_log(run_id, before)
        if self.world.whole() != whole:
            self.runs.append((run_id, before))
            self.last = run_id, whole, before

    def _check(self):
        known = self.world.read()
        assert different(known, self.school) == {}
        assert known.access() == self.school.access()

    def _check_log(self, run_id, before):
        told, now = self.world.log(run_id), self.school
        marks = before.people.keys() | now.people.keys()
        changed = {mark for mark in marks if facts(before, mark) != facts(now, mark)}
        assert told.keys() == changed
        for mark, lines in told.items():
            (action, fields), *more = lines
            assert not more
            assert action == f"roster-{happened(before.people.get(mark), now.people[mark])}"
            old, new = before.people.get(mark), now.people[mark]
            for name, value in (("number", "number"), ("last_name", "last"), ("email", "email")):
                if old is not None and getattr(old, value) != getattr(new, value):
                    assert fields[name] == [getattr(old, value), getattr(new, value)]
                else:
                    assert name not in fields

    @precondition(lambda self: self.feed.of(PUPIL))
    @rule()
    def a_run(self):
        self._run()

    @precondition(lambda self: self.feed.of(PUPIL))
    @rule()
    def a_run_and_again(self):
        self._run()
        whole = self.world.whole()
        again = self.world.run(self.feed.roster())
        assert self.world.whole() == whole
        assert self.world.log(again) == {}

    @precondition(lambda self: self.feed.of(PUPIL))
    @rule(writes=st.integers(1, 25))
    def a_run_that_crashes(self, writes):
        self._run(do=lambda roster: self.world.crash(roster, writes))

    @precondition(lambda self: self.feed.of(PUPIL))
    @rule()
    def everybody_is_told_twice(self):
        roster = self.feed.roster()
        lists = {name: getattr(roster, name) for name in ("pupils", "guardians", "staff", "guardianships")}
        again = {name: (*many, *(one._replace() for one in many)) for name, many in lists.items()}
        self._run(feed=self.feed.roster(**again))

    @precondition(lambda self: any(mark[0] == PUPIL for mark in self.school.people))
    @rule(what=st.sampled_from(sorted(BAD)))
    def a_bad_feed(self, what):
        whole, (values, ends) = self.world.whole(), BAD[what]
        run_id = self.world.run(self.feed.roster(**values), approved=False)
        assert self.world.status(run_id) in ends
        assert self.world.whole() == whole

    @precondition(lambda self: self.last)
    @rule()
    def the_last_run_is_undone(self):
        run_id, whole, before = self.last
        self.runs = [one for one in self.runs if one[0] != run_id]
        self.world.undo(run_id)
        assert self.world.whole() == whole
        self.school, self.last = before, None
        self._check()

    @precondition(lambda self: self.runs)
    @rule(n=some)
    def an_earlier_run_is_undone(self, n):
        run_id, before = self.runs.pop(n % len(self.runs))
        if self.world.may_undo(run_id):
            self.world.undo(run_id)
            self._take_over(before)

    def _take_over(self, *earlier):
        """Goes on with what is known now, after making sure that it only holds what was so before."""
        now, last = self.world.read(), self.school
        schools = (last, *earlier)
        assert now.pairs.keys() <= set().union(*(named(one.pairs, now) for one in schools))
        assert now.mentors <= set().union(*(named(one.mentors, now) for one in schools))
        assert {mark for mark, one in now.people.items() if one.here} <= {
            now.owner(mark) for one in schools for mark, about in one.people.items() if about.here
        }
        self.school, self.last = now, None
        expected = now.copy()
        expected.see()
        assert now == expected, "everybody is seen from where their links are"

    # What administrators do

    def _acted(self):
        self.last = None
        self._check()

    @precondition(lambda self: self.school.people)
    @rule(n=st.integers(0, 17), value=st.sampled_from(("vast@thuis.example", "ander@thuis.example", None)))
    def an_address_is_pinned(self, n, value):
        mark = chosen(self.school.people, n)
        self.world.pin(self.world.ids()[mark], value)
        self.school.pin(mark, value)
        self._acted()

    @precondition(lambda self: self.school.pins)
    @rule(n=some)
    def a_pin_is_lifted(self, n):
        mark = chosen(self.school.pins, n)
        self.world.unpin(self.world.ids()[mark])
        del self.school.pins[mark]
        self._acted()

    @precondition(lambda self: self.school.pairs.keys() - self.school.blocks)
    @rule(n=some)
    def access_is_blocked(self, n):
        pair = chosen(sorted(self.school.pairs.keys() - self.school.blocks), n)
        self.world.block(*(self.world.ids()[mark] for mark in pair))
        self.school.blocks.add(pair)
        self._acted()

    @precondition(lambda self: self.school.blocks)
    @rule(n=some)
    def a_block_is_lifted(self, n):
        pair = chosen(sorted(self.school.blocks), n)
        self.world.unblock(*(self.world.ids()[mark] for mark in pair))
        self.school.blocks.remove(pair)
        self._acted()

    @precondition(lambda self: self.school.people.keys() - set(self.school.accounts.values()))
    @rule(n=st.integers(0, 17))
    def somebody_gets_an_account(self, n):
        mark = chosen(sorted(self.school.people.keys() - set(self.school.accounts.values())), n)
        name = f"user{mark[1]}x{self.world.moment:%H%M%d}"
        self.world.give_account(self.world.ids()[mark], name)
        self.school.accounts[name] = mark
        self._acted()

    @precondition(lambda self: mergeable(self.school))
    @rule(n=st.integers(0, 50))
    def two_are_merged(self, n):
        kept, other = chosen(mergeable(self.school), n)
        ids, whole, before = self.world.ids(), self.world.whole(), self.school.copy()
        merge_id = self.world.merge(ids[kept], ids[other])
        self.school.merge(kept, other)
        self._acted()
        self.merged.append((merge_id, before, whole, self.world.whole()))

    @precondition(lambda self: self.merged)
    @rule()
    def the_last_two_are_split(self):
        merge_id, before, whole, after = self.merged.pop()
        same = self.world.whole() == after
        self.world.split(merge_id)
        if same:
            assert self.world.whole() == whole
            self.school, self.last = before, None
            self._check()
        else:
            self._take_over(before)


def test_a_school_is_known_as_its_source_and_its_administrators_say(app, session):
    Exchange.session = session
    run_state_machine_as_test(Exchange, settings=SETTINGS)
