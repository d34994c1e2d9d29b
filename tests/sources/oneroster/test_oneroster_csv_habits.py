"""OneRoster packages as programs and people make them: other letters, order, folders and delimiters (R76)."""

import csv
import io
from dataclasses import replace

import pytest

from app.roster.oneroster_csv import OneRosterFiles
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_school import TODAY, School
from tests.sources.oneroster.oneroster_world import by_key, codes

pytestmark = pytest.mark.once
school, read = oneroster_world.school, oneroster_world.read


@pytest.mark.parametrize(
    "habit", ["folder", "bom", "semicolon", "capitals", "utf-16", "loose", "order", "sep", "extra"]
)
def test_habits_of_programs_make_no_difference(school, read, tmp_path, habit):
    expected = read(school.files())
    files = {name: text.encode() for name, text in school.files().items()}
    changes = {
        "bom": lambda: {name: b"\xef\xbb\xbf" + body for name, body in files.items()},
        "semicolon": lambda: school.files(delimiter=";"),
        "capitals": lambda: {name.upper(): _upper_header(body) for name, body in files.items()},
        "utf-16": lambda: {name: body.decode().encode("utf-16") for name, body in files.items()},
        "order": lambda: dict(reversed(files.items())) | {"users.csv": _turned(files["users.csv"])},
        "sep": lambda: files | {"users.csv": b"sep=,\r\n" + files["users.csv"]},
        "extra": lambda: (
            files | {"LEESMIJ.txt": b"x", "__MACOSX/users.csv": b"\0\5", "courses.csv": b"sourcedId\r\nc\r\n"}
        ),
    }
    if habit == "loose":
        for name, body in files.items():
            (tmp_path / f"{hash(name)}.tmp").write_bytes(body)  # as uploads are kept, without their names
        again = OneRosterFiles(sorted(tmp_path.glob("*.tmp")), "99ZZ", TODAY).fetch()
    else:
        again = read(changes.get(habit, lambda: files)(), folder="export 5-10/" if habit == "folder" else "")

    assert replace(again, messages=()) == replace(expected, messages=())


def _upper_header(body):
    header, rest = body.split(b"\r\n", 1)
    return header.upper() + b"\r\n" + rest


def _turned(body):
    """The same sheet with its columns the other way round, and two more."""
    rows = list(csv.reader(io.StringIO(body.decode())))
    text = io.StringIO()
    csv.writer(text).writerows([*reversed(row), "metadata.x" if not at else "y", ""] for at, row in enumerate(rows))
    return text.getvalue().encode()


def test_words_in_other_letters_are_read_as_they_are(read):
    school = School()
    names = ["Zoë", "Şahin", "Łukasz", "Đặng", "O'Brien", "D'Août"]
    for number, name in enumerate(names, 1):
        school["users"][f"p{number}"]["familyName"] = name

    assert [pupil.last_name for pupil in read(school.files()).pupils] == names


def test_a_file_in_windows_letters_is_read_with_a_warning_r76(school, read):
    school["users"]["p1"]["familyName"] = "Brontë"
    files = school.files()
    files["users.csv"] = files["users.csv"].encode("cp1252")
    roster = read(files)

    assert by_key(roster.pupils, "p1").last_name == "Brontë"
    assert ("warning", "roster", "", "encoding-guessed") in codes(roster)
