"""The command line speaks Dutch: Click's own words and our help texts come from the catalogue; JSON stays JSON."""

import gettext
import json
import re
from importlib import import_module
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.cli import COMMANDS
from app.cli.words import CATALOGUES, speak

pytestmark = pytest.mark.once
# What only who writes a command can get to see, or what belongs to an editor, a pager or a shell that we do not use.
NOT_SAID = {"_winconsole.py", "_termui_impl.py", "shell_completion.py", "testing.py", "__init__.py"}
FOR_WRITERS = re.compile(
    r"declarations?|defined twice|but a name was passed|cannot use the same flag|colour|version %\("
)


@pytest.fixture
def run(app, session):
    def run(*arguments):
        session.rollback()
        return app.test_cli_runner().invoke(args=[*arguments])

    return run


@pytest.fixture(scope="module")
def catalogue():
    with (CATALOGUES / "nl" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: message
            for message in read_po(file)
            if message.id
        }


def said_by_click():
    """The texts of Click that a user can get to see, the singular where there are two."""
    home, keywords = Path(click.__file__).parent, {"_": None, "ngettext": (1, 2)}
    for name, _line, text, *_rest in extract_from_dir(home, [("**.py", "python")], {}, keywords=keywords):
        one = text if isinstance(text, str) else text[0]
        if name not in NOT_SAID and not FOR_WRITERS.search(one):
            yield text


def test_all_that_click_says_is_in_our_catalogue(catalogue):
    said = list(said_by_click())

    assert len(said) > 40
    assert not [text for text in said if (text if isinstance(text, str) else text[0]) not in catalogue]


def test_what_is_filled_in_is_the_same_in_dutch(catalogue):
    braces = re.compile(r"\{[^}]*\}")
    for text in said_by_click():
        forms = [text] if isinstance(text, str) else list(text)
        dutch = catalogue[forms[0]].string
        for english, said in zip(forms, [dutch] if isinstance(dutch, str) else dutch, strict=True):
            assert sorted(braces.findall(english)) == sorted(braces.findall(said))


def help_texts(command):
    yield command._help
    yield from (one.help for one in command.params if isinstance(one, click.Option) and one.help)
    for inner in getattr(command, "commands", {}).values():
        yield from help_texts(inner)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_help_text_of_ours_has_its_dutch(catalogue, name):
    command = getattr(import_module(f"app.cli.{COMMANDS[name]}"), name)
    dutch = {str(message.string) for message in catalogue.values()}

    assert not [text for text in help_texts(command) if text not in catalogue and text not in dutch]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("roster", "sync", "--nee"), "De optie '--nee' bestaat niet."),
        (("roster", "import"), "Er ontbreekt een optie '--source'."),
        (("roster", "nee"), "De opdracht 'nee' bestaat niet."),
        (("nee",), "De opdracht 'nee' bestaat niet."),
        (("roster", "sources", "x", "y"), "Er zijn argumenten te veel (x y)"),
        (("roster", "import", "/nergens", "--source", "edexml"), "Bestand '/nergens' bestaat niet."),
    ],
)
def test_wrong_usage_is_told_in_dutch(run, monkeypatch, arguments, said):
    monkeypatch.setenv("LANGUAGE", "en")  # whatever the language of the machine
    plain = run(*arguments)

    assert (plain.exit_code, plain.stdout) == (2, "")
    assert said in plain.stderr
    assert plain.stderr.startswith("Gebruik: ")
    if len(arguments) > 1:
        in_json = run(*arguments, "--json")
        assert in_json.exit_code == 2
        assert said in json.loads(in_json.stdout)["error"]


def test_help_is_dutch_too(run):
    words = run("roster", "import", "--help").stdout

    assert words.startswith("Gebruik: ")
    for said in ("Lees een levering in uit bestanden.", "Opties:", "[verplicht]", "Toon deze uitleg en stop."):
        assert said in words
    assert "Lees een levering in uit bestanden." in run("roster", "--help").stdout


def test_another_language_falls_back_on_english(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "nl")
    speak("fr")
    assert gettext.gettext("Usage:") == "Usage:"
    speak("nl")
    assert gettext.gettext("Usage:") == "Gebruik:"
