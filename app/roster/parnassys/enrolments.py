"""Enrolments and classes of a pupil in ParnasSys: who is a pupil on a day, and in which class (Z-245, Z-255). Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

FUTURE_CLASS: Final = "aangemeld"  # a group of this name holds pupils who have yet to begin (formats.md 6.1)


class Enrolment(NamedTuple):
    """An inschrijving. The last day is a day at school (domain.md 5.4)."""

    begins: date | None
    ends: date | None


class Placement(NamedTuple):
    """A groepsindeling of the school year that was asked."""

    begins: date | None
    ends: date | None
    group: str  # its id
    group_name: str
    year_of_study: int | None

    @property
    def is_future(self) -> bool:
        """Whether this is the waiting room of pupils to come, and no class."""
        return self.group_name.casefold().startswith(FUTURE_CLASS)


class Standing(NamedTuple):
    """Where a pupil stands on a day; `outside`: the code of the message when there is no place in this school year."""

    placement: Placement | None = None
    enrolled_on: date | None = None
    leaving_date: date | None = None
    outside: str = ""


UNKNOWN: Final = Standing(outside="enrolments-missing")
YET_TO_BEGIN: Final = Standing(outside="not-in-school-year")
NEVER: Final = Standing(outside="never-enrolled")


def standing_on(enrolments: Sequence[Enrolment] | None, placements: Sequence[Placement] | None, day: date) -> Standing:
    """Where a pupil stands. The enrolments decide, else the classes do; None: the answer does not hold them."""
    classes = [one for one in placements or () if not one.is_future]
    if enrolments is None and placements is None:
        return UNKNOWN
    if placements and not classes:
        return YET_TO_BEGIN
    if not enrolments and not classes:
        return NEVER
    spans: Sequence[Enrolment | Placement] = enrolments or classes
    now = [one for one in spans if _begins(one) <= day <= _ends(one)]
    if not now:
        if any(_begins(one) > day for one in spans):
            return YET_TO_BEGIN
        return Standing(_last(classes), leaving_date=max(map(_ends, spans)))
    current = max(now, key=_begins)
    if not enrolments:
        # A class that ends is no leaving: the next one may not have been filled in yet.
        return Standing(_class_on(classes, day))
    return Standing(_class_on(classes, day), current.begins, current.ends)


def _begins(one: Enrolment | Placement) -> date:
    return one.begins or date.min


def _ends(one: Enrolment | Placement) -> date:
    return one.ends or date.max


def _last(classes: Sequence[Placement]) -> Placement | None:
    return max(classes, key=_ends, default=None)


def _class_on(classes: Sequence[Placement], day: date) -> Placement | None:
    """The class of this day; of two the one that began last."""
    return max((one for one in classes if _begins(one) <= day <= _ends(one)), key=_begins, default=None)
