"""A source goes out of use and comes into use again; and the choices of a school are one value that two may write."""

import threading

import pytest
import sqlalchemy as sa

from app.errors import Conflict
from app.extensions import db as database
from app.extensions import transaction
from app.models import AuditLine, Institution, SourceConnection
from app.services.access import Actor
from app.services.roster.rows.given import remember_given
from app.services.runs.connections import connect_source, disconnect_source
from app.services.runs.gate_settings import set_limits, typed_limits
from app.services.runs.retired import known_only_here, resume_source, retire_source
from tests.gate.gate_world import START
from tests.roster.roster_world import guardian, pair, pupil, staff
from tests.runs.retired_world import NEW, OLD, exchange, left, many, of_source, retire, runs
from tests.runs.run_world import NOW, command
from tests.runs.wrong_feeds import edexml, pupils

__all__ = ["command", "retire", "runs"]
SETTINGS = {
    "base_url": "https://somtoday.example/rest/v1",
    "token_url": "https://somtoday.example/token",
    "client_id": "zicht",
    "client_secret": "geheim",
    "organisation": "8c3a8d6a-7f0c-4c43-8a35-59d3a3f1c0de",
}


def test_a_new_run_of_the_old_source_takes_it_into_use_again(runs, session, institution, retire):
    runs.run(of_source(OLD, *many(100_000, 9)))
    with transaction():
        session.get_one(Institution, institution.id).exchange = {"authority": {"pupils": [OLD, NEW]}}
    retire()
    assert exchange(session, institution)["authority"] == {"pupils": [NEW]}
    shown = runs.run(of_source(OLD, *many(100_000, 9), pupil("100077", group_key=None)), preview=True)
    assert (shown.status, shown.counts["pupils"]["new"]) == ("preview", 1)
    assert exchange(session, institution)["retired"].keys() == {OLD}

    runs.run(of_source(OLD, *many(100_000, 9)))
    assert exchange(session, institution)["retired"] == {}
    assert exchange(session, institution)["authority"] == {"pupils": [NEW, OLD]}
    line = session.scalars(sa.select(AuditLine).where(AuditLine.action == "source-resumed")).one()
    assert (line.details, line.run_id is not None) == ({"source": OLD}, True)
    runs.run(of_source(NEW, *many(100_001, 8)))
    assert left(session) == set()


def test_disconnecting_a_service_retires_it_and_connecting_it_does_the_reverse(app, session, institution):
    actor, key = Actor("command", institution_id=institution.id), app.config["SECRET_KEY"]
    with transaction():
        connect_source(session, NOW, actor, institution, NEW, SETTINGS, key)
    with pytest.raises(Conflict, match="is gekoppeld"), transaction():
        retire_source(session, NOW, actor, NEW)
    with transaction():
        disconnect_source(session, NOW, actor, institution, NEW)
    assert exchange(session, institution)["retired"] == {NEW: "2026-10-05"}

    with transaction():
        connect_source(session, NOW, actor, institution, NEW, SETTINGS, key)
    assert exchange(session, institution)["retired"] == {}
    assert session.query(SourceConnection).count() == 1
    with transaction():
        assert not resume_source(session, NOW, actor, institution.id, NEW)


def test_how_many_people_only_this_source_knows(runs, session, institution, retire):
    runs.run(of_source(OLD, *many(100_000, 9), pupil("100010"), guardian(), pair(pupil="100010"), staff()))
    runs.run(of_source(NEW, *many(100_001, 8)))

    def only(source):
        session.rollback()
        return dict(known_only_here(session, session.get_one(Institution, institution.id), source))

    assert only(OLD) == {"pupils": 2, "guardians": 1, "staff": 1}
    assert only(NEW) == {}
    retire()
    assert only(NEW) == {"pupils": 8}


def test_the_same_on_the_command_line(command, tmp_path):
    (tmp_path / "school.xml").write_bytes(edexml(pupils()))
    school = ("--institution", "99ZZ")
    command("roster", "import", tmp_path / "school.xml", "--source", OLD, *school)

    assert command("roster", "retire", *school, "--source", OLD, "--dry-run") == (
        0,
        {"institution": "99ZZ", "source": OLD, "retired": None, "only_known_here": {"pupils": 60}},
    )
    code, answer = command("roster", "retire", *school, "--source", OLD)
    assert (code, answer["retired"] is not None) == (0, True)
    assert command("roster", "retire", *school, "--source", OLD, "--back")[1]["retired"] is None
    assert command("roster", "retire", *school, "--source", "niets")[0] == 2


# -- the choices of a school are one value ----------------------------------------------------------------------------


def test_two_who_write_other_choices_of_a_school_at_once_lose_none(app, session, institution, make_account):
    """What a run remembers of its source, while an administrator saves the limits."""
    school, done = institution.id, threading.Event()
    session.rollback()

    def save_limits():
        with app.app_context(), transaction():
            own = database.session
            typed = typed_limits(own.get_one(Institution, school)) | {"goes_on": "on"}
            set_limits(own, START, Actor("command", institution_id=school), typed)
        done.set()

    with transaction():
        session.get_one(Institution, school)  # read by the run before the other one writes
        other = threading.Thread(target=save_limits)
        other.start()
        done.wait(1)  # SQLite lets the other wait for us; PostgreSQL does not
        remember_given(session, school, of_source(NEW, pupil()))
    other.join()

    kept = exchange(session, institution)
    assert kept["gate"]["goes_on"] is True
    assert kept["gives"][NEW]["pupils"]
