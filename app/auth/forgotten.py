"""Wachtwoord vergeten, and the page behind the link in a mail (Z-029 to Z-031, R31 to R38)."""

import logging
import time
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from app import clock
from app.errors import TooMany
from app.extensions import db, transaction
from app.services.login import hashing, recovery
from app.services.login.authenticate import typed_name
from app.services.login.credentials import prepare_secret, token_hash
from app.services.login.passwords import MIN_LENGTH, words_about
from app.services.login.recovery import Link, Question

from . import pace, visitors
from .change import why_new_refused

logger = logging.getLogger(__name__)
LINK_REFUSED = 400


def add_pages(pages: Blueprint) -> None:
    """Give the blueprint its addresses (contract.md)."""
    pages.add_url_rule("/wachtwoord/vergeten", "forgotten", forgotten, methods=["GET", "POST"])
    pages.add_url_rule("/activeren/<token>", "open_link", open_link, methods=["GET"])
    pages.add_url_rule("/activeren/", "activate", activate, methods=["GET", "POST"])


def forgotten() -> Any:
    """Asks username and e-mail address; the answer is the same whatever they are (R36, part 7 nr 20)."""
    if request.method != "POST":
        return render_template("auth/forgotten.html")
    began = time.perf_counter()
    question = Question(
        username=typed_name(request.form.get("username", "")),
        email=request.form.get("email", ""),
        address=visitors.client_address(),
        from_school=visitors.is_from_school(),
    )
    _answer(question)
    pace.wait_for_the_beat(began)
    told = _("If the username and the e-mail address belong together, you get an e-mail within a few minutes.")
    flash(told, "success")
    return redirect(url_for("auth.forgotten"), 303)


def _answer(question: Question) -> None:
    """The same work for every question but those of who asks too much: a flood gets no hashes out of us (R2, R36)."""
    with transaction():
        admitted = recovery.admit_question(db.session, clock.now(), question)
    if not admitted:
        logger.info("forgotten password throttled")
        return
    key = current_app.config["SECRET_KEY"]
    try:
        fresh = prepare_secret(key)
    except TooMany:
        with transaction():
            recovery.withdraw_question(db.session, clock.now(), question)
        raise
    with transaction():
        recovery.answer_forgotten(db.session, clock.now(), key, question, fresh)


def open_link(token: str) -> Response:
    """Move the token out of the address at once (R35). Uses nothing up: mail scanners open links too (R33)."""
    session["link"] = token_hash(token)
    return redirect(url_for("auth.activate"), 303)


def activate() -> Any:
    """Choose a password with the link that was opened before; every refusal looks alike (R31)."""
    hashed = session.get("link", "")
    link = recovery.link_behind(db.session, clock.now(), hashed)
    if link is None:
        return _refused()
    if request.method != "POST":
        return _page(link, {})
    if errors := why_new_refused(words_about(db.session, link.account.id)):
        return _page(link, errors), 400
    username = link.account.username
    db.session.rollback()  # nothing stays open while we hash
    new_hash = hashing.hash_password(request.form["new_password"])
    with transaction():
        chosen = recovery.choose_password(db.session, clock.now(), hashed, new_hash)
    return _to_login(username) if chosen else _refused()


def _to_login(username: str) -> Response:
    """A new password logs nobody in (R38)."""
    session.start_over()  # type: ignore[attr-defined]
    session["arriving"] = username
    flash(_("Your password is set. You can log in with it now."), "success")
    return redirect(url_for("auth.login"), 303)


def _page(link: Link, errors: dict[str, str]) -> str:
    return render_template("auth/activate.html", username=link.account.username, errors=errors, least=MIN_LENGTH)


def _refused() -> tuple[str, int]:
    session.pop("link", None)
    return render_template("auth/link_refused.html"), LINK_REFUSED
