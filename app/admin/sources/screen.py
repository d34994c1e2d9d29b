"""Beheer > Instelling > Bronnen: every source with its state, which one goes first, and templates of tables."""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.admin.lists.exports import TYPES
from app.admin.lists.screen import Screen
from app.admin.synchronisation.words import KINDS, RUN_LOOKS, SOURCE_STATES
from app.clock import now, today
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.models import Institution
from app.roster import Kind
from app.roster.sources import SOURCES
from app.roster.table import template
from app.services.roster.rows.authority import order_of
from app.services.runs import source_order
from app.services.runs.settings import PRACTICE, institution_of
from app.services.runs.source_list import list_sources

from .service import ServicePages
from .table import TablePages
from .trying import named
from .ways import crumbs

TEMPLATES = ("pupils", "guardians", "staff", "groups")
FORMATS = ("xlsx", "csv")


class SourceScreen(TablePages, ServicePages, Screen):
    """Where persons come from (part 7 nr 12)."""

    page_name = "BeheerBronnenPage"

    @expose("/")
    def index_view(self) -> Any:
        return self._list_page()

    def _list_page(self, wrong: tuple[str, str] | None = None) -> str:
        school = institution_of(db.session, current_actor())
        used = source_order.sources_in_use(db.session, school)
        return self.render(
            "admin/sources/list.html",
            title=_("Sources"),
            crumbs=crumbs(),
            lines=list_sources(db.session, school),
            states=SOURCE_STATES,
            looks=RUN_LOOKS,
            named=named,
            today=today(),
            order=_typed_order() if wrong else order_of(school),
            wrong=wrong,
            kinds={kind: (KINDS[kind.value], _choices(school, used, kind)) for kind in Kind},
            places=range(source_order.MOST),
            rivals=named(source_order.rivals(db.session, school)),
            templates=[(kind, KINDS[kind]) for kind in TEMPLATES],
            formats=FORMATS,
        )

    @expose("/volgorde/", methods=("POST",))
    def order(self) -> Any:
        """Per kind which source goes first, or no order at all."""
        wanted = {Kind(kind): told for kind, told in _typed_order().items()}
        try:
            with transaction():
                changed = source_order.set_order(db.session, now(), current_actor(), wanted)
        except InvalidInput as wrong:
            return self._list_page((wrong.field or "", wrong.message)), 400
        flash(_("The order of the sources was saved.") if changed else _("Nothing was changed."), "success")
        return redirect(url_for(".index_view"), 303)

    @expose(f"/sjabloon/<any({','.join(TEMPLATES)}):kind>.<any({','.join(FORMATS)}):format>")
    def template(self, kind: str, format: str) -> Response:
        """An empty table with the titles that Zicht knows, to fill in."""
        name = f"sjabloon-{str(KINDS[kind]).lower()}.{format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(template(kind, format), content_type=TYPES[format], headers=headers)


def _typed_order() -> dict[str, list[str]]:
    """The order as the form says it; empty places are left out."""
    places = range(source_order.MOST)
    typed = {kind.value: [request.form.get(f"{kind.value}-{place}", "") for place in places] for kind in Kind}
    return {kind: [one for one in told if one] for kind, told in typed.items()}


def _choices(school: Institution, used: list[str], kind: Kind) -> list[tuple[str, str]]:
    """The sources that deliver this kind: those that are used here first."""
    known = [one.id for one in SOURCES.values() if one.id != PRACTICE or school.is_practice]
    wanted = [*used, *(one for one in known if one not in used)]
    return [(one, str(SOURCES[one].title)) for one in wanted if kind in SOURCES[one].delivers]
