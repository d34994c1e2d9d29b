"""Beheer > Instelling > Synchronisatie: the list of runs, the buttons, and the settings beside it."""

from typing import Any

from flask import flash, redirect, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext

from app.actor import current_actor
from app.admin.lists.screen import Screen
from app.clock import now, today
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.services.runs import settings as sync_settings
from app.services.runs.reading import list_runs, unfinished_runs
from app.services.runs.requests import OPEN, SHOWN, request_runs

from .forms import Addresses, choice, chosen_ids, crumbs, listed, new_form_key, page_number, slot_of, to_run
from .limits import LimitPages, roll_over_text
from .runs import RunPages
from .undo import UndoPages
from .upload import UploadPages
from .words import DAYS, RUN_LOOKS, moment_in_words, source_title, stage_text, started_by, where_from

HOURS = range(24)
MOST_NOTICES = 3  # of runs that wait; the list below has the others


class SynchronisationScreen(UploadPages, RunPages, LimitPages, UndoPages, Screen):
    """The log of the runs (Z-237 to Z-243) and what starts and steers them."""

    page_name = "BeheerSynchronisatiePage"

    @expose("/")
    def index_view(self) -> Any:
        actor, session = current_actor(), db.session
        school = sync_settings.institution_of(session, actor)
        services = [one for one in sync_settings.source_states(session, school) if one.state == "automatic"]
        unfinished = unfinished_runs(session, actor)
        waiting = [run for run in unfinished if run.status in SHOWN]
        return self.render(
            "admin/synchronisation/list.html",
            title=_("Synchronisation"),
            intro=where_from(services, school),
            crumbs=crumbs(),
            school=school,
            page=listed(list_runs(session, actor, page_number())),
            addresses=Addresses(".index_view", {}),
            busy=[run for run in unfinished if run.status in OPEN],
            waiting=waiting[:MOST_NOTICES],
            more_waiting=max(0, len(waiting) - MOST_NOTICES),
            services=services,
            locations=sync_settings.locations_in_reach(session, actor),
            next_run=moment_in_words(sync_settings.next_weekly(school, now())),
            roll_over=roll_over_text(school, today()),
            form_key=new_form_key(),
            starter=lambda line: started_by(line, actor),
            stage=stage_text,
            source=source_title,
            looks=RUN_LOOKS,
            days=DAYS,
            hours=HOURS,
        )

    @expose("/start/", methods=("POST",))
    def start(self) -> Any:
        """ "Nu synchroniseren": a run of each service, one at a time; a second click shows what is there (R124)."""
        actor = current_actor()
        slot = slot_of(actor, "manual")
        with transaction():
            sources = sync_settings.services_to_run(db.session, actor)
            runs = request_runs(db.session, now(), actor, actor.institution_id or 0, sources, "manual", slot)
            run_id = runs[0].id if runs else None
        return to_run(actor, slot, run_id)

    @expose("/vestigingen/", methods=("POST",))
    def switches(self) -> Any:
        """Which of one's own locations take part (Z-226, Z-227)."""
        with transaction():
            shown, on = chosen_ids("shown"), chosen_ids("on")
            count = len(sync_settings.switch_locations(db.session, now(), current_actor(), shown, on))
        if count:
            said = ngettext("%(num)s location was switched.", "%(num)s locations were switched.", count)
            flash(said, "success")
        else:
            flash(_("Nothing was changed."), "info")
        return redirect(url_for(".index_view"))

    @expose("/weekmoment/", methods=("POST",))
    def weekly(self) -> Any:
        """Day and hour of the weekly run (domain.md 5.9)."""
        day, hour = choice("day", range(7)), choice("hour", HOURS)
        try:
            with transaction():
                changed = sync_settings.set_weekly(db.session, now(), current_actor(), day, hour)
        except InvalidInput as wrong:
            flash(wrong.message, "error")
            return redirect(url_for(".index_view"))
        if changed:
            flash(_("The moment of the weekly synchronisation was saved."), "success")
        else:
            flash(_("Nothing was changed."), "info")
        return redirect(url_for(".index_view"))
