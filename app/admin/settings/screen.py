"""Beheer > Instelling > Accountinstellingen: the subjects, each with a page of its own."""

from typing import Any

from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.admin.lists.screen import Screen
from app.templating import ADMINISTRATION

from .delivery import DeliveryPage
from .letters import LetterPages
from .policies import PolicyPages
from .usernames import UsernamePage

SUBJECTS = (  # (endpoint, icon, title, what it is for)
    (".usernames", "key", _l("Usernames"), _l("How a new username is made, per kind of person.")),
    (".delivery", "mail", _l("First login"), _l("A temporary password, a link or single sign-on.")),
    (".policies", "users", _l("Who comes and goes"), _l("What happens by itself to accounts of who is new or left.")),
    (".planner", "clock", _l("Planner"), _l("Whose account will be made inactive by itself, and when.")),
    (".letters", "printer", _l("Letters"), _l("Your own words, the logo, how many on a sheet.")),
)


class SettingsScreen(UsernamePage, DeliveryPage, PolicyPages, LetterPages, Screen):
    """For application administrators with a location."""

    page_name = "BeheerAccountInstellingenPage"
    needs_location = True
    title = _l("Account settings")

    @expose("/")
    def index_view(self) -> str:
        return self.render("admin/settings/list.html", title=self.title, crumbs=self.way_to(None), subjects=SUBJECTS)

    def way_to(self, here: Any) -> list[tuple[Any, str | None]]:
        """The breadcrumb of this page, or of one below it."""
        above = [(ADMINISTRATION.label, url_for("admin.index")), (_("Institution"), None)]
        return [*above, (self.title, url_for(".index_view") if here else None), *([(here, None)] if here else [])]
