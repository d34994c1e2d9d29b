"""Asks Presentis for everything: location after location, then the classes and courses of each pupil."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster import Kind, RosterGroup, RosterLocation, RosterPupil, RosterStaff, type_Progress
from app.roster.messages import Notes
from app.roster.reading.many_calls import ask_each
from app.roster.reading.transport import Refused
from app.roster.reading.values import plain

from .client import PresentisClient
from .reader import PresentisReader, type_Record

type_Placements = dict[str, tuple[type_Record, ...]]


@dataclass(slots=True)
class Told:
    """All that was read. Of whom there are no placements here, none were told."""

    locations: dict[str, RosterLocation] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    pupils: dict[str, RosterPupil] = field(default_factory=dict)
    staff: dict[str, RosterStaff] = field(default_factory=dict)
    groups: dict[str, RosterGroup] = field(default_factory=dict)
    classes: type_Placements = field(default_factory=dict)  # by key of the pupil
    courses: type_Placements = field(default_factory=dict)
    refused: set[Kind] = field(default_factory=set)
    groups_complete: bool = True
    listed: dict[str, list[str]] = field(default_factory=dict)  # folded name of a class: locations that list it

    def is_hidden(self, record: type_Record) -> bool:
        """Whether this class may be one of a location that we did not ask."""
        name = plain(record.get("klas"))
        return bool(name and self.closed and self.listed) and name.casefold() not in self.listed

    def class_of(self, record: type_Record, pupil: RosterPupil) -> str | None:
        """The key of the class of a placement: of the pupil's own location, else of the only one that has it."""
        name = plain(record.get("klas"))
        if name is None:
            return None
        places, own = self.listed.get(name.casefold(), []), str(pupil.location_key)
        return class_key(name, places[0] if len(places) == 1 and own not in places else own)


