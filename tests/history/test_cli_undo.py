"""`roster undo`: answers as `roster import` does, with the exit codes of contract.md."""

from tests.history.history_world import first, history, second
from tests.runs.run_world import command

__all__ = ["command", "history"]
KEYS = {"run", "institution", "source", "status", "counts", "messages", "reason", "seconds"}


def test_an_undo_answers_as_an_import_does(history, command):
    history.run(first())
    before = history.whole()
    run = history.run(second())

    code, answer = command("roster", "undo", run)

    assert (code, set(answer)) == (0, KEYS)
    assert (answer["run"], answer["institution"], answer["source"]) == (run + 1, "99ZZ", "somtoday")
    assert (answer["status"], answer["reason"]) == ("applied", None)
    assert answer["counts"]["pupils"] == {
        "seen": 4, "new": 0, "changed": 3, "unchanged": 0, "gone": 1, "skipped": 0
    }  # fmt: skip
    assert history.whole() == before
    code, runs = command("roster", "runs", "--institution", "99ZZ")
    assert [(one["run"], one["trigger"]) for one in runs] == [(run + 1, "undo"), (run, "file"), (run - 1, "file")]


def test_a_dry_run_makes_no_run_and_writes_nothing(history, command):
    history.run(first())
    run = history.run(second())
    before = history.whole()

    code, answer = command("roster", "undo", run, "--dry-run")

    assert (code, set(answer), answer["run"], answer["status"]) == (0, KEYS, None, "preview")
    assert answer["counts"]["guardians"]["seen"] == 3
    assert history.whole() == before
    assert len(command("roster", "runs", "--institution", "99ZZ")[1]) == 2


def test_what_stays_is_told_with_code_kind_number_and_sentence(history, command, session):
    history.run(first())
    run = history.run(second())
    person = history.person("100001")
    person.email = "hand@x.example"
    session.commit()

    code, answer = command("roster", "undo", run)

    assert code == 0
    assert answer["messages"] == [
        {
            "severity": "warning",
            "kind": "pupil",
            "key": "100001",
            "code": "undo-changed",
            "text": "Gewijzigd na deze run: e-mailadres. Dit blijft zoals het is.",
        }
    ]


def test_limits_on_the_command_line(history, command):
    history.run(first())
    run = history.run(second())

    code, answer = command("roster", "undo", run, "--kind", "pupil", "--person", "100001", "--location", "99zz01")

    assert (code, answer["counts"]["pupils"]["changed"]) == (0, 1)
    assert history.person("100001").last_name == "Berg"
    assert history.person("100003").left_on is None
    assert history.person("100002").left_on is not None


def test_what_is_unknown_or_wrong_ends_with_2(history, command):
    run = history.run(first())
    for wrong in (["999"], ["nul"], ["0"], ["99999999999"], [run, "--kind", "kat"], [run, "--location", "99ZZ88"]):
        assert command("roster", "undo", *wrong)[0] == 2
    assert command("roster", "undo", run, "--person", "424242") == (2, {"error": "Niemand heeft dit nummer."})


def test_what_cannot_be_undone_is_refused_with_1(history, command):
    run = history.run(first())
    assert command("roster", "undo", run)[0] == 0
    code, answer = command("roster", "undo", run)
    assert (code, answer) == (1, {"error": f"Deze run is al teruggedraaid, door run {run + 1}."})
    assert command("roster", "undo", run, "--dry-run")[0] == 1


def test_an_undo_of_an_undo_from_the_command_line(history, command):
    history.run(first())
    run = history.run(second())
    after = history.whole()
    assert command("roster", "undo", run)[0] == 0
    code, answer = command("roster", "undo", run + 1)
    assert (code, answer["run"]) == (0, run + 2)
    assert history.whole() == after
