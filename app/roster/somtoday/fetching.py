"""One fetch of Somtoday: location after location, and what each of them tells, collected (formats.md 4.1)."""

from collections.abc import Iterator
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster import ABSENT, Kind, type_Progress
from app.roster.messages import Notes
from app.roster.reading.transport import Refused
from app.roster.reading.values import plain

from .client import REFUSALS, SomtodayClient, not_connect
from .people import Collected
from .reader import SomtodayReader
from .tellings import NEXT_YEAR, Telling
from .values import objects, texts, told_uuids

# Asked for the whole school year: else who begins next week is not told (formats.md 4.1). Both must be asked alike.
BY_YEAR: Final = frozenset({"leerling", "ouderVerzorger/"})
OR_BAD: Final = REFUSALS | {400}  # for questions that some servers do not know


class Fetching:
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
        except Refused as refusal:
            if refusal.status == 404:
                raise not_connect() from None
            raise RosterUnavailable(
                _("Somtoday gives no access to this school. Check the organisation in the settings.")
            ) from None

    def brin(self, expected: str, organisation: str) -> str | None:
        """The code of the school whose data these are; `expected` when it is one of several. The plan judges it.

        Schools are searched by code, with the first four signs of it. Who is not found so, is asked for without.
        """
        found: list[str] = []
        for wanted in ({"brin": expected}, {}):
            try:
                told = objects(self._client.get("/connect/instelling", refusals=OR_BAD, **wanted).get("instellingen"))
            except Refused:
                continue
            mine = [record for record in told if str(record.get("uuid")).lower() == organisation.lower()]
            if found := [text.upper() for record in mine for text in texts(record.get("brins"))]:
                break
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
                    path, wrapper, refusals=OR_BAD if is_next else REFUSALS, **params
                ):
                    yield from (Telling(record, permitted, location, is_next) for record in records)
            except Refused:
                if not is_next:
                    raise
                self.has_next_year = False

    def _optional(self, location: str, name: str, wrapper: str, kind: Kind, part: Collected) -> Iterator[Telling]:
        """The records, or none when the school does not give us this kind: then it is not delivered."""
        try:
            yield from self._records(location, name, wrapper)
        except Refused as refusal:
            if refusal.status != 403:
                raise
            part.refused.add(kind)

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
