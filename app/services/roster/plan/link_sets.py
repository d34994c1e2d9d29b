"""Who is linked to what, as sets that a whole class shares: they are the largest part of what we know of a school."""

from collections.abc import Iterable


def linked(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Per person the set of all that it is linked to. Equal sets are one object: a whole class has the same groups."""
    sets: dict[int, frozenset[int]] = {}
    larger: dict[tuple[frozenset[int], int], frozenset[int]] = {}
    same: dict[frozenset[int], frozenset[int]] = {}
    nothing = frozenset[int]()
    for person_id, other_id in pairs:
        step = sets.get(person_id, nothing), other_id
        grown = larger.get(step)
        if grown is None:
            grown = step[0] | {other_id}
            grown = larger[step] = same.setdefault(grown, grown)
        sets[person_id] = grown
    return sets
