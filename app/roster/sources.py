"""The register of roster sources: what this build can read, and how to open it. A new adapter adds one line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.errors import InvalidInput, RosterUnreadable, UnknownName

from . import (
    RosterSource,
    Setting,
    SourceKind,
    edex2000,
    edexml,
    magister,
    oneroster,
    oneroster_csv,
    parnassys,
    practice,
    presentis,
    sds_csv,
    somtoday,
    table,
    uwlr,
    zermelo,
)
from .confined import ConfinedLook, ConfinedSource
from .oneroster.service import OneRosterSource
from .openers import LOOK, OPEN
from .setting_checks import checked_value

BASE_URL: Final = Setting("base_url", _l("Address of the service"))
TOKEN_URL: Final = Setting("token_url", _l("Address for access tokens"))
CLIENT_ID: Final = Setting("client_id", _l("Client ID"))
CLIENT_SECRET: Final = Setting("client_secret", _l("Client secret"), secret=True)
ORGANISATION: Final = Setting("organisation", _l("Organisation (UUID)"), form="uuid")

BRINS: Final = Setting(
    "brin", _l("BRIN, when there are more, or it is one location (99ZZ, 99ZZ01)"), required=False, form="brins"
)
USERNAME: Final = Setting("username", _l("Username"))
PASSWORD: Final = Setting("password", _l("Password"), secret=True)
CERTIFICATE: Final = Setting(
    "certificate", _l("Client certificate with its private key (PEM)"), secret=True, required=False, form="pem"
)

SOURCES: Final[dict[str, SourceKind]] = {
    kind.id: kind
    for kind in (
        SourceKind(practice.SOURCE, _l("Practice school"), practice.DELIVERS, OPEN[practice.SOURCE], needs_files=False),
        SourceKind(edexml.SOURCE, _l("EDEXML file"), edexml.DELIVERS, open_files=OPEN[edexml.SOURCE]),
        SourceKind(
            somtoday.SOURCE,
            _l("Somtoday Connect"),
            somtoday.DELIVERS,
            connect=somtoday.SomtodaySource,
            settings=(BASE_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET, ORGANISATION),
        ),
        SourceKind(
            magister.SOURCE,
            _l("Magister"),
            magister.DELIVERS,
            connect=magister.MagisterSource,
            settings=(
                BASE_URL,
                USERNAME,
                PASSWORD,
                Setting("layout", _l("Lists, such as leerlingen=NAME; verzorgers=NAME"), required=False, form="lists"),
            ),
        ),
        SourceKind(
            presentis.SOURCE,
            _l("Presentis"),
            presentis.DELIVERS,
            connect=presentis.PresentisSource,
            settings=(
                CLIENT_ID,
                CLIENT_SECRET,
                replace(BASE_URL, required=False),
                replace(TOKEN_URL, required=False),
            ),
        ),
        SourceKind(
            parnassys.SOURCE,
            _l("ParnasSys"),
            parnassys.DELIVERS,
            connect=parnassys.ParnassysSource,
            settings=(
                BASE_URL,
                Setting("client_name", _l("Supplier name")),
                Setting("key", _l("Supplier key"), secret=True),
                BRINS,
            ),
        ),
        SourceKind(
            uwlr.SOURCE,
            _l("UWLR (ESIS too)"),
            uwlr.DELIVERS,
            connect=uwlr.UwlrSource,
            settings=(
                BASE_URL,
                Setting("key", _l("Authorisation key of the school"), secret=True),
                Setting("client_code", _l("Client code")),
                Setting("client_name", _l("Client name")),
                BRINS,
                CERTIFICATE,
            ),
        ),
        SourceKind(
            zermelo.SOURCE,
            _l("Zermelo"),
            zermelo.DELIVERS,
            connect=zermelo.ZermeloSource,
            settings=(
                BASE_URL,
                Setting("key", _l("Token of the portal"), secret=True),
                Setting("organisation", _l("School, when the token sees more than one"), required=False),
            ),
        ),
        SourceKind(
            oneroster.SOURCE,
            _l("OneRoster (service)"),
            oneroster.DELIVERS,
            connect=OneRosterSource,
            settings=(BASE_URL, TOKEN_URL, CLIENT_ID, CLIENT_SECRET),
        ),
        SourceKind(
            oneroster_csv.SOURCE,
            _l("OneRoster (CSV files)"),
            oneroster_csv.DELIVERS,
            open_files=OPEN[oneroster_csv.SOURCE],
            many_files=True,
        ),
        SourceKind(
            sds_csv.SOURCE,
            _l("School Data Sync (CSV files)"),
            sds_csv.DELIVERS,
            open_files=OPEN[sds_csv.SOURCE],
            many_files=True,
        ),
        SourceKind(
            edex2000.SOURCE,
            _l("EDEX2000 files"),
            edex2000.DELIVERS,
            open_files=OPEN[edex2000.SOURCE],
            many_files=True,
        ),
        SourceKind(
            table.SOURCE,
            _l("Table (CSV, Excel, ODS)"),
            table.DELIVERS,
            open_files=OPEN[table.SOURCE],
            many_files=True,
            look=LOOK[table.SOURCE],
        ),
    )
}


def source_kind(source: str) -> SourceKind:
    """The source of this id. Raises UnknownName that names the known ids."""
    if source not in SOURCES:
        raise UnknownName(
            _(
                "There is no source %(source)s. Known sources: %(known)s.",
                source=source,
                known=", ".join(sorted(SOURCES)),
            )
        )
    return SOURCES[source]


def file_source(source: str, paths: Sequence[Path], brin: str, today: date, **options: Any) -> RosterSource:
    """The files as a source; they are read in a process of their own. Raises UnknownName or InvalidInput.

    `options` are plain values for the adapter.
    """
    kind = source_kind(source)
    if kind.open_files is None:
        raise InvalidInput(_("Source %(source)s is a service; it does not read files.", source=source))
    if not paths and not kind.needs_files:
        return kind.open_files(paths, brin, today, **options)
    if not paths or (len(paths) > 1 and not kind.many_files):
        raise InvalidInput(_("Give exactly one file for this source."))
    return ConfinedSource(source, paths, brin, today, options)


def table_look(paths: Sequence[Path], today: date, **options: Any) -> table.TableLook:
    """How these tables are understood; they are looked at in a process of their own. `options`: see look_with."""
    try:
        return table.TableLook.from_json(ConfinedLook(table.SOURCE, paths, "", today, options).fetch())
    except RosterUnreadable as refused:  # too large to look at
        return table.TableLook(Path(paths[0]).name, refused=refused.message)


def service_source(source: str, settings: Mapping[str, str], brin: str, today: date, **options: Any) -> RosterSource:
    """The service as a source; `options` such as `switched_off` go to it. Raises UnknownName or InvalidInput."""
    kind = source_kind(source)
    if kind.connect is None:
        raise InvalidInput(_("Source %(source)s reads files; it cannot be connected.", source=source))
    return kind.connect(checked_settings(source, settings), brin, today, **options)


def checked_settings(source: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The settings, when they are exactly those the source wants. Raises InvalidInput that names them (contract)."""
    kind = source_kind(source)
    names = [setting.name for setting in kind.settings]
    wanted = ", ".join(names) or "-"
    unknown = sorted(set(settings) - set(names))
    missing = [setting.name for setting in kind.settings if setting.required and not settings.get(setting.name)]
    if unknown:
        raise InvalidInput(
            _("Unknown setting: %(names)s. This source wants: %(wanted)s.", names=", ".join(unknown), wanted=wanted)
        )
    if missing:
        raise InvalidInput(
            _("Missing setting: %(names)s. This source wants: %(wanted)s.", names=", ".join(missing), wanted=wanted)
        )
    for setting in kind.settings:
        if settings.get(setting.name):
            checked_value(setting, settings[setting.name])
    return dict(settings)
