"""The limits of the gate as a school chose them, and its planned roll-over: kept in `Institution.exchange["gate"]`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.clock import local
from app.errors import InvalidInput
from app.models import Institution
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.exchange import keep_choice, locked_school
from app.services.roster.gate.limits import USUAL, in_season
from app.services.roster.plan.parts import DIRECTIONS, NEW

LARGEST_SHARE: Final = {NEW: 1000}  # percent; of the others at most all
ALL: Final = 100
LARGEST_COUNT: Final = 100_000
WIDTHS: Final = (5, 95)  # percent that may leave or move at a roll-over
USUAL_WIDTH: Final = 40

type_Typed = Mapping[str, str]
"""The form: 'gone-share' and 'gone-few' of each direction, 'begin', 'end' and 'width' of the roll-over, 'goes_on'."""


def typed_limits(school: Institution) -> dict[str, str]:
    """The form filled in with what counts now."""
    kept = _kept(school)
    typed = {}
    for direction, (share, few) in kept["limits"].items():
        typed |= {f"{direction}-share": str(share), f"{direction}-few": str(few)}
    window = kept["window"] or {"begin": "", "end": "", "share": USUAL_WIDTH}
    typed |= {"begin": window["begin"], "end": window["end"], "width": str(window["share"])}
    return typed | ({"goes_on": "on"} if kept["goes_on"] else {})


def wrong_limits(typed: type_Typed, today: date) -> dict[str, str]:
    """By field what is wrong with it, for the form."""
    wrong = {}
    for direction in DIRECTIONS:
        for name, most in (("share", LARGEST_SHARE.get(direction, ALL)), ("few", LARGEST_COUNT)):
            if not _is_number(typed.get(f"{direction}-{name}", ""), 0, most):
                wrong[f"{direction}-{name}"] = _("Type a whole number from %(least)s to %(most)s.", least=0, most=most)
    if not _is_number(typed.get("width", ""), *WIDTHS):
        wrong["width"] = _("Type a whole number from %(least)s to %(most)s.", least=WIDTHS[0], most=WIDTHS[1])
    return wrong | _wrong_window(typed.get("begin", ""), typed.get("end", ""), today)


def _wrong_window(begin: str, end: str, today: date) -> dict[str, str]:
    if not (begin or end):
        return {}
    days = {name: _day(text) for name, text in (("begin", begin), ("end", end))}
    first, last = days["begin"], days["end"]
    if first is None or last is None:
        return {name: _("Fill in both days, or neither.") for name, day in days.items() if day is None}
    if not (in_season(first) and in_season(last) and first.year == last.year):
        return {"begin": _("Choose two days between 1 July and 30 September of one year.")}
    if last < first:
        return {"end": _("The last day lies before the first one.")}
    if last.year > today.year + 1:
        return {"begin": _("Plan the roll-over of this year or the next one.")}
    return {}


def set_limits(session: Session, now: datetime, actor: Actor, typed: type_Typed) -> bool:
    """Keep these limits and this roll-over for the whole school. True when something changed. The caller commits.

    Raises InvalidInput with the first field that is wrong (wrong_limits tells all).
    """
    require_administrator(actor)
    for name, reason in wrong_limits(typed, local(now).date()).items():
        raise InvalidInput(reason, name)
    school = locked_school(session, actor.institution_id)
    before, after = _kept(school), _meant(typed)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changed:
        return False
    keep_choice(school, "gate", after)
    record(session, now, actor, "sync.limits", "institution", school.id, changed)
    session.flush()
    return True


def _kept(school: Institution) -> dict[str, Any]:
    """What counts now, whole: what was never chosen is as usual."""
    kept = (school.exchange or {}).get("gate") or {}
    usual = {name: [round(limit.share * 100), limit.few] for name, limit in USUAL.items()}
    return {
        "limits": usual | (kept.get("limits") or {}),
        "window": kept.get("window"),
        "goes_on": bool(kept.get("goes_on")),
    }


def _meant(typed: type_Typed) -> dict[str, Any]:
    window = {"begin": typed.get("begin", ""), "end": typed.get("end", ""), "share": int(typed["width"])}
    return {
        "limits": {name: [int(typed[f"{name}-share"]), int(typed[f"{name}-few"])] for name in DIRECTIONS},
        "window": window if window["begin"] else None,
        "goes_on": "goes_on" in typed,
    }


def _is_number(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 6 and least <= int(text) <= most


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
