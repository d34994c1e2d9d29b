"""Wachtwoord wijzigen: by oneself with the current password, or at once after a login with an issued one (Z-041)."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user

from .. import clock
from ..errors import Conflict
from ..extensions import db, transaction
from ..own_page import START
from ..services.login import current_password as service
from ..services.login import hashing
from ..services.login.own_password import set_own_password
from ..services.login.passwords import MAX_LENGTH, MIN_LENGTH, why_weak, words_about
from . import visitors

PROVED_FOR = timedelta(minutes=10)


def add_pages(pages: Blueprint) -> None:
    """Give the blueprint its address (contract.md)."""
    pages.add_url_rule("/wachtwoord/wijzigen", "change_password", change_password, methods=["GET", "POST"])


def change_password() -> Any:
    """The page ProfielWijzigWachtwoordPage (Z-042 to Z-050)."""
    if request.method != "POST":
        return _page({})
    errors = why_new_refused(words_about(db.session, current_user.id))
    if _asks_current():
        errors |= _check_current(request.form.get("current_password", ""))
    if not errors and _is_the_old_one(request.form["new_password"]):
        errors = {"new_password": _("This is the password you have now. Choose another one.")}
    if errors:
        return _page(errors), 400
    _store(request.form["new_password"])
    return redirect(START, 303)


def why_new_refused(words: list[str]) -> dict[str, str]:
    """What is wrong with the two fields of the new password, by field (R6, R7, Z-050)."""
    new, repeat = request.form.get("new_password", ""), request.form.get("repeat_password", "")
    if problem := why_weak(new, words=words):
        return {"new_password": problem}
    if new != repeat:
        return {"repeat_password": _("The two new passwords are not the same. Nothing was changed.")}
    return {}


def _is_the_old_one(new_password: str) -> bool:
    stored = current_user.password_hash
    db.session.rollback()  # nothing stays open while we hash
    return bool(stored) and hashing.verify_password(stored, new_password)


def _asks_current() -> bool:
    """Not of who just logged in with an issued secret, nor again of who gave it a moment ago and made a slip."""
    if session.get("must_change"):
        return False
    proved = session.get("proved_at")
    return not (proved and clock.now() - datetime.fromisoformat(proved) < PROVED_FOR)


def _check_current(typed: str) -> dict[str, str]:
    """The current password is asked first, counted as a login is, and hashed with no transaction open (R9, Z-049)."""
    now, account_id = clock.now(), current_user.id
    with transaction():
        stored = service.ask_current(db.session, now, account_id)
    db.session.rollback()
    if stored.is_shut:
        return {"current_password": _("You tried too often. Please wait a few minutes.")}
    right = len(typed) <= MAX_LENGTH and stored.fits(typed)
    with transaction():
        service.conclude(db.session, clock.now(), account_id, right)
    if not right:
        return {"current_password": _("This is not your current password. Nothing was changed.")}
    session["proved_at"] = now.isoformat()
    return {}


def _store(new_password: str) -> None:
    """Other sessions end, this one goes on under a new id (R26)."""
    account, replaced = current_user._get_current_object(), current_user.password_hash
    db.session.rollback()  # nothing stays open while we hash
    new_hash = hashing.hash_password(new_password)
    with transaction():
        stored = set_own_password(
            db.session,
            clock.now(),
            account,
            new_hash,
            action="password-changed",
            replacing=replaced,
            session_kept=session.row_hash,  # type: ignore[attr-defined]
            device_kept=visitors.device_hash(),
        )
        if not stored:
            raise Conflict(_("Your password was changed somewhere else just now. Log in with that one."))
    session.pop("must_change", None)
    session.pop("proved_at", None)
    session.rotate()  # type: ignore[attr-defined]
    flash(_("Your password was changed. You are logged out on all other devices."), "success")


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "auth/change_password.html",
        title=_("Change the password"),
        page_name="ProfielWijzigWachtwoordPage",
        crumbs=[] if session.get("must_change") else [(_("Home"), START), (_("Change the password"), None)],
        errors=errors,
        username=current_user.username,
        must_change=bool(session.get("must_change")),
        asks_current=_asks_current(),
        least=MIN_LENGTH,
    )
