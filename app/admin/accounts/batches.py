"""Work on many accounts, on screen: check page, start, progress and result (Z-096 to Z-105, Z-132)."""

from dataclasses import replace
from datetime import datetime

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _

from app.actor import current_actor
from app.admin.lists.listing import Page
from app.admin.settings.letters import LAYOUT_WORDS, pdf_response
from app.clock import now
from app.extensions import db, transaction
from app.letters import LAYOUTS
from app.models import Batch, Institution
from app.own_page import own_page
from app.services.accounts.batches.drafting import batch_in_reach, draft_batch, reprint_batch, retry_batch, start_batch
from app.services.accounts.batches.report import mail_report, own_batches
from app.services.accounts.batches.showing import ShownSecret, reveal_secrets
from app.services.accounts.batches.state import BatchState, batch_state, check_lines, skipped_in
from app.services.accounts.letters.settings import letter_choice
from app.services.accounts.letters.written import letters_left, print_letters
from app.services.accounts.tasks import TASKS
from app.services.contacts.handover import tasks_in
from app.services.contacts.registry import Holder, possible_holders

from .batch_file import result_file
from .batch_words import BATCH_LOOKS, MAIL_LOOKS, STEPS, WORDS, mails_too, time_left
from .choice import chosen_rows, new_form_key

LINES = 50  # on one page of the check
MOST_SKIPPED = 50  # named on screen
GONE = 410


