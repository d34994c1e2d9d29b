"""What the lists of pupils, guardians, staff and other parties share."""

from typing import Any, ClassVar

import sqlalchemy as sa
from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.filters import ChoiceFilter, ListFilter, could_have_words, has_words
from app.admin.lists.listing import BulkAction, Wish
from app.admin.lists.screen import ListScreen, whole_number
from app.extensions import db
from app.models import Group, Person, PersonKind
from app.services.access import Actor
from app.services.corrections.reading import email_pin
from app.services.duplicates.reading import proposals_of
from app.services.persons.reading import Offers, offers
from app.services.reach import seen_from, visible_groups, visible_persons

from .why import why_panel

BY_NAME = (Person.sort_key,)


def offered(wish: Wish) -> Offers:
    """What the filters of this page may offer; read once for the page."""
    year = whole_number(wish.values.get("year"))
    if "offers" not in g or g.offers[0] != year:
        g.offers = (year, offers(db.session, current_actor(), year))
    return g.offers[1]


def at_location(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    """Seen from this location; one that is out of reach finds nothing (R47)."""
    place = whole_number(value) or 0
    return seen_from({place} & (current_actor().locations or frozenset()))


def reached(column: Any) -> sa.ColumnElement[bool]:
    """A filter may not tell about places outside reach either (R47)."""
    return column.in_(sorted(current_actor().locations or {0}))


def groups_named(value: str, wish: Wish) -> sa.Select:
    """The ids of the groups with this name in reach: of the asked school year, or of the newest one."""
    year = whole_number(wish.values.get("year"))
    return sa.select(Group.id).where(
        sa.func.lower(Group.name) == value.lower(),
        Group.school_year == (newest_year() if year is None else year),
        visible_groups(current_actor()),
    )


def newest_year() -> sa.ScalarSelect[int]:
    """The newest school year of which the institution has groups."""
    institution = current_actor().institution_id
    return sa.select(sa.func.max(Group.school_year)).where(Group.institution_id == institution).scalar_subquery()


def has_left(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Person.left_on.is_not(None) if value == "1" else Person.left_on.is_(None)


def called(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return sa.and_(could_have_words(value, Person.id), has_words(value))


def with_account(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Person.has_account if value == "1" else ~Person.has_account


SEARCH = ListFilter("search", _l("(Part of) name"), called, hint=_l("or number"))
LOCATION = ChoiceFilter("location", _l("Location"), at_location, choices=lambda wish: offered(wish).locations)
LEFT = ChoiceFilter("left", _l("Status"), has_left, "0", choices=lambda wish: (("0", _("Present")), ("1", _("Left"))))
ACCOUNT = ChoiceFilter(
    "account", _l("Account"), with_account, choices=lambda wish: (("1", _("With account")), ("0", _("Without account")))
)
NAME = Column("name", _l("Name"), lambda person, _beside: person.list_name, BY_NAME, "name")
EMAIL = Column(
    "email",
    _l("E-mail"),
    lambda person, _beside: person.email,
    (Person.email,),
    "wide",
    said=False,
    missing=_l("no e-mail"),
)
HAS_ACCOUNT = Column("account", _l("Account"), lambda person, _beside: person.has_account, cell="yes")


def number_column(label: Any) -> Column:
    return Column("number", label, lambda person, _beside: person.number, (Person.number,))


class PersonScreen(ListScreen):
    """The list of one kind of person. Nothing here changes a person (Z-005)."""

    kind: ClassVar[PersonKind]
    place: ClassVar[str]  # the endpoint
    crumb = _l("Persons")
    empty = _l("Nobody found")
    empty_hint = _l("Persons come from the synchronisation or from an import.")
    row_word = _l("View")

    def __init__(self) -> None:
        super().__init__(Person, db, name=self.title, endpoint=self.place, url=f"/beheer/{self.file_name}")

    def visible(self, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.and_(Person.kind == self.kind, visible_persons(actor, self.kind))

    def row_url(self, row: Person) -> str:
        return url_for(f"{self.endpoint}.details_view", id=row.id)

    def row_label(self, row: Person) -> str:
        return row.list_name

    def badges(self, row: Person) -> list[tuple[Any, str]]:
        return [(_("Left"), "t-amber")] if row.left_on else []

    def page_of(self, person: Person, page_name: str) -> dict[str, Any]:
        """What every page of one person has: title, breadcrumb, status line, pinned address, origin of the values."""
        crumbs = self.way_to(person.list_name)
        pinned = email_pin(db.session, current_actor(), person)
        about = {"person": person, "title": person.full_name, "email_pin": pinned, "why": why_panel(person)}
        about["alike"] = proposals_of(db.session, current_actor(), person)
        return about | {"crumbs": crumbs, "page_name": page_name}

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        return (("kind", self.kind.value),)


MAKE_ACCOUNTS = BulkAction(_l("Make accounts"), "key", "accounts.check", ("task", "create"))
