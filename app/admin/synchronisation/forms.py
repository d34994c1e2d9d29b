"""What the forms of the synchronisation screens send, read safely; and the key that makes a doubled form act once."""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.admin.lists.listing import Page as ListPage
from app.admin.lists.screen import whole_number
from app.errors import InvalidInput
from app.extensions import db
from app.models import Person, PersonKind, SyncRun
from app.services.access import Actor
from app.services.runs.reading import Page, run_of_slot
from app.services.runs.requests import open_run

FORM_KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")
RECORDS = {  # the page of a person of each kind
    PersonKind.PUPIL: "pupils.details_view",
    PersonKind.GUARDIAN: "guardians.details_view",
    PersonKind.STAFF: "staff.details_view",
    PersonKind.OTHER: "others.details_view",
}
RUN = "<int(max=2147483647):run_id>"  # in an address; a longer number names nothing and fits no column


def page_number() -> int:
    """The page that the address asks for; the first when that is no number."""
    return whole_number(request.args.get("page", "")) or 1


def choice(name: str, choices: Collection[int]) -> int:
    """The chosen number of a select; -1 when it is not one of the choices."""
    return {str(one): one for one in choices}.get(request.form.get(name, ""), -1)


def chosen_ids(name: str) -> set[int]:
    """The ids in all fields of this name; what is no id becomes 0, which names nothing."""
    return {whole_number(text) or 0 for text in request.form.getlist(name)}


def listed(part: Page) -> ListPage:
    """A page of a service as the templates of lists know it."""
    return ListPage(part.number, part.count, part.size, part.size * (part.number - 1), part.total, list(part.rows))


def crumbs(*more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """The path to a page below Synchronisatie."""
    home = url_for("synchronisation.index_view") if more else None
    start = [(_("Administration"), url_for("admin.index")), (_("Institution"), None), (_("Synchronisation"), home)]
    return [*start, *more]


def new_form_key() -> str:
    """A random text in a form: the same form sent twice starts one run (R124)."""
    return secrets.token_urlsafe(18)


def slot_of(actor: Actor, trigger: str) -> str:
    """The unique slot of the run that this form starts. Raises InvalidInput for a form without its key."""
    key = request.form.get("form_key", "")
    if not FORM_KEY.fullmatch(key):
        raise InvalidInput(_("This form is incomplete. Open the page again and try once more."))
    return f"{actor.institution_id}:{trigger}:{key}"


def run_instead(actor: Actor, slot: str) -> SyncRun | None:
    """The run to show when no new one was made: of this same form, or the one that is busy; says which."""
    own = run_of_slot(db.session, actor, slot)
    if own is not None:
        return own
    busy = open_run(db.session, actor.institution_id or 0)
    if busy is not None:
        flash(_("A synchronisation is running already. You see that one now; start yours when it is done."), "info")
    return busy


def to_run(actor: Actor, slot: str, run_id: int | None) -> Response:
    """On to the page of the run that was made, or of the one that was there already."""
    if run_id is None:
        instead = run_instead(actor, slot)
        run_id = instead.id if instead else None
    if run_id is None:  # the busy one ended in this very moment
        flash(_("Another synchronisation has just ended. Look at it first, then start again."), "info")
        return redirect(url_for("synchronisation.index_view"))
    return redirect(url_for("synchronisation.run", run_id=run_id))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of the pages of a list, as the pager asks for them."""

    endpoint: str
    values: Mapping[str, Any]

    def url(self, **changes: Any) -> str:
        """This page with changes, such as page=2."""
        return url_for(self.endpoint, **{**self.values, **changes})


def person_url(person: Person) -> str | None:
    """The record of a person, when there is a screen for it."""
    endpoint = RECORDS.get(person.kind)
    return url_for(endpoint, id=person.id) if endpoint in current_app.view_functions else None
