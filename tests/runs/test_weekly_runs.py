"""The weekly run: once per week whoever asks, also when its moment was missed (Z-219, Z-229, R109)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Institution, SourceConnection, SyncRun
from app.services.runs import weekly as weekly_runs
from tests.runs.run_world import NOW, ask, count

__all__ = ["ask"]
SUNDAY = datetime(2026, 10, 3, 22, 0, tzinfo=UTC)  # Sunday 4 October 00:00 in Amsterdam


@pytest.fixture
def link(session, institution):
    """A connection as of long ago."""
    session.add(
        SourceConnection(institution_id=institution.id, source="somtoday", settings={}, changed_at=NOW - timedelta(90))
    )
    session.commit()
    return institution


def weekly(session, school, moment):
    with transaction():
        run = weekly_runs.request_weekly(session, moment, session.get_one(Institution, school))
        return run and run.slot


def finish(session, status="applied"):
    with transaction():
        session.execute(sa.update(SyncRun).values(status=status))


def test_the_weekly_run_is_due_once_a_week_z229(session, link):
    school = link.id

    assert weekly(session, school, SUNDAY) == f"{school}:2026-W40"
    finish(session)
    for later in (timedelta(minutes=1), timedelta(days=3), timedelta(days=6, hours=23, minutes=59)):
        assert weekly_runs.weekly_due(session, SUNDAY + later) == []
        assert weekly(session, school, SUNDAY + later) is None
    assert weekly(session, school, SUNDAY + timedelta(days=7)) == f"{school}:2026-W41"


def test_a_missed_week_is_caught_up_once_r109(session, link):
    school, late = link.id, SUNDAY + timedelta(days=17, hours=5)

    assert [one.id for one in weekly_runs.weekly_due(session, late)] == [school]
    assert weekly(session, school, late) == f"{school}:2026-W42"
    finish(session)
    assert weekly(session, school, late) is None


@pytest.mark.parametrize("sunday", [datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)])
def test_the_clock_change_makes_no_second_run_and_loses_none_r109(session, link, sunday):
    school, slots = link.id, set()
    session.execute(sa.update(SourceConnection).values(changed_at=sunday - timedelta(90)))
    session.commit()
    for minutes in range(0, 60 * 30, 20):
        slots.add(weekly(session, school, sunday + timedelta(minutes=minutes)))
        finish(session)
    assert len(slots - {None}) == 1
    assert count(session, SyncRun) == 1


def test_a_weekly_run_waits_while_another_is_under_way_r109(session, link, ask):
    other, school = ask(), link.id

    assert weekly(session, school, SUNDAY) is None
    finish(session)
    assert other is not None
    assert weekly(session, school, SUNDAY + timedelta(minutes=1)) == f"{school}:2026-W40"


def test_day_and_hour_are_settings_of_the_school(session, link):
    school = link.id
    session.execute(sa.update(Institution).values(weekly_day=2, weekly_hour=18))
    session.commit()
    wednesday = datetime(2026, 10, 7, 16, 0, tzinfo=UTC)

    assert weekly(session, school, wednesday) == f"{school}:2026-W41"


def test_who_connected_today_waits_for_the_next_week_z232(session, link):
    session.execute(sa.update(SourceConnection).values(changed_at=NOW))
    session.commit()

    assert weekly_runs.weekly_due(session, NOW + timedelta(hours=1)) == []
    assert weekly_runs.weekly_due(session, SUNDAY + timedelta(days=7)) == [link]


def test_a_school_without_connection_is_never_due(session, institution):
    assert weekly_runs.weekly_due(session, NOW) == []
