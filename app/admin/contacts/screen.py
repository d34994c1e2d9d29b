"""Beheer > Instelling > Contactpersonen: who holds which task, for the school and per location (P-018 to P-022)."""

import csv
import io
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.exports import plain_cell
from app.admin.lists.screen import Screen, whole_number
from app.clock import now
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.services.contacts.registry import TASKS, Entry, assign_task, possible_holders, read_card
from app.templating import ADMINISTRATION


class ContactScreen(Screen):
    """The card, changing one line of it, and the card as a file."""

    page_name = "BeheerContactpersonenPage"
    needs_location = True
    title = _l("Contact persons")

    @expose("/")
    def index_view(self) -> str:
        actor = current_actor()
        above = [(ADMINISTRATION.label, url_for("admin.index")), (_("Institution"), None), (self.title, None)]
        return self.render(
            "admin/contacts/card.html",
            title=self.title,
            crumbs=above,
            tasks=TASKS,
            places=_by_place(read_card(db.session, actor)),
            holders=possible_holders(db.session, actor),
        )

    @expose("/toewijzen/", methods=("POST",))
    def assign(self) -> ResponseReturnValue:
        """Gives one task to somebody, or to nobody. `place` 0 is the whole school."""
        place, account = request.form.get("place", ""), request.form.get("account", "")
        if not (place == "0" or whole_number(place)) or not (account == "0" or whole_number(account)):
            raise InvalidInput(_("Choose again: this form is not complete."))
        with transaction():
            chosen = (request.form.get("task", ""), whole_number(place), whole_number(account))
            changed = assign_task(db.session, now(), current_actor(), *chosen)
        flash(_("Saved.") if changed else _("Nothing was changed."), "success" if changed else "info")
        return redirect(url_for(".index_view"), 303)

    @expose("/contactpersonen.csv")
    def export(self) -> Response:
        """The card as a file; formulas are defused (R80)."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerow([_("Location"), _("Task"), _("Name"), _("E-mail"), _("Since")])
        for entry in read_card(db.session, current_actor()):
            holder = entry.holder
            values: list[Any] = [
                entry.location.name if entry.location else _("whole school"),
                TASKS[entry.task],
                holder.name if holder else "",
                holder.email if holder else "",
                f"{entry.since:%d-%m-%Y}" if entry.since else "",
            ]
            writer.writerow([plain_cell(str(value or "")) for value in values])
        headers = {
            "Content-Disposition": 'attachment; filename="contactpersonen.csv"',
            "Cache-Control": "no-store",
        }
        return Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)


def _by_place(card: list[Entry]) -> list[tuple[int, str, list[Entry]]]:
    """(id, name, entries) of the whole school (0) and of each location."""
    places: dict[int, tuple[int, str, list[Entry]]] = {}
    for entry in card:
        key = entry.location.id if entry.location else 0
        name = str(entry.location) if entry.location else _("Whole school")
        places.setdefault(key, (key, name, []))[2].append(entry)
    return list(places.values())
