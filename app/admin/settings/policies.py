"""The pages about who comes and goes: the policies per kind of person, and the planner of what they will do."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.accounts.words import KINDS
from app.clock import now, today
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.services.accounts.policies.chosen import BY_ROSTER, MOST_DAYS, Arriving, Leaving, choose_policies, policies_of
from app.services.accounts.policies.due import is_between_years, planned_closings

ARRIVING = {
    Arriving.ASK: _l("tell me on the welcome screen"),
    Arriving.MAKE: _l("make the account by itself, when there is an e-mail address"),
}
LEAVING = {
    Leaving.NOTHING: _l("leave the account as it is"),
    Leaving.ASK: _l("tell me on the welcome screen"),
    Leaving.DEACTIVATE: _l("make the account inactive by itself"),
}
SHOWN = 200  # lines of the planner


class PolicyPages:
    """A part of SettingsScreen."""

    @expose("/komen-en-gaan/", methods=("GET", "POST"))
    def policies(self) -> Any:
        """The form, and what it sends."""
        actor, wrong = current_actor(), None
        chosen = {
            kind: {"arriving": one.arriving.value, "leaving": one.leaving.value, "days": str(one.days)}
            for kind, one in policies_of(db.session, actor.institution_id).items()
        }
        if request.method == "POST":
            names = ("arriving", "leaving", "days")
            chosen = {
                kind: {name: request.form.get(f"{kind.value}-{name}", "") for name in names} for kind in BY_ROSTER
            }
            try:
                with transaction():
                    changed = choose_policies(db.session, now(), actor, chosen)
            except InvalidInput as problem:
                wrong = problem
            else:
                flash(_("Saved.") if changed else _("Nothing was changed."), "success" if changed else "info")
                return redirect(url_for(".policies"), 303)
        page = self.render(  # type: ignore[attr-defined]
            "admin/settings/policies.html",
            title=_("Who comes and goes"),
            crumbs=self.way_to(_("Who comes and goes")),  # type: ignore[attr-defined]
            kinds={kind: KINDS[kind] for kind in BY_ROSTER},
            arriving=ARRIVING,
            leaving=LEAVING,
            chosen=chosen,
            most=MOST_DAYS,
            wrong=wrong,
        )
        return (page, 400) if wrong else page

    @expose("/planner/")
    def planner(self) -> str:
        """Who will be made inactive when, by which rule."""
        actor = current_actor()
        planned = planned_closings(db.session, actor, policies_of(db.session, actor.institution_id))
        return self.render(  # type: ignore[attr-defined]
            "admin/settings/planner.html",
            title=_("Planner"),
            crumbs=self.way_to(_("Planner")),  # type: ignore[attr-defined]
            planned=planned[:SHOWN],
            total=len(planned),
            waits=is_between_years(db.session, actor.institution_id, today()),
        )
