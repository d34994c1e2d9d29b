"""The page of the limits: how much one run may change by itself, and the planned roll-over to a new school year."""

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.clock import now, today
from app.extensions import db, transaction
from app.models import Institution
from app.services.roster.gate.limits import planned_window
from app.services.roster.plan.parts import ACCESS, CHANGED, GONE, NEW
from app.services.runs import settings as sync_settings
from app.services.runs.gate_settings import LARGEST_SHARE, WIDTHS, set_limits, typed_limits, wrong_limits

from .forms import crumbs

ROWS = (  # (direction, title, what it is about)
    (
        GONE,
        _l("Leaves"),
        _l("Of each kind and each location. Whoever goes to another location counts as leaving this one."),
    ),
    (
        ACCESS,
        _l("Loses access"),
        _l("Who moves to another location, guardians who lose a child, staff members who lose all their groups."),
    ),
    (
        CHANGED,
        _l("Gets another name or date of birth"),
        _l("More than this usually means that columns were shifted in the source."),
    ),
    (
        NEW,
        _l("Is new"),
        _l("Compared with how many there were. A first import is never too large."),
    ),
)


class LimitPages:
    """Mixed into SynchronisationScreen."""

    @expose("/grenzen/", methods=("GET", "POST"))
    def limits(self) -> Any:
        """The form, and what it sends."""
        actor = current_actor()
        school = sync_settings.institution_of(db.session, actor)
        if request.method == "GET":
            return self._limits_form(school, typed_limits(school), {})
        typed = {name: value.strip() for name, value in request.form.items()}
        if wrong := wrong_limits(typed, today()):
            return self._limits_form(school, typed, wrong), 400
        with transaction():
            changed = set_limits(db.session, now(), actor, typed)
        if changed:
            flash(_("The limits were saved. They count from the next run."), "success")
        else:
            flash(_("Nothing was changed."), "info")
        return redirect(url_for(".limits"))

    def _limits_form(self, school: Institution, typed: dict[str, str], wrong: dict[str, str]) -> str:
        return self.render(  # type: ignore[attr-defined]
            "admin/synchronisation/limits.html",
            title=_("Limits"),
            page_name="BeheerSynchronisatieGrenzenPage",
            crumbs=crumbs((_("Limits"), None)),
            rows=ROWS,
            typed=typed,
            wrong=wrong,
            most=LARGEST_SHARE,
            widths=WIDTHS,
            roll_over=roll_over_text(school, today()),
        )


def roll_over_text(school: Institution, day: date) -> str:
    """How the roll-over of a school stands: under way, planned, or not planned."""
    window = planned_window((school.exchange or {}).get("gate") or {})
    if window is None or window.end < day:
        return _("No roll-over is planned, so the usual limits count.")
    days = {"begin": f"{window.begin:%d-%m-%Y}", "end": f"{window.end:%d-%m-%Y}"}
    if window.is_open(day):
        return _("The roll-over is under way until %(end)s. After that the usual limits count again.", end=days["end"])
    return _("A roll-over is planned from %(begin)s until %(end)s.", **days)
