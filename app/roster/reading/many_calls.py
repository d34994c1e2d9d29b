"""Thousands of small questions to a service, one per person: bounded in time, and one that fails costs only itself."""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from app.errors import RosterUnavailable

from .transport import Refused

MAX_SECONDS: Final = 1800.0  # for all of them together
SILENT_AFTER: Final = 3  # so many in a row without an answer: the service is down
REFUSED_AFTER: Final = 10  # so many refusals and no answer: we have no right to ask this
ONCE_MORE: Final = 50  # so many that failed are asked again at the end


class Asked(NamedTuple):
    """The answers by key, and the keys without one. `is_refused`: the service never answered this question."""

    answers: dict[str, Any]
    failed: frozenset[str] = frozenset()
    is_refused: bool = False


def ask_each(
    keys: Iterable[str],
    ask: Callable[[str], Any],
    told: Callable[[int], None] = lambda count: None,
    clock: Callable[[], float] = time.monotonic,
) -> Asked:
    """Asks for each key; `told` hears after each how many are done.

    Stops when the service is down, when it refuses all, or when it takes too long: what was not asked has failed.
    Whoever failed has no answer, which is not an empty one.
    """
    asking = _Asking(list(dict.fromkeys(keys)), ask, told, clock)
    asking.ask_all(asking.keys)
    if asking.answers and not asking.is_over and 0 < len(asking.left()) <= ONCE_MORE:
        asking.ask_all(asking.left())
    return Asked(asking.answers, frozenset(asking.left()), asking.is_refused)


class _Asking:
    def __init__(
        self, keys: list[str], ask: Callable[[str], Any], told: Callable[[int], None], clock: Callable[[], float]
    ) -> None:
        self.keys, self._ask, self._told, self._clock = keys, ask, told, clock
        self.answers: dict[str, Any] = {}
        self.is_over = self.is_refused = False
        self._ends = clock() + MAX_SECONDS
        self._silent = self._refusals = 0

    def left(self) -> list[str]:
        return [key for key in self.keys if key not in self.answers]

    def ask_all(self, keys: list[str]) -> None:
        for key in keys:
            if self._clock() > self._ends:
                self.is_over = True
            if self.is_over:
                return
            self._ask_one(key)
            self._told(len(self.answers))

    def _ask_one(self, key: str) -> None:
        try:
            self.answers[key] = self._ask(key)
            self._silent = 0
        except Refused:
            self._silent = 0
            self._refusals += 1
            self.is_refused = not self.answers and self._refusals >= min(REFUSED_AFTER, len(self.keys))
            self.is_over = self.is_over or self.is_refused
        except RosterUnavailable:
            self._silent += 1
            self.is_over = self.is_over or self._silent >= SILENT_AFTER
