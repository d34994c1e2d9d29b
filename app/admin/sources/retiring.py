"""The page of a source that reads files, and taking a source out of use: asked first, with how many only it knows."""

from typing import Any, Final

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext

from app.actor import current_actor
from app.admin.synchronisation.words import RUN_LOOKS
from app.clock import now
from app.errors import UnknownName
from app.extensions import db, transaction
from app.models import Institution
from app.roster import Kind, SourceKind
from app.roster.sources import SOURCES
from app.services.runs.retired import known_only_here, resume_source, retire_source
from app.services.runs.settings import PRACTICE, institution_of
from app.services.runs.source_list import last_runs, retired_since
from app.templating import number

from .trying import named
from .ways import crumbs

COUNTED: Final = {
    Kind.PUPILS: lambda count: ngettext("%(count)s pupil", "%(count)s pupils", count, count=number(count)),
    Kind.GUARDIANS: lambda count: ngettext("%(count)s guardian", "%(count)s guardians", count, count=number(count)),
    Kind.STAFF: lambda count: ngettext("%(count)s staff member", "%(count)s staff members", count, count=number(count)),
}


class RetirePages:
    """Mixed into SourceScreen."""

    @expose("/<service>/stoppen/", methods=("GET", "POST"))
    def retire(self, service: str) -> Any:
        """Asks first, on a page of its own."""
        kind = source_of(service)
        if request.method == "GET":
            title = _("%(source)s is not used any more?", source=kind.title)
            return self.render(  # type: ignore[attr-defined]
                "admin/sources/retire.html",
                title=title,
                page_name="BeheerBronStoppenPage",
                crumbs=crumbs((str(kind.title), url_for(".service", service=service)), (_("Not used any more"), None)),
                kind=kind,
                only_here=only_here(institution_of(db.session, current_actor()), kind.id),
            )
        with transaction():
            is_news = retire_source(db.session, now(), current_actor(), kind.id)
        if is_news:
            flash(_("%(source)s is not used any more. Nobody was changed.", source=kind.title), "success")
        else:
            flash(_("Nothing was changed."), "info")
        return redirect(url_for(".service", service=service), 303)

    @expose("/<service>/hervatten/", methods=("POST",))
    def resume(self, service: str) -> Any:
        """The source is used after all."""
        kind, actor = source_of(service), current_actor()
        with transaction():
            school = institution_of(db.session, actor)
            is_news = resume_source(db.session, now(), actor, school.id, kind.id)
        if is_news:
            flash(_("%(source)s is used again.", source=kind.title), "success")
        else:
            flash(_("Nothing was changed."), "info")
        return redirect(url_for(".service", service=service), 303)

    def file_page(self, kind: SourceKind) -> str:
        """The page of a source that reads files."""
        school = institution_of(db.session, current_actor())
        return self.render(  # type: ignore[attr-defined]
            "admin/sources/file.html",
            title=str(kind.title),
            page_name="BeheerBronPage",
            crumbs=crumbs((str(kind.title), None)),
            kind=kind,
            delivers=named(kind.delivers),
            last=last_runs(db.session, school.id).get(kind.id),
            looks=RUN_LOOKS,
            since=retired_since(school, kind.id),
            only_here=only_here(school, kind.id),
        )


def source_of(service: str) -> SourceKind:
    """The source of this address. Raises UnknownName; the practice source is only there in a practice school."""
    kind = SOURCES.get(service)
    if kind is None or (kind.id == PRACTICE and not institution_of(db.session, current_actor()).is_practice):
        raise UnknownName(_("This page does not exist."))
    return kind


def only_here(school: Institution, source: str) -> str:
    """'2 leerlingen, 1 verzorger': how many people no other source in use knows; '' for nobody."""
    known = known_only_here(db.session, school, source)
    return ", ".join(COUNTED[kind](count) for kind, count in known.items())
