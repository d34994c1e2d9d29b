"""Beheer > Instelling > Mail: what waits, what went, what failed and why; failed ones can be tried again (R115)."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.filters import ChoiceFilter, ListFilter
from app.admin.lists.listing import BulkAction, Page, Wish
from app.admin.lists.screen import ListScreen, read_query
from app.clock import now
from app.errors import Conflict
from app.extensions import db, transaction
from app.models import Account, OutboxMail, Person
from app.models.names import search_words
from app.services.access import Actor
from app.services.mail.outbox import mails_in_reach, resend
from app.services.mail.reading import Resent, accounts_of_mails, failed_in_reach, mail_counts, resend_many
from app.templating import ADMINISTRATION, moment

from .words import STATES, TEMPLATES, state_of


def found_in_mail(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    """Every typed word is in the address, or in what the receiver is called."""
    owner = sa.exists().where(Account.id == OutboxMail.account_id, Person.id == Account.person_id).correlate(OutboxMail)
    address = sa.func.lower(OutboxMail.recipient)

    def said(word: str) -> sa.ColumnElement[bool]:
        return sa.or_(
            address.contains(word, autoescape=True), owner.where(Person.search_key.contains(word, autoescape=True))
        )

    return sa.and_(sa.true(), *map(said, search_words(value)))


def who(mail: OutboxMail, accounts: Mapping[int, Account]) -> str:
    """The receiver by name; the address when the account is gone."""
    account = accounts.get(mail.account_id or 0)
    return account.person.list_name if account else mail.recipient


class MailScreen(ListScreen):
    """The outbox of the persons in reach. It shows no text of a mail, so never a password."""

    file_name = "mails"
    page_name = "BeheerMailsPage"
    crumb = _l("Institution")
    title = noun = _l("Mails")
    intro = _l("What Zicht has mailed, what still waits, and what could not be delivered.")
    empty = _l("No mails found")
    empty_hint = _l("A mail appears here as soon as somebody gets an account or a new password.")
    list_template = "admin/mails/list.html"
    row_word = _l("View")
    default_sort = ("created", True)
    columns = (
        Column(
            "created",
            _l("Date"),
            lambda mail, _a: moment(mail.created_at),
            (OutboxMail.created_at,),
            "moment",
            said=False,
        ),
        Column("who", _l("To"), who, cell="name"),
        Column(
            "recipient",
            _l("E-mail address"),
            lambda mail, _a: mail.recipient,
            (OutboxMail.recipient,),
            "cut",
            said=False,
        ),
        Column("template", _l("Mail about"), lambda mail, _a: TEMPLATES.get(mail.template, mail.template), said=False),
        Column("state", _l("State"), lambda mail, _a: state_of(mail), (OutboxMail.state,), "badge", said=False),
        Column("problem", _l("Reason"), lambda mail, _a: mail.problem, said=False),
    )
    filters = (
        ListFilter("search", _l("Name or address"), found_in_mail),
        ChoiceFilter(
            "state",
            _l("State"),
            lambda value, _wish: OutboxMail.state == value,
            choices=lambda wish: [(state, look.word) for state, look in STATES.items()],
        ),
        ChoiceFilter(
            "template",
            _l("Mail about"),
            lambda value, _wish: OutboxMail.template == value,
            choices=lambda wish: list(TEMPLATES.items()),
        ),
    )
    row_actions = (BulkAction(_l("Send again"), "mail", "mails.resend_chosen"),)

    def __init__(self) -> None:
        super().__init__(OutboxMail, db, name=self.title, endpoint="mails", url="/beheer/mails")

    def visible(self, actor: Actor) -> sa.ColumnElement[bool]:
        return mails_in_reach(actor)

    def beside(self, rows: list[OutboxMail], wish: Wish) -> dict[int, Account]:
        return accounts_of_mails(db.session, rows)

    def row_url(self, row: OutboxMail) -> str:
        return url_for(".details_view", mail_id=row.id)

    def row_label(self, row: OutboxMail) -> str:
        return row.recipient

    def extra(self, wish: Wish, found: Page) -> Mapping[str, Any]:
        return {"counts": mail_counts(db.session, current_actor()), "states": STATES}

    @expose("/<int:mail_id>/")
    def details_view(self, mail_id: int) -> str:
        """One mail: about what, to whom, how often it was tried and why it failed."""
        mail = self.one_or_404(mail_id)
        crumbs = [
            (ADMINISTRATION.label, url_for("admin.index")),
            (self.crumb, None),
            (self.title, url_for(".index_view")),
            (mail.recipient, None),
        ]
        return self.render(
            "admin/mails/details.html",
            title=TEMPLATES.get(mail.template, mail.template),
            page_name="BeheerMailPage",
            crumbs=crumbs,
            mail=mail,
            state=state_of(mail),
            account=accounts_of_mails(db.session, [mail]).get(mail.account_id or 0),
        )

    @expose("/<int:mail_id>/opnieuw/", methods=("POST",))
    def resend(self, mail_id: int) -> Any:
        """Try one mail again."""
        self.one_or_404(mail_id)
        try:
            with transaction():
                resend(db.session, now(), current_actor(), mail_id)
        except Conflict as refused:
            flash(refused.message, "warning")
        else:
            flash(_("The mail waits and is sent within a few minutes."), "success")
        return redirect(url_for(".details_view", mail_id=mail_id))

    @expose("/opnieuw/", methods=("POST",))
    def resend_chosen(self) -> Any:
        """Try the ticked mails again, or everything the filter finds; only failed ones are."""
        with transaction():
            say(resend_many(db.session, now(), current_actor(), self.chosen_ids()))
        query = self.wish(read_query(request.form.get("query", ""))).query()
        return redirect(f"{url_for('.index_view')}?{query}" if query else url_for(".index_view"))

    @expose("/opnieuw/alle/", methods=("POST",))
    def resend_failed(self) -> Any:
        """Try every failed mail in reach again."""
        actor = current_actor()
        with transaction():
            say(resend_many(db.session, now(), actor, failed_in_reach(db.session, actor)))
        return redirect(url_for(".index_view"))


def say(result: Resent) -> None:
    """Tell what came of trying again: what waits now, and of the others why not."""
    said = [
        (result.again, "success", ngettext("%(num)s mail waits anew.", "%(num)s mails wait anew.", result.again)),
        (
            result.lapsed,
            "warning",
            ngettext(
                "%(num)s mail holds a password that is no longer valid. Make a new password instead.",
                "%(num)s mails hold a password that is no longer valid. Make new passwords instead.",
                result.lapsed,
            ),
        ),
        (
            result.bad_address,
            "warning",
            ngettext(
                "%(num)s mail has an address that is not valid. Correct it in the school system.",
                "%(num)s mails have an address that is not valid. Correct them in the school system.",
                result.bad_address,
            ),
        ),
        (
            result.not_failed,
            "info",
            ngettext("%(num)s mail had not failed.", "%(num)s mails had not failed.", result.not_failed),
        ),
    ]
    shown = [(tint, words) for number, tint, words in said if number]
    for tint, words in shown or [("info", _("Nothing was chosen. Tick the mails first."))]:
        flash(words, tint)
