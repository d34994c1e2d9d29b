"""Every source of this build as the page Bronnen shows it: its state, what it delivers, and its last run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Institution, SourceConnection, SyncRun
from app.roster import Kind, SourceKind
from app.roster.sources import SOURCES
from app.services.roster.rows.authority import retired_of

from .requests import OPEN
from .settings import source_states

FIRST: Final = ((True, True), (True, False), (False, True), (False, False))  # (connected, read before and in use)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source. `state`: automatic, manual, unconnected or retired. `last`: its newest run that is over."""

    kind: SourceKind
    state: str
    delivers: tuple[Kind, ...]
    last: SyncRun | None = None
    ends_on: date | None = None
    since: date | None = None  # not used any more since this day


def list_sources(session: Session, school: Institution) -> list[SourceLine]:
    """All sources: the connected ones first, then those that were read. Two queries beside those of the states."""
    last = last_runs(session, school.id)
    ends = dict(
        session.execute(
            sa.select(SourceConnection.source, SourceConnection.ends_on).where(
                SourceConnection.institution_id == school.id
            )
        ).all()
    )
    lines = [
        SourceLine(
            kind := SOURCES[one.id],
            one.state,
            kind.delivers,
            last.get(one.id),
            ends.get(one.id),
            retired_since(school, one.id),
        )
        for one in source_states(session, school)
    ]
    return sorted(
        lines, key=lambda line: FIRST.index((line.state == "automatic", line.last is not None and not line.since))
    )


def retired_since(school: Institution, source: str) -> date | None:
    """Since when this source is not used any more; None when it is."""
    day = retired_of(school).get(source)
    return date.fromisoformat(day) if day else None


def last_runs(session: Session, institution_id: int) -> Mapping[str, SyncRun]:
    """The newest run of each source that is over."""
    newest = (
        sa.select(sa.func.max(SyncRun.id))
        .where(SyncRun.institution_id == institution_id, SyncRun.status.not_in(OPEN), SyncRun.trigger != "undo")
        .group_by(SyncRun.source)
    )
    return {run.source: run for run in session.scalars(sa.select(SyncRun).where(SyncRun.id.in_(newest)))}
