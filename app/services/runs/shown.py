"""What a preview or held run shows: its changes, and the parts that can be decided on one by one. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from app.services.roster.apply import as_json
from app.services.roster.gate import Verdict
from app.services.roster.gate.causes import cause_of_doubt, causes_of
from app.services.roster.gate.limits import Limits
from app.services.roster.gate.weighed import Weighed
from app.services.roster.gate.words import location_names
from app.services.roster.plan.changes import Change, Named, Plan
from app.services.roster.plan.parts import EVERYWHERE, NOWHERE, Part, parts_of

from .foresight import Foresight

NOTHING: Final = Foresight()
MOST_LINES: Final = 500  # of the changes that a preview or held run shows
SOME: Final = 10  # of each part, however many lines there are
ORDER: Final = ("gone", "removed", "returned", "changed", "new")  # what is cut off last comes first


def part_key(part: Part) -> str:
    """'pupil.gone.12', or 'pupil.gone' for everywhere: a part as the run and its page write it."""
    place = () if part.location_id is EVERYWHERE else (str(part.location_id),)
    return ".".join((part.kind, part.direction, *place))


def part_of(key: str) -> Part:
    """The part behind a key that part_key made."""
    kind, direction, *place = key.split(".")
    return Part(kind, direction, int(place[0]) if place else EVERYWHERE)


def shown_parts(verdict: Verdict, today: date, limits: Limits, weighed: Weighed | None = None) -> dict[str, Any]:
    """What a held run keeps of its parts (SyncRun.parts). `weighed`: of what waits, when that is not the whole.

    "found": each part with its numbers, "over" when it passes its limit, and "cause"; "causes": the sentences in order;
    "doubt": the code when the delivery as a whole is doubted; "without": the keys of what will not be applied.
    """
    weighed = weighed or verdict.weighed
    causes = causes_of(verdict, today, limits)
    names = location_names(weighed.known, weighed.plan)
    found = [
        {
            "part": part_key(part),
            "where": _where(part, names),
            **tally._asdict(),
            "over": part in verdict.over,
            "cause": causes.get(part),
        }
        for part, tally in sorted(weighed.tallies.items(), key=lambda one: _place(one[0], names))
    ]
    told = told_causes(verdict, today, limits)
    return {"found": found, "causes": told, "doubt": verdict.doubt, "without": []}


def told_causes(verdict: Verdict, today: date, limits: Limits) -> list[str]:
    """The sentences with the probable causes, in order: of the delivery as a whole, then of its parts."""
    return [*filter(None, [cause_of_doubt(verdict)]), *causes_of(verdict, today, limits).values()]


def _where(part: Part, names: Mapping[int, tuple[str, str]]) -> str | None:
    if not part.location_id:
        return None
    code, name = names[part.location_id]
    return f"{name} ({code})"


def _place(part: Part, names: Mapping[int, tuple[str, str]]) -> tuple[bool, bool, str]:
    """Everywhere first, then the locations by code, last who has none."""
    code = names[part.location_id][0] if part.location_id else ""
    return part.location_id is not EVERYWHERE, part.location_id == NOWHERE, code


def shown_changes(
    plan: Plan, weighed: Weighed | None = None, over: Iterable[Part] = (), foresight: Foresight = NOTHING
) -> list[dict[str, Any]]:
    """The changes as a preview or held run shows them, the gravest first, at most MOST_LINES.

    With `weighed` each line names its parts; those of the parts `over` come first, and of every part there are some.
    `foresight`: what each would mean for accounts.
    """
    parts = _parts_by_change(plan, weighed) if weighed and weighed.places else {}
    grave = set(over) | {part._replace(location_id=EVERYWHERE) for part in over}

    def gravity(change: Change) -> tuple[bool, int]:
        mine = parts.get((change.kind, change.ref), ())
        return grave.isdisjoint(mine), ORDER.index(change.what)

    chosen = _with_some_of_each(sorted(plan.changes, key=gravity), parts)
    return [_line(change, foresight) | _keys(parts.get((change.kind, change.ref))) for change in chosen]


def _with_some_of_each(changes: list[Change], parts: Mapping[tuple[str, int], list[Part]]) -> list[Change]:
    """Of too many changes the first ones, with some of each part among them; in the same order."""
    if len(changes) <= MOST_LINES:
        return changes
    seen: Counter[Part] = Counter()
    first, rest = [], []
    for place, change in enumerate(changes):
        mine = parts.get((change.kind, change.ref), ())
        (first if any(seen[part] < SOME for part in mine) else rest).append(place)
        seen.update(mine)
    return [changes[place] for place in sorted((first + rest)[:MOST_LINES])]


def _parts_by_change(plan: Plan, weighed: Weighed) -> dict[tuple[str, int], list[Part]]:
    found = {(change.kind, change.ref): list(parts_of(change, weighed.places)) for change in plan.changes}
    for part, people in weighed.lost.items():
        if part.location_id is not EVERYWHERE:
            for ref in people:
                found.get((part.kind, ref), []).append(part)
    return found


def _keys(parts: Iterable[Part] | None) -> dict[str, list[str]]:
    return {} if parts is None else {"parts": [part_key(part) for part in parts]}


def _line(change: Change, foresight: Foresight) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.ref if change.ref > 0 else None,  # of the person, group or location when it is known here
        "number": change.number,
        "name": change.name,
        "what": change.what,
        "fields": [[name, _as_shown(old), _as_shown(new)] for name, old, new in change.fields]
        + list(foresight.fields_of(change)),
    }


def _as_shown(value: Any) -> Any:
    """Other records as a list: the id of each that is known here, the name of each new one (read_changes)."""
    if isinstance(value, Named):
        return [ref if ref > 0 else name for ref, name in value.them]
    return as_json(value)
