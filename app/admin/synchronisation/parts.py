"""The parts of a held run as its page shows them: in groups of one kind and direction, a row for each location."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.models import SyncRun
from app.services.roster.plan.changes import KIND_OF
from app.services.roster.plan.parts import ACCESS, CHANGED, EVERYWHERE, GONE, KINDS, NEW, Part
from app.services.runs.changes import ChangeLine, Changes
from app.services.runs.shown import part_of

from .words import KINDS as KIND_WORDS

NAMES_SHOWN = 10  # of each part; the CSV file has the others
GRAVITY = (GONE, ACCESS, CHANGED, NEW)  # of groups without anything that is too much
DIRECTION_WORDS = {
    NEW: _l("new or back"),
    CHANGED: _l("changed"),
    GONE: _l("left"),
    ACCESS: _l("less access"),
}


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part that can be ticked. `more`: how many of it are not listed below it; `stored`: how many its file has."""

    key: str
    where: str
    before: int
    struck: int
    is_over: bool
    cause: str | None
    is_far: bool
    is_ticked: bool
    lines: list[ChangeLine] = field(default_factory=list)
    stored: int = 0

    @property
    def share(self) -> int:
        """In percent of how many there were; 100 where there were none."""
        return min(100, round(100 * self.struck / self.before)) if self.before else 100

    @property
    def more(self) -> int:
        return max(0, self.struck - len(self.lines))


@dataclass(frozen=True, slots=True)
class PartGroup:
    """The parts of one kind and direction, with what all of them together come to."""

    key: str
    title: str
    before: int
    struck: int
    is_over: bool
    cause: str | None
    rows: list[PartRow]


def part_groups(
    run: SyncRun, changes: Changes, far: Collection[str], ticked: Collection[str] | None = None
) -> list[PartGroup]:
    """The groups of a held run, what is too much first. `far`: keys of parts outside the actor's reach.

    `ticked`: the keys that somebody ticked before; without, everything is that is neither too much nor far, and nothing
    of a delivery that is doubted as a whole.
    """
    found = (run.parts or {}).get("found", ())
    if ticked is None and (run.parts or {}).get("doubt"):
        ticked = ()
    by_group: dict[tuple[str, str], list[tuple[Part, dict[str, Any]]]] = {}
    for row in found:
        part = part_of(row["part"])
        by_group.setdefault((part.kind, part.direction), []).append((part, row))
    groups = [_group(rows, changes, far, ticked) for rows in by_group.values()]
    return sorted((group for group in groups if group.rows), key=_gravity)


def _gravity(group: PartGroup) -> tuple[bool, int, int]:
    part = part_of(group.key)
    is_over = group.is_over or any(row.is_over for row in group.rows)
    return not is_over, GRAVITY.index(part.direction), KINDS.index(part.kind)


def _group(
    rows: Iterable[tuple[Part, dict[str, Any]]], changes: Changes, far: Collection[str], ticked: Collection[str] | None
) -> PartGroup:
    total, places = None, []
    for part, row in rows:
        if part.location_id is EVERYWHERE:
            total = row
        else:
            places.append(row)
    assert total is not None  # every part of a location counts everywhere too
    part = part_of(total["part"])
    title = _("%(kind)s: %(what)s", kind=KIND_WORDS[KIND_OF[part.kind].value], what=DIRECTION_WORDS[part.direction])
    made = [_row(row, total["over"], changes, far, ticked) for row in places]
    return PartGroup(total["part"], title, total["before"], total["struck"], total["over"], total["cause"], made)


def _row(
    row: dict[str, Any], over: bool, changes: Changes, far: Collection[str], ticked: Collection[str] | None
) -> PartRow:
    key, is_far = row["part"], row["part"] in far
    is_ticked = key in ticked if ticked is not None else not (row["over"] or over or is_far)
    lines = changes.in_part(key)
    where, may_tick = row["where"] or _("Without a location"), is_ticked and not is_far
    about = (where, row["before"], row["struck"], row["over"], row["cause"], is_far, may_tick)
    return PartRow(key, *about, lines[:NAMES_SHOWN], len(lines))


def left_out_of(run: SyncRun) -> list[str]:
    """What was not applied of a run, in words: 'Leerlingen: vertrokken, Havenkwartier (99ZZ02): 212'."""
    without = set((run.parts or {}).get("without", ()))
    told = []
    for row in (run.parts or {}).get("found", ()):
        part = part_of(row["part"])
        if row["part"] in without:
            kind, what = KIND_WORDS[KIND_OF[part.kind].value], DIRECTION_WORDS[part.direction]
            where = row["where"] or _("Without a location")
            told.append(
                _("%(kind)s: %(what)s, %(where)s: %(count)s", kind=kind, what=what, where=where, count=row["struck"])
            )
    return told
