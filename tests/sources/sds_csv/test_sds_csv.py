"""School Data Sync files, V1 and V2.1: what they tell, what they do not, and the headers-only files of a summer."""

import pytest

from app.errors import RosterUnreadable
from app.roster import ABSENT, Kind
from app.roster.sds_csv import SdsFiles
from tests.roster.roster_world import counts, imported, plan
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_school import TODAY, School, sheet
from tests.sources.oneroster.oneroster_world import by_key, codes
from tests.sources.sds_csv.sds_school import ONE, ROWS, files

pytestmark = pytest.mark.once
read_sds = oneroster_world.read_sds
BOTH = pytest.mark.parametrize("version", [1, 2])


@BOTH
def test_a_whole_school(read_sds, version):
    roster = read_sds(files(version, ROWS[version]()))

    assert roster.delivers == frozenset(Kind)
    pupil = by_key(roster.pupils, "p1")
    assert (pupil.number, pupil.first_name, pupil.prefix, pupil.last_name) == ("100001", "Sanne", "van der", "Berg")
    assert (pupil.email, pupil.location_key, pupil.birth_date) == ("100001@leerling.example", "S1", ABSENT)
    assert (pupil.group_key, pupil.group_keys, pupil.mentor_keys) == ("h1", ("w1",), ABSENT)
    assert [(one.name, one.is_home) for one in roster.groups] == [("1A", True), ("2A", True), ("1A.wi", False)]
    (teacher,) = roster.staff
    assert (teacher.number, teacher.last_name, set(teacher.group_keys)) == ("t1", "Beek", {"h1", "h2", "w1"})
    (guardian,) = roster.guardians
    assert (guardian.initials, guardian.prefix, guardian.email) == ("C.", "de", "wit@thuis.example")
    assert {(pair.pupil_key, pair.relation) for pair in roster.guardianships} == {("p1", "ouder"), ("p2", "verzorger")}
    assert [(one.name, one.code) for one in roster.locations] == [("Lindelaan", "")]
    assert (roster.brin, roster.school_year, roster.messages) == (None, 2026, ())
    assert "geheim" not in repr(roster)


@BOTH
def test_the_same_files_twice_change_nothing(read_sds, version):
    school = files(version, ROWS[version]())
    known = imported(read_sds(school))

    assert not any(rows.new or rows.changed or rows.gone for rows in plan(read_sds(school), known).rows.values())


@BOTH
def test_headers_only_at_the_end_of_a_year_never_mean_that_everybody_left(read_sds, version):
    with pytest.raises(RosterUnreadable, match="end of a school year"):
        read_sds({name: text.split("\r\n")[0] + "\r\n" for name, text in files(version, ROWS[version]()).items()})


@BOTH
def test_one_file_with_a_header_only_takes_nothing_away(read_sds, version):
    school = files(version, ROWS[version]())
    known = imported(read_sds(school))
    for name, text in school.items():
        if name in ("users.csv", "roles.csv", "Student.csv", "User.csv"):
            continue
        roster = read_sds(school | {name: text.split("\r\n")[0] + "\r\n"})
        later = plan(roster, known)
        assert ("warning", "roster", "", "file-empty") in codes(roster), name
        assert sum(counts(later, kind).get("gone", 0) for kind in Kind) == 0, name
        assert not later.rows["guardianship"].gone, name


def test_pupils_that_are_a_header_only_wait_for_a_person(read_sds):
    roster = read_sds(files(1, ROWS[1]() | {"Student": []}))

    assert (roster.pupils, Kind.PUPILS in roster.delivers) == ((), True)  # the gate holds a roster without pupils
    school = files(1, ROWS[1]())
    del school["Student.csv"]
    assert Kind.PUPILS not in read_sds(school).delivers


def test_names_beside_the_pupils_of_v1_go_before_those_of_the_users(read_sds):
    more = "SIS ID,School SIS ID,Username,First Name,Last Name,Student Number,Grade,Birthdate"
    rows = [dict(zip(more.split(","), ("p1", "S1", "x", "Eva", "van Dam", "0042", "3", "2012-01-02"), strict=True))]
    school = files(1, ROWS[1]()) | {"Student.csv": sheet(more.split(","), rows)}
    pupil = by_key(read_sds(school).pupils, "p1")

    assert (pupil.number, pupil.first_name, pupil.prefix, pupil.last_name) == ("0042", "Eva", "van", "Dam")
    assert (pupil.year_of_study, pupil.birth_date.isoformat()) == (3, "2012-01-02")


