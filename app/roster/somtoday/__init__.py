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

from .client import SomtodayClient
from .people import Collected, linked_pupils, linked_staff, pairs_of
from .probe import tried
from .reader import SomtodayReader, objects, texts, told_uuids, uuid_of

SOURCE: Final = "somtoday"
DELIVERS: Final = tuple(Kind)
# Asked for the whole school year: else who begins next week is not told (formats.md 4.1). Both must be asked alike.
WHOLE_YEAR: Final = frozenset({"leerling", "ouderVerzorger/"})


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
        with SomtodayClient(self._settings, self._sleep) as client:
            fetching = _Fetching(client, SomtodayReader(notes, year, self._today), notes, progress)
            fetching.locations(self._switched_off)
            brin = fetching.brin(self._brin, self._settings["organisation"])
            for key in fetching.collected.locations:
                fetching.location(key)
        collected = fetching.collected
        collected.groups |= {key: g for key, g in collected.guessed_groups.items() if key not in collected.groups}
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
            fetching = _Fetching(client, reader, notes, None)
            fetching.locations(self._switched_off)
            told, closed = fetching.collected.locations, fetching.collected.closed
            return tried(client, [place for key, place in told.items() if key not in closed], notes)


class _Fetching:
    """One fetch: asks location after location and collects."""

    def __init__(
        self, client: SomtodayClient, reader: SomtodayReader, notes: Notes, progress: type_Progress | None
    ) -> None:
        self.collected = Collected()
        self._client = client
        self._reader = reader
        self._notes = notes
        self._progress = progress

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
            self._progress(Kind.PUPILS, len(self.collected.pupils))

    def _records(self, location: str, name: str, wrapper: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        params = {"peilschooljaar": "HUIDIG"} if name in WHOLE_YEAR else {}
        for records, permitted in self._client.pages(f"/connect/vestiging/{location}/{name}", wrapper, **params):
            for record in records:
                yield record, permitted

    def _optional(
        self, location: str, name: str, wrapper: str, kind: Kind, part: Collected
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """The records, or none (with a note) when the school does not give us this kind: then it is not delivered."""
        try:
            yield from self._records(location, name, wrapper)
        except Refused as refusal:
            if refusal.status != 403:
                raise
            part.refused.add(kind)
            self._notes.warning("roster", "", "resource-refused", resource=kind.value)

    def _merge(self, part: Collected) -> None:
        """Adds a whole location. Who was told before stays, but an active placement wins over an ended one."""
        whole = self.collected
        for key, pupil in part.pupils.items():
            known = whole.pupils.get(key)
            if known is None or (known.leaving_date and not pupil.leaving_date):
                whole.pupils[key] = pupil
        for key, member in part.staff.items():
            known = whole.staff.setdefault(key, member)
            if member.group_keys is not ABSENT:
                groups = tuple(dict.fromkeys((*(known.group_keys or ()), *member.group_keys)))
                whole.staff[key] = known._replace(group_keys=groups)
        for name in ("groups", "guessed_groups", "guardians", "relations", "ranks", "members", "mentors", "teachers"):
            setattr(whole, name, getattr(part, name) | getattr(whole, name))
        whole.refused |= part.refused
        whole.pairs_told |= part.pairs_told

    def _groups(self, location: str, part: Collected) -> None:
        for name, wrapper, is_home in (("stamgroep/", "stamgroepen", True), ("lesgroep/", "lesgroepen", False)):
            for record, _permitted in self._optional(location, name, wrapper, Kind.GROUPS, part):
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
        for record, permitted in self._records(location, "leerling", "leerlingen"):
            pupil = self._reader.pupil(record, permitted, location)
            if pupil is None:
                continue
            if pupil.location_key not in self.collected.locations:
                pupil = pupil._replace(location_key=location)
            part.pupils[pupil.key] = pupil
            for placement in objects(record.get("plaatsingen")):
                # The class of a placement may belong to a location that comes later, or that we do not see.
                home = placement.get("stamgroep")
                if uuid_of(home) == pupil.group_key and pupil.group_key not in part.groups:
                    group = self._reader.group(home, None, True)
                    if group is not None:
                        part.guessed_groups[group.key] = group
            part.pairs_told |= isinstance(record.get("verzorgers"), list)
            for link in objects(record.get("verzorgers")):
                guardian, rank = uuid_of(link), link.get("volgnummer")
                if guardian:
                    part.ranks[guardian, pupil.key] = rank if type(rank) is int else ABSENT

    def _guardians(self, location: str, part: Collected) -> None:
        for record, permitted in self._optional(location, "ouderVerzorger/", "ouderVerzorgers", Kind.GUARDIANS, part):
            guardian = self._reader.guardian(record, permitted)
            if guardian is None:
                continue
            part.guardians[guardian.key] = guardian
            part.pairs_told |= isinstance(record.get("relatie_tot_leerlingen"), list)
            for relation in objects(record.get("relatie_tot_leerlingen")):
                pair = self._reader.relation(guardian.key, guardian.number, relation)
                if pair is not None:
                    part.relations[pair.guardian_key, pair.pupil_key] = pair

    def _staff(self, location: str, part: Collected) -> None:
        for record, permitted in self._optional(location, "medewerker", "medewerkers", Kind.STAFF, part):
            member = self._reader.staff(record, permitted)
            if member is not None:
                part.staff[member.key] = member
