"""What a killed command left behind, and what other schools' files leave in the log (contract.md, R102)."""

from datetime import timedelta

import pytest

from app.models import SyncMessage, SyncRun
from tests.runs.run_world import NOW, command, count

__all__ = ["command"]
EXAMPLE = "tests/sources/edexml/feeds/EDEXML.Voorbeeld.2.1.xml"


@pytest.fixture
def run(command):
    return lambda *arguments: command("roster", *arguments)


@pytest.fixture
def left_behind(session, institution):
    """A run whose worker was killed long ago; its file is gone, so it can only fail."""

    def left_behind(**values):
        standard = {"institution_id": institution.id, "source": "edexml", "trigger": "file", "slot": "file:1"}
        times = {"created_at": NOW, "started_at": NOW, "lease_until": NOW - timedelta(hours=1), "fence": 1}
        session.add(SyncRun(**standard | times | {"status": "running"} | values))
        session.commit()

    return left_behind


def test_the_next_command_first_ends_what_a_killed_one_left_behind_r102(run, left_behind, session):
    left_behind()
    code, answer = run("import", EXAMPLE, "--source", "edexml", "--institution", "99ZZ")

    assert (code, answer["status"]) == (0, "applied")
    assert count(session, SyncRun, status="running") == 0
    assert answer["run"] == 2


def test_the_log_speaks_the_four_words_of_the_contract(run, left_behind, session):
    left_behind(status="discarded", slot="a")
    left_behind(status="failed", slot="b")
    left_behind(status="waiting", slot="c")
    code, answer = run("runs", "--institution", "99ZZ")

    assert code == 0
    assert [one["status"] for one in answer] == ["failed", "held"]  # what still waits has no answer yet


def test_another_schools_file_leaves_nothing_of_its_people_in_our_log(run, session, make_school):
    make_school("98AA")
    code, answer = run("import", EXAMPLE, "--source", "edexml", "--institution", "98AA")

    assert (code, answer["status"], answer["messages"]) == (1, "failed", [])
    assert count(session, SyncMessage) == 0
    dry = run("import", EXAMPLE, "--source", "edexml", "--institution", "98AA", "--dry-run")
    assert dry[1]["messages"] == []


@pytest.fixture
def make_school(session):
    from app.models import Institution

    def make(brin):
        session.add(Institution(brin=brin, name="Een andere school", created_at=NOW))
        session.commit()

    return make
