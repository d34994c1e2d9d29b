"""The EDEXML source: one file (1.03, 2.0 or 2.1) as a roster. Sources of the rules: formats.md 1, Z-245 to Z-278."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from flask_babel import gettext as _

from app.clock import read_school_year, school_year_name, school_year_of
from app.errors import RosterUnreadable
from app.roster import ABSENT, Kind, Roster, RosterGroup, RosterLocation, RosterPupil, RosterStaff, type_Progress
from app.roster.messages import Notes
from app.roster.reading.file_size import refuse_large
from app.roster.reading.values import BRIN4, BRIN6, read_date

from .reader import RECORDS, EdexData, EdexPerson, EdexReader
from .schema import note_violations
from .stream import stream_elements

SOURCE: Final = "edexml"
ROOTS: Final = frozenset({"EDEX", "Edex", "edex"})
DELIVERS: Final = (Kind.PUPILS, Kind.STAFF, Kind.GROUPS, Kind.LOCATIONS)


class EdexmlSource:
    """Reads one EDEXML file. `brin` names the school when the file itself does not; a wrong school is for the plan."""

    def __init__(self, path: Path | str, brin: str, today: date) -> None:
        self._path = Path(path)
        self._brin = brin
        self._today = today

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The roster in the file. Raises RosterUnreadable when it is no EDEXML file."""
        notes = Notes()
        reader = EdexReader(notes, self._today)
        try:
            refuse_large(self._path)
            with self._path.open("rb") as file:
                for element in stream_elements(file, ROOTS, RECORDS):
                    reader.read(element)
                    if progress and len(reader.data.pupils) % 1000 == 1:
                        progress(Kind.PUPILS, len(reader.data.pupils))
        except OSError:
            raise RosterUnreadable(_("This file cannot be opened.")) from None
        if not (reader.data.pupils or reader.data.staff or reader.data.groups or notes.messages):
            raise RosterUnreadable(_("There are no pupils in this file. Export it again."))
        note_violations(self._path, notes)
        if not brin_of(reader.data.school):
            notes.warning("roster", "", "school-unsaid")
        return edex_roster(SOURCE, reader.data, notes, self._brin, self._today)


def edex_roster(source: str, data: EdexData, notes: Notes, brin: str, today: date) -> Roster:
    """The roster of what was read: references resolved, fields that no record carries left ABSENT."""
    said_brin = brin_of(data.school)
    year, reference_date = valid_when(data.school, notes, today)
    locations, default = read_locations(data, said_brin or brin)
    delivers = {Kind.PUPILS}
    # A file may hold pupils only (formats.md 1.5): what it does not hold is not gone.
    if not any(location.is_guess for location in locations):
        delivers.add(Kind.LOCATIONS)
    if data.groups:
        delivers.add(Kind.GROUPS)
    if data.staff:
        delivers.add(Kind.STAFF)
    for people in (data.pupils, data.staff):
        if any(key.startswith("#") for key in people):
            notes.info("roster", "", "keys-do-not-last")
            break
    return Roster(
        source=source,
        brin=said_brin or None,
        school_year=year,
        reference_date=reference_date,
        made_on=read_date(data.school.get("aanmaakdatum")) or read_date(data.school.get("peildatum")),
        delivers=frozenset(delivers),
        locations=locations,
        groups=tuple(RosterGroup(g.key, g.name, year, None, g.is_home, g.year_of_study) for g in data.groups.values()),
        pupils=read_pupils(data, notes, year, {location.key for location in locations}, default),
        staff=read_staff(data, notes),
        messages=tuple(notes.messages),
    )


def brin_of(school: dict[str, str]) -> str:
    """The four characters of the school, "" when the file names none. RosterUnreadable for what is no such code.

    It says whose data these are, so a code that cannot be read never counts as no code.
    """
    code = re.sub(r"[^0-9A-Z]", "", school.get("brincode", "").upper())
    if code and not re.fullmatch(rf"{BRIN4.pattern}([0-9]{{2}})?", code):
        raise RosterUnreadable(_("The school code (brincode) in this file is not valid. Correct it and export again."))
    return code[:4]


def valid_when(school: dict[str, str], notes: Notes, today: date) -> tuple[int, date]:
    """(school year, day on which the enrolments count): today when it lies in that year, else what the file says."""
    said = [day for name in ("peildatum", "aanmaakdatum") if (day := read_date(school.get(name)))]
    year = read_school_year(school.get("schooljaar", ""))
    if year is None:
        year = school_year_of((said or [today])[0])
        notes.warning("roster", "", "school-year-unknown", year=school_year_name(year))
    inside = [day for day in (today, *said) if school_year_of(day) == year]
    return year, (inside or [date(year, 8, 1)])[0]


