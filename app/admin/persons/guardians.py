"""Verzorgers: who belongs to which pupil, by the pair of pupil number and guardian number (Z-259 to Z-267)."""

from typing import Any

import sqlalchemy as sa
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.filters import ChoiceFilter
from app.admin.lists.listing import Wish
from app.extensions import db
from app.models import GroupPupil, Guardianship, Person, PersonKind
from app.services.corrections.blocks import shut_out
from app.services.persons.page import accounts_of, children_of
from app.services.persons.reading import Child, children_of_guardians, locations_of_persons

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
    groups_named,
    number_column,
    offered,
)


def child_in_group(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    """Has a child in a group of this name."""
    pupils = sa.select(GroupPupil.person_id).where(GroupPupil.group_id.in_(groups_named(value, wish)))
    return Person.id.in_(sa.select(Guardianship.guardian_id).where(Guardianship.pupil_id.in_(pupils)))


def with_email(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Person.email.is_not(None) if value == "1" else Person.email.is_(None)


def gets_post(person: Person, beside: dict[int, list[Child]]) -> bool | None:
    """Whether this guardian receives post about any child in reach; None when the source does not say.

    None about a child whom the guardian may not see.
    """
    each = [child.receives_post if child.is_open else False for child in beside.get(person.id, ())]
    said = [post for post in each if post is not None]
    return any(said) if said else None


def authority(person: Person, beside: dict[int, list[Child]]) -> bool | str | None:
    """Whether this guardian has parental authority over the children in reach; said per child where that differs."""
    each = beside.get(person.id, [])
    if len({child.has_authority for child in each}) < 2:
        return each[0].has_authority if each else None
    words = {True: _("Yes"), False: _("No"), None: _("unknown")}
    return "; ".join(f"{child.name}: {words[child.has_authority]}" for child in each)


class GuardianScreen(PersonScreen):
    kind = PersonKind.GUARDIAN
    place = "guardians"
    file_name = "verzorgers"
    page_name = "BeheerVerzorgersPage"
    title = noun = _l("Guardians")
    intro = _l("Guardians and their children come from the school's own system. Here you look at them.")
    columns = (
        NAME,
        number_column(_l("Guardian number")),
        Column("children", _l("Children"), lambda person, beside: beside.get(person.id, []), cell="wide"),
        Column("post", _l("Post"), gets_post, cell="yes_or_unknown"),
        Column("authority", _l("Parental authority"), authority, shown=False),
        EMAIL,
        HAS_ACCOUNT,
    )
    filters = (
        SEARCH,
        LOCATION,
        ChoiceFilter("group", _l("Group of the child"), child_in_group, choices=lambda wish: offered(wish).groups),
        ChoiceFilter(
            "email",
            _l("E-mail"),
            with_email,
            choices=lambda wish: (("1", _("With e-mail address")), ("0", _("Without e-mail address"))),
        ),
        LEFT,
        ACCOUNT,
    )
    row_actions = (MAKE_ACCOUNTS,)

    def beside(self, rows: list[Person], wish: Wish) -> dict[int, list[Child]]:
        return children_of_guardians(db.session, current_actor(), [row.id for row in rows])

    @expose("/<int:id>/")
    def details_view(self, id: int) -> Any:
        """One guardian with the children in reach (Z-173, part 7 nr 5)."""
        person, actor = self.one_or_404(id), current_actor()
        children = children_of(db.session, actor, person.id)
        return self.render(
            "admin/persons/guardian.html",
            **self.page_of(person, "BeheerVerzorgerPage"),
            children=children,
            linked={"pupil": "; ".join(one.person.list_name for one in children)},
            locations=locations_of_persons(db.session, actor, [person.id])[person.id],
            accounts=accounts_of(db.session, person.id),
            is_shut_out=bool(shut_out(db.session, [person.id])),
        )
