"""How commands answer (contract.md): exit codes, exactly one JSON object, never a traceback."""

import json
import os
import subprocess
import sys

import click
import pytest

from app.cli import COMMANDS
from app.cli.answer import Answer, Command, answers
from app.errors import Conflict, InvalidInput
from tests.mail import mail_world

make_secret, queue = mail_world.make_secret, mail_world.queue


@pytest.fixture
def run(app, session):
    def run(*arguments):
        session.rollback()
        return app.test_cli_runner().invoke(args=[*arguments])

    return run


@pytest.fixture
def planted(app):
    """A command that does what the test says."""

    def planted(does):
        @click.command("planted", cls=Command)
        @click.argument("word", default="")
        @answers
        def command(word):
            return does(word)

        app.cli.add_command(command)

    return planted


def refuse(error):
    def does(_word):
        raise error

    return does


def one_object(result):
    assert len(result.stdout.splitlines()) == 1
    return json.loads(result.stdout)


def test_mail_deliver_answers_as_in_the_contract(run, queue):
    queue()
    result = run("mail", "deliver", "--json")
    assert result.exit_code == 0
    assert one_object(result) == {"sent": 1, "deferred": 0, "failed": 0, "waiting": 0}
    assert run("mail", "deliver").stdout == "Verstuurd: 0. Later opnieuw: 0. Mislukt: 0. Wacht nog: 0.\n"


def test_doctor_answers_as_in_the_contract(run):
    result = run("doctor", "--json")
    answer = one_object(result)
    assert set(answer) == {"ok", "checks"}
    names = ["database", "schema", "mail", "scheduler", "disk", "sync", "backup"]
    assert [check["name"] for check in answer["checks"]] == names
    assert all(set(check) == {"name", "ok", "text"} for check in answer["checks"])
    assert (answer["ok"], result.exit_code) == (False, 1)  # no scheduler ever ran here


def test_doctor_knocks_at_the_mail_server(app, run):
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=1)

    checks = json.loads(run("doctor", "--json").stdout)["checks"]

    mail = next(check for check in checks if check["name"] == "mail")
    assert not mail["ok"]
    assert "mailserver" in mail["text"]


@pytest.mark.parametrize("arguments", [["institution", "--json"], ["institution", "nope", "--json"]])
def test_a_command_that_does_not_exist_still_answers_one_object(run, arguments):
    answer = run(*arguments)

    assert answer.exit_code == 2
    assert set(json.loads(answer.stdout)) == {"error"}


@pytest.mark.parametrize(
    ("error", "exit_code"), [(Conflict("Iemand was eerder."), 1), (InvalidInput("Onbekende naam."), 2)]
)
def test_an_expected_error_is_one_sentence_and_its_exit_code(run, planted, error, exit_code):
    planted(refuse(error))
    plain = run("planted")
    assert (plain.exit_code, plain.stdout, plain.stderr) == (exit_code, "", f"{error.message}\n")
    as_json = run("planted", "--json")
    assert as_json.exit_code == exit_code
    assert one_object(as_json) == {"error": error.message}


def test_an_unexpected_error_is_an_id_and_no_traceback_and_no_data_r91(run, planted, caplog):
    planted(refuse(ZeroDivisionError("Noor de Vries")))
    result = run("planted", "--json")
    assert result.exit_code == 1
    sentence = one_object(result)["error"]
    (record,) = [record for record in caplog.messages if "command failed" in record]
    assert record.split("[")[1].split("]")[0] in sentence
    assert "ZeroDivisionError" in record
    assert "Noor" not in result.output + caplog.text
    assert "Traceback" not in result.output + caplog.text


def test_text_may_be_lines_and_a_held_answer_has_its_own_exit_code(run, planted):
    planted(lambda word: Answer({"word": word}, [word, "b"], exit_code=1))
    assert run("planted", "é").stdout == "é\nb\n"
    held = run("planted", "é", "--json")
    assert (held.exit_code, held.stdout) == (1, '{"word": "é"}\n')


@pytest.mark.parametrize("arguments", [["--unknown"], ["a", "b"]])
def test_wrong_usage_ends_with_2_and_still_one_object(run, planted, arguments):
    planted(lambda _word: Answer({}, "done"))
    result = run("planted", *arguments, "--json")
    assert result.exit_code == 2
    assert set(one_object(result)) == {"error"}


@pytest.mark.parametrize("arguments", [["nonsense"], ["mail", "nonsense"], ["bench", "nonsense"]])
def test_an_unknown_name_ends_with_2(run, arguments):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Gebruik:" in result.stdout


def test_on_a_database_that_was_never_prepared_commands_say_so_and_end_with_2(tmp_path):
    """A real process, as a person starts it; only `db upgrade` and `doctor` work there."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "deliver", "--json"]
    settings = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}", "SECRET_KEY": "x" * 40}
    result = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert json.loads(result.stdout) == {
        "error": "De database is niet bijgewerkt. Voer eerst uit: flask --app wsgi db upgrade"
    }
    assert "Traceback" not in result.stderr


def test_a_database_that_is_away_is_said_in_a_sentence(tmp_path):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "deliver", "--json"]
    settings = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'no' / 'new.db'}", "SECRET_KEY": "x" * 40}
    result = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert json.loads(result.stdout)["error"].startswith("De database antwoordt niet (")
    assert "Traceback" not in result.stderr
