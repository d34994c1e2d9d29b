"""A file of another moment waits for a person: of another school year, or older than what was applied (R103)."""

from datetime import date

import pytest

from app.models import SyncRun
from app.services.roster.gate import why_held
from tests.roster.roster_world import NOBODY, TODAY, codes, imported, plan, pupil, roster
from tests.runs.run_world import NOW, known_of

__all__ = ["known_of"]
KNOWN = roster(pupil("1"), pupil("2"))


def held(told, known, today=TODAY):
    return why_held(plan(told, known, today), known, told, today)


@pytest.mark.parametrize(
    ("known_year", "year", "today", "reason"),
    [
        (2026, 2026, date(2027, 7, 31), None),
        (2026, 2026, date(2027, 8, 1), None),  # the new year has not come yet: nothing to fall back from
        (2026, 2027, date(2027, 6, 15), "schooljaar 2027/2028; het is nu 2026/2027."),
        (2026, 2027, date(2027, 8, 1), None),
        (2027, 2026, date(2027, 8, 2), "schooljaar 2026/2027; eerder is er een van 2027/2028 verwerkt."),
        (2014, 2014, date(2026, 11, 1), None),  # who tries an old example twice
        (2014, 2015, date(2026, 11, 1), None),
    ],
)
def test_a_file_of_another_school_year_is_held_and_says_so(app, known_year, year, today, reason):
    known = imported(KNOWN)
    known.groups, known.enrolments, known.newest_year = (), {}, known_year
    people = (pupil("1", school_year=year, last_name="Kaya"), pupil("2", school_year=year))
    answer = held(roster(*people, school_year=year, groups=(), reference_date=today), known, today)

    assert answer == (reason and f"Dit is de levering van {reason} Er is niets gewijzigd.")


def test_the_very_first_roster_may_be_of_any_year_with_a_warning(app):
    """The standard's own example is of 2014/2015."""
    old = roster(pupil(school_year=2014, group_key=None), school_year=2014, groups=())

    assert held(old, NOBODY) is None
    assert codes(plan(old)) == [("warning", "roster", "", "school-year-not-now")]
    assert plan(old).messages[0].values == {"year": "2014/2015"}
    assert codes(plan(KNOWN)) == []


def test_an_old_file_that_changes_nothing_is_not_held(app):
    old = roster(pupil(school_year=2014, group_key=None), school_year=2014, groups=())

    assert held(old, imported(old)) is None


@pytest.mark.parametrize(
    ("made", "last", "is_held"),
    [
        (date(2026, 9, 30), date(2026, 10, 1), True),
        (date(2026, 10, 1), date(2026, 10, 1), False),
        (None, date(2026, 10, 1), False),
        (date(2026, 9, 30), None, False),
    ],
)
def test_a_file_older_than_the_last_one_is_held_and_says_so(app, made, last, is_held):
    known = imported(KNOWN)
    known.made_on = last
    reason = held(roster(pupil("1"), pupil("3"), made_on=made), known)

    assert reason == (
        "Deze levering is gemaakt op 30-09-2026; eerder is er een van 01-10-2026 verwerkt. Er is niets gewijzigd."
        if is_held
        else None
    )


def test_the_day_of_the_last_applied_delivery_of_this_source_is_known(session, institution, known_of):
    def run(number, **values):
        standard = {"institution_id": institution.id, "source": "somtoday", "trigger": "file", "status": "applied"}
        day = {"made_on": date(2026, 9, number), "created_at": NOW, "finished_at": NOW.replace(hour=number)}
        session.add(SyncRun(slot=str(number), **standard | day | values))

    run(1)
    run(2)
    run(3, made_on=None)
    run(4, status="held")
    run(5, source="edexml")
    session.commit()

    assert known_of(KNOWN).made_on == date(2026, 9, 2)
