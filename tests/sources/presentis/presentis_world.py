"""A small school at Presentis and a way to fetch it without waiting."""

import pytest

from app.roster.presentis import PresentisSource
from tests.sources.presentis.presentis_player import Player
from tests.sources.somtoday.somtoday_world import Pauses, by_number, codes

__all__ = ["Player", "by_number", "codes"]


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
        return PresentisSource(settings, "99ZZ", today or player.today, switched_off=switched_off, sleep=pauses)

    return source


@pytest.fixture
def fetch(source):
    def fetch(progress=None, **more):
        return source(**more).fetch(progress)

    return fetch
