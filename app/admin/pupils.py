"""Leerlingen: found and looked at here, changed only in the school's own system (Z-005, Z-169 to Z-172)."""

from typing import Any

import sqlalchemy as sa
from flask import request
from flask_admin import expose
from flask_babel import lazy_gettext as _l

from ..actor import current_actor
from ..clock import school_year_name
from ..extensions import db
from ..models import Enrolment, Group, GroupPupil, Person, PersonKind
from ..services.person_list import Place, places_of
from ..services.person_page import accounts_of, enrolments_of, groups_of_pupil, guardians_of, mentors_of
from ..services.reach import visible_groups
from .base import whole_number
from .columns import Column
from .filters import ChoiceFilter
from .listing import Wish
from .persons import (
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
    number_column,
    offered,
    reached,
)

YEARS_OF_STUDY = tuple((str(year), str(year)) for year in range(1, 7))


def enrolled(*conditions: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(Enrolment.person_id == Person.id, *conditions).correlate(Person)


def asked_year(wish: Wish) -> int | None:
    """The school year of the filter "jaartal" (Z-172)."""
    return whole_number(wish.values.get("year"))


def in_year(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return enrolled(Enrolment.school_year == (whole_number(value) or 0))


def placed(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    """At this location now, or in the asked year."""
    if asked_year(wish) is None:
        return at_location(value, wish)
    here = Enrolment.location_id == (whole_number(value) or 0)
    return enrolled(Enrolment.school_year == asked_year(wish), here, reached(Enrolment.location_id))


def in_group(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    """In this group, the home class as well as a teaching group; a group is of one year already."""
    membership = sa.exists().where(GroupPupil.person_id == Person.id).correlate(Person)
    return membership.where(
        GroupPupil.group_id == (whole_number(value) or 0), Group.id == GroupPupil.group_id, visible_groups(current_actor())
    )


def in_year_of_study(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    newest = sa.select(sa.func.max(Enrolment.school_year)).where(
        Enrolment.institution_id == current_actor().institution_id
    )
    year = asked_year(wish) or newest.scalar_subquery()
    return enrolled(Enrolment.school_year == year, Enrolment.year_of_study == (whole_number(value) or 0))


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
        Column("year_of_study", _l("Year of study"), _place("year_of_study"), cell="number"),
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
        return self.render(
            "admin/persons/pupil.html",
            **self.page_of(person, "BeheerLeerlingPage"),
            years=years,
            shown_years=[year for year in years if asked in (None, year.school_year)],
            asked_year=asked,
            groups=groups_of_pupil(db.session, actor, person.id),
            guardians=guardians_of(db.session, actor, person.id),
            mentors=mentors_of(db.session, actor, person.id),
            accounts=accounts_of(db.session, person.id),
        )
