"""Vestigingen: the locations within reach, with their numbers. They come from the source (Z-170)."""

from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.listing import Wish
from app.admin.lists.screen import ListScreen
from app.extensions import db
from app.models import Location, PersonKind
from app.services.access import Actor
from app.services.persons.groups import LocationNotes, notes_of_locations


def persons(kind: PersonKind) -> Any:
    return lambda location, beside: beside[location.id].persons.get(kind, 0)


class LocationScreen(ListScreen):
    """The list of locations."""

    file_name = "vestigingen"
    page_name = "BeheerVestigingenPage"
    crumb = _l("Institution")
    title = noun = _l("Locations")
    intro = _l("You see the locations coupled to your account. Couple another one at your own name under Staff.")
    empty = _l("No locations found")
    row_word = _l("View")
    default_sort = ("code", False)
    columns = (
        Column("name", _l("Name"), lambda location, _beside: location.name, (Location.name,), "name"),
        Column("code", _l("Code"), lambda location, _beside: location.code, (Location.code,), said=False),
        Column("pupils", _l("Pupils"), persons(PersonKind.PUPIL), cell="number"),
        Column("guardians", _l("Guardians"), persons(PersonKind.GUARDIAN), cell="number"),
        Column("staff", _l("Staff"), persons(PersonKind.STAFF), cell="number"),
        Column("groups", _l("Groups"), lambda location, beside: beside[location.id].groups, cell="number"),
        Column(
            "administrators",
            _l("Application administrators"),
            lambda location, beside: beside[location.id].administrators,
            cell="number",
        ),
        Column("sync", _l("Synchronisation"), lambda location, _beside: location.sync_on, (Location.sync_on,), "yes"),
    )

    def __init__(self) -> None:
        super().__init__(Location, db, name=self.title, endpoint="locations", url="/beheer/vestigingen")

    def visible(self, actor: Actor) -> sa.ColumnElement[bool]:
        here = Location.id.in_(sorted(actor.locations or {0}))
        return sa.and_(Location.institution_id == actor.institution_id, here)

    def beside(self, rows: list[Location], wish: Wish) -> dict[int, LocationNotes]:
        return notes_of_locations(db.session, current_actor(), [row.id for row in rows])

    def row_url(self, row: Location) -> str:
        return url_for("pupils.index_view", location=row.id)
