"""What Somtoday lets us read, by one record of each list ("Test verbinding")."""

from collections.abc import Iterable
from typing import Final

from app.roster import Kind, Probe, RosterLocation
from app.roster.messages import Notes
from app.roster.reading.transport import Refused

from .client import SomtodayClient

LISTS: Final = (
    ("ouderVerzorger/", Kind.GUARDIANS),
    ("medewerker", Kind.STAFF),
    ("stamgroep/", Kind.GROUPS),
    ("lesgroep/", Kind.GROUPS),
)


def tried(client: SomtodayClient, locations: Iterable[RosterLocation], notes: Notes) -> Probe:
    """Asks every open location for a pupil, and each other list of the first one. Raises RosterUnavailable."""
    seen: list[str] = []
    refused: set[Kind] = set()
    for location in locations:
        if not _may_read(client, location.key, "leerling"):
            notes.warning("location", location.code or location.name, "location-refused")
            continue
        if not seen:
            refused |= {kind for name, kind in LISTS if not _may_read(client, location.key, name)}
        seen.append(location.name)
    may_read = frozenset(Kind) - refused if seen else frozenset()
    return Probe(tuple(seen), may_read, frozenset(Kind) - may_read, tuple(notes.messages))


def _may_read(client: SomtodayClient, location: str, name: str) -> bool:
    try:
        client.get(f"/connect/vestiging/{location}/{name}", amount=1, offset=0)
    except Refused:
        return False
    return True
