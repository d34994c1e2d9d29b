"""The process that reads a file imports what that file needs, and nothing large beside (R74)."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.roster.openers import OPEN
from app.roster.sources import SOURCES

ROOT = Path(__file__).parents[2]
LARGE = ("openpyxl", "httpx", "cryptography", "sqlalchemy")
SAY = "import sys, app.work.read_file as one; {}; print(*(name for name in sys.modules if name in {}))"

pytestmark = pytest.mark.once


def imported_after(what):
    """Which of the large packages are in a new process that did this."""
    done = subprocess.run(
        [sys.executable, "-c", SAY.format(what, LARGE)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize("source", [source for source in OPEN if source != "practice"])
def test_a_source_of_files_opens_without_the_packages_of_others(source):
    assert imported_after(f"one.TASKS['open_files'][{source!r}](['a'], '99ZZ', None)") == []


def test_every_source_of_files_has_its_opener():
    assert {source for source, kind in SOURCES.items() if kind.open_files} == set(OPEN)


def test_a_csv_needs_no_reader_of_workbooks(tmp_path):
    path = tmp_path / "leerlingen.csv"
    path.write_text("Leerlingnummer;Achternaam\n012345;Beek\n")

    order = {"source": "table", "paths": [str(path)], "brin": "99ZZ", "today": "2026-11-24", "options": {}}
    assert imported_after(f"one._read({order | {'task': 'open_files'}})") == []
