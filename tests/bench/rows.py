"""One figure of the benchmarks: what ours took, what the bare work took, and the ratio that we allow."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """`ours` and `floor` in one unit (seconds, unless the name says otherwise); `ratio` = ours / floor."""

    name: str
    ours: float
    floor: float
    ratio: float
    limit: float


def seconds(work: Callable[[], object]) -> float:
    """How long this takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def compared(name: str, ours: list[float], floor: list[float], limit: float) -> Row:
    """The row of these times: their medians (at least 5 of each, taken in turns, in one run)."""
    mine, bare = median(ours), median(floor)
    return Row(name, mine, bare, mine / bare, limit)
