"""Mijn leerlingen: a mentor gives the own pupils a new password, when the school allows it (P-090)."""

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _

from app.actor import current_actor
from app.clock import now
from app.extensions import db, transaction
from app.services.accounts.mentors import own_pupils, reset_by_mentor
from app.services.login.credentials import prepare_secret

mentor = Blueprint("mentor", __name__, url_prefix="/mijn-leerlingen")


@mentor.get("/")
def pupils() -> str:
    """The own pupils, each with a button."""
    return render_template("pages/mentor.html", title=_("My pupils"), pupils=own_pupils(db.session, current_actor()))


@mentor.post("/<int(max=2147483647):account_id>/wachtwoord/")
def reset(account_id: int) -> str:
    """A new password; without an e-mail address it stands in this answer only."""
    actor, secret_key = current_actor(), current_app.config["SECRET_KEY"]
    own_pupils(db.session, actor)  # who may not, costs no hash
    db.session.rollback()
    fresh = prepare_secret(secret_key)
    with transaction():
        given = reset_by_mentor(db.session, now(), current_actor(), account_id, secret_key, fresh)
    pupils = own_pupils(db.session, current_actor())
    return render_template("pages/mentor.html", title=_("My pupils"), pupils=pupils, given=given)
