"""The fixtures of the login tests."""

import pytest

from tests.login.auth_world import clock, hashes, issue, owner, root, second_school

__all__ = ["clock", "hashes", "issue", "owner", "root", "second_school"]


@pytest.fixture(autouse=True)
def _without_a_beat(monkeypatch):
    """Nobody times most of these tests; test_stopwatch.py does."""
    monkeypatch.setattr("app.auth.pace.BEAT", 0)