class Reading:
    """What one school has at Presentis."""

    def __init__(
        self, client: PresentisClient, notes: Notes, year: int, today: date, progress: type_Progress | None = None
    ) -> None:
        self.told = Told()
        self._client = client
        self._notes = notes
        self._reader = PresentisReader(notes, year, today)
        self._today = today
        self._progress = progress or (lambda kind, count: None)

    def locations(self, switched_off: frozenset[str]) -> None:
        """The locations; a switched-off one is closed from the start."""
        try:
            records = self._client.all("schoollocaties")
        except Refused:
            raise no_locations() from None
        for record in records:
            location = self._reader.location(record)
            if location is not None:
                self.told.locations[location.key] = location
                if not switched_off.isdisjoint((location.key, location.code or location.key)):
                    self.told.closed.add(location.key)
        if not self.told.locations:
            raise no_locations()
        if set(self.told.locations) == self.told.closed:
            raise RosterUnavailable(_("All locations of this service are switched off."))

    def people(self) -> None:
        """Pupils, classes and persons of every open location. A location that is refused is closed."""
        for key in self.told.locations:
            if key not in self.told.closed:
                self._location(key)
        if not set(self.told.locations) - self.told.closed:
            raise no_locations()
        if not self.told.staff and Kind.STAFF not in self.told.refused:
            self.told.refused.add(Kind.STAFF)
            self._notes.warning("roster", "", "list-empty", resource=Kind.STAFF.value)
        self._progress(Kind.PUPILS, len(self.told.pupils))

    def _location(self, key: str) -> None:
        try:
            pupils = self._client.all("leerlingen", schoollocatie=key)
        except Refused:
            location = self.told.locations[key]
            self._notes.warning("location", location.code or location.name, "location-refused")
            self.told.closed.add(key)
            return
        for record in self._optional("klassen", Kind.GROUPS, key):
            name = plain(record.get("klas"))
            if name is not None:
                self._class(class_key(name, key), name, key, plain(record.get("omschrijving")))
                self.told.listed.setdefault(name.casefold(), []).append(key)
        for record in pupils:
            pupil = self._reader.pupil(record, key)
            if pupil is not None:
                self._keep(pupil)
        for record in self._optional("personen", Kind.STAFF, key):
            member = self._reader.staff(record)
            if member is not None:
                self.told.staff.setdefault(member.key, member)

    def _optional(self, resource: str, kind: Kind, location: str) -> list[type_Record]:
        """The records, or none (with a note) when the school does not give us these: then they are not delivered.

        Classes are told by the pupils too, so without this list only their descriptions are missing.
        """
        try:
            return self._client.all(resource, schoollocatie=location)
        except Refused:
            if kind is not Kind.GROUPS and kind not in self.told.refused:
                self.told.refused.add(kind)
                self._notes.warning("roster", "", "resource-refused", resource=kind.value)
            return []

    def _keep(self, pupil: RosterPupil) -> None:
        """Who is told by two locations is where they have not left."""
        known = self.told.pupils.get(pupil.key)
        left = known is not None and known.leaving_date is not None and known.leaving_date < self._today
        if known is None or (left and not (pupil.leaving_date and pupil.leaving_date < self._today)):
            self.told.pupils[pupil.key] = pupil

    def _class(self, key: str, name: str, location: str, description: str | None = None) -> None:
        """Keeps a class. `klas` is its name; only a bare number is one that people know by the description."""
        shown = description if name.isdecimal() and description else name
        if key not in self.told.groups:
            self.told.groups[key] = self._reader.group(key, shown, location, is_home=True)

    def placements(self) -> None:
        """The classes and courses of every pupil who is here, by one question each."""
        told = self.told
        here = {key: one for key, one in told.pupils.items() if _is_here(one, self._today)}
        told.classes = self._asked("leerlingklassen", list(here), "home_groups")
        for key, records in told.classes.items():
            for record in records:
                group = None if told.is_hidden(record) else told.class_of(record, here[key])
                if group is not None:
                    self._class(group, plain(record.get("klas")) or "", str(here[key].location_key))
        names = self._courses()
        if names is None:
            told.groups_complete = False
            return
        told.courses = self._asked("leerlingcursussen", list(here), "teaching_groups")
        for records in told.courses.values():
            for number in dict.fromkeys(plain(record.get("cursusid")) for record in records):
                if number is not None and course_key(number) not in told.groups:
                    key = course_key(number)
                    told.groups[key] = self._reader.group(key, names.get(number), None, is_home=False)

    def _courses(self) -> dict[str, str | None] | None:
        """The names of the courses by number; None (with a note) when the school does not give us these."""
        try:
            records = self._client.all("cursussen")
        except Refused:
            self._notes.warning("roster", "", "resource-refused", resource="teaching_groups")
            return None
        numbers = ((plain(record.get("cursusid")), plain(record.get("omschrijving"))) for record in records)
        names = {number: name for number, name in numbers if number is not None}
        # Two courses of one name are two groups, which only their number tells apart.
        times = Counter((name or "").casefold() for name in names.values())
        return {n: f"{name} ({n})" if name and times[name.casefold()] > 1 else name for n, name in names.items()}

    def _asked(self, resource: str, keys: list[str], what: str) -> type_Placements:
        """The placements of each pupil who could be asked. Whoever failed keeps what we know, and no group is gone."""

        def ask(key: str) -> list[type_Record] | None:
            return self._client.some(resource, leerlingid=key, peildatum=f"{self._today:%Y%m%d}")

        asked = ask_each(keys, ask, self._counted(Kind.GROUPS))
        answers = {key: tuple(records) for key, records in asked.answers.items() if records is not None}
        if asked.is_refused:
            self._notes.warning("roster", "", "resource-refused", resource=what)
        elif len(answers) < len(keys):
            self._notes.warning("roster", "", "groups-not-read", count=str(len(keys) - len(answers)))
        self.told.groups_complete = self.told.groups_complete and len(answers) == len(keys)
        return answers

    def _counted(self, kind: Kind) -> Callable[[int], None]:
        return lambda count: self._progress(kind, count)


def class_key(name: str, location: str) -> str:
    """Classes are listed per location, so one name can be two classes."""
    return f"klas/{location}/{name.casefold()}"


def course_key(number: str) -> str:
    """The key of a course."""
    return f"cursus/{number}"


def _is_here(pupil: RosterPupil, day: date) -> bool:
    has_begun = pupil.enrolled_on is None or pupil.enrolled_on <= day
    return has_begun and (pupil.leaving_date is None or pupil.leaving_date >= day)


def no_locations() -> RosterUnavailable:
    return RosterUnavailable(_("Presentis gives access to no location. Ask the supplier to open them for this link."))
