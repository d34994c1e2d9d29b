"""More than one service for a school: each has its own weekly run, one after the other, and its own answer."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Institution, Person, SourceConnection, SyncRun
from app.services.access import Actor
from app.services.runs import requests as sync_runs
from app.services.runs import weekly as weekly_runs
from app.services.runs.connections import connect_source, disconnect_source
from app.work.runs import work_on_runs
from tests.runs.run_world import NOW, ask, command, count
from tests.runs.test_weekly_runs import SUNDAY
from tests.sources.somtoday.somtoday_player import Player
from tests.sources.zermelo.zermelo_player import playing

__all__ = ["ask", "command"]
LONG_AGO = NOW - timedelta(days=90)


@pytest.fixture
def run(command):
    return lambda *arguments: command("roster", *arguments)


@pytest.fixture
def somtoday():
    with Player(pupils=60, guardians=90, staff=8) as player:
        yield player


@pytest.fixture
def zermelo():
    with playing() as player:
        yield player


@pytest.fixture
def school(session, institution):
    """A school with two services as of long ago, without anybody behind them."""
    for source in ("zermelo", "somtoday"):
        values = {"institution_id": institution.id, "source": source, "settings": {}, "changed_at": LONG_AGO}
        session.add(SourceConnection(**values))
    session.commit()
    return institution.id


def put_in_order(session, school, **order):
    with transaction():
        session.get_one(Institution, school).exchange = {"authority": order}


def weekly(session, school, moment):
    with transaction():
        weekly_runs.request_weekly(session, moment, session.get_one(Institution, school))
    return session.execute(sa.select(SyncRun.source, SyncRun.slot).order_by(SyncRun.id)).all()


def test_the_weekly_run_is_one_run_of_each_service_in_order_z229(session, school):
    put_in_order(session, school, pupils=["somtoday", "zermelo"])

    slot = f"{school}:2026-W40"
    assert weekly(session, school, SUNDAY) == [("somtoday", slot), ("zermelo", f"{slot}:zermelo")]
    assert weekly_runs.weekly_due(session, SUNDAY + timedelta(minutes=1)) == []
    with transaction():
        session.execute(sa.update(SyncRun).values(status="applied"))
    assert len(weekly(session, school, SUNDAY + timedelta(days=6))) == 2
    assert len(weekly(session, school, SUNDAY + timedelta(days=7))) == 4


def test_another_order_in_the_middle_of_the_week_makes_no_second_run(session, school):
    put_in_order(session, school, pupils=["somtoday", "zermelo"])
    weekly(session, school, SUNDAY)
    put_in_order(session, school, pupils=["zermelo", "somtoday"])
    with transaction():
        session.execute(sa.update(SyncRun).values(status="applied"))

    assert len(weekly(session, school, SUNDAY + timedelta(hours=1))) == 2


def test_a_service_that_was_connected_this_week_waits_for_the_next_z232(session, school):
    with transaction():
        session.execute(sa.update(SourceConnection).where(SourceConnection.source == "zermelo").values(changed_at=NOW))

    assert [source for source, _slot in weekly(session, school, SUNDAY + timedelta(days=2))] == ["somtoday"]


def test_no_service_starts_while_a_run_is_open(session, school, ask):
    other = ask()

    assert [slot for _source, slot in weekly(session, school, SUNDAY)] != []
    assert count(session, SyncRun) == 1
    with transaction():
        session.execute(sa.update(SyncRun).where(SyncRun.id == other).values(status="failed"))
    assert len(weekly(session, school, SUNDAY)) == 3


def test_runs_are_asked_for_together_and_a_doubled_form_makes_no_more_r124(session, school):
    actor, sources = Actor("command", institution_id=school), ["somtoday", "zermelo"]
    with transaction():
        runs = sync_runs.request_runs(session, NOW, actor, school, sources, "manual", "1:manual:key")
        assert [run.slot for run in runs] == ["1:manual:key", "1:manual:key:zermelo"]
    with transaction():
        assert sync_runs.request_runs(session, NOW, actor, school, sources, "manual", "1:manual:key") == []
    assert count(session, SyncRun) == 2


@pytest.fixture
def connect(app, session, institution):
    school = institution.id

    def connect(source, settings):
        with transaction():
            place = session.get_one(Institution, school)
            connect_source(session, LONG_AGO, Actor("command"), place, source, settings, app.config["SECRET_KEY"])

    return connect


def test_two_services_are_synchronised_and_each_keeps_its_people(app, connect, somtoday, zermelo, session, institution):
    connect("somtoday", somtoday.settings)
    connect("zermelo", zermelo.settings)
    put_in_order(session, institution.id, pupils=["somtoday", "zermelo"], staff=["somtoday", "zermelo"])
    weekly(session, institution.id, SUNDAY)
    work_on_runs(app.config)
    session.expire_all()

    assert session.execute(sa.select(SyncRun.source, SyncRun.status).order_by(SyncRun.id)).all() == [
        ("somtoday", "applied"),
        ("zermelo", "applied"),
    ]
    before = count(session, Person)
    weekly(session, institution.id, SUNDAY + timedelta(days=7))
    work_on_runs(app.config)
    session.expire_all()
    assert set(session.scalars(sa.select(SyncRun.status))) == {"applied"}
    assert (count(session, Person), count(session, Person, left_on=None)) == (before, before)


def test_a_held_run_of_one_service_still_waits_after_a_run_of_the_other(run, connect, somtoday, zermelo, session):
    connect("somtoday", somtoday.settings)
    run("sync", "--institution", "99ZZ")
    connect("zermelo", zermelo.settings)
    for pupil in somtoday.school.leerlingen[:40]:
        somtoday.school.remove_pupil(pupil["leerlingnummer"])

    code, answer = run("sync", "--institution", "99ZZ")

    assert (code, answer["source"], answer["status"]) == (1, "somtoday", "held")
    assert [(one["source"], one["status"]) for one in answer["runs"]] == [("somtoday", "held"), ("zermelo", "applied")]
    assert session.scalar(sa.select(SyncRun.status).where(SyncRun.id == answer["run"])) == "held"


def test_one_service_answers_as_before_and_source_chooses_one_of_several(
    run, connect, somtoday, zermelo, session, institution
):
    both = ["somtoday", "zermelo"]
    put_in_order(session, institution.id, **dict.fromkeys(("pupils", "staff", "groups", "locations"), both))
    connect("somtoday", somtoday.settings)
    assert "runs" not in run("sync", "--institution", "99ZZ")[1]
    connect("zermelo", zermelo.settings)

    code, answer = run("sync", "--institution", "99ZZ", "--source", "zermelo")
    assert (code, answer["source"], "runs" in answer) == (0, "zermelo", False)
    code, answer = run("sync", "--institution", "99ZZ", "--dry-run")
    assert (code, answer["run"], [one["status"] for one in answer["runs"]]) == (0, None, ["preview", "preview"])
    assert run("sync", "--institution", "99ZZ", "--source", "presentis")[0] == 2
    assert run("sync", "--institution", "99ZZ", "--source", "niets")[0] == 2


def test_a_service_that_fails_does_not_keep_the_next_from_its_turn(run, connect, somtoday, zermelo):
    connect("somtoday", somtoday.settings)
    connect("zermelo", zermelo.settings)
    somtoday.faults.refuse_tokens = True

    code, answer = run("sync", "--institution", "99ZZ")
    assert (code, answer["source"], answer["status"]) == (1, "somtoday", "failed")
    assert [one["status"] for one in answer["runs"]] == ["failed", "applied"]


def test_a_new_service_comes_last_in_the_orders_and_a_disconnected_one_leaves_them(connect, session, institution):
    put_in_order(session, institution.id, pupils=["edexml"], guardians=["table"])
    connect("zermelo", {"base_url": "https://school.zportal.example", "key": "geheim"})

    assert institution.exchange["authority"] == {"pupils": ["edexml", "zermelo"], "guardians": ["table"]}
    with transaction():
        school = session.get_one(Institution, institution.id)
        disconnect_source(session, NOW, Actor("command", institution_id=school.id), school, "zermelo")
    assert institution.exchange["authority"] == {"pupils": ["edexml"], "guardians": ["table"]}
    assert count(session, SourceConnection) == 0
