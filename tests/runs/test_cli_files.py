"""`roster import` of what is no file ends at once with 2 and a sentence: a pipe could be waited for without end."""

import os
import signal
import socket

import pytest

from app.models import SyncRun
from tests.runs.run_world import command, count

__all__ = ["command"]


def a_pipe(folder):
    os.mkfifo(folder / "x")
    return folder / "x"


def a_socket(folder):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "x"))
    return folder / "x"


def a_link_to_a_pipe(folder):
    os.mkfifo(folder / "pipe")
    (folder / "x").symlink_to(folder / "pipe")
    return folder / "x"


PLACES = {
    "pipe": a_pipe,
    "socket": a_socket,
    "link": a_link_to_a_pipe,
    "device": lambda _folder: "/dev/zero",
    "folder": lambda folder: folder,
    "nothing": lambda folder: folder / "nergens",
}


@pytest.fixture(autouse=True)
def at_once():
    signal.alarm(20)  # a pipe that is opened would hang the whole suite
    yield
    signal.alarm(0)


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
@pytest.mark.parametrize("kind", PLACES)
def test_what_is_no_file_ends_with_2_and_a_sentence(command, session, tmp_path, kind, more):
    place = PLACES[kind](tmp_path)
    code, answer = command("roster", "import", place, "--source", "edexml", "--institution", "99ZZ", *more)

    assert code == 2
    assert str(place) in answer["error"]
    assert answer["error"].endswith(("is geen bestand dat gelezen kan worden.", "is een map.", "bestaat niet."))
    assert count(session, SyncRun) == 0