def test_a_guardian_of_v1_without_a_user_has_no_name_and_is_skipped(read_sds):
    rows = ROWS[1]()
    rows["Guardianrelationship"].append(("p3", "niemand@thuis.example", "Parent"))
    roster = read_sds(files(1, rows))

    assert len(roster.guardians) == 1
    assert ("error", "guardian", "niemand@thuis.example", "last-name-missing") in codes(roster)


def test_a_guardian_of_v1_with_a_key_of_its_own_is_known_by_it(read_sds):
    rows = ROWS[1]()
    rows["User"][-1] = ("wit@thuis.example", "Cornelia", "de Wit", "06", "g7")

    assert [one.key for one in read_sds(files(1, rows)).guardians] == ["g7"]


def test_people_without_a_name_are_skipped_and_stay(read_sds):
    known = imported(read_sds(files(1, ROWS[1]())))
    rows = ROWS[1]()
    rows["User"][0] = ("100001@leerling.example", "", "", "", "p1")
    roster = read_sds(files(1, rows))

    assert ("error", "pupil", "100001", "last-name-missing") in codes(roster)
    assert counts(plan(roster, known), "pupils").get("gone", 0) == 0


@BOTH
def test_classes_are_home_classes_only_when_hardly_anybody_is_in_two(read_sds, version):
    rows = ROWS[version]()
    name = "StudentEnrollment" if version == 1 else "enrollments"
    rows[name] += [pair if version == 1 else (*pair, "student") for pair in (("h2", "p1"), ("h2", "p2"))]
    roster = read_sds(files(version, rows))

    assert not any(group.is_home for group in roster.groups)
    assert by_key(roster.pupils, "p1").group_key is ABSENT
    assert set(by_key(roster.pupils, "p1").group_keys) == {"h1", "h2", "w1"}


def test_sides_of_a_relationship_may_be_the_other_way_round(read_sds):
    rows = ROWS[2]() | {"relationships": [("g1", "p1", "parent")]}

    (pair,) = read_sds(files(2, rows)).guardianships
    assert (pair.guardian_key, pair.pupil_key) == ("g1", "p1")


@BOTH
def test_loose_files_are_read_by_name_and_in_any_letters(tmp_path, version):
    for name, text in files(version, ROWS[version]()).items():
        (tmp_path / name.upper()).write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert len(SdsFiles(sorted(tmp_path.glob("*.CSV")), "99ZZ", TODAY).fetch().pupils) == 3


WRONG = {
    "two versions at once": (files(1, ROWS[1]()) | files(2, ROWS[2]()), "two versions"),
    "another kind of file": ({"lijst.csv": "a;b\r\n1;2\r\n"}, "no files of School Data Sync"),
    "no roles": ({n: t for n, t in files(2, ROWS[2]()).items() if n != "roles.csv"}, "who is a pupil"),
    "no people": ({n: t for n, t in files(1, ROWS[1]()).items() if n in ("School.csv", "Section.csv")}, "no people"),
    "a lost column": (files(1, ROWS[1]()) | {"Student.csv": "SIS,School SIS ID\r\np1,S1\r\n"}, "lacks the columns"),
    "too many values": (
        files(1, ROWS[1]()) | {"School.csv": "SIS ID,Name\r\nS1,Lindelaan, Utrecht\r\n"},
        "more values",
    ),
    "an open quote": (files(1, ROWS[1]()) | {"School.csv": 'SIS ID,Name\r\nS1,"Linde\r\n'}, "quotes"),
    "a OneRoster package": (School().files(), "package of OneRoster"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files_are_refused_with_one_sentence(read_sds, name):
    content, reason = WRONG[name]
    with pytest.raises(RosterUnreadable, match=reason):
        read_sds(content)


def test_v1_files_without_names_that_could_be_two_are_not_guessed(tmp_path):
    for at, (name, columns) in enumerate(ONE.items()):
        text = files(1, ROWS[1]())[f"{name}.csv"]
        assert text.startswith(columns)
        (tmp_path / f"{at}.bin").write_text(text)

    with pytest.raises(RosterUnreadable, match="no people|keep their names"):
        SdsFiles(sorted(tmp_path.glob("*.bin")), "99ZZ", TODAY).fetch()
