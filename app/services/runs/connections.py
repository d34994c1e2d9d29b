"""Connecting services to a school: their settings, secrets sealed (contract.md: roster connect)."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput, SecretUnusable, UnknownName
from app.models import Institution, Location, SourceConnection
from app.roster import SourceKind
from app.roster.reading.client_certificate import ends_on as ends_on_of
from app.roster.setting_checks import why_wrong
from app.roster.sources import SOURCES, checked_settings, source_kind
from app.services.access import Actor
from app.services.audit import record
from app.services.exchange import locked_school
from app.services.sealing import seal, unseal

from .retired import mark_retired, resume_source
from .source_order import join_orders
from .weekly import connection_of

HIDDEN: Final = "***"


def connect_source(
    session: Session,
    now: datetime,
    actor: Actor,
    institution: Institution,
    source: str,
    settings: Mapping[str, str],
    secret_key: str,
    ends_on: date | None = None,
) -> SourceConnection:
    """Keep these settings, secret ones sealed, beside the other services of this school. The caller commits.

    `ends_on`: the last day of the token; a certificate among the settings tells its own. A service that is new here
    comes last in the orders there are. Raises UnknownName for the source, InvalidInput for a file source and for
    settings that it does not want.
    """
    kind = source_kind(source)
    if kind.connect is None:
        raise InvalidInput(_("Source %(source)s reads files; it cannot be connected.", source=source))
    secrets = secret_names(kind)
    stored = {
        name: seal(secret_key, value) if name in secrets else value
        for name, value in checked_settings(source, settings).items()
    }
    institution = locked_school(session, institution.id)
    connection = connection_of(session, institution.id, source)
    resume_source(session, now, actor, institution.id, source)
    if connection is None:
        connection = SourceConnection(institution_id=institution.id, source=source)
        session.add(connection)
        join_orders(institution, source)
    connection.settings, connection.changed_at = stored, now
    connection.ends_on = ends_on or certificate_ends_on(settings)
    session.flush()
    told = {"source": source, "settings": sorted(stored)}
    record(session, now, actor, "source-connected", "institution", institution.id, told, institution.id)
    return connection


def disconnect_source(session: Session, now: datetime, actor: Actor, institution: Institution, source: str) -> None:
    """Forget the settings of this service, and use it no more (retired.py). The caller commits. Raises UnknownName."""
    institution = locked_school(session, institution.id)
    connection = connection_of(session, institution.id, source)
    if connection is None:
        raise UnknownName(_("This source is not connected."))
    session.delete(connection)
    session.flush()
    record(
        session, now, actor, "source-disconnected", "institution", institution.id, {"source": source}, institution.id
    )
    mark_retired(session, now, actor, institution, source)


def certificate_ends_on(settings: Mapping[str, str]) -> date | None:
    """The last day of the certificate among these settings."""
    return ends_on_of(settings.get("certificate"))


def typed_settings(
    kind: SourceKind, typed: Mapping[str, str], kept: Mapping[str, str], removed: Collection[str] = ()
) -> dict[str, str]:
    """The settings as a form sends them: an empty secret stays as it was, an empty other one is left out.

    A secret is opaque, so it is not trimmed; a certificate is text of many lines, whatever their ends.
    """
    found = {}
    for setting in kind.settings:
        value = typed.get(setting.name, "")
        if setting.form == "pem":
            value = value.replace("\r\n", "\n").strip()
        elif not setting.secret:
            value = value.strip()
        elif not value.strip():
            value = ""
        if not value and setting.secret and setting.name not in removed:
            value = kept.get(setting.name, "")
        if value:
            found[setting.name] = value
    return found


def wrong_settings(kind: SourceKind, settings: Mapping[str, str]) -> dict[str, str]:
    """By setting what is wrong with its value; the same checks as of `checked_settings`, for a form."""
    found = {}
    for setting in kind.settings:
        value = settings.get(setting.name)
        if not value and setting.required:
            found[setting.name] = _("Fill this in.")
        elif value and (reason := why_wrong(setting, value)):
            found[setting.name] = reason[:1].upper() + reason[1:]
    return found


def kept_settings(connection: SourceConnection, secret_key: str) -> dict[str, str]:
    """The settings with their secrets opened; one that this key does not open is left out, to be given again."""
    secrets, found = secret_names(source_kind(connection.source)), {}
    for name, value in connection.settings.items():
        with suppress(SecretUnusable):
            found[name] = unseal(secret_key, value) if name in secrets else value
    return found


def secret_names(kind: SourceKind) -> set[str]:
    """The settings of this source that are never shown again."""
    return {setting.name for setting in kind.settings if setting.secret}


def shown_settings(connection: SourceConnection) -> dict[str, str]:
    """The settings without the secrets."""
    secrets = secret_names(SOURCES[connection.source])
    return {name: HIDDEN if name in secrets else value for name, value in connection.settings.items()}


def locations_by_code(session: Session, institution: Institution, codes: Mapping[str, Any]) -> dict[str, Location]:
    """The locations with these codes. Raises UnknownName that names the first one that does not exist."""
    rows = session.scalars(sa.select(Location).where(Location.institution_id == institution.id))
    found = {location.code: location for location in rows if location.code in codes}
    for code in codes:
        if code not in found:
            raise UnknownName(_("Location %(code)s does not exist.", code=code))
    return found
