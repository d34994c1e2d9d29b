"""A new application administrator (Z-154 to Z-167)."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.clock import now
from app.errors import InvalidInput
from app.extensions import db, transaction
from app.services.accounts.administrators import new_administrator

from .forms import SUGGESTED, AdministratorForm


class NewAdministrator:
    """The form for a new application administrator; a part of AccountScreen."""

    @expose("/applicatiebeheerder/", methods=("GET", "POST"))
    def new_administrator(self) -> ResponseReturnValue:
        form = AdministratorForm(data=None if request.method == "POST" else {"username": SUGGESTED})
        if request.method == "POST" and form.validate():
            try:
                account_id = self._make(form)
            except InvalidInput as wrong:
                field = form[wrong.field] if wrong.field in form else form.username  # noqa: SIM401 (a form has no get)
                field.errors = [*field.errors, wrong.message]
            else:
                flash(_("The account is made and the details go out by e-mail. Now couple a location."), "warning")
                return redirect(url_for(".edit_view", id=account_id), 303)
        page = self.render(
            "admin/accounts/new_administrator.html",
            title=_("New application administrator"),
            page_name="BeheerApplicatiebeheerderPage",
            crumbs=self._crumbs(_("New application administrator")),
            form=form,
        )
        return page, 400 if form.errors else 200

    def _make(self, form: AdministratorForm) -> int:
        actor = current_actor()
        with transaction():
            account = new_administrator(
                db.session,
                now(),
                actor,
                username=form.username.data,
                first_name=form.first_name.data,
                prefix=form.prefix.data or None,
                last_name=form.last_name.data,
                email=form.email.data,
                institution_id=actor.institution_id,
            )
            return account.id
