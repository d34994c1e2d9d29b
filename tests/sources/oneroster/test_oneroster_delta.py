"""OneRoster packages of changes: who came, changed, moved or went, and nobody is gone by silence (formats.md 7.1)."""

from datetime import date

import pytest

from app.errors import RosterUnreadable
from app.roster import ABSENT, Kind, RosterDetails, RosterMembership
from tests.sources.oneroster import oneroster_world
from tests.sources.oneroster.oneroster_school import School, delta
from tests.sources.oneroster.oneroster_world import by_key, codes

pytestmark = pytest.mark.once
school, read = oneroster_world.school, oneroster_world.read
EVA = {"sourcedId": "p9", "givenName": "Eva", "familyName": "de Bos", "userIds": "{LeerlingNummer:100009}"}
GONE = {"status": "tobedeleted"}


def role(user, name, **values):
    return {"sourcedId": f"r-{user}", "userSourcedId": user, "roleType": "primary", "role": name, **values}


def enrolment(group, user, name, **values):
    return {"sourcedId": f"e-{group}-{user}", "classSourcedId": group, "userSourcedId": user, "role": name, **values}


def test_a_new_pupil_says_nothing_of_groups_and_nobody_else_is_told(read):
    roster = read(
        delta(
            users=[EVA | {"agentSourcedIds": "g9,g1"}, {"sourcedId": "g9", "givenName": "A.", "familyName": "Bos"}],
            roles=[role("p9", "student", orgSourcedId="S1"), role("g9", "parent", orgSourcedId="S1")],
            demographics=[{"sourcedId": "p9", "birthDate": "2012-01-02", "sex": "female"}],
            enrollments=[enrolment("h1", "p9", "student")],
        )
    )

    (eva,) = roster.pupils
    assert (eva.number, eva.prefix, eva.last_name, eva.location_key) == ("100009", "de", "Bos", "S1")
    assert (eva.birth_date, eva.gender) == (date(2012, 1, 2), "female")
    assert (eva.group_key, eva.group_keys, eva.mentor_keys, eva.email) == (ABSENT, ABSENT, ABSENT, ABSENT)
    assert (roster.is_delta, roster.gone, roster.parted, roster.made_on) == (True, frozenset(), (), date(2026, 10, 4))
    assert roster.joined == (RosterMembership("h1", "p9", "pupil"),)
    assert {(pair.guardian_key, pair.pupil_key) for pair in roster.guardianships} == {("g9", "p9"), ("g1", "p9")}
    assert (roster.whole_pairs, roster.only_known) == ({"p9"}, frozenset())
    assert roster.messages == ()


def test_the_same_in_one_one(read):
    eva = EVA | {"role": "student", "orgSourcedIds": "S1", "grades": "2"}
    roster = read(delta("1.1", users=[eva, {"sourcedId": "p1", "role": "student", **GONE}]))

    assert [(one.key, one.location_key, one.year_of_study) for one in roster.pupils] == [("p9", "S1", 2)]
    assert roster.gone == {(Kind.PUPILS, "p1")}


def test_who_is_to_be_deleted_is_gone_under_every_kind_that_it_may_be(read):
    roster = read(
        delta(
            users=[{"sourcedId": "p1", **GONE}, {"sourcedId": "p2", "status": "inactive"}],
            classes=[{"sourcedId": "h2", **GONE}],
            orgs=[{"sourcedId": "S2", **GONE}],
        )
    )

    people = {(kind, key) for kind in (Kind.PUPILS, Kind.GUARDIANS, Kind.STAFF) for key in ("p1", "p2")}
    assert roster.gone == people | {(Kind.GROUPS, "h2"), (Kind.LOCATIONS, "S2")}
    assert (roster.pupils, roster.staff, roster.guardians, roster.locations) == ((), (), (), ())


def test_who_is_deleted_and_told_anew_in_one_package_is_not_gone(read):
    roster = read(delta(users=[{"sourcedId": "p9", **GONE}, EVA], roles=[role("p9", "student", orgSourcedId="S1")]))

    assert (roster.gone, [one.key for one in roster.pupils]) == (frozenset(), ["p9"])


def test_a_role_that_ends_alone_makes_nobody_gone(read):
    roster = read(delta(roles=[role("t1", "teacher", orgSourcedId="S1", **GONE)]))

    assert (roster.gone, roster.staff) == (frozenset(), ())


def test_a_changed_user_without_a_role_counts_only_for_whom_we_know(read):
    changed = {"sourcedId": "x1", "givenName": "Ilse", "familyName": "van Dam", "email": "i@thuis.example"}
    roster = read(delta(users=[changed]))

    assert roster.only_known == {(Kind.PUPILS, "x1"), (Kind.GUARDIANS, "x1"), (Kind.STAFF, "x1")}
    for people in (roster.pupils, roster.guardians, roster.staff):
        assert [(one.last_name, one.prefix, one.email) for one in people] == [("Dam", "van", "i@thuis.example")]
    assert (roster.pupils[0].location_key, roster.pupils[0].group_key, roster.staff[0].group_keys) == (
        None,
        ABSENT,
        ABSENT,
    )


