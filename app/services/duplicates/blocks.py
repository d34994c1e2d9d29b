"""Which pairs are worth a comparison: persons who share something, never everybody with everybody. Pure.

Two persons who score PROPOSED share a number, an ECK iD or an e-mail address; or the date of birth (day and month may
be swapped) with the first letter of the first name; or, where a date is missing, the first and last name.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from itertools import combinations
from typing import Any, Final, NamedTuple

from app.models.names import fold
from app.services.roster.plan.likeness import bare

from .likeness import Likeness, Look, first_letter, letters, likeness, whole_last_name

CROWD: Final = (
    40  # more persons than this share nothing that tells: the address of the office, a date filled in for all
)

type_Pair = tuple[int, int]
"""The ids of two persons, the lower one first."""


class Proposal(NamedTuple):
    """Two persons who look like one."""

    first: Look
    second: Look
    likeness: Likeness

    @property
    def pair(self) -> type_Pair:
        return self.first.id, self.second.id


def proposals_among(looks: Iterable[Look], apart: Container[type_Pair]) -> list[Proposal]:
    """Who of these look like one, the most alike first. `apart`: pairs of whom somebody said that they are two."""
    by_id = {look.id: look for look in looks}
    found = []
    for first_id, second_id in _pairs(by_id.values()):
        first, second = by_id[first_id], by_id[second_id]
        alike = likeness(first, second)
        if alike.is_proposed and (first_id, second_id) not in apart:
            found.append(Proposal(first, second, alike))
    return sorted(found, key=lambda one: (-one.likeness.score, fold(one.first.last_name), one.pair))


def pair_of(one: int, other: int) -> type_Pair:
    """These two ids, the lower one first."""
    return (one, other) if one < other else (other, one)


def _pairs(looks: Iterable[Look]) -> set[type_Pair]:
    blocks: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for look in looks:
        for key in _keys(look):
            blocks[key].append(look.id)
    shared = (block for block in blocks.values() if 1 < len(block) <= CROWD)
    return {pair_of(*two) for block in shared for two in combinations(block, 2)}


def _keys(look: Look) -> Iterator[tuple[Any, ...]]:
    """What this person can share with another."""
    kind = look.kind
    if look.number:
        yield kind, "number", bare(look.number)
    if look.eckid:
        yield kind, "eckid", look.eckid.casefold()
    if look.email:
        yield kind, "email", look.email.casefold()
    born = look.birth_date
    if born:
        days = (born.month, born.day) if born.month <= born.day or born.day > 12 else (born.day, born.month)
        yield kind, "born", born.year, days, first_letter(look)
    if look.first_name:
        first = letters(look.first_name)
        for last in {whole_last_name(look), letters(look.last_name)}:
            yield kind, "name", last, first
