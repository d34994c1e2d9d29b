"""Somtoday in July and August: this school year and the next one are asked, and who begins is not yet here (Z-245)."""

from datetime import date

import pytest

from app.roster import Kind
from app.roster.somtoday import SomtodaySource
from tests.roster.roster_world import codes as plan_codes
from tests.roster.roster_world import counts, imported, plan
from tests.sources.somtoday.somtoday_player import Player
from tests.sources.somtoday.somtoday_world import by_number, codes

JULY, AUGUST = date(2026, 7, 15), date(2026, 8, 5)


@pytest.fixture
def player():
    """A school in July 2026: 2025/2026 is current, and everybody but the first pupil has a place in 2026/2027."""
    with Player(pupils=30, guardians=45, staff=6, today=JULY) as player:
        player.current_year = 2025
        for pupil in player.school.leerlingen[1:]:
            now = pupil["plaatsingen"][-1]
            pupil["plaatsingen"].append(
                {**next_year(pupil, 2026), "stamgroep": {"uuid": f"next-{now['leerjaar']}", "naam": "volgend"}}
            )
        yield player


def next_year(pupil, year, **changed):
    now = pupil["plaatsingen"][-1]
    days = {"schooljaar": f"{year}/{year + 1}", "startdatum": f"{year}-08-01", "einddatum": f"{year + 1}-07-31"}
    return {**now, "uuid": f"{now['uuid']}-{year}", **days, **changed}


def fetch(player, day):
    return SomtodaySource(player.settings, "99ZZ", day, sleep=lambda seconds: None).fetch()


def asked(player):
    return {part.partition("peilschooljaar=")[2] for part in player.requests if "peilschooljaar" in part}


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2026, 6, 30), {"HUIDIG"}),
        (date(2026, 9, 1), {"HUIDIG"}),
        (date(2026, 7, 1), {"HUIDIG", "VOLGEND"}),
        (date(2026, 8, 31), {"HUIDIG", "VOLGEND"}),
    ],
)
def test_both_school_years_are_asked_in_july_and_august_of_pupils_and_guardians_alike(player, day, years):
    fetch(player, day)

    assert asked(player) == years
    for name in ("leerling", "ouderVerzorger/"):
        mine = [path for path in player.requests if f"/{name}?" in path]
        assert {path.partition("peilschooljaar=")[2] for path in mine} == years


def test_a_pupil_whose_placement_ends_in_july_and_who_goes_on_has_no_leaving_date_z255(player):
    leaver, goes_on, over = player.school.leerlingen[:3]
    for pupil, last_day in ((leaver, "2026-07-17"), (goes_on, "2026-07-17"), (over, "2026-07-10")):
        pupil["plaatsingen"][1]["einddatum"] = last_day

    roster = fetch(player, JULY)

    told = {pupil["uuid"]: by_number(roster.pupils, pupil["leerlingnummer"]) for pupil in (leaver, goes_on, over)}
    assert [one.leaving_date for one in told.values()] == [date(2026, 7, 17), None, None]
    assert {one.school_year for one in roster.pupils} == {2025}
    assert not {one.group_key for one in roster.pupils} & {f"next-{n}" for n in range(1, 7)}
    assert len(roster.pupils) == 30
    assert codes(roster) == []


def test_who_begins_next_year_is_noted_with_the_day_and_is_not_enrolled_nor_are_the_parents_z245(player):
    new, _other = player.school.leerlingen[:2]
    new["plaatsingen"] = [next_year(new, 2026, startdatum="2026-08-24")]

    roster = fetch(player, JULY)

    assert new["uuid"] not in {one.key for one in roster.pupils}
    assert codes(roster) == [("info", str(new["leerlingnummer"]), "begins-later")]
    assert roster.messages[0].values == {"date": "24-08-2026"}
    parents = {link["uuid"] for link in new["verzorgers"]}
    elsewhere = {link["uuid"] for pupil in player.school.leerlingen[1:] for link in pupil["verzorgers"]}
    assert not {one.key for one in roster.guardians} & (parents - elsewhere)
    assert new["uuid"] not in {pair.pupil_key for pair in roster.guardianships}


def test_somebody_known_who_is_told_for_next_year_only_is_not_gone_z245(player):
    known = imported(fetch(player, JULY))
    away = player.school.leerlingen[1]
    del away["plaatsingen"][:2]  # a year abroad, and back in August

    later = plan(fetch(player, JULY), known, JULY)

    assert counts(later, "pupils").get("gone", 0) == 0
    assert {kind for kind, rows in later.rows.items() if rows.gone or rows.changed} == set()
    assert ("info", "pupil", str(away["leerlingnummer"]), "begins-later") in plan_codes(later)


def test_while_somtoday_calls_last_year_current_in_august_the_next_one_counts(player):
    """On 5 August 2026 the answer to HUIDIG is 2025/2026 still, with its classes; 2026/2027 comes from VOLGEND."""
    first, second = player.school.leerlingen[:2]
    second["plaatsingen"][2].update(leerjaar=6, stamgroep={"uuid": "h6a", "naam": "H6A"}, mentoren=[])

    roster = fetch(player, AUGUST)

    assert roster.school_year == 2026
    assert len(roster.pupils) == 29
    pupil = by_number(roster.pupils, second["leerlingnummer"])
    assert (pupil.school_year, pupil.year_of_study, pupil.group_key) == (2026, 6, "h6a")
    assert (pupil.leaving_date, pupil.mentor_keys) == (None, ())
    homes = {group.key: group.name for group in roster.groups if group.is_home}
    assert homes["h6a"] == "H6A"
    assert homes.keys() == {one.group_key for one in roster.pupils}
    assert ("info", str(first["leerlingnummer"]), "not-in-school-year") in codes(roster)
    assert not [code for severity, _key, code in codes(roster) if severity == "error"]


def test_once_somtoday_has_turned_the_year_nothing_of_last_year_counts(player):
    player.current_year = 2026

    roster = fetch(player, AUGUST)

    assert len(roster.pupils) == 29
    assert {one.school_year for one in roster.pupils} == {2026}
    assert {one.leaving_date for one in roster.pupils} == {None}


def test_a_pupil_who_changes_location_next_year_is_here_in_july_and_there_in_august(player):
    here, there = (place for place in player.school.vestigingen[:2])
    mover = next(one for one in player.school.leerlingen[1:] if one["vestiging"]["uuid"] == here["uuid"])
    player.school.leerlingen.append({**mover, "plaatsingen": [mover["plaatsingen"].pop()], "vestiging": there})

    assert by_number(fetch(player, JULY).pupils, mover["leerlingnummer"]).location_key == here["uuid"]
    assert by_number(fetch(player, AUGUST).pupils, mover["leerlingnummer"]).location_key == there["uuid"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("day", [JULY, AUGUST])
def test_a_service_that_refuses_next_year_fails_no_run_and_closes_nothing(player, status, day):
    player.current_year = 2025 if day is JULY else 2026
    player.faults.no_next_year = status

    roster = fetch(player, day)

    assert len(roster.pupils) == (30 if day is JULY else 29)
    assert (roster.closed_locations, roster.delivers) == (frozenset(), frozenset(Kind))
    assert codes(roster) == [("info", "", "next-year-refused")]


def test_a_guardian_told_for_both_years_is_one_and_keeps_what_is_said_of_this_year(player):
    pairs = fetch(player, date(2026, 6, 1)).guardianships

    assert sorted(fetch(player, JULY).guardianships) == sorted(pairs)
