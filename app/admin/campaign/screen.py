"""Beheer > Instelling > Uitreiking: who has the details, who chose a password, and who must be reminded."""

from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.screen import Screen
from app.clock import now
from app.extensions import db
from app.services.accounts.arrival import OPEN, WORDS, Tally, tallies
from app.templating import ADMINISTRATION

PARTS = {
    "kind": _l("Per kind of person"),
    "location": _l("Per location"),
    "group": _l("Per class"),
}


class CampaignScreen(Screen):
    """Counts only; each leads to the list of accounts that it counts."""

    page_name = "BeheerUitreikingPage"
    needs_location = True
    title = _l("Handing out")

    @expose("/")
    def index_view(self) -> str:
        found = tallies(db.session, now(), current_actor())
        return self.render(
            "admin/campaign/index.html",
            title=self.title,
            crumbs=[(ADMINISTRATION.label, url_for("admin.index")), (_("Institution"), None), (self.title, None)],
            parts=PARTS,
            tallies=found,
            states=WORDS,
            shown=lambda tally, state: url_for("accounts.index_view", arrival=state, **tally.filters),
            open_list=url_for("accounts.index_view", arrival=OPEN),
            is_open=_is_open,
        )


def _is_open(found: list[Tally]) -> int:
    """How many people did not choose a password yet."""
    return sum(tally.open for tally in found)
