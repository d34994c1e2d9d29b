"""The page of one service: its settings, "Test verbinding", and taking the link away again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.admin.synchronisation.words import RUN_LOOKS
from app.clock import now, today
from app.errors import AppError, TooMany, UnknownName
from app.extensions import db, transaction
from app.models import SourceConnection
from app.roster import SourceKind
from app.roster.setting_checks import form_of
from app.services.login.throttle import Bucket, claim
from app.services.runs import connections
from app.services.runs.settings import institution_of
from app.services.runs.source_list import last_runs, retired_since
from app.services.runs.weekly import connection_of
from app.services.runs.work import open_service

from .retiring import RetirePages, only_here, source_of
from .trying import SECONDS, TRIES, Patience, Tried, named, try_connection
from .ways import crumbs
from .words import hint_of

SERVICE = "<service>"  # in an address


class ServicePages(RetirePages):
    """Mixed into SourceScreen."""

    @expose(f"/{SERVICE}/", methods=("GET", "POST"))
    def service(self, service: str) -> Any:
        """The settings of this service; a secret is asked for and never shown. Of a source of files: how it is used."""
        kind = source_of(service)
        if kind.kind == "file" and request.method == "GET":
            return self.file_page(kind)
        kind = _kind(service)
        if request.method == "GET":
            return self._service_page(kind)
        errors = _save(kind)
        if errors:
            return self._service_page(kind, errors=errors), 400
        if "test" in request.form:
            return self._service_page(kind, tried=_try(kind))
        flash(_("The settings of %(source)s were saved. Test the connection now.", source=kind.title), "success")
        return redirect(url_for(".service", service=service), 303)

    @expose(f"/{SERVICE}/test/", methods=("POST",))
    def test(self, service: str) -> Any:
        """Asks the system a few questions with the settings that were saved."""
        kind = _kind(service)
        return self._service_page(kind, tried=_try(kind))

    @expose(f"/{SERVICE}/ontkoppelen/", methods=("GET", "POST"))
    def disconnect(self, service: str) -> Any:
        """Asks first, on a page of its own."""
        kind = _kind(service)
        if request.method == "GET":
            title = _("Disconnect %(source)s?", source=kind.title)
            return self.render(  # type: ignore[attr-defined]
                "admin/sources/disconnect.html",
                title=title,
                page_name="BeheerBronOntkoppelenPage",
                crumbs=crumbs((str(kind.title), url_for(".service", service=service)), (_("Disconnect"), None)),
                kind=kind,
                only_here=only_here(institution_of(db.session, current_actor()), kind.id),
            )
        with transaction():
            actor = current_actor()
            school = institution_of(db.session, actor)
            connections.disconnect_source(db.session, now(), actor, school, kind.id)
        flash(_("%(source)s is disconnected. Nobody was changed.", source=kind.title), "success")
        return redirect(url_for(".index_view"), 303)

    def _service_page(
        self, kind: SourceKind, errors: Mapping[str, str] | None = None, tried: Tried | None = None
    ) -> str:
        school = institution_of(db.session, current_actor())
        connection = connection_of(db.session, school.id, kind.id)
        values = _shown(kind, connection)
        return self.render(  # type: ignore[attr-defined]
            "admin/sources/service.html",
            title=str(kind.title),
            page_name="BeheerBronPage",
            crumbs=crumbs((str(kind.title), None)),
            kind=kind,
            connection=connection,
            values=request.form if errors else values,
            kept={name for name in (connection.settings if connection else ()) if name in _secrets(kind)},
            errors=errors or {},
            tried=tried,
            delivers=named(kind.delivers),
            last=last_runs(db.session, school.id).get(kind.id),
            looks=RUN_LOOKS,
            since=retired_since(school, kind.id),
            only_here=only_here(school, kind.id),
            hint=lambda setting: hint_of(kind.id, setting),
            form_of=form_of,
            seconds=int(SECONDS),
            can_end=not any(setting.form == "pem" for setting in kind.settings),
        )


def _kind(service: str) -> SourceKind:
    """The service of this address. Raises UnknownName for another one, and for a source that reads files."""
    kind = source_of(service)
    if kind.kind != "service":
        raise UnknownName(_("This page does not exist."))
    return kind


def _secrets(kind: SourceKind) -> set[str]:
    return connections.secret_names(kind)


def _shown(kind: SourceKind, connection: SourceConnection | None) -> dict[str, str]:
    """What stands in the form: everything but the secrets."""
    if connection is None:
        return {}
    shown = {name: value for name, value in connection.settings.items() if name not in _secrets(kind)}
    return shown | ({"ends_on": connection.ends_on.isoformat()} if connection.ends_on else {})


def _save(kind: SourceKind) -> dict[str, str]:
    """Keeps what the form says; gives by field what is wrong, and then nothing was kept."""
    actor, form, key = current_actor(), request.form, current_app.config["SECRET_KEY"]
    with transaction():
        school = institution_of(db.session, actor)
        connection = connection_of(db.session, school.id, kind.id)
        kept = connections.kept_settings(connection, key) if connection else {}
        settings = connections.typed_settings(kind, form, kept, form.getlist("remove"))
        errors = connections.wrong_settings(kind, settings)
        ends_on, wrong = _typed_day(form.get("ends_on", ""))
        errors |= {"ends_on": wrong} if wrong else {}
        if not errors:
            connections.connect_source(db.session, now(), actor, school, kind.id, settings, key, ends_on)
    return errors


def _typed_day(text: str) -> tuple[date | None, str | None]:
    if not text.strip():
        return None, None
    try:
        return date.fromisoformat(text.strip()), None
    except ValueError:
        return None, _("Give a date, such as 31-12-2026, or leave it empty.")


def _try(kind: SourceKind) -> Tried:
    """Reads the settings, closes the transaction, and only then asks the system."""
    actor, key = current_actor(), current_app.config["SECRET_KEY"]
    with transaction():
        school = institution_of(db.session, actor)
        if not claim(db.session, now(), [Bucket(TRIES, str(school.id))]).admitted:
            raise TooMany(_("You tested this often just now. Wait a minute and try again."))
    patience = Patience(SECONDS)
    try:
        school = institution_of(db.session, actor)
        source = open_service(db.session, school, kind.id, key, today(), sleep=patience.sleep)
    except AppError as wrong:
        return Tried(wrong.message)
    brin = school.brin
    db.session.rollback()  # no transaction is open while somebody else's server answers
    return try_connection(source, patience, brin)
