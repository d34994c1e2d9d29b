"""A mapping that a school used before, when it fits the table at hand: its titles are there, and tell the same kind."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from .look import TableLook, look_at
from .mapping import Mapping


def look_with(
    paths: Sequence[Path],
    today: date,
    mapping: str | None = None,
    remembered: Iterable[str] = (),
    known: Collection[str] = (),
) -> TableLook:
    """How the files are understood: by `mapping`, else by a remembered one that fits, else by their titles alone.

    Mappings come as JSON. A package of tables is read by its titles: one mapping does not fit them all.
    """
    if mapping is not None:
        return look_at(paths, Mapping.from_json(mapping), today=today, known=known)
    guessed = look_at(paths, today=today, known=known)
    if guessed.others:
        return guessed
    for one in map(Mapping.from_json, remembered):
        if guessed.kind not in (None, one.kind):
            continue
        again = look_at(paths, one, today=today, known=known)
        if again.refused is None and not again.missing:
            return replace(again, is_remembered=True)
    return guessed


def to_remember(look: TableLook) -> Mapping | None:
    """What of the mapping holds for the next table too: no place in the file, no school year."""
    mapping = look.mapping
    if mapping is None:
        return None
    sheet = None if not look.sheets or mapping.sheet == look.sheets[0] else mapping.sheet
    return replace(mapping, sheet=sheet, header_row=None, delimiter=None, encoding=None, school_year=None)
