"""The page about the first login: with what people come in, and how it reaches them."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.accounts.words import KINDS
from app.clock import now
from app.extensions import db, transaction
from app.models import PersonKind
from app.services.accounts.delivery import Channel, SignIn, choose_delivery, delivery_of
from app.services.accounts.mentors import allow_mentors, mentors_may_reset

WAYS = {
    SignIn.PASSWORD: _l("a temporary password, with a link"),
    SignIn.LINK: _l("an activation link or code, no password"),
    SignIn.ELSEWHERE: _l("nothing: they log in through another system (single sign-on)"),
}
CHANNELS = {Channel.SCREEN: _l("once on your screen"), Channel.LETTER: _l("by letter, which you print")}


class DeliveryPage:
    """A part of SettingsScreen."""

    @expose("/eerste-keer-inloggen/", methods=("GET", "POST"))
    def delivery(self) -> Any:
        """The form, and what it sends."""
        actor = current_actor()
        if request.method == "POST":
            typed = {kind.value: request.form.get(kind.value, "") for kind in PersonKind}
            with transaction():
                changed = choose_delivery(db.session, now(), actor, typed, request.form.get("without_email", ""))
                changed = allow_mentors(db.session, now(), actor, bool(request.form.get("mentors"))) or changed
            said = _("Saved. It counts for details made from now on.") if changed else _("Nothing was changed.")
            flash(said, "success" if changed else "info")
            return redirect(url_for(".delivery"), 303)
        chosen = delivery_of(db.session, actor.institution_id)
        return self.render(  # type: ignore[attr-defined]
            "admin/settings/delivery.html",
            title=_("First login"),
            crumbs=self.way_to(_("First login")),  # type: ignore[attr-defined]
            kinds=KINDS,
            ways=WAYS,
            channels=CHANNELS,
            chosen=chosen,
            mentors=mentors_may_reset(db.session, actor.institution_id),
        )
