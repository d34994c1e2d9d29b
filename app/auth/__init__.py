"""Logging in and out, and everything about the own password."""

from flask import Flask

from .sessions import StoredSessions


def init_auth(app: Flask) -> None:
    app.session_interface = StoredSessions()
