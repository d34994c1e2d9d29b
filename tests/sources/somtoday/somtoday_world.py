"""A small school at Somtoday and a way to fetch it without waiting."""

import pytest

from app.roster.somtoday import SomtodaySource
from tests.sources.somtoday.somtoday_player import Player


class Pauses(list):
    """Counts the pauses instead of waiting."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def player():
    with Player(pupils=60, guardians=90, staff=8) as player:
        yield player


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def fetch(player, pauses):
    def fetch(today=None, switched_off=frozenset(), **changed):
        settings = {**player.settings, **changed}
        return SomtodaySource(settings, "99ZZ", today or player.today, switched_off=switched_off, sleep=pauses).fetch()

    return fetch


def by_number(people, number):
    return next(person for person in people if person.number == str(number))


def codes(roster):
    return [(message.severity, message.key, message.code) for message in roster.messages]