class AccountBatches:
    """From the chosen rows to the passwords on screen; a part of AccountScreen.

    A batch has one address, which shows what it is now: a draft to check, work in progress, or the result.
    """

    @expose("/check/", methods=("POST",))
    def check(self) -> ResponseReturnValue:
        """Freezes the chosen rows in a draft; nothing is done yet. `task`: see services/accounts/tasks."""
        chosen = chosen_rows(request.form)
        if not chosen.ids:
            flash(_("Choose at least one row first."), "warning")
            return redirect(chosen.back, 303)
        with transaction():
            actor, key = current_actor(), new_form_key()
            batch = draft_batch(db.session, now(), actor, chosen.task, chosen.kind, chosen.ids, key)
            batch_id = batch.id
        return redirect(url_for(".batch", batch_id=batch_id, back=chosen.back), 303)

    @expose("/opdrachten/")
    def batches(self) -> str:
        """One's own work: where a result is found again after leaving its page."""
        return self.render(
            "admin/accounts/batches.html",
            title=_("Assignments"),
            crumbs=self._crumbs(_("Assignments")),
            batches=own_batches(db.session, current_actor()),
            words=WORDS,
            looks=BATCH_LOOKS,
        )

    @expose("/opdracht/<int(max=2147483647):batch_id>/")
    def batch(self, batch_id: int) -> str:
        batch = batch_in_reach(db.session, current_actor(), batch_id)
        if batch.state == "draft":
            return self._check_page(batch)
        state = batch_state(db.session, batch)
        if not state.finished or (state.on_screen and not state.shown):
            return self._progress_page(batch, state)
        return self._result_page(batch, state, None)

    @expose("/opdracht/<int(max=2147483647):batch_id>/start/", methods=("POST",))
    def start(self, batch_id: int) -> ResponseReturnValue:
        """Starts the work, once: a second press finds the same batch (R124). `task-7`: who takes over task 7."""
        takers = {
            int(name[5:]): int(account) if account.isdecimal() else None
            for name, account in request.form.items()
            if name.startswith("task-") and name[5:].isdecimal() and account
        }
        with transaction():
            start_batch(db.session, now(), current_actor(), batch_id, takers)
        return redirect(url_for(".batch", batch_id=batch_id), 303)

    @expose("/opdracht/<int(max=2147483647):batch_id>/resultaat/", methods=("GET", "POST"))
    def reveal(self, batch_id: int) -> ResponseReturnValue:
        """The passwords, in the answer to one POST and nowhere else (Z-102); after that 410 with the other results."""
        actor = current_actor()
        batch = batch_in_reach(db.session, actor, batch_id)
        state = batch_state(db.session, batch)
        if not state.finished or (request.method == "GET" and not state.shown):
            return redirect(url_for(".batch", batch_id=batch_id), 303)
        secrets = None
        if request.method == "POST":
            with transaction():
                secrets = reveal_secrets(db.session, now(), actor, batch_id, current_app.config["SECRET_KEY"])
        batch = batch_in_reach(db.session, actor, batch_id)
        page = self._result_page(batch, batch_state(db.session, batch), secrets)
        return page, GONE if secrets is None else 200

    @expose("/opdracht/<int(max=2147483647):batch_id>/opnieuw/", methods=("POST",))
    def retry(self, batch_id: int) -> ResponseReturnValue:
        """The same for the rows that failed: a new draft to check."""
        with transaction():
            batch = retry_batch(db.session, now(), current_actor(), batch_id, new_form_key())
            retry_id = batch.id
        return redirect(url_for(".batch", batch_id=retry_id), 303)

    @expose("/opdracht/<int(max=2147483647):batch_id>/resultaat.csv")
    def result_csv(self, batch_id: int) -> ResponseReturnValue:
        """What became of each row, as a file. Never a password."""
        actor = current_actor()
        return result_file(db.session, actor, batch_in_reach(db.session, actor, batch_id))

    @expose("/opdracht/<int(max=2147483647):batch_id>/brieven.pdf", methods=("POST",))
    def letters(self, batch_id: int) -> ResponseReturnValue:
        """The letters of the batch, in the answer to one POST and nowhere else; after that one makes new ones."""
        actor, config = current_actor(), current_app.config
        with transaction():
            asked = (db.session, now(), actor, batch_id, config["SECRET_KEY"], config["PUBLIC_URL"])
            written = print_letters(*asked)
        if written is None:
            flash(_("These letters were made already. Make new ones: the old details lapse then."), "warning")
            return redirect(url_for(".batch", batch_id=batch_id), 303)
        school = db.session.get_one(Institution, actor.institution_id)
        layout = request.form.get("layout", "")
        return pdf_response(written, school, layout if layout in LAYOUTS else "1", f"opdracht-{batch_id}")

    @expose("/opdracht/<int(max=2147483647):batch_id>/nieuwe-brieven/", methods=("POST",))
    def print_again(self, batch_id: int) -> ResponseReturnValue:
        """New letters for the same accounts: a new draft to check."""
        with transaction():
            batch = reprint_batch(db.session, now(), current_actor(), batch_id, new_form_key())
            draft_id = batch.id
        return redirect(url_for(".batch", batch_id=draft_id), 303)

    def _check_page(self, batch: Batch) -> str:
        state, words = batch_state(db.session, batch), WORDS[batch.task]
        back = own_page(request.args.get("back"), url_for(".index_view"))
        page = page_at(request.args.get("page", 1, int), state.chosen, LINES)
        rows = check_lines(db.session, batch, page.skipped, LINES)
        return self._batch_page(
            "check",
            batch,
            words.check(state.chosen) if state.chosen else _("Nothing to do"),
            words=words,
            state=state,
            page=replace(page, rows=rows),
            page_url=lambda number: url_for(".batch", batch_id=batch.id, page=number, back=back),
            skipped=skipped_in(db.session, current_actor(), batch, MOST_SKIPPED),
            hands_out=TASKS[batch.task].forms is not None,
            promise=mails_too(words.promise(state.chosen), state.by_mail)
            if TASKS[batch.task].forms
            else words.promise(state.chosen),
            button=words.button(state.chosen),
            tasks=tasks_in(db.session, batch) if TASKS[batch.task].shuts_out else (),
            holders=self._holders(batch),
            back=back,
        )

    def _holders(self, batch: Batch) -> list[Holder]:
        """Who can take over a task of somebody in this batch."""
        if not TASKS[batch.task].shuts_out or not tasks_in(db.session, batch):
            return []
        return possible_holders(db.session, current_actor())

    def _progress_page(self, batch: Batch, state: BatchState) -> str:
        words = WORDS[batch.task]
        title = words.result(state.made) if state.finished else words.working(state.total)
        said = words.done(state.done, state.total) if state.done else _("Waiting for its turn")
        left = time_left(seconds_left(batch.started_at, now(), state.done, state.total))
        return self._batch_page("progress", batch, title, state=state, said=said, left=left)

    def _result_page(self, batch: Batch, state: BatchState, secrets: list[ShownSecret] | None) -> str:
        return self._batch_page(
            "result",
            batch,
            WORDS[batch.task].result(state.made),
            state=state,
            secrets=secrets,
            skipped=skipped_in(db.session, current_actor(), batch, MOST_SKIPPED),
            hands_out=TASKS[batch.task].forms is not None,
            letters_left=letters_left(db.session, now(), batch) if state.by_letter else 0,
            layouts=LAYOUT_WORDS,
            layout=letter_choice(db.session, batch.institution_id).layout,
            mails=mail_report(db.session, current_actor(), batch),
            mail_looks=MAIL_LOOKS,
        )

    def _batch_page(self, name: str, batch: Batch, title: str, **values: object) -> str:
        return self.render(
            f"admin/accounts/{name}.html",
            title=title,
            page_name="BeheerAccountsMakenPage",
            crumbs=self._crumbs(title),
            step_names=STEPS,
            batch=batch,
            **values,
        )


def page_at(number: int, total: int, size: int) -> Page:
    """Page `number`, still without its rows; the nearest one when there is no such page."""
    pages = max(1, -(-total // size))
    number = min(max(number, 1), pages)
    return Page(number, pages, size, (number - 1) * size, total, [])


def seconds_left(begun: datetime | None, moment: datetime, done: int, total: int) -> float | None:
    """How long the rest takes at the speed so far; None while nothing is done."""
    if begun is None or not done:
        return None
    return (moment - begun).total_seconds() / done * (total - done)
