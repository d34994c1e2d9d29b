"""The guard in front of every page: closed unless it is named here (R46)."""

import sqlalchemy as sa
from flask import Flask, g, redirect, request, session, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.extensions import db, login_manager
from app.models import Account, Institution
from app.own_page import START, own_page

OPEN = frozenset(
    {
        "auth.activate",
        "auth.forgotten",
        "auth.institution_of",
        "auth.login",
        "auth.logout",
        "auth.open_link",
        "static",
    }
)
OPEN_BLUEPRINTS = frozenset({"health", "reports"})
WITH_ISSUED_SECRET = frozenset({"auth.change_password", "auth.logout", "static"})  # R18


def init_gate(app: Flask) -> None:
    """Guard all routes of this app."""
    login_manager.session_protection = None  # an address may change underway; the session row decides (R21)
    login_manager.user_loader(_load_account)
    login_manager.unauthorized_handler(to_login)
    # Before the CSRF check, so that who must choose a password first hears that, whatever was sent (R18).
    app.before_request_funcs.setdefault(None, []).insert(0, guard)


def guard() -> Response | None:
    """Let pass, or lead to the login, or to the choice of an own password."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":  # no such page; a file
        return None
    if session.get("must_change") and current_user.is_authenticated:
        return None if endpoint in WITH_ISSUED_SECRET else redirect(url_for("auth.change_password"))
    if endpoint in OPEN or request.blueprint in OPEN_BLUEPRINTS or current_user.is_authenticated:
        return None
    return to_login()


def to_login() -> Response:
    """To the login, and back here afterwards when this was a page."""
    here = request.full_path.rstrip("?")
    back = here if request.method == "GET" and here != START and own_page(here) == here else None
    return redirect(url_for("auth.login", next=back))


def _load_account(account_id: str) -> Account | None:
    """The account of a session on each request, with its person and institution; None when it may not be used any more
    (R17)."""
    found = db.session.execute(
        sa.select(Account, Institution)
        .outerjoin(Institution, Institution.id == Account.institution_id)
        .where(Account.id == int(account_id))
        .options(joinedload(Account.person, innerjoin=True))
    ).first()
    if found is not None and found.Account.is_active:
        g.institution = found.Institution  # held here, so that the frame of the page finds it without a question
        return found.Account
    session.clear()  # also when it may be used again later, this session stays dead
    return None
