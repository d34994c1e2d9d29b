"""The classes, courses and mentors of pupils at Presentis, tied together (Z-254, Z-258, Z-275). Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from app.roster import ABSENT, Kind, RosterPupil, RosterStaff
from app.roster.messages import Notes
from app.roster.reading.dates import as_date
from app.roster.reading.values import plain

from .reader import is_guest, is_on, type_Record, value_of
from .reading import Told, course_key

MENTORS: Final = ("mentor1id", "mentor2id")
NOBODY: Final = frozenset({None, "0", "-1"})


def linked(told: Told, day: date, notes: Notes) -> tuple[tuple[RosterPupil, ...], tuple[RosterStaff, ...]]:
    """(pupils, staff) with their links. Who teaches a group is not told, only who is mentor in a class."""
    classes: dict[str, dict[str, None]] = {key: {} for key in told.staff}
    pupils = []
    for key, pupil in told.pupils.items():
        records = told.classes.get(key)
        home = None if records is None else home_of(records, day)
        mentors = mentors_of(home) if records is not None else ()
        own_class = None if home is None or told.is_hidden(home) else told.class_of(home, pupil)
        for mentor in mentors:
            if mentor in classes and own_class is not None:
                classes[mentor][own_class] = None
            elif mentor not in classes and Kind.STAFF not in told.refused:
                notes.warning("pupil", pupil.number, "mentor-unknown", mentor=mentor[:12])
        links: dict[str, Any] = {"group_key": ABSENT, "group_keys": ABSENT, "mentor_keys": ABSENT}
        if records is not None:
            links["group_key"] = ABSENT if home is not None and told.is_hidden(home) else own_class
            # With those whose own record is bad: who is still named, stays (the plan knows whom it knows).
            links["mentor_keys"] = mentors if Kind.STAFF not in told.refused else ABSENT
        if records is not None and key in told.courses:
            guest = [one for one in records if is_guest(one) and is_on(one, day)]
            if not any(map(told.is_hidden, guest)):
                keys = dict.fromkeys(filter(None, (told.class_of(one, pupil) for one in guest)))
                links["group_keys"] = (*keys, *courses_of(told.courses[key], day))
        pupils.append(pupil._replace(**links))
    is_whole = all(key in told.classes for key in told.pupils if not _has_left(told.pupils[key], day))
    staff = tuple(
        one._replace(group_keys=tuple(classes[key]) if told.classes else ABSENT, groups_complete=is_whole)
        for key, one in told.staff.items()
    )
    return tuple(pupils), staff


def _has_left(pupil: RosterPupil, day: date) -> bool:
    has_begun = pupil.enrolled_on is None or pupil.enrolled_on <= day
    return not has_begun or (pupil.leaving_date is not None and pupil.leaving_date < day)


def home_of(records: Iterable[type_Record], day: date) -> type_Record | None:
    """The class of a pupil on a day: not one as a guest; of more the one that began last."""
    own = [record for record in records if not is_guest(record) and is_on(record, day) and plain(record.get("klas"))]
    return max(own, key=lambda record: as_date(value_of(record, "begins") or None) or date.min, default=None)


def mentors_of(home: type_Record | None) -> tuple[str, ...]:
    """The keys of the mentors in a class, the first one first."""
    keys = (plain((home or {}).get(name)) for name in MENTORS)
    return tuple(dict.fromkeys(key for key in keys if key not in NOBODY))


def courses_of(records: Iterable[type_Record], day: date) -> tuple[str, ...]:
    """The courses of a pupil on a day."""
    numbers = (plain(record.get("cursusid")) for record in records if is_on(record, day))
    return tuple(dict.fromkeys(course_key(number) for number in numbers if number))
