"""Somtoday against the plan: what is told in part, or not yet, costs nobody a place, group, mentor or guardian."""

import pytest

from tests.roster.roster_world import codes, counts, imported, plan
from tests.sources.somtoday import somtoday_world

player, pauses, fetch = somtoday_world.player, somtoday_world.pauses, somtoday_world.fetch
PEOPLE = ("leerlingen", "verzorgers", "medewerkers", "stamgroepen", "lesgroepen")


def rows(plan):
    return {name: found for name, found in plan.rows.items() if found.new or found.changed or found.gone}


@pytest.mark.parametrize(
    "names",
    [
        ("docenten",),
        ("docenten", "lesgroepen"),
        ("mentoren",),
        ("lesgroepen", "leerlingen"),
        ("verzorgers",),
        ("relatie_tot_leerlingen",),
        ("verzorgers", "relatie_tot_leerlingen"),
        ("emailadres", "roepnaam", "geboortedatum"),
    ],
)
def test_fields_that_we_may_no_longer_see_change_nothing(player, fetch, names):
    known = imported(fetch())
    player.faults.not_permitted = set(names)
    for name in PEOPLE:
        for record in getattr(player.school, name):
            for field in names:
                record.pop(field, None)
            for placement in record.get("plaatsingen", ()) if "mentoren" in names else ():
                placement.pop("mentoren", None)

    assert rows(plan(fetch(), known)) == {}


def test_who_is_between_two_placements_or_lost_the_number_is_not_gone_z244_z245(player, fetch):
    known = imported(fetch())
    between, numberless, closed = player.school.leerlingen[:3]
    this_year = between["plaatsingen"][1]
    this_year["einddatum"] = "2026-10-01"
    between["plaatsingen"].append({**this_year, "startdatum": "2026-11-01", "einddatum": "2027-07-31"})
    del numberless["leerlingnummer"], closed["plaatsingen"]

    later = plan(fetch(), known)

    assert rows(later) == {}
    assert counts(later, "pupils").get("gone", 0) == 0
    assert sorted(code for _severity, kind, _key, code in codes(later) if kind == "pupil") == [
        "begins-later",
        "enrolments-missing",
        "pupil-number-missing",
    ]


def test_a_class_change_to_come_shows_no_leaving_date_z255(player, fetch):
    known = imported(fetch())
    now = player.school.leerlingen[0]["plaatsingen"][1]
    player.school.leerlingen[0]["plaatsingen"].append({**now, "startdatum": "2026-11-01"})
    now["einddatum"] = "2026-10-31"

    assert rows(plan(fetch(), known)) == {}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_location_that_is_closed_to_us_changes_nothing_elsewhere(player, fetch, number):
    """Mentors and guardians who work or live across locations are out of sight with it; who is still named, stays."""
    known = imported(fetch())
    player.faults.hidden_locations = {player.school.vestigingen[number]["uuid"]}

    assert rows(plan(fetch(), known)) == {}


def test_a_mentor_of_a_closed_location_who_is_still_named_stays(player, fetch):
    elsewhere = player.school.vestigingen[1]["uuid"]
    pupil = next(one for one in player.school.leerlingen if one["vestiging"]["uuid"] != elsewhere)
    mentor = next(one for one in player.school.medewerkers if one["vestiging"]["uuid"] == elsewhere)
    pupil["plaatsingen"][1]["mentoren"] = [{"medewerker_uuid": mentor["uuid"]}]
    known = imported(fetch())
    player.faults.hidden_locations = {elsewhere}

    assert rows(plan(fetch(), known)) == {}
    pupil["plaatsingen"][1]["mentoren"] = []
    assert list(rows(plan(fetch(), known))) == ["mentor"]
