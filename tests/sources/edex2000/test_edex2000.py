"""EDEX2000: four files of fixed columns, together or in a zip (formats.md 2, Z-246 to Z-278, R74, R83)."""

import io
import zipfile
from datetime import date

import pytest

from app.errors import RosterUnreadable
from app.roster import ABSENT, Kind
from app.roster.edex2000 import Edex2000Source

pytestmark = pytest.mark.once
TODAY = date(2026, 10, 5)
YEAR = "2026-2027"


def pupil(key="00001", last="Beek", prefix="van der", first="Noor", **values):
    told = {"born": "09032011", "gender": "M", "group": "G2A", "year": YEAR, "start": "", "end": "", "brin": "99ZZ"}
    told |= {"place": "01"} | values
    return (
        f"{last:<40}{prefix:<10}{first:<20}{told['born']:<8}{told['gender']:<1}1{key:<5}{told['group']:<5}"
        f"{told['year']:<9}{'123456782':<9}{'0.25':<4}{'1234AB':<6}{told['start']:<8}{told['end']:<8}{'NL':<2}"
        f"{told['brin']:<4}{told['place']:<5}"
    )


def group(key="G2A", name="h2a", year=YEAR):
    return f"{name:<30}{'2':<1}{key:<5}{year:<9}{'99ZZ':<4}{'01':<5}"


def teacher(key="JAN", last="Jansen", first="Ad"):
    return f"{last:<40}{'':<10}{first:<20}{key:<5}{'99ZZ':<4}{'01':<5}"


def link(teacher="JAN", group="G2A"):
    return f"{teacher:<5}{group:<5}{YEAR:<9}{'99ZZ':<4}{'01':<5}"


def lines(*rows, encoding="ascii"):
    return "".join(f"{row}\r\n" for row in rows).encode(encoding)


ALL = {
    "EDEXLL.TXT": lines(pupil(), pupil("00002", "Aalst", "", "Ad", gender="J")),
    "EDEXGR.TXT": lines(group()),
    "EDEXLK.TXT": lines(teacher(), teacher("PIE", "Smit", "Piet")),
    "EDEXLG.TXT": lines(link(), link("PIE")),
}


@pytest.fixture
def read(tmp_path):
    def read(files, brin="99ZZ"):
        for name, body in files.items():
            (tmp_path / name).write_bytes(body)
        return Edex2000Source([tmp_path / name for name in files], brin, TODAY).fetch()

    return read


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(f"export/{name}", body)
    return packed.getvalue()


def codes(roster):
    return [(message.severity, message.key, message.code) for message in roster.messages]


@pytest.mark.parametrize("given", [ALL, {"anything": zipped(ALL)}, {name.lower(): body for name, body in ALL.items()}])
def test_all_four_files_apart_or_in_one_zip(read, given):
    roster = read(given)

    noor, ad = roster.pupils
    assert (noor.key, noor.number, noor.first_name, noor.prefix, noor.last_name) == (
        *("00001", "00001", "Noor", "van der", "Beek"),
    )
    assert (noor.birth_date, noor.group_key, noor.location_key) == (date(2011, 3, 9), "G2A", "99ZZ01")
    assert (noor.gender, ad.gender) == ("female", "male")  # M is meisje here
    assert noor.mentor_keys == ("JAN", "PIE")
    assert (noor.email, noor.initials, noor.year_of_study, noor.group_keys) == (ABSENT, ABSENT, ABSENT, ABSENT)
    assert [(one.key, one.name) for one in roster.groups] == [("G2A", "h2a")]
    assert [(one.key, one.last_name, one.group_keys) for one in roster.staff] == [
        ("JAN", "Jansen", ("G2A",)),
        ("PIE", "Smit", ("G2A",)),
    ]
    assert (roster.brin, roster.school_year, roster.is_delta, codes(roster)) == ("99ZZ", 2026, False, [])
    assert roster.delivers == {Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS}


def test_the_files_are_known_by_their_columns_when_their_names_say_nothing(read):
    roster = read({f"upload-{number}": body for number, body in enumerate(ALL.values())})

    assert (len(roster.pupils), len(roster.groups), len(roster.staff)) == (2, 1, 2)
    assert roster.staff[0].group_keys == ("G2A",)


def test_the_pupil_file_alone_tells_pupils_and_nothing_else(read):
    roster = read({"upload": ALL["EDEXLL.TXT"]})

    assert roster.delivers == {Kind.PUPILS, Kind.LOCATIONS}
    assert [one.group_key for one in roster.pupils] == [ABSENT, ABSENT]
    assert codes(roster) == []


def test_nothing_special_is_ever_read_r83(read):
    text = repr(read(ALL))

    assert not [secret for secret in ("123456782", "0.25", "1234AB", "'NL'") if secret in text]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("09032011", date(2011, 3, 9)),
        ("20110309", date(2011, 3, 9)),
        ("09/03/11", date(2011, 3, 9)),
        ("09-03-11", date(2011, 3, 9)),
        ("", None),
        ("00000000", None),
    ],
)
def test_dates_in_every_form_that_is_seen(read, text, day):
    roster = read({"EDEXLL.TXT": lines(pupil(born=text), pupil("00002"))})

    assert (roster.pupils[0].birth_date, codes(roster)) == (day, [])


