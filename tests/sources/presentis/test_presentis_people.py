"""Names and places of people at Presentis, where the interface leaves them open."""

import pytest

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
