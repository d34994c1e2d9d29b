"""`roster sync` with one connected service or more: each is run in order, and one answer tells how it went."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import current_app
from flask_babel import gettext as _

from app.clock import today
from app.errors import InvalidInput, UnknownName
from app.extensions import db
from app.models import Institution
from app.roster.sources import source_kind
from app.services.runs.weekly import connected_sources
from app.services.runs.work import open_service

from .answer import Answer
from .roster_runs import run_service, try_out

GRAVITY: Final = ("failed", "held", "discarded", "preview", "applied")  # of several runs, the gravest is the answer


def services_of(institution: Institution, source: str | None) -> list[str]:
    """The connected services, or the one that was asked for. Raises InvalidInput or UnknownName."""
    connected = connected_sources(db.session, institution)
    if not connected:
        raise InvalidInput(_("No service is connected. Connect one first with roster connect."))
    if source is None:
        return connected
    if source not in connected:
        source_kind(source)
        raise UnknownName(
            _("Source %(source)s is not connected. Connected: %(known)s.", source=source, known=", ".join(connected))
        )
    return [source]


def sync_services(institution: Institution, sources: Sequence[str], dry_run: bool, approve: bool) -> Answer:
    """A run of each of these services, one after the other; one that fails does not keep the next from its turn."""
    return told_together([_one(institution, source, dry_run, approve) for source in sources])


def _one(institution: Institution, source: str, dry_run: bool, approve: bool) -> Answer:
    if not dry_run:
        return run_service(institution.id, source, approve)
    opened = open_service(db.session, institution, source, current_app.config["SECRET_KEY"], today())
    return try_out(institution, source, opened, approve)


def told_together(runs: Sequence[Answer]) -> Answer:
    """One answer of several: the gravest, of equals the last one, with all of them under "runs"."""
    if len(runs) == 1:
        return runs[0]
    data: list[dict[str, Any]] = [dict(run.data) for run in runs]  # type: ignore[call-overload]
    gravest = min(reversed(data), key=lambda one: GRAVITY.index(one["status"]))
    return Answer({**gravest, "runs": data}, _lines(runs, data), max(run.exit_code for run in runs))


def _lines(runs: Sequence[Answer], data: Sequence[dict[str, Any]]) -> Iterator[str]:
    for run, told in zip(runs, data, strict=True):
        yield f"{told['source']}:"
        yield from ([run.text] if isinstance(run.text, str) else run.text)
