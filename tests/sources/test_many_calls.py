"""Thousands of small questions: bounded, and one that fails costs only itself (R110)."""

import pytest

from app.errors import RosterUnavailable
from app.roster.reading import many_calls
from app.roster.reading.many_calls import REFUSED_AFTER, SILENT_AFTER, ask_each
from app.roster.reading.transport import Refused

KEYS = [str(number) for number in range(100)]


def asked(problem, failing, times=99):
    """What comes of asking, and how often was asked."""
    calls, left = [], dict.fromkeys(failing, times)

    def ask(key):
        calls.append(key)
        if left.get(key):
            left[key] -= 1
            raise problem
        return key

    return ask_each(KEYS, ask), len(calls)


@pytest.mark.parametrize("problem", [Refused(500), RosterUnavailable("x")])
def test_one_that_fails_is_asked_once_more_at_the_end(problem):
    assert asked(problem, ["7"], times=1)[0].failed == frozenset()
    result, calls = asked(problem, ["7"])
    assert (result.failed, calls, len(result.answers)) == ({"7"}, 101, 99)


def test_a_question_that_is_always_refused_is_given_up():
    result, calls = asked(Refused(403), KEYS)
    assert (result.is_refused, calls, len(result.failed)) == (True, REFUSED_AFTER, 100)


def test_a_service_that_goes_down_is_given_up():
    result, calls = asked(RosterUnavailable("x"), KEYS[40:])
    assert (result.is_refused, calls, len(result.answers)) == (False, 40 + SILENT_AFTER, 40)


def test_time_is_bounded(monkeypatch):
    monkeypatch.setattr(many_calls, "MAX_SECONDS", 10.0)
    moments = iter(range(1000))
    result = ask_each(KEYS, lambda key: key, clock=lambda: next(moments))
    assert len(result.answers) == 10
    assert len(result.failed) == 90
