"""The one page with every correction by hand in reach, and the pages that make and lift them."""

from typing import Any

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.listing import clean
from app.admin.lists.screen import Screen, whole_number
from app.admin.synchronisation.forms import listed
from app.clock import today
from app.extensions import db
from app.models import Person
from app.services.corrections.reading import list_blocks, list_pins
from app.templating import ADMINISTRATION

from .blocks import BlockPages
from .forms import PartPages
from .pins import PinPages
from .words import Check, person_page, return_to


class CorrectionScreen(PinPages, BlockPages, Screen):
    """Pins and blocks."""

    page_name = "BeheerCorrectiesPage"
    needs_location = True
    title = _l("Corrections")

    @expose("/")
    def index_view(self) -> str:
        actor, session = current_actor(), db.session
        search = clean(request.args.get("search", ""))
        numbers = {name: whole_number(request.args.get(name, "")) or 1 for name in ("pins", "blocks")}
        pins = list_pins(session, actor, search, numbers["pins"])
        blocks = list_blocks(session, actor, search, numbers["blocks"])
        here: dict[str, Any] = {"pins": pins.number, "blocks": blocks.number} | ({"search": search} if search else {})
        return self.render(
            "admin/corrections/list.html",
            title=self.title,
            crumbs=self.way_to(None),
            search=search,
            pins=listed(pins),
            blocks=listed(blocks),
            pin_pages=PartPages("pins", here),
            block_pages=PartPages("blocks", here),
            here=url_for(".index_view", **here),
            today=today(),
            person_page=person_page,
        )

    def way_to(self, here: Any) -> list[tuple[Any, str | None]]:
        """The breadcrumb of this page, or of one below it."""
        above = [(ADMINISTRATION.label, url_for("admin.index")), (_("Persons"), None)]
        return [*above, (self.title, url_for(".index_view") if here else None), *([(here, None)] if here else [])]

    def _sure(self, check: Check, person: Person) -> str:
        """The page to check: nothing has changed yet."""
        return self.render(
            "admin/corrections/check.html",
            title=check.title,
            crumbs=self.way_to(check.crumb),
            person=person,
            check=check,
            back=return_to(person),
        )
