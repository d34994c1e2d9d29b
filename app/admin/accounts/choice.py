"""The rows that a posted list is about: ticked ones, or everything its filters find over all pages (R51, R67)."""

import secrets
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.actor import current_actor
from app.admin.lists.screen import ListScreen, screen_named
from app.clock import now
from app.errors import InvalidInput, UnknownName
from app.extensions import db, transaction
from app.models import PersonKind
from app.services.accounts.tasks import TASKS
from app.services.accounts.tasks.task import PERSONS
from app.services.audit import record

NEW = "new"  # in the field `list`: the rows come from the list of persons without an account
PERSON_LISTS = {
    PersonKind.PUPIL: "pupils",
    PersonKind.GUARDIAN: "guardians",
    PersonKind.STAFF: "staff",
    PersonKind.OTHER: "others",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to do for whom. `query` is the query string of the list it came from, `back` its address."""

    task: str
    kind: PersonKind
    ids: list[int]
    query: str
    back: str


def new_list(kind: PersonKind) -> str:
    """The endpoint of the list of persons of this kind without an account."""
    return f"accounts-{PERSON_LISTS[kind]}"


def clean_query(text: str) -> str:
    """A query string that came from outside, safe to stand in an address again."""
    return "".join(letter for letter in text.lstrip("?") if "!" <= letter <= "~")[:1_000]


def new_form_key() -> str:
    """The mark of one form, so that sending it twice acts once (R124)."""
    return secrets.token_urlsafe(24)


def chosen_rows(form: MultiDict[str, str]) -> Chosen:
    """The persons or accounts of a posted list, and what to do with them.

    Raises InvalidInput for an unknown task or kind, UnknownName when a ticked row does not exist or is not for this
    administrator: then nothing happens for the others either (R51).
    """
    task = TASKS.get(form.get("task", ""))
    if task is None or (task.of == PERSONS and form.get("kind") not in set(PersonKind)):
        raise InvalidInput(_("Choose again: this form is not complete."))
    if task.of != PERSONS:
        # Accounts of all kinds go together; the batch wants one, and nothing is done with it.
        return _chosen(task.code, PersonKind.STAFF, "accounts", form)
    kind = PersonKind(form["kind"])
    return _chosen(task.code, kind, new_list(kind) if form.get("list") == NEW else PERSON_LISTS[kind], form)


def _chosen(task: str, kind: PersonKind, endpoint: str, form: MultiDict[str, str]) -> Chosen:
    screen = screen_named(endpoint)
    ids = screen.chosen_ids(form)
    _refuse_strangers(screen, form, ids)
    query = clean_query(form.get("query", ""))
    return Chosen(task, kind, ids, query, f"{url_for(f'{endpoint}.index_view')}?{query}".rstrip("?"))


def _refuse_strangers(screen: ListScreen, form: MultiDict[str, Any], ids: list[int]) -> None:
    if form.get("everything") == "1":
        return
    asked = len(set(form.getlist("rowid")))
    if asked == len(ids):
        return
    with transaction():
        details = {"list": screen.endpoint, "asked": asked, "allowed": len(ids)}
        record(db.session, now(), current_actor(), "refused", "list", None, details)
    raise UnknownName(
        _("One of the rows you chose does not exist any more, or is not for you. Nothing was done. Choose again.")
    )
