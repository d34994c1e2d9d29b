"""What Somtoday tells in part: classes of other locations, fields we may not see, placements to come."""

from datetime import date

import pytest

from app.roster import ABSENT, Kind
from tests.sources.somtoday import somtoday_world
from tests.sources.somtoday.somtoday_world import by_number, codes

player, pauses, fetch = somtoday_world.player, somtoday_world.pauses, somtoday_world.fetch


def test_a_pupil_in_a_class_of_another_location_moves_no_class(player, fetch):
    here, there = (place["uuid"] for place in (player.school.vestigingen[0], player.school.vestigingen[-1]))
    theirs = next(group for group in player.school.stamgroepen if group["vestiging"]["uuid"] == there)
    guest = next(pupil for pupil in player.school.leerlingen if pupil["vestiging"]["uuid"] == here)
    guest["plaatsingen"][1]["stamgroep"] = {"uuid": theirs["uuid"], "naam": theirs["naam"]}

    roster = fetch()

    (group,) = [group for group in roster.groups if group.key == theirs["uuid"]]
    assert (group.location_key, group.year_of_study) == (there, theirs["leerjaar"])
    assert by_number(roster.pupils, guest["leerlingnummer"]).group_key == theirs["uuid"]


def test_a_class_that_only_a_placement_names_has_no_location_of_its_own(player, fetch):
    pupil = player.school.leerlingen[0]
    pupil["plaatsingen"][1]["stamgroep"] = {"uuid": "elders", "naam": "X1"}

    (group,) = [group for group in fetch().groups if group.key == "elders"]

    assert (group.name, group.is_home, group.location_key) == ("X1", True, None)


def without(school, name):
    """Takes a field out of every record, as Connect does with what we may not see."""
    for record in (
        *school.leerlingen,
        *school.verzorgers,
        *school.medewerkers,
        *school.stamgroepen,
        *school.lesgroepen,
    ):
        record.pop(name, None)
        for placement in record.get("plaatsingen", ()):
            placement.pop(name, None)


def test_groups_of_staff_that_we_may_not_see_are_absent_and_not_none(player, fetch):
    for name in ("docenten", "lesgroepen", "mentoren"):
        without(player.school, name)

    staff = fetch().staff

    assert {member.group_keys for member in staff} == {ABSENT}


@pytest.mark.parametrize("names", [("docenten", "lesgroepen"), ("mentoren",)])
def test_groups_of_staff_that_are_told_in_part_take_nothing_away(player, fetch, names):
    before = {member.key: member.group_keys for member in fetch().staff}
    for name in names:
        without(player.school, name)

    roster = fetch()
    is_home = {group.key: group.is_home for group in roster.groups}

    for member in roster.staff:
        seen = {key for key in before[member.key] if is_home[key] is (names != ("mentoren",))}
        assert set(member.group_keys or ()) == seen
        assert member.group_keys is not ABSENT or names == ("docenten", "lesgroepen")
        assert not member.groups_complete


def test_groups_of_staff_told_by_the_staff_or_by_the_groups_alone_are_whole(player, fetch):
    before = fetch().staff
    without(player.school, "lesgroepen")

    assert {(one.key, frozenset(one.group_keys), True) for one in before} == {
        (one.key, frozenset(one.group_keys), one.groups_complete) for one in fetch().staff
    }


def test_teaching_groups_of_a_pupil_are_absent_when_nobody_tells_them_and_none_when_the_groups_do(player, fetch):
    without(player.school, "lesgroepen")
    pupil = player.school.leerlingen[0]
    for group in player.school.lesgroepen:
        group["leerlingen"] = [link for link in group["leerlingen"] if link["uuid"] != pupil["uuid"]]

    assert by_number(fetch().pupils, pupil["leerlingnummer"]).group_keys == ()

    without(player.school, "leerlingen")
    assert {one.group_keys for one in fetch().pupils} == {ABSENT}


def test_mentors_that_we_may_not_see_are_absent(player, fetch):
    without(player.school, "mentoren")

    assert {one.mentor_keys for one in fetch().pupils} == {ABSENT}


def test_the_rank_of_a_guardian_that_the_pupil_does_not_tell_is_absent(player, fetch):
    pairs = len(fetch().guardianships)
    without(player.school, "verzorgers")

    roster = fetch()

    assert {pair.rank for pair in roster.guardianships} == {ABSENT}
    assert len(roster.guardianships) == pairs


def test_guardians_whose_pupils_nobody_tells_are_not_delivered(player, fetch):
    without(player.school, "verzorgers")
    without(player.school, "relatie_tot_leerlingen")

    roster = fetch()

    assert roster.delivers == frozenset(Kind) - {Kind.GUARDIANS}
    assert ("warning", "", "resource-refused") in codes(roster)


def placed(pupil, *spans):
    """Gives a pupil these placements: (school year, first day, last day)."""
    pupil["plaatsingen"] = [
        {"uuid": str(number), "schooljaar": f"{year}/{year + 1}", "startdatum": begin, "einddatum": end, "leerjaar": 2}
        for number, (year, begin, end) in enumerate(spans)
    ]


