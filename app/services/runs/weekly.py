"""The connected services of a school, and the weekly run of each of them (Z-219, Z-229, R109)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import last_weekly_moment, local
from app.models import Institution, SourceConnection, SyncRun
from app.services.access import Actor
from app.services.roster.plan.authority import first_place
from app.services.roster.rows.authority import order_of

from .requests import open_run_locked, waiting_run

SCHEDULER: Final = "scheduler"
ASKED_SINCE: Final = timedelta(days=8)  # the runs of the last weekly moment are younger


def request_weekly(session: Session, now: datetime, institution: Institution) -> SyncRun | None:
    """The weekly run of every connected service, once per week whoever asks (Z-229, R109); gives the first one.

    They are done one after the other, the source that goes first before the others. None when nothing is due.
    """
    due = _due(session, now, [institution]).get(institution.id)
    if not due or open_run_locked(session, institution.id) is not None:
        return None
    actor, slot = Actor(SCHEDULER, institution_id=institution.id), _slot(institution, now)
    is_free = session.scalar(sa.select(SyncRun.id).where(SyncRun.slot == slot)) is None
    slots = {source: f"{slot}:{source}" for source in due} | ({due[0]: slot} if is_free else {})
    runs = [waiting_run(session, now, actor, institution.id, one, "weekly", slot=own) for one, own in slots.items()]
    return next(filter(None, runs), None)


def weekly_due(session: Session, now: datetime) -> list[Institution]:
    """The institutions with a weekly run that has not been asked for yet, also when its moment was missed."""
    connected = sa.select(SourceConnection.institution_id)
    schools = session.scalars(sa.select(Institution).where(Institution.id.in_(connected)).order_by(Institution.id))
    found = list(schools)
    due = _due(session, now, found)
    return [school for school in found if due.get(school.id)]


def _due(session: Session, now: datetime, schools: Iterable[Institution]) -> Mapping[int, list[str]]:
    """Per school the services that had no run yet of the last weekly moment. Two queries for any number of schools.

    One that was connected after that moment waits for the next one, or for the button (Z-232).
    """
    ids = [school.id for school in schools]
    asked = sa.select(SyncRun.slot, SyncRun.source).where(
        SyncRun.trigger == "weekly", SyncRun.created_at > now - ASKED_SINCE, SyncRun.institution_id.in_(ids)
    )
    done = {(":".join(slot.split(":")[:2]), source) for slot, source in session.execute(asked)}
    connected = _connections(session, ids)
    return {
        school.id: [
            source
            for source in in_order(school, connected[school.id])
            if connected[school.id][source] <= _moment(school, now) and (_slot(school, now), source) not in done
        ]
        for school in schools
    }


def _moment(school: Institution, now: datetime) -> datetime:
    return last_weekly_moment(now, school.weekly_day, school.weekly_hour)


def _slot(school: Institution, now: datetime) -> str:
    return weekly_slot(school.id, _moment(school, now))


def weekly_slot(institution_id: int, moment: datetime) -> str:
    """'7:2026-W47': the name of one weekly moment; with ':zermelo' for a further source. Unique, so it runs once."""
    year, week, _day = local(moment).isocalendar()
    return f"{institution_id}:{year}-W{week:02d}"


def _connections(session: Session, ids: Iterable[int]) -> Mapping[int, dict[str, datetime]]:
    """Per school its connected services, the one connected longest first, with the moment of the last change."""
    chosen = sa.select(SourceConnection.institution_id, SourceConnection.source, SourceConnection.changed_at)
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    rows = chosen.where(SourceConnection.institution_id.in_(ids)).order_by(SourceConnection.id)
    for school, source, moment in session.execute(rows):
        found[school][source] = moment
    return found


def in_order(school: Institution, sources: Iterable[str]) -> list[str]:
    """These sources in the order in which they are asked: who goes first for some kind, first."""
    order = order_of(school)
    return sorted(sources, key=lambda source: first_place(order, source))


def connected_sources(session: Session, school: Institution) -> list[str]:
    """The ids of the connected services, in the order in which they are asked."""
    return in_order(school, _connections(session, [school.id])[school.id])


def connection_of(session: Session, institution_id: int, source: str | None = None) -> SourceConnection | None:
    """The connection of this source; without one, the connection that was changed last."""
    chosen = sa.select(SourceConnection).where(SourceConnection.institution_id == institution_id)
    if source is not None:
        chosen = chosen.where(SourceConnection.source == source)
    newest = chosen.order_by(SourceConnection.changed_at.desc(), SourceConnection.id.desc())
    return session.scalars(newest.limit(1)).first()
