"""OneRoster packages of CSV files, 1.1 and 1.2: what is read from them (formats.md 7.1, 7.2)."""

from datetime import date

import pytest

from app.roster import ABSENT, Kind
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_school import TODAY
from tests.sources.oneroster.oneroster_world import by_key, codes

pytestmark = pytest.mark.once
school, read = oneroster_world.school, oneroster_world.read


def test_a_whole_school_of_either_version_is_the_same_roster(school, read):
    new, old = read(school.files("1.2")), read(school.files("1.1"))

    assert new == old
    assert (len(new.pupils), len(new.guardians), len(new.staff), len(new.groups)) == (6, 6, 2, 3)
    assert new.delivers == frozenset(Kind)
    assert (new.brin, new.school_year, new.reference_date, new.is_delta) == ("99ZZ", 2026, TODAY, False)
    assert [(one.name, one.code) for one in new.locations] == [("Lindelaan", "99ZZ01"), ("Havenkwartier", "99ZZ02")]
    assert new.messages == ()


def test_all_fields_of_a_pupil_z246_to_z258(school, read):
    pupil = by_key(read(school.files()).pupils, "p1")

    assert (pupil.number, pupil.first_name, pupil.prefix, pupil.last_name) == ("100001", "Sanne", "van der", "Berg")
    assert (pupil.birth_date, pupil.gender, pupil.email) == (date(2012, 3, 2), "female", "100001@leerling.example")
    assert (pupil.year_of_study, pupil.location_key, pupil.group_key, pupil.group_keys) == (2, "S1", "h1", ("w1",))
    assert pupil.mentor_keys == ("t1",)
    assert pupil.eckid.startswith("https://ketenid.nl/201703/")
    assert (pupil.programme_code, pupil.leaving_date, pupil.enrolled_on) == (ABSENT, None, None)


def test_a_homeroom_is_a_home_class_and_its_primary_teacher_the_mentor_z060(school, read):
    school.enrol("h1", "t2", "teacher", "false")
    roster = read(school.files())

    assert [(one.key, one.name, one.is_home, one.location_key) for one in roster.groups] == [
        ("h1", "1A", True, "S1"),
        ("h2", "2A", True, "S2"),
        ("w1", "1A.wi", False, "S1"),
    ]
    assert by_key(roster.pupils, "p1").mentor_keys == ("t1",)
    assert by_key(roster.staff, "t2").group_keys == ("h2", "w1", "h1")


def test_guardians_come_by_the_agents_of_the_pupil_or_their_own_z265(school, read):
    school["users"]["p1"]["agentSourcedIds"] = ""
    school["users"]["g1"]["agentSourcedIds"] = "p1,p2"
    school["roles"]["r-g2"]["role"] = "relative"
    roster = read(school.files())

    pairs = {(pair.guardian_key, pair.pupil_key): pair.relation for pair in roster.guardianships}
    assert pairs["g1", "p1"] == pairs["g1", "p2"] == "ouder"
    assert pairs["g2", "p2"] == "familielid"
    guardian = by_key(roster.guardians, "g1")
    assert (guardian.initials, guardian.prefix, guardian.last_name) == ("C.", "de", "Wit")


def test_a_teacher_who_is_a_parent_too_is_both(school, read):
    school.add("roles", "r2", userSourcedId="t1", roleType="secondary", role="parent", orgSourcedId="S1")
    school["users"]["p1"]["agentSourcedIds"] = "g1,t1"
    roster = read(school.files())

    assert by_key(roster.staff, "t1").number == "50001"
    assert by_key(roster.guardians, "t1").last_name == "Beek"
    assert ("t1", "p1") in {(pair.guardian_key, pair.pupil_key) for pair in roster.guardianships}