def read_locations(data: EdexData, brin: str) -> tuple[tuple[RosterLocation, ...], str | None]:
    """The locations, and the key of the one where a pupil without location belongs (None when that is not clear)."""
    is_named = "dependancecode" in data.school
    main = brin[:4] + (data.school.get("dependancecode", "00").zfill(2))
    # Without a list the references themselves tell which locations there are.
    names = data.locations or {person.location: person.location for person in data.pupils.values() if person.location}
    if not names and not is_named:
        return (RosterLocation(main, main, main if BRIN6.fullmatch(main) else "", is_guess=True),), None
    names = names or {main: main}
    codes = {key: code_of(key, brin) for key in names}
    if len(names) == 1 and is_named and BRIN6.fullmatch(main):
        codes = {key: code or main for key, code in codes.items()}
    here = [key for key, code in codes.items() if code == main and is_named]
    default = next(iter(names)) if len(names) == 1 else (here or [None])[0]
    return tuple(RosterLocation(key, name, codes[key]) for key, name in names.items()), default


def code_of(key: str, brin: str) -> str:
    """The six characters of a location with this key: itself, or the last two of them behind those of the school."""
    for code in (key.upper(), brin[:4] + key):
        if BRIN6.fullmatch(code):
            return code
    return ""


def absent_pupil_fields(data: EdexData) -> dict[str, Any]:
    """The fields that no pupil in the file carries: not delivered, so what we know stays."""
    seen = data.seen_pupil
    carried = {name: name in seen for name in ("initials", "prefix", "email", "birth_date", "gender")}
    carried["first_name"] = bool(seen & {"first_name", "all_first_names"})
    carried["year_of_study"] = "year_group" in seen or any(g.year_of_study for g in data.groups.values())
    carried["group_key"] = bool(data.groups) and "group" in seen
    carried["group_keys"] = bool(data.groups) and "teaching_groups" in seen
    return {name: ABSENT for name, is_carried in carried.items() if not is_carried}


def read_pupils(
    data: EdexData, notes: Notes, year: int, locations: set[str], default: str | None
) -> tuple[RosterPupil, ...]:
    """All pupils, with the year of study of their group when they have none themselves (1.03)."""
    mentors = mentors_by_group(data.staff.values())
    absent = absent_pupil_fields(data)
    pupils = []
    for person in data.pupils.values():
        home = known_home(person, data, notes)
        pupil = RosterPupil(
            key=person.key,
            number=person.number,
            last_name=person.last_name,
            school_year=year,
            location_key=known_location(person, locations, default, notes),
            first_name=person.first_name,
            initials=person.initials,
            prefix=person.prefix,
            birth_date=person.birth_date,
            gender=person.gender,
            email=person.email,
            year_of_study=person.year_of_study or (data.groups[home].year_of_study if home else None),
            group_key=home,
            group_keys=known_groups("pupil", person, data, notes),
            mentor_keys=mentors.get(home, ()) if mentors else ABSENT,
            enrolled_on=person.enrolled_on,
            leaving_date=person.leaving_date,
            eckid=person.eckid,
            key_lasts=not person.key.startswith("#"),
        )
        pupils.append(pupil._replace(**absent) if absent else pupil)
    return tuple(pupils)


def known_home(person: EdexPerson, data: EdexData, notes: Notes) -> str | None:
    """The home class of a pupil when the file has it; a file without any groups is no mistake."""
    if person.group is None or person.group in data.groups:
        return person.group
    if data.groups:
        notes.warning("pupil", person.key, "group-unknown", group=person.group)
    return None


def known_location(person: EdexPerson, locations: set[str], default: str | None, notes: Notes) -> str | None:
    """The location of a pupil, or the default one, with a note when the key is unknown. None is for the plan."""
    if person.location is not None and person.location not in locations:
        notes.warning("pupil", person.key, "location-unknown", location=person.location)
        return default
    return person.location or default


def read_staff(data: EdexData, notes: Notes) -> tuple[RosterStaff, ...]:
    """All teachers with their groups. Roles give no rights: the manual of EDEXML advises against it."""
    blank: dict[str, Any] = {name: ABSENT for name in ("initials", "prefix", "email") if name not in data.seen_staff}
    if not data.seen_staff & {"first_name", "all_first_names"}:
        blank["first_name"] = ABSENT
    return tuple(
        RosterStaff(
            key=person.key,
            number=person.number,
            last_name=person.last_name,
            group_keys=known_groups("staff", person, data, notes),
            eckid=person.eckid,
            key_lasts=not person.key.startswith("#"),
            **{
                "first_name": person.first_name,
                "initials": person.initials,
                "prefix": person.prefix,
                "email": person.email,
                **blank,
            },
        )
        for person in data.staff.values()
    )


def known_groups(kind: str, person: EdexPerson, data: EdexData, notes: Notes) -> tuple[str, ...]:
    """The groups of a person that are in the file; each other one is noted."""
    keys = person.teaching_groups
    if not data.groups:
        return ()
    if all(key in data.groups for key in keys):
        return keys
    for key in keys:
        if key not in data.groups:
            notes.warning(kind, person.key, "group-unknown", group=key)
    return tuple(key for key in keys if key in data.groups)


def mentors_by_group(staff: Iterable[EdexPerson]) -> dict[str | None, tuple[str, ...]]:
    """The mentors of each group, as far as teachers are called mentor of it."""
    mentors: dict[str | None, tuple[str, ...]] = {}
    for person in staff:
        for key in person.mentor_of:
            mentors[key] = (*mentors.get(key, ()), person.key)
    return mentors
