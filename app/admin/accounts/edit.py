"""One account on screen: look, change, new password, delete (Z-136 to Z-153)."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from wtforms import Field

from app.actor import current_actor
from app.clock import now
from app.errors import AppError, Conflict, InvalidInput, NotAllowed
from app.extensions import db, transaction
from app.models import Account, PersonKind, Role
from app.services.access import HAS_LOCATIONS_BY_HAND
from app.services.accounts.batches.drafting import draft_batch, start_batch
from app.services.accounts.changes import HoldsTask, change_account, delete_account, why_account_fixed
from app.services.accounts.colleagues import why_further
from app.services.accounts.reading import account_in_reach, groups_of_owner, history, notes_of_accounts
from app.templating import moment

from .choice import clean_query, new_form_key
from .forms import AccountForm, account_form
from .history import story
from .words import KINDS

PERSON_PAGES = {  # where the owner of an account is shown
    PersonKind.PUPIL: "pupils.details_view",
    PersonKind.GUARDIAN: "guardians.details_view",
    PersonKind.STAFF: "staff.details_view",
    PersonKind.OTHER: "others.details_view",
}
WRONG = 400


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two administrators changed: what is saved now, and what this one typed (R123)."""

    label: str
    saved: str
    typed: str


class EditAccount:
    """The pages of one account; a part of AccountScreen."""

    @expose("/<int(max=2147483647):id>/", methods=("GET", "POST"))
    def edit_view(self, id: int) -> ResponseReturnValue:
        account = account_in_reach(db.session, current_actor(), id)
        form = account_form(account)
        if request.method == "GET":
            return self._account_page(account, form)
        if not form.validate():
            return self._account_page(account, form), WRONG
        was_staff = account.role is Role.STAFF
        try:
            self._save(id, form)
        except HoldsTask:
            return self._ask_taker(id, account.person.kind, "block" if form.blocked.data else "deactivate")
        except Conflict:
            return self._account_page(*self._compare(id, form)), Conflict.status
        except AppError as refused:
            return self._refused(id, form, refused), refused.status
        if was_staff and form.data.get("role") == Role.CARE_MANAGER:
            flash(_("The account is saved. Check that a location is coupled (see below)."), "warning")
        else:
            flash(_("The account is saved."), "success")
        return redirect(url_for(".edit_view", id=id, list=list_query()))

    def _save(self, id: int, form: AccountForm) -> None:
        role = form.data.get("role")
        with transaction():
            change_account(
                db.session,
                now(),
                current_actor(),
                id,
                form.version.data,
                username=form.username.data,
                active=form.active.data,
                blocked=form.blocked.data,
                role=Role(role) if role else None,
            )

    def _ask_taker(self, id: int, kind: PersonKind, task: str) -> ResponseReturnValue:
        """The check page of a batch of one: it asks who takes over the tasks (P-021). Nothing was changed yet."""
        with transaction():
            batch_id = draft_batch(db.session, now(), current_actor(), task, kind, [id], new_form_key()).id
        return redirect(url_for(".batch", batch_id=batch_id, back=url_for(".edit_view", id=id)), 303)

    def _compare(self, id: int, form: AccountForm) -> tuple[Account, AccountForm, list[Difference]]:
        """Somebody else saved first: the account of now, and the form that would save over it."""
        account = account_in_reach(db.session, current_actor(), id)
        form.version.data = account.version
        fields = (field for field in form if field is not form.version and hasattr(account, field.name))
        found = [
            Difference(field.label.text, _said(getattr(account, field.name)), _said(_typed(field)))
            for field in fields
            if getattr(account, field.name) != field.data
        ]
        return account, form, found

    def _refused(self, id: int, form: AccountForm, refused: AppError) -> str:
        """The page again, with the reason at the field it belongs to, or above the page."""
        name = refused.field if isinstance(refused, InvalidInput) else None
        if name in form:
            form[name].errors = [*form[name].errors, refused.message]
        else:
            flash(refused.message, "error")
        return self._account_page(account_in_reach(db.session, current_actor(), id), form)

    def _account_page(self, account: Account, form: AccountForm, conflict: list[Difference] | None = None) -> str:
        actor, person = current_actor(), account.person
        return self.render(
            "admin/accounts/edit.html",
            title=_("Account of %(name)s", name=person.full_name),
            page_name="BeheerAccountPage",
            crumbs=self._crumbs(account.username),
            list_query=list_query(),
            list_url=self._list_url(),
            summary=_summary(account),
            account=account,
            person=person,
            kind_plural=KINDS[person.kind],
            form=form,
            conflict=conflict,
            why_not=why_account_fixed(db.session, actor, account),
            further=why_further(db.session, actor, account),
            locations=notes_of_accounts(db.session, actor, [account]).locations[account.id],
            couples_locations=account.role in HAS_LOCATIONS_BY_HAND,
            groups=groups_of_owner(db.session, actor, person),
            owner_url=url_for(PERSON_PAGES[person.kind], id=person.id),
            form_key=new_form_key(),
            history=[story(line) for line in history(db.session, actor, account)],
        )

    def _list_url(self) -> str:
        """The list as it was before: with its filter, order and page."""
        return f"{url_for('.index_view')}?{list_query() or ''}".rstrip("?")

    @expose("/<int(max=2147483647):id>/wachtwoord/", methods=("POST",))
    def reset(self, id: int) -> ResponseReturnValue:
        """A new password for this one account: a batch of one, made at once (Z-143 to Z-145)."""
        account = account_in_reach(db.session, current_actor(), id)
        form_key = request.form.get("form_key", "")[:64] or new_form_key()
        kind = account.person.kind
        if reason := why_further(db.session, current_actor(), account):
            raise NotAllowed(reason)
        with transaction():
            batch = draft_batch(db.session, now(), current_actor(), "reset", kind, [id], form_key)
            batch = start_batch(db.session, now(), current_actor(), batch.id)
            batch_id = batch.id
        return redirect(url_for(".batch", batch_id=batch_id), 303)

    @expose("/<int(max=2147483647):id>/verwijderen/", methods=("GET", "POST"))
    def delete_page(self, id: int) -> ResponseReturnValue:
        """Asks with the exact consequences (Z-150, Z-153), then deletes the account alone (Z-147)."""
        actor = current_actor()
        account = account_in_reach(db.session, actor, id)
        if request.method == "POST":
            username = account.username
            try:
                with transaction():
                    delete_account(db.session, now(), actor, id, _version(request.form))
            except HoldsTask:
                return self._ask_taker(id, account.person.kind, "delete")
            flash(_("Account %(username)s is deleted. The person stays.", username=username), "success")
            return redirect(self._list_url())
        return self.render(
            "admin/accounts/delete.html",
            title=_("Delete account %(username)s?", username=account.username),
            page_name="BeheerAccountPage",
            crumbs=self._crumbs(account.username),
            list_query=list_query(),
            account=account,
            person=account.person,
            kind_plural=KINDS[account.person.kind],
            why_not=why_account_fixed(db.session, actor, account),
        )


def list_query() -> str | None:
    """The query string of the list of accounts: of this request, or as it travels along to the pages of one account."""
    on_list = request.endpoint == "accounts.index_view"
    text = request.query_string.decode("ascii", "ignore") if on_list else request.args.get("list", "")
    return clean_query(text) or None


def _summary(account: Account) -> str:
    if account.last_login_at is None:
        return _("%(role)s. Never logged in.", role=account.role.label)
    return _("%(role)s. Last logged in on %(moment)s.", role=account.role.label, moment=moment(account.last_login_at))


def _version(form: Any) -> int:
    """The version of the account that the administrator looked at. Raises Conflict when it is not a number."""
    text = form.get("version", "")
    if not text.isascii() or not text.isdigit():
        raise Conflict(_("Look at the account again first."))
    return int(text[:9])


def _typed(field: Field) -> Any:
    return Role(field.data) if field.name == "role" else field.data


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value.label if isinstance(value, Role) else str(value)
