"""Which source goes first, per kind: the choice of a school, kept in `Institution.exchange["authority"]`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.models import Institution, PersonKey, SyncRun
from app.roster import Kind
from app.roster.sources import SOURCES
from app.services.access import Actor, require_administrator
from app.services.audit import record
from app.services.exchange import keep_choice, locked_school
from app.services.roster.plan.authority import first_place, joined
from app.services.roster.rows.authority import order_of

from .weekly import connected_sources

MOST: Final = 3  # sources in one order


def sources_in_use(session: Session, school: Institution) -> list[str]:
    """The sources that are connected here, were read here, or stand in an order; those that go first, first."""
    order = order_of(school)
    used = set(session.scalars(sa.select(SyncRun.source).where(SyncRun.institution_id == school.id).distinct()))
    used |= set(session.scalars(sa.select(PersonKey.source).where(PersonKey.institution_id == school.id).distinct()))
    used |= {source for told in order.values() for source in told} | set(connected_sources(session, school))
    return sorted(used & SOURCES.keys(), key=lambda one: (first_place(order, one), str(SOURCES[one].title)))


def set_order(session: Session, now: datetime, actor: Actor, wanted: Mapping[Kind, Sequence[str]]) -> bool:
    """Keep per kind which sources have a say, the first one first; none: all count alike. True when it changed.

    Raises InvalidInput (field: the kind) for a source that does not deliver the kind, or stands there twice.
    """
    require_administrator(actor)
    school = locked_school(session, actor.institution_id)
    order = {kind.value: list(told) for kind, told in wanted.items() if told}
    for kind, told in order.items():
        if len(set(told)) < len(told):
            raise InvalidInput(_("Choose each source once per line."), kind)
        if any(source not in SOURCES or Kind(kind) not in SOURCES[source].delivers for source in told):
            raise InvalidInput(_("This source does not deliver that. Choose one from the list."), kind)
    before = order_of(school)
    if order == before:
        return False
    _keep(school, order)
    kinds = before.keys() | order.keys()
    changed = {kind: [before.get(kind), order.get(kind)] for kind in kinds if before.get(kind) != order.get(kind)}
    record(session, now, actor, "sources-ordered", "institution", school.id, changed, school.id)
    return True


def join_orders(school: Institution, source: str) -> None:
    """A source that is new here comes last in every order there is. `school`: from locked_school."""
    _keep(school, joined(order_of(school), source, SOURCES[source].delivers))


def leave_orders(school: Institution, source: str) -> None:
    """A source that is not asked any more rules nobody any more. `school`: from locked_school."""
    order = {kind: [one for one in told if one != source] for kind, told in order_of(school).items()}
    _keep(school, {kind: told for kind, told in order.items() if told})


def _keep(school: Institution, order: Mapping[str, Any]) -> None:
    if order != ((school.exchange or {}).get("authority") or {}):
        keep_choice(school, "authority", dict(order))


def rivals(session: Session, school: Institution) -> list[Kind]:
    """The kinds that more than one connected service delivers, without an order: each would call the other's gone."""
    connected, order = connected_sources(session, school), order_of(school)
    told = {kind: [one for one in connected if kind in SOURCES[one].delivers] for kind in Kind}
    return [kind for kind, some in told.items() if len(some) > 1 and kind.value not in order]
