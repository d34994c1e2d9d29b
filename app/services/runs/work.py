"""Who works on a run: a worker holds it by a lease and a fence number (R106).

Who took over later wins; an older holder writes nothing any more, however late it wakes up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, aliased

from app.errors import RosterUnavailable, RosterUnreadable
from app.models import Institution, Location, LocationKey, SourceConnection, SyncRun, Upload
from app.roster import RosterSource
from app.roster.sources import file_source, service_source, source_kind
from app.services.sealing import unseal

from .uploads import reading_options

LEASE: Final = timedelta(seconds=60)
MOST_TAKES: Final = 10  # a run that killed so many workers is given up


class LostRun(Exception):
    """Another worker took this run over; nothing may be written for it any more."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A worker's grip on a run."""

    run_id: int
    fence: int


def next_run(session: Session, now: datetime, institution_id: int | None = None) -> int | None:
    """The oldest run (of this institution) that waits for a worker, or whose worker died."""
    free = sa.select(SyncRun.id).where(_free(now)).order_by(SyncRun.id).limit(1)
    return session.scalar(free if institution_id is None else free.where(SyncRun.institution_id == institution_id))


def is_over(session: Session, run_id: int) -> bool:
    """Whether nobody will work on this run any more, unless somebody decides so."""
    status = session.scalar(sa.select(SyncRun.status).where(SyncRun.id == run_id))
    return status not in ("waiting", "running")


def take_run(session: Session, now: datetime, run_id: int) -> Hold | None:
    """Take this run; None when somebody else has it or it is over. The caller commits."""
    taken = {
        "status": "running",
        "stage": "fetching",
        "progress": 0,
        "fence": SyncRun.fence + 1,
        "lease_until": now + LEASE,
        "started_at": now,
        "finished_at": None,
    }
    fence = session.scalar(_change(SyncRun.id == run_id, _free(now)).values(taken).returning(SyncRun.fence))
    return Hold(run_id, fence) if fence is not None else None


def keep_run(session: Session, now: datetime, hold: Hold, **progress: Any) -> None:
    """Renew the lease, and write how far it is (`stage`, `progress`). Raises LostRun.

    Call it first in a transaction: it locks the row of the run, so that no other worker writes beside this one.
    """
    kept = session.execute(_change(*_held(hold)).values(lease_until=now + LEASE, **progress))
    if not kept.rowcount:
        raise LostRun(f"run {hold.run_id}, fence {hold.fence}")


def _free(now: datetime) -> sa.ColumnElement[bool]:
    other = aliased(SyncRun)
    busy = sa.exists().where(
        other.institution_id == SyncRun.institution_id,
        other.id != SyncRun.id,
        other.status == "running",
        other.lease_until >= now,
    )
    lost = sa.and_(SyncRun.status == "running", SyncRun.lease_until < now)
    return sa.and_(sa.or_(SyncRun.status == "waiting", lost), ~busy)


def _held(hold: Hold) -> tuple[sa.ColumnElement[bool], ...]:
    return SyncRun.id == hold.run_id, SyncRun.fence == hold.fence, SyncRun.status == "running"


def _change(*where: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(SyncRun).where(*where).execution_options(synchronize_session=False)


def open_source(session: Session, hold: Hold, config: Mapping[str, Any], today: date) -> RosterSource:
    """The source that this run reads: the file that was sent in, or the connected service with its settings.

    Raises AppError when it cannot be opened. Reads only; close the transaction before you fetch.
    """
    run = session.get(SyncRun, hold.run_id, populate_existing=True)
    if run is None or hold.fence > MOST_TAKES:
        raise RosterUnavailable(_("This run was started %(times)s times and never came to an end.", times=MOST_TAKES))
    institution = session.get_one(Institution, run.institution_id)
    if source_kind(run.source).kind == "file":
        upload = session.get(Upload, run.upload_id) if run.upload_id is not None else None
        paths = _paths(run, upload, Path(config["INSTANCE"]))
        return file_source(run.source, paths, institution.brin, today, **reading_options(upload))
    return open_service(session, institution, run.source, config["SECRET_KEY"], today)


def open_service(
    session: Session, institution: Institution, source: str, secret_key: str, today: date, **options: Any
) -> RosterSource:
    """The connected service of this school; locations that are switched off are not asked (Z-226).

    `options` go to the adapter, such as another `sleep`.
    """
    settings = connected_settings(session, institution.id, source, secret_key)
    is_off = (Location.institution_id == institution.id, Location.sync_on.is_(False))
    codes = sa.select(Location.code).where(*is_off)
    # A location without a code of its own is known by the key that the source gave it.
    keys = sa.select(LocationKey.key).join(Location, Location.id == LocationKey.location_id)
    keys = keys.where(*is_off, LocationKey.source == source)
    off = frozenset(session.scalars(codes.union(keys)))
    return service_source(source, settings, institution.brin, today, switched_off=off, **options)


def _paths(run: SyncRun, upload: Upload | None, instance: Path) -> list[Path]:
    if upload is not None:
        return [instance / "uploads" / upload.stored_as]
    if run.trigger == "file" and run.source != "practice":
        raise RosterUnreadable(_("The file of this run is no longer there. Send it in again."))
    return []


def connected_settings(session: Session, institution_id: int, source: str, secret_key: str) -> dict[str, str]:
    """The settings of a connected source, secrets opened. Raises RosterUnavailable, SecretUnusable."""
    connection = session.scalar(
        sa.select(SourceConnection).where(
            SourceConnection.institution_id == institution_id, SourceConnection.source == source
        )
    )
    if connection is None:
        raise RosterUnavailable(_("No service is connected. Connect one first with roster connect."))
    sealed = {setting.name for setting in source_kind(source).settings if setting.secret}
    return {name: unseal(secret_key, value) if name in sealed else value for name, value in connection.settings.items()}