@pytest.mark.parametrize(
    ("given", "middle", "family", "expected"),
    [
        ("Sanne", "", "van der Beek", ("Sanne", "van der", "Beek")),
        ("Sanne", "van der", "Beek", ("Sanne", "van der", "Beek")),
        ("Sanne", "van der", "van Beek", ("Sanne", "van der", "van Beek")),
        ("Sanne", "Maria", "van der Beek", ("Sanne", "van der", "Beek")),
        ("Sanne", "", "De Smet", ("Sanne", None, "De Smet")),
        ("JAN", "", "Şahin-D'Août", ("JAN", None, "Şahin-D'Août")),
        ("Zoë", "", "=cmd|' /C calc'!A0", ("Zoë", None, "=cmd|' /C calc'!A0")),
    ],
)
def test_names_with_a_prefix_in_either_field(school, read, given, middle, family, expected):
    school["users"]["p1"].update(givenName=given, middleName=middle, familyName=family)

    pupil = by_key(read(school.files()).pupils, "p1")
    assert (pupil.first_name, pupil.prefix, pupil.last_name) == expected


def test_initials_as_first_name_a_call_name_and_a_first_name_alone(school, read):
    school["users"]["p1"].update(givenName="S.M.")
    school["users"]["p2"].update(givenName="Alexander", preferredGivenName="Lex")
    school["users"]["p3"].update(givenName="Cher", familyName="")
    school["users"]["g1"].update(givenName="CM")
    school["users"]["g2"].update(givenName="Anna-Maria Jo")
    roster = read(school.files())

    one, two, three = (by_key(roster.pupils, key) for key in ("p1", "p2", "p3"))
    assert (one.initials, one.first_name, two.first_name, three.last_name) == ("S.M.", None, "Lex", "Cher")
    assert (by_key(roster.guardians, "g1").initials, by_key(roster.guardians, "g2").initials) == ("CM", "A.M.J.")
    assert codes(roster) == [("warning", "pupil", "100003", "only-first-name")]


UUID = "4f0a1b2c-1111-2222-3333-444455556666"


@pytest.mark.parametrize(
    ("key", "values", "number"),
    [
        ("p9", {"userIds": "{stamnummer:0042}"}, "0042"),
        ("p9", {"userIds": "{LeerlingNummer: 0042 },{Other:7}", "identifier": "9"}, "0042"),
        ("p9", {"userIds": "{Other:7}", "identifier": "9"}, "9"),
        ("p9", {"userIds": "", "username": "123456@school.example"}, "123456"),
        ("7788", {"userIds": "", "username": "123456"}, "7788"),
        ("p9", {"userIds": "", "username": "sanne"}, "p9"),
        (UUID, {"userIds": "", "username": "sanne"}, "4f0a1b2c1111"),
    ],
)
def test_the_number_of_a_pupil_z246(school, read, key, values, number):
    school.add_user(key, "student", "S1", "Eva", "Bos", **values)

    roster = read(school.files())
    assert by_key(roster.pupils, key).number == number
    assert [code for *_rest, code in codes(roster)] == (["numbers-missing"] if key == UUID else [])


@pytest.mark.parametrize(
    ("grades", "year"),
    [("1", 1), ("06", 6), ("12", 2), ("16", 6), ("7", None), ("2,3", None), ("havo", None), ("", None)],
)
def test_the_year_of_study(school, read, grades, year):
    school["users"]["p1"]["grades"] = grades

    assert by_key(read(school.files()).pupils, "p1").year_of_study == year


def test_what_nobody_carries_is_absent_and_stays_as_known(school, read):
    for user in school["users"].values():
        user.update(email="", givenName=user["givenName"], agentSourcedIds="")
    school.tables["demographics"].clear()
    files = school.files(modes={"demographics": "absent"})
    del files["demographics.csv"]
    roster = read(files)

    pupil = by_key(roster.pupils, "p1")
    assert (pupil.email, pupil.birth_date, pupil.gender) == (ABSENT, ABSENT, ABSENT)
    assert Kind.GUARDIANS not in roster.delivers  # guardians without pupils take none away
    assert ("warning", "roster", "", "guardians-unlinked") in codes(roster)


def test_password_and_origin_are_never_read_r83(school, read):
    assert "geheim" not in repr(read(school.files()))
    assert "KANARIE" not in repr(read(school.files()))


