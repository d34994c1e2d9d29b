"""The sentences of the gate: what is too many, of whom, and where. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_babel import format_decimal
from flask_babel import gettext as _

from app.roster import Kind
from app.services.roster.plan.changes import KIND_OF, Fall, Plan
from app.services.roster.plan.known import KnownSchool
from app.services.roster.plan.parts import ACCESS, CHANGED, GONE, NEW, NOWHERE, Part, Tally

KIND_TEXT: Final = {
    Kind.PUPILS: lambda: _("pupils"),
    Kind.GUARDIANS: lambda: _("guardians"),
    Kind.STAFF: lambda: _("staff members"),
    Kind.GROUPS: lambda: _("groups"),
}
SAID: Final[Mapping[tuple[str, bool], Callable[..., str]]] = {  # (direction, everywhere)
    (GONE, True): lambda **about: _(
        "%(lost)s of the %(before)s %(kind)s are missing in the roster. Nothing was changed.", **about
    ),
    (GONE, False): lambda **about: _(
        "%(lost)s of the %(before)s %(kind)s of %(location)s are missing there. Nothing was changed.", **about
    ),
    (CHANGED, True): lambda **about: _(
        "%(lost)s of the %(before)s %(kind)s would get another name or date of birth. Nothing was changed.", **about
    ),
    (CHANGED, False): lambda **about: _(
        "%(lost)s of the %(before)s %(kind)s of %(location)s would get another name or date of birth. "
        "Nothing was changed.",
        **about,
    ),
    (ACCESS, True): lambda **about: _(
        "%(lost)s of the %(before)s %(kind)s would lose access. Nothing was changed.", **about
    ),
    (ACCESS, False): lambda **about: _(
        "%(lost)s of the %(before)s %(kind)s of %(location)s would lose access there. Nothing was changed.", **about
    ),
    (NEW, True): lambda **about: _(
        "%(lost)s new %(kind)s would be added to the %(before)s there are. Nothing was changed.", **about
    ),
    (NEW, False): lambda **about: _(
        "%(lost)s new %(kind)s would be added at %(location)s, to the %(before)s there are. Nothing was changed.",
        **about,
    ),
}
DOUBTED: Final[Mapping[str, Callable[..., str]]] = {
    "empty": lambda **_about: _("There are no active pupils in this roster. Nothing was changed."),
    "strangers": lambda **about: _(
        "There are %(before)s pupils already, and this first delivery of the source would add %(lost)s new ones. "
        "Nothing was changed.",
        **about,
    ),
    "one-address": lambda **about: _(
        "%(lost)s of the %(before)s %(kind)s would get one and the same e-mail address. Nothing was changed.", **about
    ),
    "classless": lambda **about: _(
        "%(lost)s of the %(before)s pupils would lose their class. Nothing was changed.", **about
    ),
}


def numbers(lost: int, before: int) -> dict[str, str]:
    """How many of how many, as they are written in a sentence: 1.501."""
    return {"lost": format_decimal(lost), "before": format_decimal(before)}


def kind_text(kind: str) -> str:
    """'pupils' of the kind pupil."""
    return KIND_TEXT[KIND_OF[kind]]()


def location_names(known: KnownSchool, plan: Plan) -> dict[int, tuple[str, str]]:
    """(code, name) of the locations that are known or come by this plan, by id or ref."""
    named = {location.id: (location.code, location.name) for location in known.locations}
    return named | {ref: (code, name) for ref, code, name in plan.rows["location"].new}


def over_text(part: Part, tally: Tally, names: Mapping[int, tuple[str, str]]) -> str:
    """The sentence of a part that passes its limit. A pupil who moved away is missing there like one who left."""
    about: dict[str, Any] = {**numbers(tally.weighed, tally.before), "kind": kind_text(part.kind)}
    if part.location_id is not None:
        about["location"] = names[part.location_id][1] if part.location_id != NOWHERE else ""
    is_missing = part.direction == ACCESS and part.kind == "pupil" and part.location_id is not None
    return SAID[GONE if is_missing else part.direction, part.location_id is None](**about)


def doubt_text(code: str, fall: Fall, kind: Kind = Kind.PUPILS) -> str:
    """The sentence of what is wrong with a delivery as a whole."""
    return DOUBTED[code](**numbers(fall.struck, fall.before), kind=KIND_TEXT[kind]())
