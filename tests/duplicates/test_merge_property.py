"""Whatever hangs on two persons: merge and split leave the very same tables."""

import random

import pytest
import sqlalchemy as sa

from app.models import Account, Person, PersonKind, Role
from tests.duplicates.duplicates_world import NOW, actor, everything, family, lindelaan, merge_them, split_them

__all__ = ["actor", "family", "lindelaan", "merge_them", "split_them"]
MORE_THAN_ENOUGH = 12  # worlds per kind


class Fate:
    """Draws what hangs on two persons of a kind."""

    def __init__(self, seed, family, make_person, make_account):
        self.draw = random.Random(seed)
        self.family, self.make_person, self.make_account = family, make_person, make_account

    def maybe(self, do, *arguments, **values):
        if self.draw.random() < 0.5:
            do(*arguments, **values)

    def hang_on(self, people, kind, place):
        family, self.others = self.family, [self.make_person(other) for other in PersonKind if other is not kind]
        groups = [family.group(f"{self.draw.random()}") for _group in range(3)]
        names = iter(range(1_000_000))
        for person in people:
            for source in ("somtoday", "edexml", "eckid"):
                self.maybe(family.key, person, f"{person.id}-{next(names)}", source, number=person.number)
            self.maybe(family.pin, person)
            self.maybe(family.pin, person, "last_name", "Berg")
            self.maybe(family.two, person, self.make_person(kind))
            self.maybe(family.in_batch, person)
            for group in groups if kind in (PersonKind.PUPIL, PersonKind.STAFF) else ():
                self.maybe(family.join, person, group)
        self.maybe(family.two, *people)
        getattr(self, kind.value)(people, place)

    def pupil(self, people, place):
        guardian, teacher = self.one_of(PersonKind.GUARDIAN), self.one_of(PersonKind.STAFF)
        for person in people:
            for year in (2024, 2025, 2026):
                self.maybe(self.family.enrol, person, year)
            self.maybe(self.family.child, guardian, person)
            self.maybe(self.family.block, guardian, person, self.draw.choice((None, NOW.date())))
            self.maybe(self.family.mentor, person, teacher)
            person.left_on = self.draw.choice((None, None, NOW.date()))

    def guardian(self, people, place):
        for child in [self.make_person(PersonKind.PUPIL, place) for _child in range(3)]:
            for person in people:
                self.maybe(self.family.child, person, child)
                self.maybe(self.family.block, person, child)

    def staff(self, people, place):
        pupil = self.make_person(PersonKind.PUPIL, place)
        for person in people:
            self.maybe(self.family.mentor, pupil, person)
            self.maybe(self.make_account, person, Role.ADMINISTRATOR, [place])

    def other(self, people, place):
        """An other party has nothing more."""

    def one_of(self, kind):
        return next(one for one in self.others if one.kind is kind)

    def accounts(self, people, place):
        made = [self.make_account(one) for one in people if self.draw.random() < 0.6]
        return [self.draw.choice(made).id] if made else []


@pytest.mark.parametrize("kind", list(PersonKind))
def test_merge_then_split_is_nothing(
    kind, session, family, make_person, make_account, lindelaan, merge_them, split_them
):
    for seed in range(MORE_THAN_ENOUGH):
        fate = Fate(f"{kind} {seed}", family, make_person, make_account)
        people = [make_person(kind, hand_made=fate.draw.random() < 0.3) for _person in range(2)]
        fate.hang_on(people, kind, lindelaan)
        chosen = fate.accounts(people, lindelaan)
        family.done()
        seated = [account.id for account in administrators(session, people)]
        ids = [one.id for one in people]
        if not visible(session, ids):
            continue  # in nobody's reach
        before = everything(session)

        number = merge_them(*ids, [*chosen, *seated[:1]])
        assert everything(session) != before
        assert split_them(number) == [], seed

        assert everything(session) == before, seed


def administrators(session, people):
    chosen = sa.select(Account).where(Account.person_id.in_([one.id for one in people]))
    return list(session.scalars(chosen.where(Account.role == Role.ADMINISTRATOR).order_by(Account.id)))


def visible(session, ids):
    rows = session.execute(sa.select(Person.kind, Person.place_set_id).where(Person.id.in_(ids)))
    return all(kind in (PersonKind.STAFF, PersonKind.OTHER) or place for kind, place in rows)
