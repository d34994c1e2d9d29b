"""Overige betrokkenen: people from outside, added and deleted by hand (Z-195 to Z-217)."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.filters import ListFilter
from app.admin.lists.screen import whole_number
from app.clock import now
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.models import Person, PersonKind
from app.services.persons.changes import add_other, change_other, delete_other
from app.services.persons.page import accounts_of

from .forms import OtherForm, accepted
from .screen import ACCOUNT, EMAIL, HAS_ACCOUNT, MAKE_ACCOUNTS, NAME, SEARCH, PersonScreen


def questionnaires(_person: Person, _beside: None) -> int:
    """How many questionnaires were sent out to this person: none, for they are not part of this product yet."""
    return 0


class OtherScreen(PersonScreen):
    kind = PersonKind.OTHER
    place = "others"
    file_name = "overige-betrokkenen"
    page_name = "BeheerOverigeBetrokkenenPage"
    list_template = "admin/persons/others_list.html"
    title = noun = _l("Other parties")
    intro = _l("People from outside who are neither staff nor guardian. You add them yourself.")
    empty_hint = _l("Add somebody with the button at the top right.")
    row_word = _l("Edit")
    row_icon = "pencil"
    columns = (
        NAME,
        EMAIL,
        Column("questionnaires", _l("Questionnaires"), questionnaires, cell="number"),
        HAS_ACCOUNT,
    )
    filters = (ListFilter("search", _l("Name"), SEARCH.where), ACCOUNT)
    row_actions = (MAKE_ACCOUNTS,)

    @expose("/nieuw/", methods=("GET", "POST"))
    def new(self) -> ResponseReturnValue:
        """An other party without an account (Z-195, Z-196)."""
        form, made = OtherForm(), []

        def add() -> None:
            with transaction():
                made.append(add_other(db.session, now(), current_actor(), **form.values()).id)

        if request.method == "POST" and accepted(form, add):
            flash(_("The other party is added, without an account. Make the account when it is needed."), "success")
            return redirect(url_for(".details_view", id=made[0]), 303)
        title = _("New other party")
        page = self.render(
            "admin/persons/other_new.html",
            title=title,
            crumbs=self.way_to(title),
            form=form,
            page_name="BeheerOverigeBetrokkenePage",
        )
        return page, 400 if form.errors else 200

    @expose("/<int:id>/")
    def details_view(self, id: int) -> str:
        """One other party: data, questionnaires, and the button to delete (Z-209 to Z-214)."""
        person = self.one_or_404(id)
        return self._page(person, OtherForm(formdata=None, obj=person))

    @expose("/<int:id>/wijzigen/", methods=("POST",))
    def change(self, id: int) -> ResponseReturnValue:
        person = self.one_or_404(id)
        form = OtherForm()

        def save() -> None:
            with transaction():
                change_other(db.session, now(), current_actor(), id, form.version.data or 0, **form.values())

        if accepted(form, save):
            flash(_("The data of %(name)s is saved.", name=form.last_name.data), "success")
            return redirect(url_for(".details_view", id=id), 303)
        return self._page(person, form), 400

    @expose("/<int:id>/verwijderen/", methods=("GET", "POST"))
    def delete(self, id: int) -> ResponseReturnValue:
        """Asks first, on a page of its own; the dialog of the record is the same question (Z-215, trap 11)."""
        person = self.one_or_404(id)
        name = person.full_name
        if request.method == "GET":
            return self.render("admin/persons/other_delete.html", **self.page_of(person, self.page_name))
        version = whole_number(request.form.get("version"))
        if version is None:
            raise InvalidInput(_("Choose again: this form is not complete."))
        with transaction():
            delete_other(db.session, now(), current_actor(), id, version)
        flash(_("%(name)s is deleted.", name=name), "success")
        return redirect(url_for(".index_view"), 303)

    def _page(self, person: Person, form: OtherForm) -> str:
        return self.render(
            "admin/persons/other.html",
            **self.page_of(person, "BeheerOverigeBetrokkenePage"),
            form=form,
            accounts=accounts_of(db.session, person.id),
        )
