"""What Somtoday tells in part: classes of other locations, fields we may not see, placements to come (formats.md 4.1)."""

from datetime import date

import pytest

from app.roster import ABSENT, Kind
from tests.roster import somtoday_world
from tests.roster.somtoday_player import Player
from tests.roster.somtoday_world import by_number, codes

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
