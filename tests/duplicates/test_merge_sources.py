"""A merge across two sources: gone only when both are silent, and nobody new."""

import pytest
import sqlalchemy as sa

from app.models import Person, PersonKey, PersonLocation
from app.roster import ABSENT, Kind
from tests.duplicates.duplicates_world import merge_them
from tests.duplicates.test_merge_runs import OTHERS, SANNE, TWIN, actor, one, person_of, whole
from tests.roster.roster_world import pupil, roster
from tests.runs.run_world import take_in

__all__ = ["actor", "merge_them", "one", "take_in"]
FROM_FILE = {"source": "edexml", "delivers": frozenset({Kind.PUPILS, Kind.GROUPS, Kind.LOCATIONS})}


@pytest.fixture
def across(session, take_in, merge_them):
    """Sanne from Somtoday as 100001 and from a file as 2222, merged."""
    take_in(roster(SANNE))
    take_in(roster(FILE_SANNE, **FROM_FILE))
    kept, other = (person_of(session, number).id for number in ("100001", "2222"))
    merge_them(kept, other)
    return kept


FILE_SANNE = pupil("2222", key="f2222", email=ABSENT, programme_code=ABSENT, mentor_keys=ABSENT, group_key=ABSENT)


def test_across_two_sources_nobody_is_new_or_gone(session, across, take_in):
    for _week in range(2):
        for told in (roster(SANNE), roster(FILE_SANNE, **FROM_FILE)):
            plan = take_in(told)
            assert whole(plan, "pupils").keys() <= {"seen", "changed", "unchanged"}
    assert session.get_one(Person, across).left_on is None


def test_across_two_sources_the_number_stays_whichever_was_read_last(session, across, take_in):
    for told in (roster(FILE_SANNE, **FROM_FILE), roster(SANNE), roster(FILE_SANNE, **FROM_FILE)):
        take_in(told)
        person = session.get_one(Person, across, populate_existing=True)
        assert person.number == "100001"
        session.rollback()


def test_the_number_that_is_left_in_the_one_source_is_the_number(session, one, take_in):
    """The school threw one of the two away in its own system."""
    take_in(roster(TWIN, *OTHERS))
    assert session.get_one(Person, one).number == TWIN.number


@pytest.mark.parametrize("first", ["somtoday", "edexml"])
def test_across_two_sources_gone_only_when_both_are_silent(session, across, take_in, first):
    silent = {"somtoday": roster(*OTHERS), "edexml": roster(OTHERS[0]._replace(key="f3"), **FROM_FILE)}
    second = next(name for name in silent if name != first)

    take_in(silent[first])
    assert session.get_one(Person, across).left_on is None
    session.rollback()
    assert take_in(silent[first]).is_empty
    take_in(silent[second])

    assert session.get_one(Person, across).left_on is not None


def test_who_comes_back_in_one_source_is_held_by_that_one(session, across, take_in):
    silent, other_silent = roster(*OTHERS), roster(OTHERS[0]._replace(key="f3"), **FROM_FILE)
    for told in (silent, other_silent):
        take_in(told)
    take_in(roster(SANNE, *OTHERS))
    take_in(other_silent)
    assert session.get_one(Person, across).left_on is None
    session.rollback()
    take_in(silent)

    assert session.get_one(Person, across).left_on is not None


def test_a_new_source_that_tells_both_numbers_makes_nobody_new(session, one, take_in):
    told = [record._replace(key=f"f{record.number}") for record in (SANNE, TWIN, *OTHERS)]

    for records in (told, told[1:], told):
        plan = take_in(roster(*records, **FROM_FILE))
        assert "new" not in whole(plan, "pupils")

    keys = sa.select(sa.func.count()).where(PersonKey.person_id == one, PersonKey.source == "edexml")
    assert session.scalar(keys) >= 1
    assert session.scalar(sa.select(sa.func.count()).where(PersonLocation.person_id == one)) == 1
