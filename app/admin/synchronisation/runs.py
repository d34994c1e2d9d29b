"""The pages of one run: its progress, what it would change, why it is held and what it did; and the decision on it."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.actor import current_actor
from app.clock import now
from app.errors import Conflict, InvalidInput
from app.extensions import db, transaction
from app.models import SyncRun
from app.services.runs.changes import read_changes
from app.services.runs.decisions import decide, run_history
from app.services.runs.messages import all_messages, list_messages
from app.services.runs.reading import SEVERITIES, applied_before, counted, run_line
from app.services.runs.requests import OPEN, full_counts, run_in_reach, seconds_between
from app.services.runs.shown import MOST_LINES
from app.templating import moment

from .file import changes_file, messages_file
from .forms import RUN, Addresses, crumbs, listed, page_number, person_url
from .held import cut, held_values
from .parts import left_out_of
from .undo import limits_text, undo_state
from .upload import delete_file
from .words import (
    KINDS,
    ONE_OF_KIND,
    RUN_LOOKS,
    SEVERITY_LOOKS,
    WHAT,
    field_label,
    source_title,
    stage_text,
    started_by,
    story_of,
    value_text,
)

WORDS = {
    "kinds": KINDS,
    "one_of_kind": ONE_OF_KIND,
    "severities": SEVERITY_LOOKS,
    "looks": RUN_LOOKS,
    "whats": WHAT,
    "field_label": field_label,
    "value_text": value_text,
    "person_url": person_url,
}


class RunPages:
    """Mixed into SynchronisationScreen."""

    @expose(f"/{RUN}/")
    def run(self, run_id: int) -> Any:
        """One address for a run from beginning to end: the page follows its state."""
        run = run_in_reach(db.session, current_actor(), run_id)
        pages = {"preview": self._preview, "held": self._held} | dict.fromkeys(OPEN, self._progress)
        return pages.get(run.status, self._details)(run)

    @expose(f"/{RUN}/besluit/", methods=("POST",))
    def decide(self, run_id: int) -> Any:
        """Apply, approve or throw away; a second click changes nothing and shows what became of the run (R124)."""
        actor = current_actor()
        decision, reason = request.form.get("decision", ""), request.form.get("reason", "")
        ticked = request.form.getlist("part")
        try:
            with transaction():
                run = decide(db.session, now(), actor, run_id, decision, reason, ticked)
                discarded = run.status == "discarded"
        except InvalidInput as wrong:
            if wrong.status != InvalidInput.status:
                raise  # an unknown run is no page at all
            return self._held(run_in_reach(db.session, actor, run_id), wrong), 400
        except Conflict as late:
            if run_in_reach(db.session, actor, run_id).status not in OPEN:
                flash(late.message, "warning")
            return redirect(url_for(".run", run_id=run_id))
        if discarded:
            delete_file(run_in_reach(db.session, actor, run_id))
            flash(_("Run %(number)s was thrown away. Nothing was changed.", number=run_id), "success")
            return redirect(url_for(".index_view"))
        return redirect(url_for(".run", run_id=run_id))

    @expose(f"/{RUN}/meldingen.csv")
    def messages_csv(self, run_id: int) -> Response:
        """The messages of this run in reach, as a file."""
        actor = current_actor()
        run = run_in_reach(db.session, actor, run_id)
        return messages_file(run, all_messages(db.session, actor, run, request.args.get("severity")))

    @expose(f"/{RUN}/wijzigingen.csv")
    def changes_csv(self, run_id: int) -> Response:
        """What this run would change, or one part of it, as far as in reach, as a file."""
        actor, part = current_actor(), request.args.get("part")
        run = run_in_reach(db.session, actor, run_id)
        changes = read_changes(db.session, actor, run)
        return changes_file(run, changes.in_part(part) if part else changes.lines)

    # -- the page of each state ---------------------------------------------------------------------------------------

    def _page(self, template: str, run: SyncRun, title: str, page_name: str, crumb: str, **values: Any) -> str:
        actor = current_actor()
        line = run_line(db.session, actor, run)
        return self.render(  # type: ignore[attr-defined]
            f"admin/synchronisation/{template}.html",
            title=title,
            page_name=page_name,
            crumbs=crumbs((crumb, None)),
            run=run,
            line=line,
            starter=started_by(line, actor),
            story=story_of(line, run_history(db.session, actor, run), actor),
            source=source_title(run.source),
            counts=full_counts(run.counts),
            **WORDS,
            **values,
        )

    def _progress(self, run: SyncRun) -> str:
        title = _("The synchronisation is running")
        values = {"stage": stage_text(run)}
        return self._page("progress", run, title, "BeheerSynchronisatieVoortgangPage", _("Progress"), **values)

    def _details(self, run: SyncRun) -> str:
        actor, severity = current_actor(), request.args.get("severity", "")
        before = applied_before(db.session, run)
        at = moment(run.started_at or run.created_at)
        return self._page(
            "details",
            run,
            _("Details of synchronisation %(moment)s", moment=at),
            "BeheerSynchronisatieDetailsPage",
            at,
            messages=(part := list_messages(db.session, actor, run, severity, page_number())),
            page=listed(part),
            addresses=Addresses(".run", {"run_id": run.id, "severity": severity or None}),
            severity=severity if severity in SEVERITIES else "",
            seconds=seconds_between(run.started_at, run.finished_at),
            more=None if run.undo_of else _difference(run, before),
            left_out=left_out_of(run),
            undo=undo_state(actor, run),
        )

    def _preview(self, run: SyncRun) -> str:
        actor = current_actor()
        changes = read_changes(db.session, actor, run)
        what = request.args.get("what", "")
        totals, changed = {name: len(changes.of(name)) + changes.hidden[name] for name in WHAT}, _totals(run)
        cut_off = len(run.changes or ()) >= MOST_LINES
        if cut_off:  # the lines are not all there; the counts are
            totals |= {name: changed[name] for name in ("new", "changed", "gone")}
        if what not in WHAT:
            what = next((name for name, number in totals.items() if number), "new")
        return self._page(
            "preview",
            run,
            _("This would change"),
            "BeheerSynchronisatieVoorbeeldPage",
            _("Preview"),
            what=what,
            totals=totals,
            changed=changed,
            cut_off=cut_off,
            limits=limits_text(run.limits),
            hidden=changes.hidden[what],
            page=listed(cut(changes.of(what))),
            addresses=Addresses(".run", {"run_id": run.id, "what": what}),
            messages=list_messages(db.session, actor, run),
        )

    def _held(self, run: SyncRun, wrong: InvalidInput | None = None) -> str:
        title, crumb = _("Run %(number)s is on hold", number=run.id), _("Run %(number)s", number=run.id)
        values = held_values(current_actor(), run, wrong)
        return self._page("held", run, title, "BeheerSynchronisatieAangehoudenPage", crumb, **values)


def _totals(run: SyncRun) -> dict[str, int]:
    """New, changed and gone over all kinds."""
    counts = full_counts(run.counts).values()
    return {name: sum(kind[name] for kind in counts) for name in ("new", "changed", "gone", "skipped", "unchanged")}


def _difference(run: SyncRun, before: SyncRun | None) -> int | None:
    """How many more pupils than in the run before; None when one of the two counted none."""
    now_seen = counted(run, "pupils", "seen")
    then = counted(before, "pupils", "seen") if before else None
    return None if now_seen is None or then is None else now_seen - then