LAST_YEAR = (2025, "2025-08-01", "2026-07-31")
YEAR = (2026, "2026-08-23", "2027-07-31")
SUMMER, AUTUMN = date(2026, 8, 10), date(2026, 10, 20)


@pytest.mark.parametrize(
    ("spans", "day", "code"),
    [
        ([LAST_YEAR, YEAR], SUMMER, "begins-later"),
        ([YEAR], SUMMER, "begins-later"),
        ([LAST_YEAR], SUMMER, "not-in-school-year"),
        ([(2025, "2025-08-01", "2026-07-10")], SUMMER, "not-in-school-year"),
        ([(2025, "2025-08-01", None)], SUMMER, "not-in-school-year"),
        ([(2026, "2026-08-01", "2026-10-15"), (2026, "2026-11-01", "2027-07-31")], AUTUMN, "begins-later"),
        ([], SUMMER, "never-enrolled"),
        ([(2023, "2023-08-01", "2024-07-31")], SUMMER, "never-enrolled"),
    ],
)
def test_a_pupil_who_has_yet_to_begin_or_is_between_two_placements_is_noted_and_not_gone_z245(
    player, fetch, spans, day, code
):
    pupil = player.school.leerlingen[0]
    placed(pupil, *spans)

    roster = fetch(today=day)

    (message,) = [one for one in roster.messages if one.key == str(pupil["leerlingnummer"])]
    assert (message.severity, message.code, message.record_key) == ("info", code, pupil["uuid"])
    assert pupil["uuid"] not in {one.key for one in roster.pupils}


@pytest.mark.parametrize(
    ("spans", "is_active", "last_day"),
    [
        ([(2026, "2026-08-01", "2026-10-31"), (2026, "2026-11-01", "2027-07-31")], True, None),
        ([(2026, "2026-08-01", "2026-10-31"), (2026, "2026-11-15", None)], True, None),
        ([(2026, "2026-08-01", "2027-07-15"), (2027, "2027-08-01", None)], True, None),
        ([(2026, "2026-08-01", "2026-10-31")], True, date(2026, 10, 31)),
        ([(2025, "2025-08-01", "2026-02-01")], True, date(2026, 2, 1)),
        ([LAST_YEAR], False, date(2026, 7, 31)),
        ([YEAR], False, date(2026, 10, 19)),
    ],
)
def test_a_leaving_date_is_the_end_of_the_last_placement_only_z255(player, fetch, spans, is_active, last_day):
    pupil = player.school.leerlingen[0]
    placed(pupil, *spans)
    pupil["isActief"] = is_active

    assert by_number(fetch(today=AUTUMN).pupils, pupil["leerlingnummer"]).leaving_date == last_day


def test_placements_that_we_may_not_see_are_an_error_of_that_record_z244(player, fetch):
    pupil = player.school.leerlingen[0]
    del pupil["plaatsingen"]

    roster = fetch()

    assert codes(roster) == [("error", str(pupil["leerlingnummer"]), "enrolments-missing")]
    assert roster.messages[0].record_key == pupil["uuid"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("leerlingnummer", None, "pupil-number-missing"),
        ("leerlingnummer", "7" * 65, "number-too-long"),
        ("achternaam", None, "last-name-missing"),
    ],
)
def test_a_record_that_cannot_be_used_names_its_key_so_that_nobody_is_gone_z244(player, fetch, field, value, code):
    pupil = player.school.leerlingen[0]
    pupil[field] = value

    (message,) = fetch().messages

    assert (message.severity, message.code) == ("error", code)
    assert pupil["uuid"] in (message.key, message.record_key)


@pytest.mark.parametrize(("told", "day"), [("01-11-2026", date(2026, 11, 1)), ("1-11-2026", date(2026, 11, 1))])
def test_a_date_with_the_day_first_is_read(player, fetch, told, day):
    pupil = player.school.leerlingen[0]
    placed(pupil, (2026, "01-08-2026", told))

    assert by_number(fetch().pupils, pupil["leerlingnummer"]).leaving_date == day


def test_an_end_that_cannot_be_read_is_a_warning_about_the_leaving_date_z244(player, fetch):
    pupil = player.school.leerlingen[0]
    placed(pupil, (2026, "2026-08-01", "ooit"))

    (message,) = fetch().messages

    assert (message.code, message.values) == (
        "date-unreadable",
        {"field": "leaving_date", "value": "ooit"},
    )
    assert (message.key, message.record_key) == (str(pupil["leerlingnummer"]), pupil["uuid"])


def test_authority_that_is_not_told_says_nothing(player, fetch):
    for link in player.school.verzorgers[0]["relatie_tot_leerlingen"]:
        del link["ouderlijk_gezag"]

    pairs = fetch().guardianships

    mine = [one for one in pairs if one.guardian_key == player.school.verzorgers[0]["uuid"]]
    assert {one.has_authority for one in mine} == {ABSENT}
    assert {one.has_authority for one in pairs if one not in mine} == {True, False}
