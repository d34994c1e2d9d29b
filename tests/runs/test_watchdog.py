"""The quiet watchdog: what goes wrong slowly is on the welcome screen and in /readyz, and told by mail once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Notice, OutboxMail, SourceConnection, SyncRun
from app.services.health import check_all
from app.services.watchdog import Watched, tell_worries, worries, worries_about

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=60)


def watched(**values):
    fine = {
        "institution_id": 1,
        "source": "somtoday",
        "connected_at": LONG_AGO,
        "ends_on": None,
        "applied_at": NOW - timedelta(days=2),
        "endings": ("applied", "applied"),
    }
    return Watched(**fine | values)


@pytest.mark.once
@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []),
        ({"applied_at": NOW - timedelta(days=8)}, []),
        ({"applied_at": NOW - timedelta(days=8, seconds=1)}, ["late:somtoday"]),
        ({"applied_at": None}, ["late:somtoday"]),
        ({"applied_at": None, "connected_at": NOW - timedelta(days=7), "endings": ()}, []),
        ({"endings": ("failed", "failed")}, []),
        ({"endings": ("failed", "failed", "failed")}, ["failing:somtoday"]),
        ({"endings": ("failed", "failed", "failed", "applied")}, ["failing:somtoday"]),
        ({"endings": ("failed", "failed", "applied", "failed")}, []),
        ({"ends_on": date(2026, 12, 9)}, []),
        ({"ends_on": date(2026, 12, 8)}, ["ends:somtoday"]),
        ({"ends_on": date(2026, 11, 24)}, ["ends:somtoday"]),
        ({"ends_on": date(2026, 11, 23)}, ["ended:somtoday"]),
    ],
)
def test_eight_days_three_failures_and_fourteen_days(app, values, codes):
    assert [worry.code for worry in worries_about([watched(**values)], NOW)] == codes


@pytest.mark.once
def test_each_worry_is_one_sentence_that_says_what_to_do(app):
    told = worries_about([watched(applied_at=None, ends_on=date(2026, 12, 1), endings=("failed",) * 3)], NOW)

    assert [worry.text for worry in told] == [
        "Somtoday Connect heeft al 60 dagen geen goede synchronisatie gehad.",
        "De laatste 3 synchronisaties van Somtoday Connect zijn mislukt.",
        "De toegang tot Somtoday Connect eindigt op 01-12-2026. Vraag een nieuwe aan.",
    ]


@pytest.fixture
def connect(session, institution):
    school = institution.id

    def connect(**values):
        standard = {"institution_id": school, "source": "somtoday", "settings": {}, "changed_at": LONG_AGO}
        session.add(SourceConnection(**standard | values))
        session.commit()

    return connect


@pytest.fixture
def ran(session, institution):
    school = institution.id

    def ran(status, days_ago, source="somtoday", **values):
        at = NOW - timedelta(days=days_ago)
        slot = f"{source}:{status}:{days_ago}"
        run = SyncRun(institution_id=school, source=source, trigger="weekly", slot=slot, status=status, created_at=at)
        run.finished_at = at
        session.add(run)
        session.commit()

    return ran


def codes(session):
    found = [worry.code for worry in worries(session, NOW)]
    session.rollback()
    return found


def tell(session, moment=NOW):
    with transaction():
        return tell_worries(session, moment)


def test_a_school_that_synchronises_well_hears_nothing(session, connect, ran, administrator):
    connect()
    ran("applied", 1)

    assert (codes(session), tell(session)) == ([], 0)


def test_a_school_without_a_connection_hears_nothing(session, institution, administrator):
    assert (codes(session), tell(session)) == ([], 0)


def test_the_last_good_run_counts_however_many_failed_after_it(session, connect, ran, administrator):
    connect()
    ran("applied", 9)
    for days in (5, 4, 3, 2, 1):
        ran("failed", days)

    assert codes(session) == ["late:somtoday", "failing:somtoday"]


def test_each_source_is_watched_by_itself(session, connect, ran, administrator):
    connect()
    connect(source="zermelo", ends_on=date(2026, 11, 30))
    ran("applied", 1)

    assert codes(session) == ["late:zermelo", "ends:zermelo"]


def test_a_worry_is_mailed_once_to_every_administrator_and_again_only_when_it_came_back(
    session, connect, ran, administrator, make_account
):
    make_account(role=administrator.role, username="admin_twee")
    connect()

    assert [tell(session), tell(session)] == [1, 0]
    mails = session.scalars(sa.select(OutboxMail).where(OutboxMail.template == "exchange-worry")).all()
    assert len(mails) == 2
    ran("applied", 0)
    assert tell(session) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 0
    assert tell(session, NOW + timedelta(days=9)) == 1


def test_it_is_on_the_welcome_screen_and_in_readyz_as_long_as_it_lasts(app, session, connect, admin_client):
    connect()

    page = admin_client.get("/").text
    assert "heeft al" in page
    assert "geen goede synchronisatie gehad" in page
    check = next(one for one in check_all(session, datetime.now(UTC), app.config) if one.name == "sync")
    assert (check.ok, check.facts["late"], check.facts["failing"], check.facts["ending"]) == (False, 1, 0, 0)


def test_an_access_that_ends_is_told_but_the_panel_is_well(app, session, connect, ran):
    connect(changed_at=datetime.now(UTC), ends_on=datetime.now(UTC).date() + timedelta(days=5))

    check = next(one for one in check_all(session, datetime.now(UTC), app.config) if one.name == "sync")
    assert (check.ok, check.facts["ending"]) == (True, 1)
