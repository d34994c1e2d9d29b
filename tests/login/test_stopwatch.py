"""What a stopwatch tells who has an account: nothing (R12, R36). `flask bench login` takes 200 times of each branch."""

import pytest

from app.auth import pace
from tests.bench import bench_login
from tests.conftest import token_of

pytestmark = pytest.mark.once


def test_every_branch_of_both_forms_is_timed_and_costs_the_same_hash_r12_r36(monkeypatch, hashes):
    """A cheap turn of the benchmark: hashes are counted instead of seconds."""
    costs, took = [], bench_login.seconds

    def counted(work):
        hashes.clear()
        spent = took(work)
        costs.append(tuple(hashes))
        return spent

    monkeypatch.setattr(bench_login, "seconds", counted)
    rows = bench_login.measure(turns=1, warm=0)
    assert [row.name.rpartition(",")[0].split(" / ")[0] for row in rows] == [
        "login: unknown name",
        "login: blocked",
        "login: inactive",
        "login: expired secret",
        "login: not activated",
        "login: wrong institution",
        "forgotten: unknown name",
        "forgotten: another address",
        "forgotten: inactive",
        "forgotten: no address on file",
        "forgotten: throttled",
    ]
    logins, questions = costs[: len(costs) * 7 // 13], costs[len(costs) * 7 // 13 :]
    assert set(logins) == {("verify",)}
    assert sorted(set(questions)) == [(), ("hash",)], "who asks too much waits for the beat instead (R2)"


@pytest.mark.parametrize(("worked", "waits"), [(0.0, 0.2), (0.03, 0.17), (0.19, 0.01), (0.21, 0.19), (0.5, 0.1)])
def test_an_answer_leaves_on_the_next_beat_r36(monkeypatch, worked, waits):
    slept = []
    monkeypatch.setattr(pace, "BEAT", 0.2)
    monkeypatch.setattr(pace.time, "perf_counter", lambda: 100.0 + worked)
    monkeypatch.setattr(pace.time, "sleep", slept.append)
    pace.wait_for_the_beat(100.0)
    assert slept == [pytest.approx(waits)]


def test_each_question_waits_for_the_beat_when_all_was_done_and_nothing_is_open_r36(
    client, institution, session, monkeypatch
):
    open_then = []
    monkeypatch.setattr(pace, "wait_for_the_beat", lambda _began: open_then.append(session().in_transaction()))
    for username in ("Jdevries", *["bestaatniet"] * 5):  # the last ones are throttled
        token = token_of(client.get("/wachtwoord/vergeten").text)
        fields = {"csrf_token": token, "username": username, "email": "x@y.example"}
        client.post("/wachtwoord/vergeten", data=fields)
    assert open_then == [False] * 6
