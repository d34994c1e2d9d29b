"""The optional list of leaked passwords on the school's own disk (R7, HIBP_FILE): looked up, never loaded."""

import hashlib
import json
import random
import tracemalloc

import pytest
from click.testing import CliRunner

from app.services.login import leaked
from app.services.login.leaked import State, is_leaked, state_of
from tests.databases import make_app
from tests.login.auth_world import NEW_PASSWORD, change, follow_link, is_welcome, try_login

pytestmark = pytest.mark.once

LEAKED = ["correct horse battery staple", "password", "zeven gele bussen tellen", "één café op zondag", "P@ssw0rd"]
KNOWN = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"  # of the word password; every such list has it


def sha1(word):
    return hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper()


def lines_of(words, count=0):
    """The lines of a list in its order, filled up with hashes of nobody's words; counts of every length."""
    hashes = [sha1(word) for word in words] + [sha1(f"nobody's word {number}") for number in range(count)]
    return [f"{each}:{10 ** (number % 8)}" for number, each in enumerate(sorted(hashes))]


@pytest.fixture
def write(tmp_path):
    """A list on disk, with the line ends of its downloader."""

    def write(lines, end="\r\n", last=True):
        file = tmp_path / "pwned.txt"
        file.write_bytes((end.join(lines) + (end if last else "")).encode())
        return file

    return write


def test_the_hashes_are_those_of_the_real_list_r7():
    assert sha1("password") == KNOWN


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 500, 5_000])
@pytest.mark.parametrize(("end", "last"), [("\r\n", True), ("\n", True), ("\n", False)])
def test_each_password_of_the_list_is_found_and_no_other_r7(write, count, end, last):
    file = write(lines_of(LEAKED, count), end, last)
    assert [word for word in LEAKED if not is_leaked(file, word)] == []
    others = [f"iets anders {number}" for number in range(300)]
    assert [word for word in others if is_leaked(file, word)] == []
    assert state_of(file) is State.GOOD


def test_first_and_last_line_and_a_list_of_one_are_found_r7(write):
    words = [f"woord {number}" for number in range(200)]
    file = write(lines_of(words))
    assert all(is_leaked(file, word) for word in words)
    assert is_leaked(write(lines_of(["alleen deze"])), "alleen deze")


def test_small_letters_and_spaces_behind_the_count_do_no_harm(write):
    assert is_leaked(write([f"{line.lower()}   " for line in lines_of(LEAKED, 40)]), "password")


def test_a_list_is_never_loaded_r7(write, monkeypatch):
    file = write(lines_of(LEAKED, 50_000))
    read = []
    real = leaked._read

    def counting(lines, count):
        read.append(count)
        return real(lines, count)

    monkeypatch.setattr(leaked, "_read", counting)
    tracemalloc.start()
    assert is_leaked(file, "password")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(read) < 50 * 2 * leaked.LONGEST
    assert peak < 100_000
    assert state_of(file) is State.GOOD


def test_a_file_of_forty_gigabytes_takes_no_longer_r7(tmp_path):
    """A file with a hole: only its length counts. The hole is no list, and that is all that is said of it."""
    file = tmp_path / "pwned.txt"
    with file.open("wb") as lines:
        lines.truncate(40 * 10**9)
    assert not is_leaked(file, "password")
    assert state_of(file) is State.MALFORMED


BROKEN = {
    "empty": b"",
    "words": b"password\nwelkom\n" * 500,
    "NTLM": b"".join(sorted(b"%032X:3\r\n" % number for number in range(500))),
    "by count": "".join(
        f"{line}\n"
        for line in random.Random(1).sample(lines_of(LEAKED, 500), 500)  # noqa: S311 - an order
    ).encode(),
    "no lines": b"A" * 5_000,
    "zip": b"PK\x03\x04" + bytes(range(256)) * 50,
    "no counts": b"".join(b"%040X\n" % number for number in range(500)),
}


@pytest.mark.parametrize("what", BROKEN)
def test_another_kind_of_file_is_said_and_blocks_nobody_r7(tmp_path, what, caplog):
    file = tmp_path / "pwned.txt"
    file.write_bytes(BROKEN[what])
    assert state_of(file) is State.MALFORMED
    assert not is_leaked(file, NEW_PASSWORD)
    assert NEW_PASSWORD not in caplog.text


@pytest.mark.parametrize("name", ["is-er-niet.txt", "", "\0"])
def test_a_file_that_is_away_or_a_folder_is_said_and_blocks_nobody_r7(tmp_path, name, caplog):
    assert state_of(f"{tmp_path}/{name}") is State.UNREADABLE
    assert not is_leaked(f"{tmp_path}/{name}", "password")
    assert "was not used" in caplog.text


class TestWithAList:
    """A school that set HIBP_FILE."""

    @pytest.fixture
    def app_settings(self, write):
        return {"HIBP_FILE": str(write(lines_of(LEAKED, 300)))}

    def test_a_leaked_phrase_is_refused_where_passwords_are_chosen_r7(self, log_in, app, owner, issue):
        said = "Dit wachtwoord staat in een lijst met gelekte wachtwoorden."
        assert said in change(log_in(owner), new="zeven gele bussen tellen").text
        assert change(log_in(owner), new="zeven gele bussen tellen nu").location == "/"
        token = issue(owner, "reset").token
        assert said in follow_link(app.test_client(), token, "zeven gele bussen tellen").text
        assert follow_link(app.test_client(), token).location == "/login"

    def test_an_accent_counts_however_it_was_typed_r8(self, log_in, owner):
        for typed in ("één café op zondag", "e\u0301e\u0301n cafe\u0301 op zondag"):
            assert "gelekte wachtwoorden" in change(log_in(owner), new=typed).text

    def test_doctor_says_that_it_is_used_r7(self, app):
        assert doctor(app)["passwords"] == (
            True,
            "Nieuwe wachtwoorden worden opgezocht in de lijst met gelekte wachtwoorden.",
        )


def doctor(app):
    answer = CliRunner().invoke(app.cli, ["doctor", "--json"])
    return {check["name"]: (check["ok"], check["text"]) for check in json.loads(answer.stdout)["checks"]}


def test_without_the_setting_doctor_says_nothing_of_it(app):
    assert "passwords" not in doctor(app)


@pytest.mark.parametrize(("content", "said"), [(None, "is er niet"), (b"password\n" * 99, "geen SHA-1-lijst")])
def test_a_wrong_file_is_said_by_doctor_and_at_the_start_and_a_password_can_be_chosen_r7(
    app, owner, client, tmp_path, caplog, content, said
):
    file = tmp_path / "lijst.txt"
    if content:
        file.write_bytes(content)
    app.config["HIBP_FILE"] = str(file)
    ok, text = doctor(app)["passwords"]
    assert not ok
    assert said in text
    caplog.clear()
    make_app(app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"], HIBP_FILE=str(file))
    assert "HIBP_FILE is" in caplog.text
    assert is_welcome(try_login(client))
    assert change(client).location == "/"
