"""The gate: why a plan needs a person's decision before it is applied (issue part 3, R103). Pure."""

from datetime import date
from typing import Final

from flask_babel import gettext as _

from ...clock import school_year_name, school_year_of
from ...roster import Kind, Roster
from .changes import Fall, Plan
from .known import KnownSchool

SHARE: Final = 0.05  # of a location or kind may leave in one run
FEW: Final = 25  # so many may always leave
WHOLE: Final = 3  # a location or kind of so many does not just vanish
SHIFTED_SHARE: Final = 0.20  # of the people of a kind may change in one field
NONE: Final = Fall(0, 0)

KIND_TEXT: Final = {
    Kind.PUPILS: lambda: _("pupils"),
    Kind.GUARDIANS: lambda: _("guardians"),
    Kind.STAFF: lambda: _("staff members"),
    Kind.GROUPS: lambda: _("groups"),
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


def why_held(plan: Plan, known: KnownSchool, roster: Roster, today: date) -> str | None:
    """The reason to wait for an administrator, as one sentence; None when the plan may be applied."""
    if Kind.PUPILS in roster.delivers and not plan.used_pupils:
        return _("There are no active pupils in this roster. Nothing was changed.")
    reasons = (why_another_moment(plan, known, roster, today), _why_fewer(plan), _why_shifted(plan))
    return next(filter(None, reasons), None)


def why_another_moment(plan: Plan, known: KnownSchool, roster: Roster, today: date) -> str | None:
    """The reason when the roster is of an earlier school year than the school knows, of one that has yet to begin, or
    made before the one that was applied last (domain.md 5.1).

    A school that knows no pupil yet takes any file, and a file that changes nothing is never held.
    """
    if known.newest_year is None or plan.is_empty:
        return None
    if roster.school_year < known.newest_year:
        return _(
            "This is the roster of school year %(year)s; one of %(known)s was applied before. Nothing was changed.",
            year=school_year_name(roster.school_year),
            known=school_year_name(known.newest_year),
        )
    if roster.school_year > max(known.newest_year, school_year_of(today)):
        return _(
            "This is the roster of school year %(year)s; it is %(current)s now. Nothing was changed.",
            year=school_year_name(roster.school_year),
            current=school_year_name(school_year_of(today)),
        )
    if roster.made_on and known.made_on and roster.made_on < known.made_on:
        return _(
            "This roster was made on %(day)s; one of %(last)s was applied before. Nothing was changed.",
            day=f"{roster.made_on:%d-%m-%Y}",
            last=f"{known.made_on:%d-%m-%Y}",
        )
    return None


def _why_fewer(plan: Plan) -> str | None:
    """The reason when too many of a kind or of a location are missing."""
    for kind, text in KIND_TEXT.items():
        fall = plan.kinds.get(kind, NONE)
        if is_too_many(fall):
            return _(
                "%(lost)s of the %(before)s %(kind)s are missing in the roster. Nothing was changed.",
                lost=fall.struck,
                before=fall.before,
                kind=text(),
            )
    for name, fall in sorted(plan.places):
        if is_too_many(fall):
            return _(
                "%(lost)s of the %(before)s pupils of %(location)s are missing there. Nothing was changed.",
                lost=fall.struck,
                before=fall.before,
                location=name,
            )
    return None


def _why_shifted(plan: Plan) -> str | None:
    """The reason when a field changes for so many that a wrong column must have been read."""
    for kind, text in KIND_TEXT.items():
        if is_shifted(fall := plan.renamed.get(kind, NONE)):
            return _(
                "%(lost)s of the %(before)s %(kind)s would get another name or date of birth. Nothing was changed.",
                lost=fall.struck,
                before=fall.before,
                kind=text(),
            )
        if is_shifted(fall := plan.one_address.get(kind, NONE)):
            return _(
                "%(lost)s of the %(before)s %(kind)s would get one and the same e-mail address. Nothing was changed.",
                lost=fall.struck,
                before=fall.before,
                kind=text(),
            )
    if is_shifted(fall := plan.classless):
        return _(
            "%(lost)s of the %(before)s pupils would lose their class. Nothing was changed.",
            lost=fall.struck,
            before=fall.before,
        )
    return None


def is_too_many(fall: Fall) -> bool:
    """More than 5 % and more than 25; or all of them, where there were at least three.

    A location or kind that empties is looked at however small it is; one or two people may just leave.
    """
    return fall.struck > max(SHARE * fall.before, FEW) or (fall.before >= WHOLE and fall.struck == fall.before)


def is_shifted(fall: Fall) -> bool:
    """More than a fifth and more than 25."""
    return fall.struck > max(SHIFTED_SHARE * fall.before, FEW)
