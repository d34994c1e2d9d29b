"""`roster retire`: a source that this school does not use any more, or uses again after all."""

from collections.abc import Iterator, Mapping
from typing import Any

import click
from flask_babel import gettext as _

from app.clock import now
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.models import Institution
from app.roster.sources import source_kind
from app.services.access import Actor
from app.services.institutions import institution_of
from app.services.roster.rows.authority import retired_of
from app.services.runs.connections import disconnect_source
from app.services.runs.retired import known_only_here, resume_source, retire_source
from app.services.runs.weekly import connection_of

from .answer import MACHINE, Answer, Command, answers
from .roster_runs import kind_text


@click.command("retire", cls=Command)
@click.option("--institution", "brin", required=True)
@click.option("--source", required=True, help="The id of a source; see `roster sources`.")
@click.option("--back", is_flag=True, help="Use this source again.")
@click.option("--dry-run", is_flag=True, help="Only show how many people no other source knows.")
@answers
def retire(brin: str, source: str, back: bool, dry_run: bool) -> Answer:
    """This source is not used any more; a connected service is disconnected."""
    source_kind(source)
    if back and dry_run:
        raise InvalidInput(_("Give --back or --dry-run, not both."))
    with transaction():
        institution = institution_of(db.session, brin)
        actor = Actor(MACHINE.name, institution_id=institution.id)
        if back:
            resume_source(db.session, now(), actor, institution.id, source)
        elif not dry_run and connection_of(db.session, institution.id, source) is not None:
            disconnect_source(db.session, now(), actor, institution, source)
        elif not dry_run:
            retire_source(db.session, now(), actor, source)
        data = _told(institution, source)
    return Answer(data, _lines(data))


def _told(institution: Institution, source: str) -> dict[str, Any]:
    known = known_only_here(db.session, institution, source)
    return {
        "institution": institution.brin,
        "source": source,
        "retired": retired_of(institution).get(source),
        "only_known_here": {kind.value: count for kind, count in known.items()},
    }


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    source, day = data["source"], data["retired"]
    if day is None:
        yield _("%(source)s is in use.", source=source)
    else:
        yield _("%(source)s is not used any more since %(day)s.", source=source, day=day)
    for kind, count in data["only_known_here"].items():
        yield _("Known to no other source: %(count)s %(kind)s", count=count, kind=kind_text(kind))
