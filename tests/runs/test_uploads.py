"""Files that are sent in: several for one run are kept as one zip, and no name is believed (R74, R77)."""

import io
import stat
import zipfile

import pytest

from app.errors import InvalidInput
from app.services.runs import uploads
from app.services.runs.uploads import SentFile, reading_options, store_files
from tests.runs.run_world import NOW

pytestmark = pytest.mark.once


@pytest.fixture
def keep(session, institution, tmp_path):
    """Keeps these files; gives the row and the path."""

    def keep(source, *files, options=None):
        sent = [SentFile(name, io.BytesIO(body)) for name, body in files]
        row = store_files(session, NOW, institution.id, tmp_path / "uploads", source, sent, options)
        return row, tmp_path / "uploads" / row.stored_as

    return keep


def left_behind(tmp_path):
    return list((tmp_path / "uploads").glob("*"))


def test_several_files_are_one_zip_readable_by_us_alone(keep):
    row, path = keep("edex2000", ("LEERLING.TXT", b"a"), ("GROEP.TXT", b"bb"))

    with zipfile.ZipFile(path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"LEERLING.TXT": b"a", "GROEP.TXT": b"bb"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (row.shown_as, row.options) == ("LEERLING.zip", None)


def test_one_file_stays_what_it_is(keep):
    row, path = keep("edexml", ("leerlingen.xml", b"<EDEX/>"))

    assert (path.read_bytes(), row.shown_as) == (b"<EDEX/>", "leerlingen.xml")


def test_a_file_that_is_known_by_its_name_keeps_it(keep):
    _row, path = keep("oneroster-csv", ("users.csv", b"sourcedId\n"))
    assert zipfile.ZipFile(path).namelist() == ["users.csv"]
    _row, path = keep("oneroster-csv", ("alles.zip", b"PK\x03\x04"))
    assert path.read_bytes() == b"PK\x03\x04"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\school\\x.csv", "x.csv"),
        ("a\0b\u202e.csv", "ab.csv"),
        ("...", "-"),
        ("", "-"),
        ("n" * 300, "n" * 200),
    ],
)
def test_a_name_leads_nowhere(keep, name, kept):
    row, path = keep("table", (name, b"1"), ("ander.csv", b"2"))

    assert zipfile.ZipFile(path).namelist() == [kept, "ander.csv"]
    assert "/" not in row.shown_as


def test_the_same_name_twice_stays_two_files(keep):
    _row, path = keep("table", ("x.csv", b"1"), ("map/X.csv", b"2"))

    assert zipfile.ZipFile(path).namelist() == ["1-x.csv", "2-X.csv"]


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("edexml", [("a.xml", b"1"), ("b.xml", b"2")]),
        ("table", [("a.csv", b"1"), ("leeg.csv", b"")]),
        ("table", [(f"{number}.csv", b"1") for number in range(51)]),
    ],
    ids=["one is enough", "empty", "too many"],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(keep, tmp_path, source, files):
    with pytest.raises(InvalidInput):
        keep(source, *files)
    assert left_behind(tmp_path) == []


def test_all_files_together_have_one_limit_r67(keep, tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UPLOAD", 10)

    with pytest.raises(InvalidInput, match="50 MB"):
        keep("table", ("a.csv", b"123456"), ("b.csv", b"123456"))
    assert left_behind(tmp_path) == []


def test_only_the_mapping_goes_to_the_adapter(keep):
    row, _path = keep("table", ("a.csv", b"1"), options={"mapping": "{}", "by": 7})

    assert reading_options(row) == {"mapping": "{}"}
    assert reading_options(None) == {}
