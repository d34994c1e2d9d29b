"""What becomes of a field that an administrator pinned, when a source tells the person. Pure.

The pinned value stays, until the source says the same (capitals do not count) or the last day of the pin is over.
"""

from typing import Any, Final

from app.roster import ABSENT

from .changes import KIND_OF
from .draft import Draft, Used
from .known import NUMBER, PERSON_FIELDS

_OPEN: Final = object()  # in place of what we have, to ask whether this source has a say in the field
AGREES: Final = "pin-agrees"
OVER: Final = "pin-over"


def hold_pinned(
    draft: Draft, kind: str, one: Used, told: tuple[Any, ...], values: dict[str, Any]
) -> list[tuple[str, Any, Any]]:
    """Takes pinned fields out of `values`, what would change of the person; gives the pins that end, as changes."""
    ended: list[tuple[str, Any, Any]] = []
    plan, number = draft.plan, (one.person.fields[NUMBER] if one.person else None) or ""
    for field, pin in draft.known.pins.get(one.ref, {}).items():
        new = told[PERSON_FIELDS.index(field)]
        speaks = _speaks(draft, kind, one, field, new)
        over = pin.is_over(draft.today)
        if over or (speaks and _same(new, pin.value)):
            plan.rows["pin"].gone.append((one.ref, field))
            plan.note("info", kind, number, "pin-dropped", field=field, why=OVER if over else AGREES)
            ended.append(("pin", field, None))
            continue
        values.pop(field, None)
        if speaks:
            plan.note("info", kind, number, "pinned", field=field)
            if new != pin.told:
                plan.told.append((one.ref, field, pin.told, new))
    return ended


def _speaks(draft: Draft, kind: str, one: Used, field: str, new: Any) -> bool:
    """Whether this record tells the field: it is there, could be read, and its source has a say in it."""
    if new is ABSENT or (new is None and field in draft.unread_of(kind, one.record)):
        return False
    return draft.known.say.settled(KIND_OF[kind], one.ref, field, _OPEN, new) is not _OPEN


def _same(told: str | None, pinned: str | None) -> bool:
    return (told or "").casefold() == (pinned or "").casefold()
