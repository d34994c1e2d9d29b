"""OneRoster packages that are broken, hostile or not what their manifest says: never half a school (R74, R76, R103)."""

import re
import stat
import zipfile

import pytest

from app.errors import RosterUnreadable
from app.roster import Kind
from app.roster.oneroster_csv import OneRosterFiles
from app.roster.reading import file_size, package_files
from tests.roster.roster_world import counts, imported, plan
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_school import TODAY, School, packed, sheet
from tests.sources.oneroster.oneroster_world import by_key, codes

pytestmark = pytest.mark.once
school, read = oneroster_world.school, oneroster_world.read
FILES = School().files()
HEADERS = {name: text.split("\r\n", 1)[0] + "\r\n" for name, text in FILES.items()}
USERS = FILES["users.csv"]


def without(name):
    return {other: text for other, text in FILES.items() if other != name}


def with_modes(**modes):
    return School().files(modes=modes)


WRONG = {
    "no manifest": (without("manifest.csv"), "no manifest"),
    "School Data Sync": ({"classes.csv": "sourcedId,orgSourcedId,title\r\nh1,S1,1A\r\n"}, "no manifest"),
    "an empty manifest": (FILES | {"manifest.csv": "propertyName,value\r\n"}, "names no files"),
    "a manifest without files": (
        FILES | {"manifest.csv": "propertyName,value\r\nmanifest.version,1.0\r\n"},
        "names no",
    ),
    "users promised and not there": (without("users.csv"), "announces users"),
    "enrolments promised and not there": (without("enrollments.csv"), "announces enrollments"),
    "a mode that nobody knows": (with_modes(users="full"), "neither absent, bulk nor delta"),
    "a manifest that says two things": (
        FILES | {"manifest.csv": FILES["manifest.csv"] + "file.users,delta\r\n"},
        "two things",
    ),
    "everything absent": (with_modes(**dict.fromkeys(School().tables, "absent")), "nothing in this package"),
    "headers only": (HEADERS | {"manifest.csv": FILES["manifest.csv"]}, "nothing in this package"),
    "no users in a list of users": (FILES | {"users.csv": HEADERS["users.csv"]}, "no people"),
    "no roles at all": (FILES | {"roles.csv": HEADERS["roles.csv"]}, "who is a pupil"),
    "all to be deleted": (FILES | {"users.csv": USERS.replace(",,,true,", ",tobedeleted,,true,")}, "no people"),
    "a column that is not there": (FILES | {"users.csv": USERS.replace("familyName", "naam", 1)}, "lacks the columns"),
    "cut in the middle": (FILES | {"users.csv": USERS[: len(USERS) - 40]}, "ends in the middle|quotes"),
    "a quote that stays open": (FILES | {"users.csv": USERS + '"p9,,,true\r\n'}, "quotes"),
    "more values than columns": (FILES | {"users.csv": USERS + "p9" + ",x" * 60 + "\r\n"}, "more values than columns"),
    "a field that never ends": (FILES | {"users.csv": USERS + "p9," + "x" * 20_000 + "\r\n"}, "too large"),
    "zero bytes": (FILES | {"users.csv": USERS + "\0"}, "letters"),
    "a file twice": (FILES | {"Users.CSV": USERS}, "twice"),
    "two folders": (FILES | {"oud/users.csv": USERS}, "different folders"),
    "html": (FILES | {"users.csv": "<html><body>Log in</body></html>"}, "lacks the columns"),
    "no csv": ({"a.txt": "x", "package.zip": b"PK\3\4"}, "no CSV files"),
    "an upward name": (FILES | {"../users.csv": USERS}, "packed in a way"),
    "an absolute name": (FILES | {"/etc/users.csv": USERS}, "packed in a way"),
    "a drive": (FILES | {"C:\\users.csv": USERS}, "packed in a way"),
    "a bomb": (FILES | {"users.csv": "a" * 30_000_000}, "packed in a way"),
    "very many files": (FILES | {f"{number}.csv": "x" for number in range(120)}, "packed in a way"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_package_is_refused_with_one_sentence(read, name):
    files, reason = WRONG[name]
    with pytest.raises(RosterUnreadable, match=reason) as refusal:
        read(files)

    assert re.fullmatch(r"[^\n]{15,200}\.", refusal.value.message)


def test_a_zip_that_is_cut_locked_linked_or_lies_is_refused_r74(tmp_path, read):
    whole = packed(tmp_path / "a.zip", FILES).read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: len(whole) // 2])
    link = tmp_path / "link.zip"
    with zipfile.ZipFile(link, "w") as package:
        entry = zipfile.ZipInfo("users.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        package.writestr(entry, "/etc/passwd")
    locked = tmp_path / "locked.zip"
    locked.write_bytes(re.sub(rb"(PK\x01\x02....)..", lambda found: found[1] + b"\1\0", whole, flags=re.DOTALL))
    for path in (cut, link, locked, tmp_path / "none.zip"):
        with pytest.raises(RosterUnreadable):
            OneRosterFiles([path], "99ZZ", TODAY).fetch()


def test_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(file_size, "MAX_BYTES", 1000)
    with pytest.raises(RosterUnreadable, match="50 MB"):
        OneRosterFiles([packed(tmp_path / "a.zip", FILES)], "99ZZ", TODAY).fetch()
    monkeypatch.setattr(file_size, "MAX_BYTES", 10**9)
    monkeypatch.setattr(package_files, "MAX_UNPACKED", 1000)
    with pytest.raises(RosterUnreadable, match="too large"):
        OneRosterFiles([packed(tmp_path / "a.zip", FILES)], "99ZZ", TODAY).fetch()


def test_a_file_that_the_manifest_does_not_announce_is_left_alone(read):
    known = imported(read(FILES))
    roster = read(School(pupils=2).files(modes={"enrollments": "absent", "demographics": None}))

    assert ("warning", "roster", "", "file-not-announced") in codes(roster)
    assert by_key(roster.staff, "t1").group_keys is not None
    later = plan(roster, known)
    assert counts(later, "groups").get("gone", 0) == 0
    assert later.rows["group_pupil"].new == []


@pytest.mark.parametrize(
    "name", ["enrollments.csv", "classes.csv", "demographics.csv", "orgs.csv", "academicSessions.csv"]
)
def test_a_file_with_a_header_only_takes_nothing_away(read, name):
    known = imported(read(FILES))
    roster = read(FILES | {name: HEADERS[name]})

    assert ("warning", "roster", "", "file-empty") in codes(roster)
    later = plan(roster, known)
    assert not any(rows.gone or (rows.changed and name != "orgs.csv") for rows in later.rows.values())
    assert sum(counts(later, kind).get("gone", 0) for kind in Kind) == 0


def test_a_user_without_a_known_role_is_skipped_and_not_gone(school, read):
    known = imported(read(school.files()))
    school["roles"]["r-p1"]["role"] = "alien"
    del school["roles"]["r-t1"]
    roster = read(school.files())

    assert ("error", "pupil", "p1", "role-unknown") in codes(roster)
    assert ("error", "staff", "t1", "role-missing") in codes(roster)
    later = plan(roster, known)
    assert counts(later, "pupils").get("gone", 0) == counts(later, "staff").get("gone", 0) == 0


def test_records_without_key_or_name_and_records_that_come_twice(school, read):
    known = imported(read(school.files()))
    school["users"]["p1"].update(givenName="", familyName="")
    files = school.files()
    row = files["users.csv"].split("\r\n")[-2]
    files["users.csv"] += row + "\r\n" + row.replace("p6", "", 1) + "\r\n" + row.replace("p6", "x" * 300, 1) + "\r\n"
    roster = read(files)

    assert len(roster.pupils) == 5
    assert [code for *_rest, code in codes(roster)].count("key-missing") == 2
    assert ("error", "pupil", "p6", "duplicate-key") in codes(roster)
    assert ("error", "pupil", "100001", "last-name-missing") in codes(roster)
    assert counts(plan(roster, known), "pupils").get("gone", 0) == 0


def test_bad_fields_cost_no_record(school, read):
    known = imported(read(school.files()))
    school["users"]["p1"].update(email="geen", givenName="x" * 300)
    school["demographics"]["p1"].update(birthDate="31-02-2012", sex="?")
    school["users"]["p2"].update(email="a b@c.nl")
    roster = read(school.files())

    told = {(key, code) for _severity, _kind, key, code in codes(roster)}
    assert {("100001", "email-unreadable"), ("100001", "field-too-long"), ("100001", "date-unreadable")} <= told
    assert by_key(roster.pupils, "p1").gender == "unknown"
    assert [values for _person, values in plan(roster, known).rows["person"].changed] == [{"gender": "unknown"}]


def test_statuses_in_a_complete_file_are_named_and_those_people_are_left_out(school, read):
    known = imported(read(school.files()))
    school["users"]["p1"].update(status="tobedeleted", dateLastModified="2026-10-01")
    school["users"]["p2"].update(status="active", dateLastModified="2026-10-01")
    roster = read(school.files())

    assert ("warning", "roster", "p1", "status-in-full-file") in codes(roster)
    assert counts(plan(roster, known), "pupils")["gone"] == 1


def test_unknown_groups_and_schools_are_named_once_and_left_out(school, read):
    school["enrollments"]["e-w1-p1"].update(classSourcedId="weg")
    school["enrollments"]["e-w1-p3"].update(classSourcedId="weg")
    school["roles"]["r-p1"].update(orgSourcedId="elders")
    school["enrollments"]["e-h1-p1"].update(schoolSourcedId="elders")
    roster = read(school.files())

    assert codes(roster) == [
        ("warning", "group", "weg", "group-unknown"),
        ("warning", "pupil", "100001", "location-unknown"),
    ]
    assert by_key(roster.pupils, "p1").location_key is None


def test_a_class_that_is_not_told_though_people_are_in_it_is_not_gone(school, read):
    """Half a list of classes: who is in a lost one keeps class, mentor and groups."""
    known = imported(read(school.files()))
    del school["classes"]["h1"], school["classes"]["w1"]
    roster = read(school.files())

    assert [key for _severity, _kind, key, code in codes(roster) if code == "group-unknown"] == ["h1", "w1"]
    assert not any(rows.new or rows.changed or rows.gone for rows in plan(roster, known).rows.values())


def test_a_manifest_in_capitals_and_with_file_names_is_understood(read):
    text = FILES["manifest.csv"].replace("bulk", "BULK").replace("file.users,", "File.Users.csv,")

    assert len(read(FILES | {"manifest.csv": text}).pupils) == 6


def test_a_large_school_tells_how_far_it_is(tmp_path):
    rows = [{"sourcedId": f"p{number}", "givenName": "A", "familyName": "de Wit"} for number in range(20_000)]
    roles = [{"userSourcedId": row["sourcedId"], "role": "student", "orgSourcedId": "S1"} for row in rows]
    users = sheet(("sourcedId", "givenName", "familyName"), rows)
    files = FILES | {
        "users.csv": users,
        "roles.csv": sheet(("userSourcedId", "roleType", "role", "orgSourcedId"), roles),
    }
    seen = []
    source = OneRosterFiles([packed(tmp_path / "a.zip", files)], "99ZZ", TODAY)

    assert len(source.fetch(lambda kind, count: seen.append((kind, count))).pupils) == 20_000
    assert seen[-1] == ("pupils", 19_000)
