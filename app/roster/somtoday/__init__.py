"""The Somtoday source: all that Somtoday Connect tells about a school, as one roster (formats.md 4, Z-245 to Z-278)."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from app.clock import school_year_of
from app.errors import RosterUnavailable
from app.roster import ABSENT, Kind, Probe, Roster, type_Progress
from app.roster.messages import Notes
from app.roster.reading.transport import Refused
from app.roster.reading.values import plain

from .client import REFUSALS, SomtodayClient
from .people import Collected, linked_pupils, linked_staff, pairs_of, read_pupils
from .probe import tried
from .reader import SomtodayReader
from .tellings import NEXT_YEAR, Telling, years_to_ask
from .values import objects, texts, told_uuids

SOURCE: Final = "somtoday"
DELIVERS: Final = tuple(Kind)
# Asked for the whole school year: else who begins next week is not told (formats.md 4.1). Both must be asked alike.
BY_YEAR: Final = frozenset({"leerling", "ouderVerzorger/"})
NO_NEXT_YEAR: Final = REFUSALS | {400}


class SomtodaySource:
    """Asks Somtoday Connect for the school of `organisation`. `switched_off`: keys or codes that are not asked (Z-228).

    Its key is among the closed locations of the roster: nothing is known about its people, so they are not gone.
    """

    def __init__(
        self,
        settings: Mapping[str, str],
        brin: str,
        today: date,
        *,
        switched_off: frozenset[str] = frozenset(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._brin = brin
        self._today = today
        self._switched_off = switched_off
        self._sleep = sleep

    def fetch(self, progress: type_Progress | None = None) -> Roster:
        """The whole roster, or RosterUnavailable; never a part of one."""
        notes = Notes()
        year = school_year_of(self._today)
        reader = SomtodayReader(notes, year, self._today)
        with SomtodayClient(self._settings, self._sleep) as client:
            fetching = _Fetching(client, reader, notes, progress, years_to_ask(self._today))
            fetching.locations(self._switched_off)
            brin = fetching.brin(self._brin, self._settings["organisation"])
            for key in fetching.collected.locations:
                fetching.location(key)
        if not fetching.has_next_year:
            notes.info("roster", "", "next-year-refused")
        collected = fetching.collected
        read_pupils(collected, reader, year)
        if not set(collected.locations) - collected.closed:
            raise RosterUnavailable(_("Somtoday gives access to no location. Switch the link on in Somtoday."))
        if collected.guardians and not collected.pairs_told:
            # Guardians whose pupils we may not see: nobody loses a guardian by that.
            collected.refused.add(Kind.GUARDIANS)
            notes.warning("roster", "", "resource-refused", resource=Kind.GUARDIANS.value)
        pupils = linked_pupils(collected, notes)
        pairs = pairs_of(collected)
        with_pupil = {pair.guardian_key for pair in pairs}
        return Roster(
            source=SOURCE,
            brin=brin,
            school_year=year,
            reference_date=self._today,
            delivers=frozenset(DELIVERS) - collected.refused,
            locations=tuple(collected.locations.values()),
            groups=tuple(collected.groups.values()),
            pupils=pupils,
            guardians=tuple(guardian for key, guardian in collected.guardians.items() if key in with_pupil),
            guardianships=pairs,
            staff=linked_staff(collected),
            closed_locations=frozenset(collected.closed),
            messages=tuple(notes.messages),
        )

    def probe(self) -> Probe:
        """What we may read at which locations. Raises RosterUnavailable with the cause in one sentence."""
        notes = Notes()
        with SomtodayClient(self._settings, self._sleep) as client:
            reader = SomtodayReader(notes, school_year_of(self._today), self._today)
            fetching = _Fetching(client, reader, notes, None, ())
            fetching.locations(self._switched_off)
            told, closed = fetching.collected.locations, fetching.collected.closed
            return tried(client, [place for key, place in told.items() if key not in closed], notes)


class _Fetching:
    """One fetch: asks location after location and collects."""

    def __init__(
        self,
        client: SomtodayClient,
        reader: SomtodayReader,
        notes: Notes,
        progress: type_Progress | None,
        years: tuple[str, ...],
    ) -> None:
        self.collected = Collected()
        self._client = client
        self._reader = reader
        self._notes = notes
        self._progress = progress
        self._years = years
        self.has_next_year = True

    def locations(self, switched_off: frozenset[str]) -> None:
        """The locations that the school has opened to us; a switched-off one is closed from the start."""
        for record in self._list("/connect/vestiging", "vestigingen"):
            location = self._reader.location(record)
            if location is not None:
                self.collected.locations[location.key] = location
                if not switched_off.isdisjoint((location.key, location.code)):
                    self.collected.closed.add(location.key)
        if not self.collected.locations:
            raise RosterUnavailable(_("Somtoday gives access to no location. Switch the link on in Somtoday."))

    def _list(self, path: str, wrapper: str) -> list[dict[str, Any]]:
        try:
            return list(objects(self._client.get(path).get(wrapper)))
        except Refused:
            raise RosterUnavailable(
                _("Somtoday gives no access to this school. Check the organisation in the settings.")
            ) from None

    def brin(self, expected: str, organisation: str) -> str | None:
        """The code of the school whose data these are; `expected` when it is one of several. The plan judges it."""
        found = [
            text.upper()
            for record in self._list("/connect/instelling", "instellingen")
            if str(record.get("uuid")).lower() == organisation.lower()
            for text in texts(record.get("brins"))
        ]
        found = found or [location.code[:4] for location in self.collected.locations.values() if location.code]
        return expected if expected in found else (found or [None])[0]

    def location(self, key: str) -> None:
        """Everything of one location, unless it is closed. A refusal closes it: its people are not gone."""
        if key in self.collected.closed:
            return
        part = Collected()
        try:
            self._groups(key, part)
            self._pupils(key, part)
            self._guardians(key, part)
            self._staff(key, part)
        except Refused:
            code = self.collected.locations[key].code or self.collected.locations[key].name
            self._notes.warning("location", code, "location-refused")
            self.collected.closed.add(key)
            return
        self._merge(part)
        if self._progress:
            self._progress(Kind.PUPILS, len(self.collected.tellings))

    def _records(self, location: str, name: str, wrapper: str) -> Iterator[Telling]:
        """The records; those of the next school year come last, and may be refused on their own."""
        path = f"/connect/vestiging/{location}/{name}"
        for year in self._years if name in BY_YEAR else ("",):
            is_next, params = year == NEXT_YEAR, {"peilschooljaar": year} if year else {}
            try:
                for records, permitted in self._client.pages(
                    path, wrapper, refusals=NO_NEXT_YEAR if is_next else REFUSALS, **params
                ):
                    yield from (Telling(record, permitted, location, is_next) for record in records)
            except Refused:
                if not is_next:
                    raise
                self.has_next_year = False

    def _optional(self, location: str, name: str, wrapper: str, kind: Kind, part: Collected) -> Iterator[Telling]:
        """The records, or none (with a note) when the school does not give us this kind: then it is not delivered."""
        try:
            yield from self._records(location, name, wrapper)
        except Refused as refusal:
            if refusal.status != 403:
                raise
            part.refused.add(kind)
            self._notes.warning("roster", "", "resource-refused", resource=kind.value)

    def _merge(self, part: Collected) -> None:
        """Adds a whole location. Who was told before stays; of a pupil everything that was told counts."""
        whole = self.collected
        for key, tellings in part.tellings.items():
            whole.tellings.setdefault(key, []).extend(tellings)
        for key, member in part.staff.items():
            known = whole.staff.setdefault(key, member)
            if member.group_keys is not ABSENT:
                groups = tuple(dict.fromkeys((*(known.group_keys or ()), *member.group_keys)))
                whole.staff[key] = known._replace(group_keys=groups)
        for name in ("groups", "guardians", "relations", "members", "mentors", "teachers"):
            setattr(whole, name, getattr(part, name) | getattr(whole, name))
        whole.refused |= part.refused
        whole.pairs_told |= part.pairs_told

    def _groups(self, location: str, part: Collected) -> None:
        for name, wrapper, is_home in (("stamgroep/", "stamgroepen", True), ("lesgroep/", "lesgroepen", False)):
            for record, *_more in self._optional(location, name, wrapper, Kind.GROUPS, part):
                group = self._reader.group(record, location, is_home)
                if group is None:
                    continue
                part.groups[group.key] = group
                for links, field, inside in (
                    (part.members, "leerlingen", "uuid"),
                    (part.mentors, "mentoren", "medewerker_uuid"),
                    (part.teachers, "docenten", "uuid"),
                ):
                    if (keys := told_uuids(record, field, inside)) is not ABSENT:
                        links[group.key] = keys

    def _pupils(self, location: str, part: Collected) -> None:
        for number, telling in enumerate(self._records(location, "leerling", "leerlingen")):
            # Who has no uuid is a record of its own, and noted as such.
            key = plain(telling.record.get("uuid")) or f"{location} {number}"
            part.tellings.setdefault(key, []).append(telling.of_pupil())

    def _guardians(self, location: str, part: Collected) -> None:
        told = self._optional(location, "ouderVerzorger/", "ouderVerzorgers", Kind.GUARDIANS, part)
        for record, permitted, *_more in told:
            guardian = self._reader.guardian(record, permitted)
            if guardian is None:
                continue
            part.guardians.setdefault(guardian.key, guardian)
            part.pairs_told |= isinstance(record.get("relatie_tot_leerlingen"), list)
            for relation in objects(record.get("relatie_tot_leerlingen")):
                pair = self._reader.relation(guardian.key, guardian.number, relation)
                if pair is not None:
                    part.relations.setdefault((pair.guardian_key, pair.pupil_key), pair)

    def _staff(self, location: str, part: Collected) -> None:
        for record, permitted, *_more in self._optional(location, "medewerker", "medewerkers", Kind.STAFF, part):
            member = self._reader.staff(record, permitted)
            if member is not None:
                part.staff[member.key] = member
