"""Groepen: per school year, with their pupils and staff (Z-276 to Z-278). They come from the source (Z-005)."""

from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import with_expression

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.filters import ChoiceFilter, ListFilter
from app.admin.lists.listing import Wish
from app.admin.lists.screen import ListScreen, whole_number
from app.admin.persons.screen import newest_year, offered
from app.clock import school_year_name
from app.extensions import db
from app.models import Group, Location
from app.services.access import Actor
from app.services.persons.groups import GroupNotes, members_of, notes_of_groups
from app.services.reach import visible_groups

NEWEST = "newest"


def named(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return sa.func.lower(Group.name).contains(value.lower(), autoescape=True)


def of_year(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    if value == NEWEST:
        return Group.school_year == newest_year()
    return Group.school_year == (whole_number(value) or 0)


def year_choices(wish: Wish) -> list[tuple[str, str]]:
    years = offered(wish).school_years
    return [(NEWEST, school_year_name(years[0]))] + [(str(y), school_year_name(y)) for y in years[1:]] if years else []


def at(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Group.location_id == (whole_number(value) or 0)


def of_kind(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Group.is_home.is_(value == "home")


def note(name: str) -> Any:
    return lambda group, beside: getattr(beside[group.id], name)


class GroupScreen(ListScreen):
    """The list of groups."""

    file_name = "groepen"
    page_name = "BeheerGroepenPage"
    crumb = _l("Persons")
    title = noun = _l("Groups")
    intro = _l("Groups and their links with pupils and staff come from the school's own system. Here you look at them.")
    empty = _l("No groups found")
    empty_hint = _l("Groups come from the synchronisation or from an import.")
    row_word = _l("View")
    default_sort = ("name", False)
    columns = (
        Column("name", _l("Group"), lambda group, _beside: group.name, (Group.sort_key,), "name"),
        Column("location", _l("Location"), lambda group, _beside: group.location_name, (Location.name,), said=False),
        Column("kind", _l("Kind"), lambda group, _beside: kind_name(group), said=False, on_phone=False),
        Column("year_of_study", _l("Year of study"), note("year_of_study")),
        Column("pupils", _l("Pupils"), note("pupils"), cell="number"),
        Column("without_account", _l("Without account"), note("without_account"), cell="number"),
        Column("staff", _l("Staff"), note("staff"), cell="wide"),
    )
    filters = (
        ListFilter("search", _l("Group"), named),
        ChoiceFilter("year", _l("School year"), of_year, NEWEST, choices=year_choices),
        ChoiceFilter("location", _l("Location"), at, choices=lambda wish: offered(wish).locations),
        ChoiceFilter(
            "kind",
            _l("Kind"),
            of_kind,
            "home",
            choices=lambda wish: (("home", _("Home classes")), ("teaching", _("Teaching groups"))),
        ),
    )

    def __init__(self) -> None:
        super().__init__(Group, db, name=self.title, endpoint="groups", url="/beheer/groepen")

    def visible(self, actor: Actor) -> sa.ColumnElement[bool]:
        return visible_groups(actor)

    def source(self) -> sa.Select:
        return sa.select(Group).join(Location, Location.id == Group.location_id)

    def loaded(self, statement: sa.Select) -> sa.Select:
        return statement.options(with_expression(Group.location_name, Location.name))

    def beside(self, rows: list[Group], wish: Wish) -> dict[int, GroupNotes]:
        return notes_of_groups(db.session, current_actor(), [row.id for row in rows])

    def row_url(self, row: Group) -> str:
        return url_for("groups.details_view", id=row.id)

    def row_label(self, row: Group) -> str:
        return f"{row.name}, {row.location_name}"

    @expose("/<int:id>/")
    def details_view(self, id: int) -> str:
        """One group with the pupils and the staff linked to it (Z-278)."""
        group = self.one_or_404(id)
        pupils, staff = members_of(db.session, current_actor(), group.id)
        return self.render(
            "admin/groups/details.html",
            title=_("Group %(name)s", name=group.name),
            crumbs=self.way_to(group.name),
            page_name="BeheerGroepPage",
            group=group,
            kind=kind_name(group),
            pupils=pupils,
            staff=staff,
            query=urlencode(
                {"group": group.name, "location": group.location_id, "year": group.school_year, "account": 0}
            ),
        )


def kind_name(group: Group) -> str:
    return _("home class") if group.is_home else _("teaching group")
