"""Dubbele personen: who looks like whom, merging two into one, and splitting them again."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.actor import current_actor
from app.admin.lists.screen import Screen, whole_number
from app.admin.synchronisation.forms import Addresses, listed, page_number, person_url
from app.clock import now
from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.extensions import db, transaction
from app.models import Person, PersonKind, Seat
from app.services.duplicates.blocks import Proposal
from app.services.duplicates.likeness import Likeness, likeness
from app.services.duplicates.merge import merge, not_the_same
from app.services.duplicates.merges import line_of, list_merges, merge_in_reach
from app.services.duplicates.reading import all_proposals, are_apart, persons_of, read_looks, two_in_reach
from app.services.duplicates.split import plan_split, split
from app.services.runs.reading import Page, page_of

from .side import all_of, lines_of

PAIR = "<int(max=2147483647):first_id>/<int(max=2147483647):second_id>"
MERGE = "samengevoegd/<int(max=2147483647):merge_id>"
PAGE_SIZE = 20


class DuplicateScreen(Screen):
    """Proposals, the page of a pair, and the merges."""

    needs_location = True
    page_name = "BeheerDubbelePersonenPage"
    title = _l("Duplicate persons")

    @expose("/")
    def index(self) -> str:
        """Who looks like whom, the most alike first."""
        kind = request.args.get("kind", "")
        kind = kind if kind in set(PersonKind) else ""
        actor = current_actor()
        found = all_proposals(db.session, actor, PersonKind(kind) if kind else None)
        part = _cut(found)
        return self.render(
            "admin/duplicates/list.html",
            title=str(self.title),
            crumbs=self._crumbs(),
            page=listed(part),
            addresses=Addresses(".index", {"kind": kind or None}),
            pairs=_with_persons(part.rows),
            kinds=[(one.value, one.label) for one in PersonKind],
            kind=kind,
            merges=len(list_merges(db.session, actor)),
        )

    @expose(f"/{PAIR}/")
    def pair(self, first_id: int, second_id: int) -> Any:
        """Two persons side by side, and the choice."""
        try:
            return self._pair(first_id, second_id)
        except Conflict as late:
            return self._late(late)

    @expose(f"/{PAIR}/samenvoegen/", methods=("POST",))
    def merge(self, first_id: int, second_id: int) -> Any:
        """Merge the other into the chosen one (optimistic: both as they were shown, R123)."""
        ids, actor = (first_id, second_id), current_actor()
        kept = whole_number(request.form.get("kept"))
        versions = {id: whole_number(request.form.get(f"version_{id}")) or 0 for id in ids}
        chosen = [number for seat in Seat if (number := whole_number(request.form.get(f"account_{seat}")))]
        try:
            two_in_reach(db.session, actor, ids)  # nobody out of reach gets another answer than nobody at all
            if kept not in ids:
                raise InvalidInput(_("Choose who stays."), field="kept")
            other = first_id if kept == second_id else second_id
            with transaction():
                done = merge(db.session, now(), actor, kept, other, versions, chosen)
                done_id, name = done.id, db.session.get_one(Person, kept).full_name
        except Conflict as late:
            return self._late(late, ids)
        except (InvalidInput, NotAllowed) as wrong:
            if isinstance(wrong, UnknownName):
                raise
            return self._pair(first_id, second_id, wrong.message), 400
        flash(_("The two are merged into %(name)s. You can split them again.", name=name), "success")
        return redirect(url_for(".one_merge", merge_id=done_id), 303)

    @expose(f"/{PAIR}/niet-dezelfde/", methods=("POST",))
    def apart(self, first_id: int, second_id: int) -> Any:
        """These two are two: they are not proposed again."""
        try:
            with transaction():
                not_the_same(db.session, now(), current_actor(), (first_id, second_id))
        except Conflict as late:
            return self._late(late)
        flash(_("Noted that these are two persons. They are not proposed again."), "success")
        return redirect(url_for(".index"), 303)

    @expose("/samengevoegd/")
    def merges(self) -> str:
        """Everybody who was merged, the newest first."""
        lines = list_merges(db.session, current_actor())
        part = _cut(lines)
        return self.render(
            "admin/duplicates/merges.html",
            title=_("Merged persons"),
            crumbs=self._crumbs((_("Merged persons"), None)),
            page=listed(part),
            addresses=Addresses(".merges", {}),
            person_url=person_url,
        )

    @expose(f"/{MERGE}/")
    def one_merge(self, merge_id: int) -> Any:
        """One merge, and what splitting it would do."""
        try:
            done = merge_in_reach(db.session, current_actor(), merge_id)
        except Conflict as late:
            return self._late(late)
        line = line_of(db.session, done)
        return self.render(
            "admin/duplicates/merge.html",
            title=_("Merged: %(name)s", name=line.kept.full_name),
            crumbs=self._crumbs((_("Merged persons"), url_for(".merges")), (line.kept.list_name, None)),
            line=line,
            skipped=plan_split(db.session, done).skipped,
            person_url=person_url,
        )

    @expose(f"/{MERGE}/splitsen/", methods=("POST",))
    def split(self, merge_id: int) -> Any:
        """Both persons are there again."""
        actor = current_actor()
        pair = [whole_number(request.form.get(name)) or 0 for name in ("kept", "absorbed")]
        try:
            with transaction():
                skipped = split(db.session, now(), actor, merge_id)
        except Conflict as late:
            return self._late(late)
        except UnknownName:
            if len(persons_of(db.session, actor, pair)) < 2:
                raise
            flash(_("These two were split already. Both are there again."), "info")
            return redirect(url_for(".pair", first_id=pair[0], second_id=pair[1]), 303)
        flash(_("The two are split. Both are there again as they were."), "success")
        if skipped:
            flash(_("Not put back, because it changed since: %(what)s.", what="; ".join(skipped)), "warning")
        return redirect(url_for(".pair", first_id=pair[0], second_id=pair[1]) if all(pair) else url_for(".merges"), 303)

    def _pair(self, first_id: int, second_id: int, wrong: str | None = None) -> str:
        session, actor = db.session, current_actor()
        persons = two_in_reach(session, actor, (first_id, second_id))
        alike = _likeness_of(*persons)
        has = all_of(session, actor, persons)
        seats = {seat: [account for one in has for account in one.accounts if account.seat is seat] for seat in Seat}
        return self.render(
            "admin/duplicates/pair.html",
            title=_("Is this one person?"),
            crumbs=self._crumbs((" / ".join(person.list_name for person in persons), None)),
            persons=persons,
            alike=alike,
            lines=lines_of(*persons),
            has=has,
            choices={seat: accounts for seat, accounts in seats.items() if len(accounts) > 1},
            apart=are_apart(session, (first_id, second_id)),
            kept=whole_number(request.form.get("kept")) or _likely(has),
            typed=request.form,
            wrong=wrong,
            person_url=person_url,
        )

    def _late(self, late: Conflict, pair: tuple[int, int] | None = None) -> Response:
        """Somebody else was first: the sentence, on the page where it can be done again or seen."""
        flash(late.message, "warning")
        if pair and len(persons_of(db.session, current_actor(), pair)) == len(pair):
            return redirect(url_for(".pair", first_id=pair[0], second_id=pair[1]), 303)
        return redirect(url_for(".merges"), 303)

    def _crumbs(self, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
        home = url_for(".index") if more else None
        start = [(_("Administration"), url_for("admin.index")), (_("Persons"), None), (str(self.title), home)]
        return [*start, *more]


def _cut(rows: list[Any]) -> Page:
    number = page_of(len(rows), page_number(), PAGE_SIZE)
    start = (number - 1) * PAGE_SIZE
    return Page(rows[start : start + PAGE_SIZE], len(rows), number, PAGE_SIZE)


def _with_persons(rows: Any) -> list[tuple[Proposal, Person, Person]]:
    """The proposals of a page with their persons; one query."""
    ids = {id for one in rows for id in one.pair}
    persons = {person.id: person for person in persons_of(db.session, current_actor(), ids)}
    return [(one, persons[one.first.id], persons[one.second.id]) for one in rows if set(one.pair) <= persons.keys()]


def _likeness_of(one: Person, other: Person) -> Likeness:
    looks = read_looks(db.session, Person.id.in_((one.id, other.id)), few=True)
    return likeness(*looks)


def _likely(has: list[Any]) -> int:
    """Who stays most likely: who is at school, has an account, and was there first."""
    return min(has, key=lambda one: (one.person.left_on is not None, not one.accounts, one.person.id)).person.id
