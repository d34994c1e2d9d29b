"""The pages to log in and out with, and the look-up of the institution behind a username."""

import logging
from typing import Any

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user
from flask_wtf.csrf import CSRFError

from app import clock
from app.errors import TooMany
from app.extensions import db, transaction
from app.models import Account
from app.own_page import START, own_page
from app.services.login import authenticate as service
from app.services.login import hashing, throttle
from app.services.login import institutions as login_institutions
from app.services.login.authenticate import Attempt, Candidate, Welcome
from app.services.login.own_password import renew_hash
from app.services.sealing import derive_key

from . import remembered, visitors
from .remembered import Remembered

logger = logging.getLogger(__name__)
REFUSED = 401
BROWSER_FORGETS = '"cache", "storage"'  # not "cookies": Herinner mij stays (R29, Z-053)


def add_pages(pages: Blueprint) -> None:
    """Give the blueprint its addresses (contract.md)."""
    pages.add_url_rule("/login", "login", login, methods=["GET", "POST"])
    pages.add_url_rule("/login/instelling", "institution_of", institution_of, methods=["POST"])
    pages.add_url_rule("/logout", "logout", logout, methods=["POST"])
    pages.register_error_handler(CSRFError, _stale_form)


def login() -> Any:
    """The login page (Z-018 to Z-028). Only a POST logs in; what stands in the address is not looked at (R16)."""
    if request.method == "POST":
        return _try_login()
    if current_user.is_authenticated:
        return redirect(own_page(request.args.get("next")))
    typed = Remembered(session.get("arriving", "")) if "arriving" in session else remembered.remembered()
    return _login_page(typed or Remembered(), ticked=remembered.remembered() is not None)


def _try_login() -> Any:
    token, new_device = visitors.new_device()
    attempt = Attempt(
        username=service.typed_name(request.form.get("username", "")),
        password=request.form.get("password", ""),
        brin=request.form.get("institution", ""),
        address=visitors.client_address(),
        from_school=visitors.is_from_school(),
        device=visitors.device_hash(),
        new_device=new_device,
    )
    welcome = None if attempt.is_absurd else _authenticate(attempt)
    if welcome is None:
        # One answer for every reason, with nothing in it but what was typed (R11).
        typed = Remembered(request.form.get("username", ""), attempt.brin)
        return _login_page(typed, ticked="remember" in request.form, refused=True), REFUSED
    response = _come_in(welcome, attempt)
    if attempt.device is None:
        visitors.give_device(response, token)
    return response


def _authenticate(attempt: Attempt) -> Welcome | None:
    """Who comes in. The hash is computed between two transactions, so that it holds up nobody (R2)."""
    now = clock.now()
    with transaction():
        claim = service.admit(db.session, now, attempt)
    if not claim.admitted:
        logger.info("login throttled")
        return None
    candidate = service.candidate_for(db.session, now, attempt)
    db.session.rollback()  # nothing stays open while we hash
    try:
        proved = candidate.proves(attempt.password)
    except TooMany:
        with transaction():
            service.withdraw(db.session, now, attempt)
        raise
    with transaction():
        welcome = service.authenticate(db.session, now, attempt, candidate, proved, claim)
    if welcome is None:
        logger.info("login refused: account %s", candidate.account_id)
        return None
    _renew_old_hash(candidate, attempt)
    return welcome


def _renew_old_hash(candidate: Candidate, attempt: Attempt) -> None:
    """A hash made with the parameters of former times is made anew, now that we know the password (R1)."""
    old = candidate.stored_hash
    if candidate.secret_id is None and candidate.account_id and old and hashing.needs_rehash(old):
        new = hashing.hash_password(attempt.password)
        with transaction():
            renew_hash(db.session, candidate.account_id, old, new)


def _come_in(welcome: Welcome, attempt: Attempt) -> Response:
    """A session under a new id (R23); with an issued secret it only leads to the choice of a password (R18)."""
    account = db.session.get_one(Account, welcome.account_id)
    session.start_over()  # type: ignore[attr-defined]
    login_user(account)
    if welcome.must_change:
        session["must_change"] = True
    logger.info("login: account %d", welcome.account_id)
    aim = url_for("auth.change_password") if welcome.must_change else own_page(request.form.get("next"))
    response = redirect(aim, 303)
    if "remember" in request.form:
        remembered.remember(response, Remembered(attempt.username, attempt.brin))
    else:
        remembered.forget(response)
    return response


def _login_page(typed: Remembered, *, ticked: bool, refused: bool = False) -> str:
    choices = login_institutions.all_choices(db.session)
    chosen = typed.brin if not choices or len(choices) > 1 else choices[0].brin
    return render_template(
        "auth/login.html",
        typed=typed,
        choices=choices,
        chosen=chosen,
        ticked=ticked,
        refused=refused,
        next=own_page(request.values.get("next")),
        start=START,
    )


def institution_of() -> tuple[Response, int]:
    """The institution of a typed username, as JSON; an unknown one gets one as well (Z-024, part 7 nr 19)."""
    now = clock.now()
    limit = login_institutions.BY_SCHOOL_NETWORK if visitors.is_from_school() else login_institutions.BY_ADDRESS
    with transaction():
        bucket = throttle.Bucket(limit, visitors.client_address())
        admitted = throttle.claim(db.session, now, [bucket]).admitted
    if not admitted:
        return jsonify(institution=None), 429
    key = derive_key(current_app.config["SECRET_KEY"], "institution-of")
    choice = login_institutions.choice_for(db.session, key, service.typed_name(request.form.get("username", "")))
    return jsonify(institution={"brin": choice.brin, "label": choice.label} if choice else None), 200


def logout() -> Response:
    """End the session at once and show the login page (Z-052); the browser drops what it kept (R29)."""
    if current_user.is_authenticated:
        with transaction():
            service.write_logout(db.session, clock.now(), current_user.id)
    session.start_over()  # type: ignore[attr-defined]
    flash(_("You are logged out."), "success")
    response = redirect(url_for("auth.login"), 303)
    response.headers["Clear-Site-Data"] = BROWSER_FORGETS
    return response


def _stale_form(error: CSRFError) -> Any:
    """A login page that stood open too long: the page once more, with what was typed (R16). Others: the error page."""
    if request.endpoint != "auth.login":
        return error
    typed = Remembered(request.form.get("username", ""), request.form.get("institution", ""))
    flash(_("This page was open for too long. Please log in again."), "warning")
    return _login_page(typed, ticked="remember" in request.form), 400
