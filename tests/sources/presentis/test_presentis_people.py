"""Names and places of people at Presentis, where the interface leaves them open."""

import pytest

from app.roster import ABSENT
from tests.roster.roster_world import imported, plan
from tests.sources.presentis.presentis_world import by_number, fetch, pauses, player, source

__all__ = ["fetch", "pauses", "player", "source"]


@pytest.mark.parametrize(
    ("told", "prefix", "last"),
    [
        ({"achternaam": "van der Beek"}, "van der", "Beek"),
        ({"achternaam": "'t Hart-van den Berg"}, "'t", "Hart-van den Berg"),
        ({"achternaam": "Van Damme"}, None, "Van Damme"),
        ({"achternaam": "de"}, None, "de"),
        ({"achternaam": "Beek", "tussenvoegsel": "van der"}, "van der", "Beek"),
        ({"achternaam": "de Wit", "tussenvoegsel": None}, None, "de Wit"),
    ],
)
def test_a_prefix_before_the_last_name_is_known_when_there_is_no_field_for_it_z248(player, fetch, told, prefix, last):
    """The list sorts on Beek, not on van (domain.md 5.7)."""
    one = player.school.leerlingen[100][0]
    del one["tussenvoegsel"]
    one |= told

    pupil = by_number(fetch().pupils, one["leerlingnummer"])

    assert (pupil.prefix, pupil.last_name) == (prefix, last)


def test_a_guest_at_another_location_is_in_the_class_there(player, fetch):
    """Each location lists its own classes; the placement names no location."""
    one = player.school.leerlingen[100][0]
    placements = player.school.leerlingklassen[one["leerlingid"]]
    player.school.klassen[101].append({"klas": 601, "omschrijving": "Topsport"})
    for location in (100, 101):
        player.school.klassen[location].append({"klas": "overal", "omschrijving": "x"})
    placements.append({**placements[0], "klas": 601, "gast": True})
    placements.append({**placements[0], "klas": "overal", "gast": True})

    roster = fetch()

    pupil = by_number(roster.pupils, one["leerlingnummer"])
    assert [key for key in pupil.group_keys if key.startswith("klas")] == ["klas/101/601", "klas/100/overal"]
    found = {group.key: (group.name, group.location_key) for group in roster.groups}
    assert found["klas/101/601"] == ("Topsport", "101")
    assert "klas/100/601" not in found


def test_who_is_told_by_two_locations_is_where_they_have_not_left(player, fetch):
    one = player.school.leerlingen[100][0]
    player.school.leerlingen[101].append(dict(one))
    one["uitschrijfdatum"] = "20260901"

    roster = fetch()

    assert by_number(roster.pupils, one["leerlingnummer"]).location_key == "101"
    assert len(roster.pupils) == 60


def test_a_class_of_a_location_that_was_not_asked_stays_as_it_is(player, fetch):
    """Switched off or refused: its classes are not listed, so nobody can tell whose this one is (Z-228)."""
    one, two = player.school.leerlingen[100][:2]
    player.school.klassen[101].append({"klas": 601, "omschrijving": "Topsport"})
    now = player.school.leerlingklassen[one["leerlingid"]][0]
    player.school.leerlingklassen[one["leerlingid"]].append({**now, "klas": 601, "gast": True})
    player.school.leerlingklassen[two["leerlingid"]][0]["klas"] = 601
    known = imported(fetch())

    roster = fetch(switched_off=frozenset({"101"}))

    guest, other = (by_number(roster.pupils, each["leerlingnummer"]) for each in (one, two))
    assert (guest.group_keys, other.group_key) == (ABSENT, ABSENT)
    assert "klas/100/601" not in {group.key for group in roster.groups}
    known.off = frozenset(place.id for place in known.locations if place.name == "Havenkwartier")
    rows = plan(roster, known).rows
    assert not any(rows[name].new or rows[name].gone for name in ("school_group", "group_pupil", "mentor"))
