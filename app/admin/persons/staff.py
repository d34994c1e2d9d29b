"""Medewerkers: from the roster and made by hand, and the locations of managers and administrators.

Z-106 to Z-115, Z-165 to Z-167, Z-174 to Z-180, Z-190 to Z-192.
"""

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.filters import ChoiceFilter
from app.admin.lists.listing import Wish
from app.admin.lists.screen import whole_number
from app.clock import now
from app.extensions import db, transaction
from app.models import Account, GroupStaff, Person, PersonKind, PersonLocation, Role
from app.services.access import HAS_LOCATIONS_BY_HAND
from app.services.accounts.changes import couple_locations
from app.services.accounts.colleagues import why_address_fixed
from app.services.persons.changes import add_staff, change_staff
from app.services.persons.page import accounts_of, groups_of_staff, location_choices, pupils_of_mentor
from app.services.persons.reading import locations_of_persons

from .forms import StaffForm, accepted
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
    reached,
)

NOWHERE = "none"
ROLES = (Role.STAFF, Role.CARE_MANAGER, Role.ADMINISTRATOR)


def shown_at(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    """At this location as the column shows it: through a group or by hand (Z-176); "none": at no location."""
    shown = sa.exists().where(PersonLocation.person_id == Person.id).correlate(Person)
    shown = shown.where(sa.or_(PersonLocation.by_group, PersonLocation.by_hand), reached(PersonLocation.location_id))
    return ~shown if value == NOWHERE else shown.where(PersonLocation.location_id == (whole_number(value) or 0))


def has_role(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    allowed = [role for role in ROLES if role.value == value]
    here = Account.institution_id == current_actor().institution_id
    return Person.id.in_(sa.select(Account.person_id).where(here, Account.role.in_(allowed)))


def in_group(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    return Person.id.in_(sa.select(GroupStaff.person_id).where(GroupStaff.group_id.in_(groups_named(value, wish))))


def made_by_hand(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Person.hand_made.is_(value == "hand")


class StaffScreen(PersonScreen):
    kind = PersonKind.STAFF
    place = "staff"
    file_name = "medewerkers"
    page_name = "BeheerMedewerkersPage"
    list_template = "admin/persons/staff_list.html"
    title = noun = _l("Staff")
    intro = _l("Staff with a link to a pupil or a group come from the school's own system.")
    row_word = _l("Edit")
    row_icon = "pencil"
    open_without_location = frozenset({"details_view", "couple"})  # the own record alone is in reach then (Z-187)
    columns = (
        NAME,
        number_column(_l("Staff number")),
        Column("locations", _l("Locations"), lambda p, beside: beside.get(p.id, []), cell="cut", said=False),
        EMAIL,
        Column("origin", _l("Origin"), lambda p, _b: _("by hand") if p.hand_made else _("synchronisation")),
        HAS_ACCOUNT,
    )
    filters = (
        SEARCH,
        ChoiceFilter(
            "location",
            LOCATION.label,
            shown_at,
            choices=lambda wish: [*offered(wish).locations, (NOWHERE, _("Without location"))],
        ),
        ChoiceFilter("group", _l("Group"), in_group, choices=lambda wish: offered(wish).groups),
        ChoiceFilter("role", _l("Role"), has_role, choices=lambda wish: [(role.value, role.label) for role in ROLES]),
        ChoiceFilter(
            "origin",
            _l("Origin"),
            made_by_hand,
            choices=lambda wish: (("roster", _("From the synchronisation")), ("hand", _("Added by hand"))),
        ),
        LEFT,
        ACCOUNT,
    )
    row_actions = (MAKE_ACCOUNTS,)

    def beside(self, rows: list[Person], wish: Wish) -> dict[int, list[str]]:
        ids = [row.id for row in rows]
        return locations_of_persons(db.session, current_actor(), ids, by_group_or_hand=True)

    @expose("/nieuw/", methods=("GET", "POST"))
    def new(self) -> ResponseReturnValue:
        """A staff member who is in no roster (Z-106 to Z-111)."""
        form, made = StaffForm(), []

        def add() -> None:
            with transaction():
                made.append(add_staff(db.session, now(), current_actor(), **form.values()).id)

        if request.method == "POST" and accepted(form, add):
            flash(_("The staff member is added. Now make an account, and then change the role."), "success")
            return redirect(url_for(".details_view", id=made[0]), 303)
        crumbs = self.way_to(_("New staff member"))
        page = self.render(
            "admin/persons/staff_new.html",
            title=_("New staff member"),
            crumbs=crumbs,
            form=form,
            page_name="BeheerMedewerkerPage",
        )
        return page, 400 if form.errors else 200

    @expose("/<int:id>/")
    def details_view(self, id: int) -> str:
        """One staff member, and at the top right the locations (Z-115, Z-180, Z-192)."""
        person = self.one_or_404(id)
        return self._page(person, StaffForm(formdata=None, obj=person) if person.hand_made else None)

    @expose("/<int:id>/wijzigen/", methods=("POST",))
    def change(self, id: int) -> ResponseReturnValue:
        """Changes a staff member made by hand; one from the roster is refused by the service (Z-005)."""
        person = self.one_or_404(id)
        form = StaffForm()

        def save() -> None:
            with transaction():
                change_staff(db.session, now(), current_actor(), id, form.version.data or 0, **form.values())

        if accepted(form, save):
            flash(_("The data of %(name)s is saved.", name=form.last_name.data), "success")
            return redirect(url_for(".details_view", id=id), 303)
        return self._page(person, form), 400

    @expose("/<int:id>/vestigingen/", methods=("POST",))
    def couple(self, id: int) -> ResponseReturnValue:
        """Couples an account of this person to exactly the ticked locations (Z-109, Z-167, Z-179, Z-190)."""
        person, actor = self.one_or_404(id), current_actor()
        account_id = whole_number(request.form.get("account"))
        places = [whole_number(text) for text in request.form.getlist("location")]
        if account_id not in [account.id for account in accounts_of(db.session, person.id)] or None in places:
            abort(404)
        with transaction():
            couple_locations(db.session, now(), actor, account_id, places)
        flash(_("The locations are saved. The log says that you did this."), "success")
        first = not actor.locations  # now there is something to see
        return redirect(url_for("admin.index") if first and places else url_for(".details_view", id=id), 303)

    def _page(self, person: Person, form: StaffForm | None) -> str:
        actor = current_actor()
        accounts = accounts_of(db.session, person.id)
        coupled = [account for account in accounts if account.role in HAS_LOCATIONS_BY_HAND]
        groups = groups_of_staff(db.session, actor, person.id)
        return self.render(
            "admin/persons/staff.html",
            **self.page_of(person, "BeheerMedewerkerPage"),
            form=form,
            accounts=accounts,
            couplings=[(account, location_choices(db.session, actor, person.id, account.id)) for account in coupled],
            groups=groups,
            linked={"groups": ", ".join(group.name for group in groups)},
            pupils=pupils_of_mentor(db.session, actor, person.id),
            locations=locations_of_persons(db.session, actor, [person.id], by_group_or_hand=True)[person.id],
            own=person.id == current_user.person_id,
            fixed_email=why_address_fixed(db.session, actor, person.id),
        )
