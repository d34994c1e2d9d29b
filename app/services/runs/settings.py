"""The settings of the synchronisation: which locations take part, when the weekly run is, what is connected."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.clock import last_weekly_moment
from app.errors import InvalidInput, UnknownName
from app.models import Institution, Location
from app.roster import SourceKind
from app.roster.sources import SOURCES
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.roster.rows.authority import retired_of

from .weekly import connected_sources

PRACTICE = "practice"


def locations_in_reach(session: Session, actor: Actor) -> list[Location]:
    """The actor's own locations by code; each has its switch (Z-226, Z-227)."""
    chosen = sa.select(Location).where(Location.institution_id == actor.institution_id).order_by(Location.code)
    if actor.locations is not None:
        chosen = chosen.where(Location.id.in_(actor.locations))
    return list(session.scalars(chosen))


def switch_locations(
    session: Session, now: datetime, actor: Actor, shown: Collection[int], on: Collection[int]
) -> list[Location]:
    """Of the locations that were on the form, switch on those in `on`, off the others; gives the changed ones.

    Raises UnknownName when a location is not in reach, the same as when it does not exist (R52). The caller commits.
    """
    require_administrator(actor)
    reached = {location.id: location for location in locations_in_reach(session, actor)}
    if not (set(shown) | set(on)) <= reached.keys():
        raise UnknownName(_("This location does not exist."))
    changed = [reached[one] for one in sorted(set(shown)) if reached[one].sync_on != (one in on)]
    for location in changed:
        location.sync_on = not location.sync_on
        switched = {"sync_on": [not location.sync_on, location.sync_on]}
        record(session, now, actor, "sync.location", "location", location.id, switched)
    session.flush()
    return changed


def institution_of(session: Session, actor: Actor) -> Institution:
    """The actor's institution. Raises UnknownName for who has none."""
    found = session.get(Institution, actor.institution_id) if actor.institution_id else None
    if found is None:
        raise UnknownName(_("This institution does not exist."))
    return found


def set_weekly(session: Session, now: datetime, actor: Actor, day: int, hour: int) -> bool:
    """When the weekly run is: day 0 (Monday) to 6, hour 0 to 23 in Amsterdam (domain.md 5.9). True when it changed.

    Raises InvalidInput. The caller commits.
    """
    require_administrator(actor)
    if not (0 <= day <= 6 and 0 <= hour <= 23):
        raise InvalidInput(_("Choose a day and an hour from the lists."))
    school = institution_of(session, actor)
    changed = {
        name: [getattr(school, name), value]
        for name, value in (("weekly_day", day), ("weekly_hour", hour))
        if getattr(school, name) != value
    }
    if not changed:
        return False
    school.weekly_day, school.weekly_hour = day, hour
    record(session, now, actor, "sync.weekly", "institution", school.id, changed)
    session.flush()
    return True


def next_weekly(school: Institution, now: datetime) -> datetime:
    """The first weekly moment after `now`, in UTC."""
    return last_weekly_moment(now + timedelta(days=7), school.weekly_day, school.weekly_hour)


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source and how it stands for this school: automatic, manual, unconnected or retired (part 7 nr 12)."""

    id: str
    title: str
    state: str


def source_states(session: Session, school: Institution) -> list[SourceState]:
    """All sources of this build with their state; the connected ones first. The practice school only where it is."""
    connected, retired = connected_sources(session, school), retired_of(school)

    def state(kind: SourceKind) -> str:
        if kind.id in connected:
            return "automatic"
        return "retired" if kind.id in retired else "manual" if kind.kind == "file" else "unconnected"

    known = [kind for kind in SOURCES.values() if kind.id != PRACTICE or school.is_practice]
    states = [SourceState(kind.id, str(kind.title), state(kind)) for kind in known]
    order = ("automatic", "manual", "unconnected", "retired")
    return sorted(states, key=lambda one: (order.index(one.state), one.title))


def services_to_run(session: Session, actor: Actor) -> list[str]:
    """The services that "Nu synchroniseren" asks, as the weekly run does. Raises InvalidInput without one."""
    sources = connected_sources(session, institution_of(session, actor))
    if not sources:
        raise InvalidInput(_("No school system is connected. Connect one first, or read a file."))
    return sources


def file_sources() -> list[SourceKind]:
    """The sources that read a file somebody sends in."""
    return [kind for kind in SOURCES.values() if kind.kind == "file" and kind.id != PRACTICE]
