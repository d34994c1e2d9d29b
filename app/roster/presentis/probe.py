"""What Presentis lets us read ("Test verbinding"): one record of each list, of every location that is switched on."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _

from app.errors import RosterUnavailable
from app.roster import Kind, RosterLocation
from app.roster.messages import Notes
from app.roster.reading.transport import Refused
from app.roster.reading.values import plain

from .client import PresentisClient

# What a pupil has, each list by one question; without all of them we may not read groups.
OF_PUPIL: Final = (("leerlingklassen", "home_groups"), ("leerlingcursussen", "teaching_groups"))


class Trying:
    """Tries the lists and notes what is refused."""

    def __init__(self, client: PresentisClient, notes: Notes, today: date) -> None:
        self._client = client
        self._notes = notes
        self._today = today
        self.refused: set[Kind] = set()

    def locations(self, locations: Sequence[RosterLocation]) -> list[RosterLocation]:
        """Those whose pupils we may read. Raises RosterUnavailable without any; with one, tries the other lists too."""
        seen = []
        pupil: str | None = None
        for location in locations:
            records = self._one("leerlingen", schoollocatie=location.key)
            if records is None:
                self._notes.warning("location", location.code or location.name, "location-refused")
                continue
            seen.append(location)
            pupil = pupil or next((plain(one.get("leerlingid")) for one in records), None)
        if not seen:
            raise RosterUnavailable(_("Presentis gives no access to the pupils. Ask the supplier for this right."))
        if self._one("personen", schoollocatie=seen[0].key) is None:
            self._refuse(Kind.STAFF.value)
            self.refused.add(Kind.STAFF)
        if pupil is not None:
            self._groups(pupil)
        return seen

    def _groups(self, pupil: str) -> None:
        """The classes and courses of one pupil."""
        day = f"{self._today:%Y%m%d}"
        shut = [what for name, what in OF_PUPIL if self._one(name, leerlingid=pupil, peildatum=day) is None]
        if len(shut) == len(OF_PUPIL):
            self.refused.add(Kind.GROUPS)
            self._refuse(Kind.GROUPS.value)
        else:
            for what in shut:
                self._refuse(what)

    def _one(self, resource: str, **params: Any) -> list[dict[str, Any]] | None:
        """At most one record; None when we may not read this."""
        try:
            return self._client.some(resource, 1, **params) or []
        except Refused:
            return None

    def _refuse(self, what: str) -> None:
        self._notes.warning("roster", "", "resource-refused", resource=what)
