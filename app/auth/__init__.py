"""Logging in and out, and everything about the own password."""

import logging

from flask import Blueprint, Flask

from app.services.login import leaked

from .sessions import StoredSessions

logger = logging.getLogger(__name__)


def init_auth(app: Flask) -> None:
    """Sessions, the pages before and after login, and the guard in front of all other pages."""
    from . import change, crowd, forgotten, gate, login, masking, visitors

    app.session_interface = StoredSessions()
    app.extensions["school_networks"] = visitors.read_networks(app.config["SCHOOL_NETWORKS"])
    pages = Blueprint("auth", __name__)
    for part in (login, change, forgotten):
        part.add_pages(pages)
    app.register_blueprint(pages)
    gate.init_gate(app)
    masking.mask_access_logs()
    app.wsgi_app = crowd.Crowd(app, app.wsgi_app)  # type: ignore[method-assign]
    file = app.config["HIBP_FILE"]
    if file and (state := leaked.state_of(file)) is not leaked.State.GOOD:
        logger.warning("HIBP_FILE is %s: no password is looked up in it", state.value)
