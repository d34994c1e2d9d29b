"""The gate: why a plan needs a person's decision before it is applied (issue part 3, R103). Pure."""

from typing import Final

from flask_babel import gettext as _

from ...roster import Kind, Roster
from .changes import Fall, Plan
from .known import KnownSchool

SHARE: Final = 0.05  # of a location or kind may leave in one run
FEW: Final = 25  # so many may always leave
WHOLE: Final = 10  # a location or kind of so many does not just vanish
RENAMED_SHARE: Final = 0.20  # of the people of a kind may get another last name

KIND_TEXT: Final = {
    Kind.PUPILS: lambda: _("pupils"),
    Kind.GUARDIANS: lambda: _("guardians"),
    Kind.STAFF: lambda: _("staff members"),
}


def why_not_this_school(known: KnownSchool, roster: Roster) -> str | None:
    """The reason when the roster is of another school; nobody can approve that. None when it is of this one."""
    codes = {location.code[:4] for location in roster.locations if location.code}
    other = roster.brin or (min(codes) if codes and known.brin not in codes else None)
    if other is None or other == known.brin:
        return None
    return _(
        "This is the roster of school %(other)s, not of %(brin)s. Nothing was changed.", other=other, brin=known.brin
    )


def why_held(plan: Plan, roster: Roster) -> str | None:
    """The reason to wait for an administrator, as one sentence; None when the plan may be applied."""
    if Kind.PUPILS in roster.delivers and not plan.used_pupils:
        return _("There are no active pupils in this roster. Nothing was changed.")
    for kind, text in KIND_TEXT.items():
        fall = plan.kinds.get(kind, Fall(0, 0))
        if is_too_many(fall):
            return _(
                "%(lost)s of the %(before)s %(kind)s are missing in the roster. Nothing was changed.",
                lost=fall.lost,
                before=fall.before,
                kind=text(),
            )
    for name, fall in sorted(plan.places.items()):
        if is_too_many(fall):
            return _(
                "%(lost)s of the %(before)s pupils of %(location)s are missing there. Nothing was changed.",
                lost=fall.lost,
                before=fall.before,
                location=name,
            )
    for kind, text in KIND_TEXT.items():
        fall = plan.renamed.get(kind, Fall(0, 0))
        if fall.lost > max(RENAMED_SHARE * fall.before, FEW):
            return _(
                "%(lost)s of the %(before)s %(kind)s would get another last name. Nothing was changed.",
                lost=fall.lost,
                before=fall.before,
                kind=text(),
            )
    return None


def is_too_many(fall: Fall) -> bool:
    """More than 5 % and more than 25; or everybody, where there were at least ten."""
    return fall.lost > max(SHARE * fall.before, FEW) or (fall.before >= WHOLE and fall.lost == fall.before)
