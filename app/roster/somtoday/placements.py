"""The placements of a pupil at Somtoday: which one counts on a day, and who has left (Z-245, Z-255). Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from app.clock import read_school_year
from app.roster.reading.values import read_date

NEVER: Final = date.max


class Standing(NamedTuple):
    """Where a pupil stands on a day."""

    placement: Mapping[str, Any] | None  # the one that counts; of who has left, the last one
    leaving_date: date | None = None  # the last day at school, when it is known
    stays: bool = False  # without a placement: yet to begin, or between two; nobody to lose
    begins: date | None = None  # the first day of the placement to come


class _Span(NamedTuple):
    begins: date
    ends: date
    year: int | None
    placement: Mapping[str, Any]


def standing_on(placements: Iterable[Mapping[str, Any]], year: int, day: date, is_active: bool = True) -> Standing:
    """Where a pupil stands on this day of this school year. Begin and end belong to a placement (domain.md 5.4).

    `is_active`: False when the school system calls the pupil inactive. That counts unless a placement is yet to come.
    """
    spans = [_span(placement, year) for placement in placements]
    own = [span for span in spans if span.year in (None, year)]
    now = [span for span in own if span.begins <= day <= span.ends]
    if now:
        return _present(max(now, key=lambda span: span.begins), spans, year, day, is_active)
    last_days = [span for span in own if date(year + 1, 7, 1) <= span.ends < day]
    begins = min((span.begins for span in spans if span.begins > day), default=None)
    if last_days and begins:
        # The lessons of this year are over and those of the next one are told: a pupil, also in the holidays.
        return Standing(max(last_days, key=lambda span: span.ends).placement)
    if begins:
        return Standing(None, stays=True, begins=begins)
    past = [span for span in spans if span.year in (None, year - 1, year) and span.ends >= date(year - 1, 8, 1)]
    if not past:
        return Standing(None)
    last = max(past, key=lambda span: span.ends)
    # A placement that ran to the summer says nothing about the new year, which may not have been filled in yet.
    if is_active and (last.ends >= day or date(year, 7, 1) <= last.ends < date(year, 8, 1)):
        return Standing(None, stays=True)
    return Standing(last.placement, min(last.ends, day - timedelta(days=1)))


def _present(span: _Span, spans: Iterable[_Span], year: int, day: date, is_active: bool) -> Standing:
    """A placement that ends with the school year, or is followed by another one, is no leaving."""
    follows = any(other.begins > span.begins for other in spans)
    if not is_active and not follows:
        return Standing(span.placement, min(span.ends, day - timedelta(days=1)))
    leaves = span.ends < date(year + 1, 7, 31) and not follows
    return Standing(span.placement, span.ends if leaves else None)


def _span(placement: Mapping[str, Any], year: int) -> _Span:
    """The days of a placement; an unreadable one counts as not given, and an old year ends with that year."""
    said = read_school_year(str(placement.get("schooljaar") or ""))
    begins, ends = _day(placement.get("startdatum")), _day(placement.get("einddatum"))
    open_end = NEVER if said is None or said >= year else date(said + 1, 7, 31)
    return _Span(begins or (date(said, 8, 1) if said else date.min), ends or open_end, said, placement)


def _day(value: object) -> date | None:
    return read_date(value) if isinstance(value, str) else None
