"""Undoing a run from its page: the form with its limits, and from there the preview that every run has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.actor import current_actor
from app.clock import now
from app.errors import Conflict, InvalidInput, NotAllowed
from app.extensions import db, transaction
from app.models import SyncRun
from app.services.access import Actor
from app.services.history.undo_run import UNDO, Wanted, reach_of, request_undo, undoable_run, undone_by, why_no_undo
from app.services.runs.reading import run_line
from app.services.runs.requests import run_in_reach
from app.services.runs.settings import locations_in_reach

from .forms import RUN, crumbs, new_form_key, slot_of, to_run
from .words import ONE_OF_KIND, source_title, started_by

LIMITS = ("location", "kind", "person")  # the fields of the form
LONGEST = 64  # characters of a number


@dataclass(frozen=True, slots=True)
class UndoState:
    """What the page of a run says of undoing. `undone_by`, `undoes`: numbers of other runs."""

    may: bool
    why_not: str | None
    undone_by: int | None
    undoes: int | None
    limits: str


def undo_state(actor: Actor, run: SyncRun) -> UndoState:
    """Whether this run can be undone, or was, or undoes another one."""
    why_not = why_no_undo(db.session, run) if run.status == "applied" else None
    may = run.status == "applied" and why_not is None and bool(actor.locations)
    by = undone_by(db.session, run) if why_not else None
    return UndoState(may, why_not, by, run.undo_of, limits_text(run.limits))


def limits_text(limits: Mapping[str, Any] | None) -> str:
    """To what an undo is limited: 'alleen vestiging 99ZZ01, alleen leerling, alleen nummer 100001'."""
    limits = limits or {}
    told = []
    if limits.get("location"):
        told.append(_("only location %(code)s", code=limits["location"]))
    if limits.get("kind"):
        told.append(_("only kind: %(kind)s", kind=ONE_OF_KIND[limits["kind"]]))
    if limits.get("person"):
        told.append(_("only number %(number)s", number=limits["person"]))
    if "within" in limits:
        told.append(_("only the own locations of who asked for it"))
    return ", ".join(told)


class UndoPages:
    """Mixed into SynchronisationScreen."""

    @expose(f"/{RUN}/terugdraaien/", methods=("GET", "POST"))
    def undo(self, run_id: int) -> Any:
        """The form with its limits; sent, it asks for a preview. The same form sent twice makes one (R124)."""
        actor = current_actor()
        run = run_in_reach(db.session, actor, run_id)
        typed = {name: request.values.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in LIMITS}
        try:
            if request.method == "POST":
                return self._ask(actor, run, typed)
            undoable_run(db.session, actor, run.id, Wanted())
        except (Conflict, NotAllowed) as refused:
            flash(refused.message, "warning")
            return redirect(url_for(".run", run_id=run_id))
        except InvalidInput as wrong:
            if wrong.field is None:
                raise  # a location that is not there is no page at all
            return self._undo_form(actor, run, typed, {wrong.field: wrong.message}), 400
        return self._undo_form(actor, run, typed, {})

    def _ask(self, actor: Actor, run: SyncRun, typed: Mapping[str, str]) -> Response:
        slot = slot_of(actor, UNDO)
        wanted = Wanted(*(typed[name] or None for name in LIMITS))
        with transaction():
            made = request_undo(db.session, now(), actor, run.id, wanted, slot=slot, preview=True)
            made_id = made.id if made else None
        return to_run(actor, slot, made_id)

    def _undo_form(self, actor: Actor, run: SyncRun, typed: Mapping[str, str], wrong: Mapping[str, str]) -> str:
        line = run_line(db.session, actor, run)
        name = _("Run %(number)s", number=run.id)
        return self.render(  # type: ignore[attr-defined]
            "admin/synchronisation/undo.html",
            title=_("Undo run %(number)s", number=run.id),
            page_name="BeheerSynchronisatieTerugdraaienPage",
            crumbs=crumbs((name, url_for(".run", run_id=run.id)), (_("Undo"), None)),
            run=run,
            line=line,
            source=source_title(run.source),
            starter=started_by(line, actor),
            typed=typed,
            wrong=wrong,
            locations=locations_in_reach(db.session, actor),
            kinds={name: word for name, word in ONE_OF_KIND.items() if name != "roster"},
            partly=reach_of(db.session, actor, run.institution_id) is not None,
            form_key=new_form_key(),
        )
