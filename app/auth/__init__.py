"""Logging in and out, and everything about the own password."""

from flask import Blueprint, Flask

from .sessions import StoredSessions


def init_auth(app: Flask) -> None:
    """Sessions, the pages before and after login, and the guard in front of all other pages."""
    from . import change, forgotten, gate, login, masking, visitors

    app.session_interface = StoredSessions()
    app.extensions["school_networks"] = visitors.read_networks(app.config["SCHOOL_NETWORKS"])
    pages = Blueprint("auth", __name__)
    for part in (login, change, forgotten):
        part.add_pages(pages)
    app.register_blueprint(pages)
    gate.init_gate(app)
    masking.mask_access_logs()