def test_a_role_that_ended_or_has_yet_to_begin_z245_z255(school, read):
    school["roles"]["r-p1"].update(endDate="2026-09-30")
    school["roles"]["r-p2"].update(beginDate="2026-11-01")
    school["roles"]["r-t2"].update(endDate="2026-09-30")
    roster = read(school.files())

    assert by_key(roster.pupils, "p1").leaving_date == date(2026, 9, 30)
    assert by_key(roster.pupils, "p2").enrolled_on == date(2026, 11, 1)
    assert [one.key for one in roster.staff] == ["t1"]


def test_who_moved_to_the_other_location_has_two_roles(school, read):
    school["roles"]["r-p1"].update(endDate="2026-09-30")
    school.add("roles", "r2", userSourcedId="p1", roleType="primary", role="student", orgSourcedId="S2")

    pupil = by_key(read(school.files()).pupils, "p1")
    assert (pupil.location_key, pupil.leaving_date) == ("S2", None)


def test_enrolments_and_classes_of_another_time_do_not_count(school, read):
    school.add(
        "academicSessions", "y25", title="2025-2026", type="schoolYear", startDate="2025-08-01", endDate="2026-07-31"
    )
    school.add_class("old", "1Z", "S1")
    school["classes"]["old"]["termSourcedIds"] = "y25"
    school.enrol("old", "p1", "student")
    school["enrollments"]["e-h1-p1"]["endDate"] = "2026-09-30"
    school.enrol("h2", "p1", "student", beginDate="2026-10-01")
    school.enrol("w1", "p2", "student", beginDate="2026-11-01")
    roster = read(school.files())

    assert (roster.school_year, {one.key for one in roster.groups}) == (2026, {"h1", "h2", "w1"})
    assert by_key(roster.pupils, "p1").group_key == "h2"
    assert by_key(roster.pupils, "p2").group_keys == ()
    assert roster.messages == ()


def test_of_two_home_classes_the_primary_one_counts_else_the_newest(school, read):
    school.enrol("h2", "p1", "student", "true")
    school.enrol("h1", "p2", "student", beginDate="2026-09-20")

    roster = read(school.files())
    assert (by_key(roster.pupils, "p1").group_key, by_key(roster.pupils, "p1").group_keys) == ("h2", ("h1", "w1"))
    assert by_key(roster.pupils, "p2").group_key == "h1"


def test_the_school_year_is_told_by_the_sessions_r103(school, read):
    school["academicSessions"]["y26"].update(startDate="2025-08-01", endDate="2026-07-31")
    roster = read(school.files())
    assert (roster.school_year, roster.reference_date) == (2025, date(2026, 7, 31))

    school["academicSessions"]["y26"].update(startDate="2026-08-24", endDate="2027-08-20")
    assert read(school.files()).school_year == 2026


@pytest.mark.parametrize(
    ("district", "schools", "brin"),
    [
        ("99ZZ", ("99ZZ01", "99ZZ02"), "99ZZ"),
        ("", ("99zz-01", "99ZZ|02"), "99ZZ"),
        ("", ("11AA01", "11AA02"), "11AA"),
        ("", ("", ""), None),
        ("stichting 7", ("01", "02"), None),
        ("", ("11AA01", "99ZZ01"), "99ZZ"),
    ],
)
def test_whose_data_these_are(school, read, district, schools, brin):
    school["orgs"]["D"]["identifier"] = district
    for key, text in zip(("S1", "S2"), schools, strict=True):
        school["orgs"][key]["identifier"] = text

    roster = read(school.files())
    assert roster.brin == brin
    if schools[0] in ("99zz-01", "01"):
        assert [one.code for one in roster.locations] == ["99ZZ01", "99ZZ02"]


def test_without_a_list_of_schools_the_references_tell_them(school, read):
    files = school.files(modes={"orgs": "absent"})
    del files["orgs.csv"]
    roster = read(files)

    assert [(one.key, one.is_guess) for one in roster.locations] == [("S1", False), ("S2", False)]
    assert Kind.LOCATIONS not in roster.delivers
    assert by_key(roster.pupils, "p2").location_key == "S2"
