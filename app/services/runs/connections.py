"""Connecting a service source to a school, from the command line (contract.md: roster connect)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from ...errors import InvalidInput, UnknownName
from ...models import Institution, Location, SourceConnection
from ...roster.sources import SOURCES, checked_settings, source_kind
from ..access import Actor
from ..audit import record
from ..sealing import seal

HIDDEN: Final = "***"


def connect_source(
    session: Session,
    now: datetime,
    actor: Actor,
    institution: Institution,
    source: str,
    settings: Mapping[str, str],
    secret_key: str,
) -> SourceConnection:
    """Keep these settings, secret ones sealed, as the one connection of this school. The caller commits.

    Raises UnknownName for the source, InvalidInput for a file source and for settings that it does not want.
    """
    kind = source_kind(source)
    if kind.connect is None:
        raise InvalidInput(_("Source %(source)s reads files; it cannot be connected.", source=source))
    secrets = {setting.name for setting in kind.settings if setting.secret}
    stored = {
        name: seal(secret_key, value) if name in secrets else value
        for name, value in checked_settings(source, settings).items()
    }
    # A school has one service at a time: two would call each other's people gone.
    others = sa.delete(SourceConnection).where(SourceConnection.institution_id == institution.id)
    session.execute(others.where(SourceConnection.source != source))
    connection = session.scalar(
        sa.select(SourceConnection).where(
            SourceConnection.institution_id == institution.id, SourceConnection.source == source
        )
    )
    if connection is None:
        connection = SourceConnection(institution_id=institution.id, source=source)
        session.add(connection)
    connection.settings, connection.changed_at = stored, now
    session.flush()
    told = {"source": source, "settings": sorted(stored)}
    record(session, now, actor, "source-connected", "institution", institution.id, told, institution.id)
    return connection


def shown_settings(connection: SourceConnection) -> dict[str, str]:
    """The settings without the secrets."""
    secrets = {setting.name for setting in SOURCES[connection.source].settings if setting.secret}
    return {name: HIDDEN if name in secrets else value for name, value in connection.settings.items()}


def locations_by_code(session: Session, institution: Institution, codes: Mapping[str, Any]) -> dict[str, Location]:
    """The locations with these codes. Raises UnknownName that names the first one that does not exist."""
    rows = session.scalars(sa.select(Location).where(Location.institution_id == institution.id))
    found = {location.code: location for location in rows if location.code in codes}
    for code in codes:
        if code not in found:
            raise UnknownName(_("Location %(code)s does not exist.", code=code))
    return found
