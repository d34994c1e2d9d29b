"""A small school at Magister and a way to fetch it without waiting."""

import pytest

from app.errors import RosterUnavailable
from app.roster.magister import MagisterSource
from tests.sources.magister.magister_player import Player
from tests.sources.somtoday.somtoday_world import Pauses, by_number, codes

__all__ = ["Player", "by_number", "codes"]
ALL = "leerlingen=leerlingen actief; verzorgers=ouders, medewerkers=personeel"


def listed(player, *rows):
    """A list of our own under the name 'eigen', beside the pupils of the functions."""
    player.school.layouts["eigen"] = list(rows)
    return "eigen"


@pytest.fixture
def player():
    with Player() as player:
        yield player


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def source(player, pauses):
    def source(today=None, switched_off=frozenset(), **changed):
        settings = {**player.settings, **changed}
        return MagisterSource(settings, "99ZZ", today or player.today, switched_off=switched_off, sleep=pauses)

    return source


@pytest.fixture
def fetch(source):
    def fetch(progress=None, **more):
        return source(**more).fetch(progress)

    return fetch


def refusal_of(do):
    with pytest.raises(RosterUnavailable) as refusal:
        do()
    return refusal.value.message