def test_a_date_that_is_none_is_named(read):
    roster = read({"EDEXLL.TXT": lines(pupil(born="99999999"), pupil("00002"))})

    assert codes(roster) == [("warning", "00001", "date-unreadable")]


def test_m_is_a_man_in_a_file_that_writes_v(read):
    roster = read({"EDEXLL.TXT": lines(pupil(gender="M"), pupil("00002", gender="V"), pupil("00003", gender="1"))})

    assert [one.gender for one in roster.pupils] == ["male", "female", "male"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850"])
def test_letters_of_dos_and_windows(read, encoding):
    roster = read({"EDEXLL.TXT": lines(pupil(last="Müller", first="Zoë"), encoding=encoding)})

    assert (roster.pupils[0].last_name, roster.pupils[0].first_name) == ("Müller", "Zoë")


def test_lines_may_end_early_and_a_dos_end_mark_is_no_pupil(read):
    roster = read({"EDEXLL.TXT": pupil(brin="", place="").rstrip()[:99].encode() + b"\r\n\x1a"})

    assert [(one.number, one.location_key, one.leaving_date) for one in roster.pupils] == [("00001", None, None)]
    assert roster.brin is None
    assert [location.is_guess for location in roster.locations] == [True]


def test_a_line_that_ends_early_is_at_the_location_of_its_class(read):
    short = pupil("00003", brin="", place="").rstrip()[:99]
    second = f"{'h2b':<30}{'2':<1}{'G2B':<5}{YEAR:<9}{'99ZZ':<4}{'02':<5}"
    roster = read(ALL | {"EDEXLL.TXT": lines(pupil(), short), "EDEXGR.TXT": lines(group(), second)})

    assert [one.location_key for one in roster.pupils] == ["99ZZ01", "99ZZ01"]


def test_records_without_line_ends_are_refused_and_not_read_as_one_pupil(read):
    with pytest.raises(RosterUnreadable, match="fixed columns"):
        read({"EDEXLL.TXT": (pupil() + pupil("00002") + pupil("00003")).encode()})


def test_what_the_groups_say_is_no_school_or_year_of_the_pupils(read):
    other = pupil(brin="88YY", year="2025-2026")

    assert read(ALL | {"EDEXLL.TXT": lines(other)}).brin == "88YY"
    assert read(ALL | {"EDEXLL.TXT": lines(other)}).school_year == 2025


def test_a_line_out_of_its_columns_is_named_and_nobody_is_gone(read):
    roster = read({"EDEXLL.TXT": lines(pupil(), pupil("00002")[3:], pupil("00003"), pupil("00004"))})

    assert [one.number for one in roster.pupils] == ["00001", "00003", "00004"]
    assert codes(roster) == [("error", "", "edex-line-shifted"), ("warning", "", "table-not-judged")]
    assert roster.is_delta


def test_wrong_records_are_named_and_the_others_are_read(read):
    roster = read(
        {"EDEXLL.TXT": lines(pupil(), pupil(), pupil("00002", last="", first=""), pupil("00003", last="", first="Ad"))}
    )

    assert codes(roster) == [
        ("error", "00001", "duplicate-key"),
        ("error", "00002", "last-name-missing"),
        ("warning", "00003", "only-first-name"),
    ]


def test_pupils_of_another_school_are_left_out_and_a_whole_other_school_says_so(read):
    mixed = read({"EDEXLL.TXT": lines(pupil(), pupil("00002", brin="88YY"))})
    other = read({"EDEXLL.TXT": lines(pupil(brin="88YY"))})

    assert ([one.number for one in mixed.pupils], codes(mixed)) == (
        ["00001"],
        [("error", "00002", "table-other-school")],
    )
    assert other.brin == "88YY"


WRONG = {
    "empty": {"EDEXLL.TXT": b""},
    "only groups": {"EDEXGR.TXT": lines(group())},
    "a table": {"EDEXLL.TXT": b"Leerlingnummer;Achternaam\r\n1;Beek\r\n"},
    "a web page": {"x": b"<html><body>login</body></html>"},
    "nul": {"EDEXLL.TXT": b"\0" * 200},
    "shifted": {"EDEXLL.TXT": lines(*(pupil(f"{n:05}")[1:] for n in range(30)))},
    "twice": {"EDEXLL.TXT": lines(pupil()), "EDEXLL2.TXT": lines(pupil())},
    "a broken zip": {"x": zipped(ALL)[:-60]},
    "a zip of other files": {"x": zipped({"leesmij.pdf": b"x"})},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_edex2000_is_refused_in_one_sentence(read, name):
    with pytest.raises(RosterUnreadable) as refused:
        read(WRONG[name])

    assert refused.value.message.endswith(".")


def test_lines_of_several_school_years_are_the_last_one_of_each_pupil_and_group(read):
    old = {"year": "2025-2026", "group": "G1A"}
    roster = read(
        {
            "EDEXLL.TXT": lines(pupil(**old), pupil(), pupil("00002"), pupil("00003", **old)),
            "EDEXGR.TXT": lines(group("G2A", "h1x", "2025-2026"), group()),
        }
    )

    assert [(one.number, one.group_key) for one in roster.pupils] == [("00001", "G2A"), ("00002", "G2A")]
    assert [one.name for one in roster.groups] == ["h2a"]
    assert codes(roster) == [("info", "00003", "not-in-school-year")]
