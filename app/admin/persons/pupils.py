"""Leerlingen: found and looked at here, changed only in the school's own system (Z-005, Z-169 to Z-172)."""

from typing import Any

import sqlalchemy as sa
from flask import request
from flask_admin import expose
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.filters import ChoiceFilter
from app.admin.lists.listing import Wish
from app.admin.lists.screen import whole_number
from app.clock import school_year_name
from app.extensions import db
from app.models import GroupPupil, Person, PersonKind, RouteYear
from app.services.persons.page import accounts_of, enrolments_of, groups_of_pupil, guardians_of, mentors_of
from app.services.persons.reading import Place, places_of

from .screen import (
    ACCOUNT,
    EMAIL,
    HAS_ACCOUNT,
    LEFT,
    LOCATION,
    MAKE_ACCOUNTS,
    NAME,
    SEARCH,
    PersonScreen,
    at_location,
    groups_named,
    newest_year,
    number_column,
    offered,
    reached,
)
from .why import values_of_pupil

YEARS_OF_STUDY = tuple((str(year), str(year)) for year in range(1, 7))


def enrolled(year: Any, *conditions: Any, everywhere: bool = False) -> sa.ColumnElement[bool]:
    """Enrolled in this school year, at a location within reach; `everywhere`: earlier years at another location of
    the institution too, for those are part of the history of a pupil in reach (Z-172)."""
    here = RouteYear.institution_id == current_actor().institution_id if everywhere else reached(RouteYear.location_id)
    return Person.route_id.in_(sa.select(RouteYear.route_id).where(here, RouteYear.school_year == year, *conditions))


def asked_year(wish: Wish) -> int | None:
    """The school year of the filter "jaartal" (Z-172)."""
    return whole_number(wish.values.get("year"))


def in_year(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    if "location" in wish.values:
        return sa.true()  # the filter on the location asks for the year already
    return enrolled(whole_number(value) or 0, everywhere=True)


def placed(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    """At this location now, or in the asked year."""
    year = asked_year(wish)
    if year is None:
        return at_location(value, wish)
    return enrolled(year, RouteYear.location_id == (whole_number(value) or 0))


def in_group(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    """In a group of this name: the home class as well as a teaching group."""
    return Person.id.in_(sa.select(GroupPupil.person_id).where(GroupPupil.group_id.in_(groups_named(value, wish))))


def in_year_of_study(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    year, asked = newest_year(), asked_year(wish)
    study = RouteYear.year_of_study == (whole_number(value) or 0)
    return enrolled(year if asked is None else asked, study, everywhere=asked is not None)


def _place(name: str) -> Any:
    return lambda person, beside: getattr(beside.get(person.id), name, None)


class PupilScreen(PersonScreen):
    kind = PersonKind.PUPIL
    place = "pupils"
    file_name = "leerlingen"
    page_name = "BeheerLeerlingenPage"
    title = noun = _l("Pupils")
    intro = _l("Pupils and their links come from the school's own system. Here you look at them.")
    columns = (
        NAME,
        number_column(_l("Pupil number")),
        Column("group", _l("Group"), _place("group")),
        Column("year_of_study", _l("Year of study"), _place("year_of_study")),
        Column("location", _l("Location"), _place("location"), cell="cut", said=False),
        EMAIL,
        HAS_ACCOUNT,
    )
    filters = (
        SEARCH,
        ChoiceFilter("location", LOCATION.label, placed, choices=LOCATION.choices),
        ChoiceFilter("group", _l("Group"), in_group, choices=lambda wish: offered(wish).groups),
        ChoiceFilter("year_of_study", _l("Year of study"), in_year_of_study, choices=lambda wish: YEARS_OF_STUDY),
        ChoiceFilter(
            "year",
            _l("Year"),
            in_year,
            choices=lambda wish: [(str(year), school_year_name(year)) for year in offered(wish).school_years],
        ),
        LEFT,
        ACCOUNT,
    )
    row_actions = (MAKE_ACCOUNTS,)

    def beside(self, rows: list[Person], wish: Wish) -> dict[int, Place]:
        return places_of(db.session, [row.id for row in rows], asked_year(wish))

    @expose("/<int:id>/")
    def details_view(self, id: int) -> str:
        """One pupil with links both ways, and the years with a filter on the year (Z-171, Z-172)."""
        person, actor = self.one_or_404(id), current_actor()
        years = enrolments_of(db.session, actor, person.id)
        asked = whole_number(request.args.get("year", ""))
        groups = groups_of_pupil(db.session, actor, person.id)
        mentors = mentors_of(db.session, actor, person.id)
        return self.render(
            "admin/persons/pupil.html",
            **self.page_of(person, "BeheerLeerlingPage"),
            years=years,
            shown_years=[year for year in years if asked in (None, year.school_year)],
            asked_year=asked,
            groups=groups,
            guardians=guardians_of(db.session, actor, person.id),
            mentors=mentors,
            linked=values_of_pupil(years, groups, mentors),
            accounts=accounts_of(db.session, person.id),
        )
