"""Time: school years, and the weekly moment around both changes of the clock (R109, domain.md 5.1 and 5.9)."""

from datetime import UTC, date, datetime

import pytest

from app import clock


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 7, 31), 2025), (date(2026, 8, 1), 2026), (date(2027, 1, 1), 2026)]
)
def test_the_school_year_turns_in_the_night_of_31_july(day, year):
    assert clock.school_year_of(day) == year


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("2024-2025", 2024),
        ("2024/2025", 2024),
        ("2020 / 2021", 2020),
        ("24-25", 2024),
        ("2099-2100", 2099),
        ("99-00", 2099),
        ("2026", 2026),
        ("2024-2026", None),
        ("24", None),
        ("", None),
        ("٢٠٢٤-2025", None),
    ],
)
def test_a_school_year_is_read_in_every_way_it_is_written(written, year):
    assert clock.read_school_year(written) == year


@pytest.mark.parametrize(
    ("moment", "slot"),
    [  # Sunday 00:00 in Amsterdam: 23:00 UTC in winter, 22:00 UTC in summer
        ("2026-11-23T20:00", "2026-11-21T23:00"),
        ("2026-11-21T22:59", "2026-11-14T23:00"),
        ("2026-11-21T23:00", "2026-11-21T23:00"),
        ("2026-03-29T12:00", "2026-03-28T23:00"),  # the clock goes forward that night
        ("2026-04-05T12:00", "2026-04-04T22:00"),
        ("2026-10-25T12:00", "2026-10-24T22:00"),  # and back
        ("2026-11-01T12:00", "2026-10-31T23:00"),
    ],
)
def test_the_weekly_moment_is_sunday_midnight_in_amsterdam(moment, slot):
    """Z-219, R109."""
    read = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert clock.last_weekly_moment(read, 6, 0) == datetime.fromisoformat(slot).replace(tzinfo=UTC)
