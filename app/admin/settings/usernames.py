"""The page about usernames: a pattern per kind of person, with what it would make of real people."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.admin.accounts.words import KINDS
from app.clock import now, school_year_of, today
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.models import PersonKind
from app.services.accounts.name_preview import name_preview
from app.services.accounts.schemes import PART, TOKENS, choose_schemes, shown_scheme
from app.services.accounts.settings import settings_at


class UsernamePage:
    """A part of SettingsScreen."""

    @expose("/gebruikersnamen/", methods=("GET", "POST"))
    def usernames(self) -> Any:
        """The form with its preview; `preview` shows what was typed without keeping it."""
        actor, wrong = current_actor(), None
        stored = settings_at(db.session, actor.institution_id, PART)
        typed = {kind: shown_scheme(stored.get(kind.value) or "") for kind in PersonKind}
        if request.method == "POST":
            typed = {kind: request.form.get(kind.value, "") for kind in PersonKind}
            if not request.form.get("preview"):
                try:
                    with transaction():
                        changed = choose_schemes(db.session, now(), actor, typed)
                except InvalidInput as problem:
                    wrong = problem
                else:
                    said = (
                        _("Saved. It counts for accounts made from now on.") if changed else _("Nothing was changed.")
                    )
                    flash(said, "success" if changed else "info")
                    return redirect(url_for(".usernames"), 303)
        page = self.render(  # type: ignore[attr-defined]
            "admin/settings/usernames.html",
            title=_("Usernames"),
            crumbs=self.way_to(_("Usernames")),  # type: ignore[attr-defined]
            kinds=KINDS,
            typed=typed,
            tokens=TOKENS,
            wrong=wrong,
            preview=name_preview(db.session, actor, typed, school_year_of(today())),
        )
        return (page, 400) if wrong else page