def test_a_role_may_be_told_by_an_enrolment_or_a_typed_number(read):
    users = [EVA, {"sourcedId": "t9", "givenName": "Ad", "familyName": "Bos"}]
    roster = read(delta(users=users, enrollments=[enrolment("h1", "t9", "teacher")]))

    assert ([one.key for one in roster.pupils], [one.key for one in roster.staff]) == (["p9"], ["t9"])
    assert roster.only_known == frozenset()


def test_enrolments_that_come_end_and_go(read):
    roster = read(
        delta(
            enrollments=[
                enrolment("h2", "p1", "student"),
                enrolment("h1", "p1", "student", **GONE),
                enrolment("w1", "p2", "student", endDate="2026-10-01"),
                enrolment("w1", "p3", "student", beginDate="2026-12-01"),
                enrolment("h1", "t2", "teacher", primary="true"),
                enrolment("h1", "t1", "teacher", primary="false"),
                enrolment("h2", "t1", "teacher", primary="true", **GONE),
                enrolment("w2", "t3", "teacher", primary="true"),
                enrolment("w2", "t4", "proctor"),
                {"sourcedId": "e7", **GONE},
            ],
            classes=[{"sourcedId": "w2", "title": "2A.fa", "classType": "scheduled", "schoolSourcedId": "S1"}],
        )
    )

    assert set(roster.joined) == {
        RosterMembership("h2", "p1", "pupil"),
        RosterMembership("h1", "t2", "staff"),
        RosterMembership("h1", "t2", "mentor"),
        RosterMembership("h1", "t1", "staff"),
        RosterMembership("w2", "t3", "staff"),
    }
    assert set(roster.parted) == {
        RosterMembership("h1", "p1", "pupil"),
        RosterMembership("w1", "p2", "pupil"),
        RosterMembership("h1", "t1", "mentor"),
        RosterMembership("h2", "t1", "staff"),
        RosterMembership("h2", "t1", "mentor"),
    }
    assert [(one.key, one.is_home) for one in roster.groups] == [("w2", False)]
    assert [code for *_rest, code in codes(roster)] == ["enrolment-unclear"]


def test_an_enrolment_that_is_made_again_is_joined_and_not_parted(read):
    again = [enrolment("h1", "p1", "student", **GONE), enrolment("h1", "p1", "student") | {"sourcedId": "e2"}]
    roster = read(delta(enrollments=again))

    assert (roster.joined, roster.parted) == ((RosterMembership("h1", "p1", "pupil"),), ())


def test_guardians_of_a_told_pupil_are_all_told_also_when_there_are_none_left(read):
    without = {"sourcedId": "p1", "givenName": "Sanne", "familyName": "Berg", "agentSourcedIds": ""}
    roster = read(delta(users=[without], roles=[role("p1", "student", orgSourcedId="S1")]))

    assert (roster.guardianships, roster.whole_pairs) == ((), {"p1"})


def test_a_new_guardian_may_name_a_pupil_that_is_not_in_the_package(read):
    mother = {"sourcedId": "g9", "givenName": "Anna", "familyName": "Bos", "agentSourcedIds": "p1"}
    roster = read(delta(users=[mother], roles=[role("g9", "parent", orgSourcedId="S1")]))

    assert [(one.guardian_key, one.pupil_key, one.relation) for one in roster.guardianships] == [("g9", "p1", "ouder")]
    assert roster.whole_pairs == frozenset()


def test_a_package_that_mixes_both_takes_nobody_away(read):
    files = School(pupils=2).files(modes={"enrollments": "delta"})
    roster = read(files)

    assert (roster.is_delta, len(roster.pupils), roster.gone, roster.parted) == (True, 2, frozenset(), ())
    assert ("warning", "roster", "", "mixed-package") in codes(roster)
    assert ("warning", "roster", "", "status-missing") in codes(roster)
    assert RosterMembership("h1", "p1", "pupil") in roster.joined


def test_a_corrected_date_of_birth_comes_without_the_user(read):
    roster = read(delta(demographics=[{"sourcedId": "p1", "birthDate": "2012-01-02", "sex": "male"}]))

    assert (roster.pupils, roster.messages) == ((), ())
    assert roster.details == (RosterDetails("p1", date(2012, 1, 2), "male"),)


def test_a_school_that_only_others_name_is_no_new_location(read):
    roster = read(delta("1.1", users=[EVA | {"role": "student", "orgSourcedIds": "S9"}]))

    assert (roster.locations, roster.pupils[0].location_key) == ((), "S9")


def test_an_unreadable_field_of_a_changed_user_stays_as_known(read):
    roster = read(delta(users=[EVA | {"email": "geen"}], roles=[role("p9", "student", orgSourcedId="S1")]))

    assert ("warning", "pupil", "100009", "email-unreadable") in codes(roster)
    assert by_key(roster.pupils, "p9").email is ABSENT


def test_no_changes_at_all_is_no_package(read):
    with pytest.raises(RosterUnreadable, match="nothing in this package"):
        read(delta(users=[], enrollments=[]))
