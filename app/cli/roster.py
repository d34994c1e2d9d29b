"""The commands about rosters: sources, connect, retire, import, sync, undo and runs (contract.md)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.clock import now, today
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.models import Institution, Location, SyncRun
from app.roster.sources import SOURCES, file_source, source_kind
from app.services.access import Actor
from app.services.institutions import institution_of
from app.services.runs.answers import as_in_the_contract, run_answers
from app.services.runs.connections import connect_source, locations_by_code, shown_settings
from app.services.runs.requests import OPEN
from app.services.runs.settings import switch_locations
from app.services.runs.weekly import connection_of

from .answer import MACHINE, Answer, Commands, answers
from .files import RegularFile
from .imports import adapter_options
from .roster_retire import retire
from .roster_runs import run_files, run_line, try_out
from .roster_sync import services_of, sync_services
from .roster_undo import undo

roster = Commands("roster", help="Rosters of schools: where they come from, and reading them in.")
roster.add_command(retire)
roster.add_command(undo)
SWITCH: Final = {"on": True, "off": False}


@roster.command("sources")
@answers
def sources() -> Answer:
    """All sources that this build knows."""
    data = [
        {
            "id": kind.id,
            "kind": kind.kind,
            "title": str(kind.title),
            "delivers": [one.value for one in kind.delivers],
            "settings": [
                {"name": one.name, "title": str(one.title), "secret": one.secret, "required": one.required}
                for one in kind.settings
            ],
        }
        for kind in SOURCES.values()
    ]
    return Answer(data=data, text=[f"{kind['id']:<14} {kind['kind']:<8} {kind['title']}" for kind in data])


@roster.command("connect")
@click.option("--institution", "brin", required=True)
@click.option("--source", help="The id of a service source; see `roster sources`.")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting; more may follow.")
@click.option("--location", "switches", multiple=True, metavar="CODE=on|off", help="Switches a location.")
@click.argument("more", nargs=-1, metavar="[KEY=VALUE]...")
@answers
def connect(
    brin: str, source: str | None, pairs: tuple[str, ...], switches: tuple[str, ...], more: tuple[str, ...]
) -> Answer:
    """Keep the settings of a service source, or switch locations on and off."""
    settings = dict(_pair(text) for text in (*pairs, *more))
    wanted = {code.upper(): _switch(code, value) for code, value in map(_pair, switches)}
    if source is None and (settings or not wanted):
        raise InvalidInput(_("Give --source with its settings, or --location."))
    with transaction():
        institution = institution_of(db.session, brin)
        actor = Actor(MACHINE.name, institution_id=institution.id)
        if source is not None and (settings or not wanted):
            secret_key = current_app.config["SECRET_KEY"]
            connect_source(db.session, now(), actor, institution, source, settings, secret_key)
        elif source is not None:
            source_kind(source)
        found = locations_by_code(db.session, institution, wanted)
        on = [found[code].id for code, value in wanted.items() if value]
        switch_locations(db.session, now(), actor, [place.id for place in found.values()], on)
        data = _connected(institution, source)
    return Answer(data=data, text=_connection_lines(data))


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise InvalidInput(_("Write a setting as key=value, not as %(text)s.", text=text.split("=")[0]))
    return name.strip(), value


def _switch(code: str, value: str) -> bool:
    if value.lower() not in SWITCH:
        raise InvalidInput(_("Write %(code)s=on or %(code)s=off.", code=code))
    return SWITCH[value.lower()]


def _connected(institution: Institution, source: str | None) -> dict[str, Any]:
    connection = connection_of(db.session, institution.id, source)
    places = db.session.scalars(
        sa.select(Location).where(Location.institution_id == institution.id).order_by(Location.code)
    )
    return {
        "institution": institution.brin,
        "source": connection and connection.source,
        "settings": shown_settings(connection) if connection else {},
        "locations": [{"code": place.code, "name": place.name, "on": place.sync_on} for place in places],
    }


def _connection_lines(data: dict[str, Any]) -> Iterator[str]:
    yield f"{data['institution']}: {data['source'] or '-'}"
    yield from (f"  {name} = {value}" for name, value in data["settings"].items())
    for place in data["locations"]:
        yield f"  {place['code']} {place['name']}: " + (_("switched on") if place["on"] else _("switched off"))


@roster.command("import")
@click.argument("files", nargs=-1, type=RegularFile())
@click.option("--source", required=True, help="The id of a file source; see `roster sources`.")
@click.option("--institution", "brin", required=True)
@click.option("--map", "map_file", type=RegularFile(), help="How a table is read; guessed from its titles without.")
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--approve", is_flag=True, help="Apply, also when the roster would be put on hold.")
@answers
def import_files(
    files: tuple[Path, ...], source: str, brin: str, map_file: Path | None, dry_run: bool, approve: bool
) -> Answer:
    """Read a roster from files."""
    institution = institution_of(db.session, brin)
    options = adapter_options(institution, source, files, map_file)
    opened = file_source(source, files, institution.brin, today(), **options)  # refuses at once what cannot be meant
    if dry_run:
        return try_out(institution, source, opened, approve)
    return run_files(institution.id, source, files, options, approve)


@roster.command("sync")
@click.option("--institution", "brin", required=True)
@click.option("--source", help="Only this connected service; all of them in order without.")
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@click.option("--approve", is_flag=True, help="Apply, also when the roster would be put on hold.")
@answers
def sync(brin: str, source: str | None, dry_run: bool, approve: bool) -> Answer:
    """One run of each connected service source."""
    institution = institution_of(db.session, brin)
    return sync_services(institution, services_of(institution, source), dry_run, approve)


@roster.command("runs")
@click.option("--institution", "brin", required=True)
@answers
def runs(brin: str) -> Answer:
    """The log of runs, newest first."""
    mine = sa.select(SyncRun).where(SyncRun.institution_id == institution_of(db.session, brin).id)
    data = run_answers(db.session, db.session.scalars(mine.order_by(SyncRun.id.desc())))
    ended = [line for line in data if line["status"] not in OPEN]
    return Answer(data=[as_in_the_contract(line) for line in ended], text=[run_line(line) for line in data])
