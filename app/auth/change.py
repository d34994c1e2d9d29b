"""Wachtwoord wijzigen: by oneself with the current password, or at once after a login with an issued one (Z-041)."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user

from app import clock
from app.errors import Conflict, TooMany
from app.extensions import db, transaction
from app.own_page import START
from app.services.login import current_password as service
from app.services.login import hashing
from app.services.login.own_password import set_own_password
from app.services.login.passwords import MAX_LENGTH, MIN_LENGTH, why_weak, words_about

from . import visitors


def add_pages(pages: Blueprint) -> None:
    """Give the blueprint its address (contract.md)."""
    pages.add_url_rule("/wachtwoord/wijzigen", "change_password", change_password, methods=["GET", "POST"])


def change_password() -> Any:
    """The page ProfielWijzigWachtwoordPage (Z-042 to Z-050)."""
    if request.method != "POST":
        return _page({})
    stored = current_user.password_hash  # what is proved, compared and replaced: this one, whatever happens meanwhile
    new, errors = request.form.get("new_password", ""), why_new_refused(words_about(db.session, current_user.id))
    absurd = len(new) > MAX_LENGTH  # refused without hashing (R6)
    if not absurd and not session.get("must_change"):  # who just came in with an issued secret proved that one
        errors |= _why_current_refused(stored, request.form.get("current_password", ""))
    if not errors and _is_the_old_one(stored, new):
        errors = {"new_password": _("This is the password you have now. Choose another one.")}
    if errors:
        return _page(errors), 400
    _store(stored, new)
    return redirect(START, 303)


def why_new_refused(words: list[str]) -> dict[str, str]:
    """What is wrong with the two fields of the new password, by field (R6, R7, Z-050)."""
    new, repeat = request.form.get("new_password", ""), request.form.get("repeat_password", "")
    if problem := why_weak(new, words=words, leaked=current_app.config["HIBP_FILE"]):
        return {"new_password": problem}
    if new != repeat:
        return {"repeat_password": _("The two new passwords are not the same. Nothing was changed.")}
    return {}


def _is_the_old_one(stored: str | None, new_password: str) -> bool:
    db.session.rollback()  # nothing stays open while we hash
    return stored is not None and hashing.verify_password(stored, new_password)


def _why_current_refused(stored: str | None, typed: str) -> dict[str, str]:
    """Every change proves the current password itself: counted as a login is, no transaction open (R9, Z-049)."""
    account_id = current_user.id
    with transaction():
        admitted = service.admit(db.session, clock.now(), account_id)
    if not admitted:
        return {"current_password": _("You tried too often. Please wait a few minutes.")}
    try:
        right = len(typed) <= MAX_LENGTH and hashing.verify_password(stored, typed)
    except TooMany:
        with transaction():
            service.withdraw(db.session, clock.now(), account_id)
        raise
    with transaction():
        service.conclude(db.session, clock.now(), account_id, right)
    return {} if right else {"current_password": _("This is not your current password. Nothing was changed.")}


def _store(replaced: str | None, new_password: str) -> None:
    """Other sessions end, this one goes on under a new id (R26)."""
    account = current_user._get_current_object()
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
        asks_current=not session.get("must_change"),
        least=MIN_LENGTH,
    )
