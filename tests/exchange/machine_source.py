"""What happens in the source of a school that lives: people join, leave, return, move, get other names and links."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.exchange.machine_checks import chosen
from tests.exchange.machine_school import GUARDIAN, HOMES, KINDS, LETTER, PLACE_OF, PUPIL, STAFF, Feed, Record, School
from tests.exchange.machine_world import World

MOST = 6  # of each kind
some = st.integers(0, MOST - 1)
kinds = st.sampled_from(KINDS)
words = st.sampled_from(("Berg", "Beek", "Smit"))
places = st.sampled_from(sorted(HOMES))


class Source(RuleBasedStateMachine):
    session = None

    def __init__(self):
        super().__init__()
        self.world, self.feed, self.school = World(self.session), Feed(), School()
        self.made = 0  # keys so far
        self.away = {}  # who went, to come back: (record, pairs)
        self.last = None  # the last run with what was before, as long as nothing else happened: (id, whole, school)
        self.runs = []  # earlier runs: (id, school before)
        self.merged = []  # (id, school before, whole before, school after)

    # What happens in the source

    @precondition(lambda self: any(len(self.feed.of(kind)) < MOST for kind in KINDS))
    @rule(kind=kinds, n=some, place=places)
    def somebody_joins(self, kind, n, place):
        if len(self.feed.of(kind)) < MOST:
            self._join(kind, place=place, n=n)

    def _join(self, kind, place="L1", n=0, **values):
        self.made += 1
        key = f"{LETTER[kind]}{self.made}"
        standard = {"number": str(1000 + self.made), "last": f"Vries{key}", "first": "N", "born": self.made}
        standard |= {"email": f"{key}@school.example"}
        if kind == PUPIL:
            standard |= {"place": place, "groups": (chosen(HOMES[place], n),)}
        elif kind == STAFF:
            standard |= {"groups": (chosen(PLACE_OF, n),)}
        record = Record(kind=kind, key=key, **standard | values)
        self.feed.records[record.mark] = record
        if kind == GUARDIAN and self.feed.of(PUPIL):
            self.feed.pairs[key, chosen(self.feed.of(PUPIL), n).key] = "moeder"
        if kind == PUPIL and self.feed.of(GUARDIAN):
            self.feed.pairs[chosen(self.feed.of(GUARDIAN), n).key, key] = "vader"

    @precondition(lambda self: self.feed.records)
    @rule(n=st.integers(0, 17))
    def somebody_leaves(self, n):
        record = chosen(self.feed.records.values(), n)
        self.away[record.mark] = self.feed.take_away(record)

    @precondition(lambda self: self.away)
    @rule(n=some)
    def somebody_returns(self, n):
        mark = chosen(self.away, n)
        if len(self.feed.of(mark[0])) < MOST:
            self.feed.put_back(*self.away.pop(mark))

    @precondition(lambda self: self.feed.of(PUPIL))
    @rule(n=some, place=places, m=some, extra=st.booleans())
    def a_pupil_moves(self, n, place, m, extra):
        groups = (chosen(HOMES[place], m), *(("wi" if place == "L1" else "ne",) if extra else ()))
        self.feed.change(chosen(self.feed.of(PUPIL), n), place=place, groups=groups)

    @precondition(lambda self: self.feed.records)
    @rule(n=st.integers(0, 17), word=words)
    def somebody_gets_another_name(self, n, word):
        record = chosen(self.feed.records.values(), n)
        self.feed.change(record, last=f"{word}{record.key}")

    @precondition(lambda self: self.feed.records)
    @rule(n=st.integers(0, 17), email=st.sampled_from(("nieuw@school.example", "vast@thuis.example", None)))
    def somebody_gets_another_address(self, n, email):
        self.feed.change(chosen(self.feed.records.values(), n), email=email)

    @precondition(lambda self: self.feed.of(GUARDIAN) and self.feed.of(PUPIL))
    @rule(n=some, m=some, how=st.sampled_from(("vader", "voogd", None)))
    def a_pair_changes(self, n, m, how):
        pair = chosen(self.feed.of(GUARDIAN), n).key, chosen(self.feed.of(PUPIL), m).key
        if how is None:
            self.feed.pairs.pop(pair, None)
        else:
            self.feed.pairs[pair] = how

    @precondition(lambda self: self.feed.of(STAFF))
    @rule(n=some, m=some)
    def a_teacher_takes_or_leaves_a_group(self, n, m):
        member, group = chosen(self.feed.of(STAFF), n), chosen(PLACE_OF, m)
        groups = tuple(one for one in member.groups if one != group)
        self.feed.change(member, groups=groups if group in member.groups else (*groups, group))

    @precondition(lambda self: self.feed.of(STAFF) and self.feed.of(PUPIL))
    @rule(n=some, m=some)
    def a_pupil_gets_or_loses_a_mentor(self, n, m):
        pupil, key = chosen(self.feed.of(PUPIL), n), chosen(self.feed.of(STAFF), m).key
        mentors = tuple(one for one in pupil.mentors if one != key)
        self.feed.change(pupil, mentors=mentors if key in pupil.mentors else (*mentors, key))

    @precondition(lambda self: self.feed.records)
    @rule(n=st.integers(0, 17), same_number=st.booleans())
    def somebody_is_told_twice(self, n, same_number):
        """Under two keys: the same data with another number, or somebody else with the same number."""
        one = chosen(self.feed.records.values(), n)
        if len(self.feed.of(one.kind)) < MOST:
            alike = {"last": one.last, "first": one.first, "born": one.born, "groups": one.groups}
            alike |= {"place": one.place or "L1"} if one.kind == PUPIL else {}
            other = {"number": one.number, "first": f"Q{self.made}"}
            self._join(one.kind, n=n, **other if same_number else alike)
