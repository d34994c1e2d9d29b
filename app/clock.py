"""Time: the only place that reads the clock. The database holds UTC; Amsterdam is for people and the weekly slot."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the clock in Amsterdam."""
    return moment.astimezone(AMSTERDAM)


def today() -> date:
    """The date in Amsterdam."""
    return local(now()).date()


def school_year_of(day: date) -> int:
    """The starting year of the school year that holds this day: 1 August to 31 July (domain.md 5.1)."""
    return day.year if day.month >= 8 else day.year - 1


def school_year_name(year: int) -> str:
    """2024 -> '2024/2025'."""
    return f"{year}/{year + 1}"


def read_school_year(text: str) -> int | None:
    """'2024-2025', '2024/2025', '2020 / 2021', '24-25', '2026' -> 2024, 2024, 2020, 2024, 2026; None when unclear."""
    found = re.fullmatch(r"\s*(\d{4}|\d{2})(?:\s*[-/]\s*(\d{4}|\d{2}))?\s*", text or "", re.ASCII)
    if not found:
        return None
    start = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
    if found[2] and (start + 1) % 100 != int(found[2]) % 100:
        return None
    return start if found[2] or len(found[1]) == 4 else None


def last_weekly_moment(moment: datetime, weekday: int, hour: int) -> datetime:
    """The newest time up to `moment` that it was `weekday` (0 = Monday) at `hour` in Amsterdam, in UTC (Z-219)."""
    here = local(moment)
    day = here.date() - timedelta(days=(here.weekday() - weekday) % 7)
    slot = datetime(day.year, day.month, day.day, hour, tzinfo=AMSTERDAM)
    if slot > here:
        day -= timedelta(days=7)
        slot = datetime(day.year, day.month, day.day, hour, tzinfo=AMSTERDAM)
    return slot.astimezone(UTC)
