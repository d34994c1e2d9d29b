"""The practice school: made up, believable, and the same for the same seed. For trying out, tests and benchmarks."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from flask_babel import gettext as _

from app.clock import school_year_of
from app.errors import RosterUnreadable
from app.roster import Kind, Roster, RosterGroup, RosterLocation, RosterPupil, RosterStaff, type_Progress

from .families import Family, World, address, choose_family, link_family
from .names import BOYS, GIRLS, LAST_NAMES, SUBJECTS

SOURCE: Final = "practice"
DELIVERS: Final = tuple(Kind)
# name, part of the pupils, (name of the class level, code of the programme) per class column
LOCATIONS: Final = (
    ("Lindelaan", 0.55, (("h", "0071"), ("v", "0120"))),
    ("Havenkwartier", 0.33, (("m", "0511"), ("k", "0322"))),
    ("Praktijkschool Oost", 0.12, (("p", "0090"),)),
)
YEARS_OF: Final = {"h": 5, "v": 6, "m": 4, "k": 4, "p": 5}
CLASS_SIZE: Final = 27
PER_YEAR_GROUPS: Final = 4  # teaching groups that a pupil has


class PracticeSource:
    """The practice school as a source."""

    def __init__(self, brin: str, today: date, pupils: int = 1500, seed: int = 1) -> None:
        self._make = (brin, pupils, seed, school_year_of(today), today)

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole school; the same every time."""
        roster = make_practice_school(*self._make)
        if progress:
            progress(Kind.PUPILS, len(roster.pupils))
        return roster


def described_school(path: Path, brin: str, today: date) -> PracticeSource:
    """The school that a small JSON file describes: {"pupils": 1500, "seed": 1}. Raises RosterUnreadable."""
    try:
        told = json.loads(path.read_text())
        return PracticeSource(brin, today, int(told["pupils"]), int(told["seed"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise RosterUnreadable(_("This file does not describe a practice school.")) from None


def make_practice_school(
    brin: str,
    pupils: int = 1500,
    seed: int = 1,
    school_year: int | None = None,
    today: date | None = None,
    *,
    guardians: int | None = None,
    staff: int | None = None,
) -> Roster:
    """A school of this size on three locations, with exactly so many guardians and staff when those are given.

    `today` is the reference date; without it, 1 October of the school year.
    """
    year = school_year if school_year is not None else school_year_of(today or date(2026, 10, 1))
    day = today or date(year, 10, 1)
    # A made-up school needs chance that can be repeated, not chance that cannot be guessed.
    world = World(random.Random(f"{brin}-{seed}"), brin, year)  # noqa: S311
    home_groups = [group for index in range(len(LOCATIONS)) for group in add_location(world, index, pupils)]
    mentors = add_staff(world, home_groups, staff if staff is not None else max(3, pupils // 10))
    add_pupils(world, home_groups, mentors, pupils, guardians if guardians is not None else round(pupils * 1.6))
    return Roster(
        source=SOURCE,
        brin=brin,
        school_year=year,
        reference_date=day,
        delivers=frozenset(DELIVERS),
        locations=tuple(world.locations),
        groups=tuple(world.groups),
        pupils=tuple(world.pupils),
        guardians=tuple(world.guardians),
        guardianships=tuple(world.pairs),
        staff=tuple(world.staff),
    )


@dataclass(slots=True)
class _HomeGroup:
    group: RosterGroup
    programme: str
    size: int
    teaching: tuple[str, ...] = ()


def add_location(world: World, index: int, pupils: int) -> Iterator[_HomeGroup]:
    """One location with its classes, and four teaching groups beside every class."""
    name, share, columns = LOCATIONS[index]
    code = f"{world.brin}{index:02d}"
    location = RosterLocation(f"vestiging-{code}", name, code)
    world.locations.append(location)
    here = pupils - sum(round(pupils * part) for _, part, _ in LOCATIONS[1:]) if index == 0 else round(pupils * share)
    slots = [(year, *column) for year in range(1, 7) for column in columns if year <= YEARS_OF[column[0]]]
    count = max(min(here, 1), round(here / CLASS_SIZE))
    sizes = [here // count + (number < here % count) for number in range(count)] if count else []
    for number, size in enumerate(sizes):
        # A small school has some of the classes, spread over the years.
        place = number * len(slots) // count if count < len(slots) else number % len(slots)
        year, level, programme = slots[place]
        class_name = f"{year}{level}{letters(number // len(slots))}"
        key = f"groep-{code}-{class_name}"
        group = RosterGroup(key, class_name, world.year, location.key, True, year)
        subjects = world.dice.sample(SUBJECTS, PER_YEAR_GROUPS)
        teaching = [
            RosterGroup(f"{key}-{subject}", f"{class_name}.{subject}", world.year, location.key, False, year)
            for subject in subjects
        ]
        world.groups.extend((group, *teaching))
        yield _HomeGroup(group, programme, size, tuple(item.key for item in teaching))


def letters(number: int) -> str:
    """0 -> a, 25 -> z, 26 -> aa."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(97 + rest) + text
    return text


def add_staff(world: World, home_groups: list[_HomeGroup], count: int) -> dict[str, str]:
    """The staff with their groups; every class has a mentor. Gives the mentor of each class."""
    dice = world.dice
    groups: dict[int, list[str]] = {number: [] for number in range(count)}
    mentors = {}
    for number, home in enumerate(home_groups):
        mentors[home.group.key] = f"medewerker-{number % count}"
        groups[number % count].append(home.group.key)
        for key in home.teaching:
            groups[dice.randrange(count)].append(key)
    for number in range(count):
        female = dice.random() < 0.55
        first = dice.choice(GIRLS if female else BOYS)
        prefix, last = dice.choice(LAST_NAMES)
        world.staff.append(
            RosterStaff(
                key=f"medewerker-{number}",
                number=str(50001 + number),
                last_name=last,
                first_name=first,
                initials=f"{first[0]}.",
                prefix=prefix,
                gender="female" if female else "male",
                email=None if dice.random() < 0.02 else f"{address(last)}.{number + 1}@school.example",
                group_keys=tuple(groups[number]),
            )
        )
    return mentors


def add_pupils(
    world: World, home_groups: list[_HomeGroup], mentors: dict[str, str], total: int, guardians: int
) -> None:
    """All pupils class by class, with their families: about one in four has a brother or sister at the school."""
    families: list[Family] = []
    number = 0
    for home in home_groups:
        for _place in range(home.size):
            left = total - number
            family = choose_family(world, families, guardians - len(world.guardians), left)
            pupil = make_pupil(world, home, mentors[home.group.key], family, number)
            world.pupils.append(pupil)
            link_family(world, family, pupil.key)
            number += 1


def make_pupil(world: World, home: _HomeGroup, mentor: str, family: Family, number: int) -> RosterPupil:
    """One pupil of a class."""
    dice = world.dice
    female = dice.random() < 0.49
    first = dice.choice(GIRLS if female else BOYS)
    year = home.group.year_of_study or 1
    born = date(world.year - 12 - year, 10, 1) + timedelta(days=dice.randrange(365))
    shown = f"{100001 + number:06d}"
    return RosterPupil(
        f"leerling-{number}",
        shown,
        family.last_name,
        world.year,
        home.group.location_key,
        first,
        f"{first[0]}.",
        family.prefix,
        born,
        "unknown" if dice.random() < 0.01 else "female" if female else "male",
        None if dice.random() < 0.05 else f"{shown}@leerling.example",
        year,
        home.programme,
        home.group.key,
        home.teaching,
        (mentor,),
        date(world.year - year + 1, 8, 1),
    )
