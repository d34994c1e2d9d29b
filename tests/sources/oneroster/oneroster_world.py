"""Reading packages of a made-up school, for tests of the adapters that OneRoster and School Data Sync share."""

import pytest

from app.roster.oneroster.service import OneRosterSource
from app.roster.oneroster_csv import OneRosterFiles
from app.roster.sds_csv import SdsFiles
from tests.sources.oneroster.oneroster_player import Player
from tests.sources.oneroster.oneroster_school import TODAY, School, packed


@pytest.fixture
def school():
    return School()


@pytest.fixture
def read(tmp_path):
    def read(files, today=TODAY, brin="99ZZ", folder=""):
        return OneRosterFiles([packed(tmp_path / "package.zip", files, folder)], brin, today).fetch()

    return read


@pytest.fixture
def read_sds(tmp_path):
    def read(files, today=TODAY, brin="99ZZ"):
        return SdsFiles([packed(tmp_path / "sds.zip", files)], brin, today).fetch()

    return read


@pytest.fixture(params=["v1p2", "v1p1"])
def player(request, school):
    with Player(school, request.param) as player:
        yield player


class Pauses(list):
    """Counts the pauses instead of waiting."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def source(player, pauses):
    def source(switched_off=frozenset(), today=TODAY, **changed):
        settings = {**player.settings, **changed}
        return OneRosterSource(settings, "99ZZ", today, switched_off=switched_off, sleep=pauses)

    return source


@pytest.fixture
def fetch(source):
    return lambda *parts, **more: source(*parts, **more).fetch()


def by_key(people, key):
    return next(person for person in people if person.key == key)


def codes(roster):
    return [(message.severity, message.kind, message.key, message.code) for message in roster.messages]
