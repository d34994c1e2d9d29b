"""What every template may use: icons, numbers and dates as people write them, the menu and who is logged in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup

from app.services.access import MAY_ADMINISTER, READS_INFORMATIVE, Actor

from .actor import current_actor
from .clock import local, school_year_name
from .extensions import db
from .models import Institution, Person, Role


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame of a page says about who is logged in (Z-033, Z-037)."""

    username: str
    role: str
    name: str
    administers: bool
    institution: str | None
    brin: str | None
    is_practice: bool


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: Any
    endpoint: str
    icon: str = ""

    @property
    def blueprint(self) -> str:
        return self.endpoint.partition(".")[0]

    @property
    def url(self) -> str:
        return url_for(self.endpoint)


HOME = MenuItem(_l("Home"), "pages.welcome")
ADMINISTRATION = MenuItem(_l("Administration"), "admin.index")
INFORMATIVE = MenuItem(_l("Informative"), "pages.informative")
MAIN_MENU = (
    HOME,
    ADMINISTRATION,
    INFORMATIVE,
    MenuItem(_l("Manual"), "pages.manual"),
)
USER_MENU = (  # Z-043; "Log out" is a form
    MenuItem(_l("News"), "pages.news", "news"),
    MenuItem(_l("Change password"), "auth.change_password", "key"),
)
LOG_OUT = MenuItem(_l("Log out"), "auth.logout", "logout")
SUB_MENU = (  # Z-117, Z-085, Z-091
    (
        _l("Persons"),
        (
            MenuItem(_l("Pupils"), "pupils.index_view", "school"),
            MenuItem(_l("Guardians"), "guardians.index_view", "users"),
            MenuItem(_l("Staff"), "staff.index_view", "id-badge-2"),
            MenuItem(_l("Other parties"), "others.index_view", "heart-handshake"),
            MenuItem(_l("Groups"), "groups.index_view", "users-group"),
            MenuItem(_l("Duplicate persons"), "duplicates.index", "user-search"),
            MenuItem(_l("Corrections"), "corrections.index_view", "pin"),
        ),
    ),
    (
        _l("Institution"),
        (
            MenuItem(_l("Accounts"), "accounts.index_view", "key"),
            MenuItem(_l("Handing out"), "campaign.index_view", "clipboard-list"),
            MenuItem(_l("Locations"), "locations.index_view", "building"),
            MenuItem(_l("Synchronisation"), "synchronisation.index_view", "refresh"),
            MenuItem(_l("Sources"), "sources.index_view", "plug-connected"),
            MenuItem(_l("Mails"), "mails.index_view", "mail"),
            MenuItem(_l("Contact persons"), "contacts.index_view", "heart-handshake"),
            MenuItem(_l("Account settings"), "settings.index_view", "settings"),
        ),
    ),
)


def init_templating(app: Flask) -> None:
    app.jinja_env.filters |= {
        "number": number,
        "day": day,
        "moment": moment,
        "school_year": school_year_name,
    }
    app.jinja_env.globals |= {
        "icon": icon,
        "actor": actor,
        "frame": frame,
        "main_menu": main_menu,
        "sub_menu": sub_menu,
        "user_menu": user_menu,
        "log_out": LOG_OUT,
        "mail_is_connected": mail_is_connected,
    }


def icon(name: str, style: str = "") -> Markup:
    """An icon of the sprite. It is decoration: the words beside it say what it means."""
    address = url_for("static", filename="icons.svg", _anchor=name)
    css = f"icon {style}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>').format(css, address)


def number(value: int) -> str:
    """1468 -> '1.468'."""
    return f"{value:,}".replace(",", ".")


def day(value: date | None) -> str:
    """dd-mm-jjjj, or nothing."""
    return value.strftime("%d-%m-%Y") if value else ""


def moment(value: datetime | None) -> str:
    """dd-mm-jjjj uu:mm on the clock of Amsterdam (Z-238), or nothing."""
    return local(value).strftime("%d-%m-%Y %H:%M") if value else ""


def actor() -> Actor | None:
    """Who acts in this request; None for a visitor."""
    if not has_request_context() or not current_user.is_authenticated:
        return None
    return current_actor()


def frame() -> Frame | None:
    """The frame of this request, read once; None for a visitor."""
    if not has_request_context() or not current_user.is_authenticated:
        return None
    if "frame" not in g:
        g.frame = _read_frame()
    return g.frame


def _read_frame() -> Frame:
    # Both came along with the account of this request; after a transaction they are read again.
    person = db.session.get_one(Person, current_user.person_id)
    institution = db.session.get(Institution, current_user.institution_id) if current_user.institution_id else None
    role = Role(current_user.role)
    return Frame(
        current_user.username,
        role.label,
        person.full_name,
        role in MAY_ADMINISTER,
        institution.name if institution else None,
        institution.brin if institution else None,
        bool(institution and institution.is_practice),
    )


def main_menu() -> Iterator[tuple[MenuItem, bool]]:
    """The items of the top bar for this visitor, each with whether it is the current one (Z-033, Z-183)."""
    who = frame()
    here = _blueprint()
    below = {item.blueprint for _label, items in SUB_MENU for item in items}
    for item in MAIN_MENU:
        if item is ADMINISTRATION and not (who and who.administers):
            continue
        if item is INFORMATIVE and current_user.role not in READS_INFORMATIVE:
            continue
        if _exists(item):
            current = here in below | {"admin"} if item is ADMINISTRATION else request.endpoint == item.endpoint
            yield item, current


def sub_menu() -> Iterator[tuple[Any, list[tuple[MenuItem, bool]], bool]]:
    """(label, items, whether one of them is current) below the top bar; only for who administers (Z-117)."""
    who = frame()
    if not (who and who.administers):
        return
    here = _blueprint()
    for label, items in SUB_MENU:
        shown = [(item, item.blueprint == here) for item in items if _exists(item)]
        yield label, shown, any(current for _item, current in shown)


def user_menu() -> list[MenuItem]:
    """What hangs below the user's own name (Z-043)."""
    return [item for item in USER_MENU if _exists(item)]


def mail_is_connected() -> bool:
    """Whether mail leaves this machine; without MAIL_SERVER it is written to files (contract)."""
    return bool(current_app.config["MAIL_SERVER"])


def _blueprint() -> str:
    """The screen of this request; "accounts-pupils" is a part of "accounts"."""
    return (request.blueprint or "").partition("-")[0]


def _exists(item: MenuItem) -> bool:
    return item.endpoint in current_app.view_functions
