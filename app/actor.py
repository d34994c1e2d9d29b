"""Who acts in this request: the logged-in account with its reach, as the value that services want."""

from flask import g
from flask_login import current_user

from app.services.access import HAS_LOCATIONS_BY_HAND, Actor
from app.services.reach import locations_of

from .extensions import db
from .models import Role


def current_actor() -> Actor:
    """The actor of this request, read once per request from the database, never from the cookie."""
    if "actor" not in g:
        account = current_user._get_current_object()
        reach = locations_of(db.session, account) if account.role in HAS_LOCATIONS_BY_HAND else frozenset()
        g.actor = Actor(account.username, account.id, account.institution_id, Role(account.role), reach)
    return g.actor
