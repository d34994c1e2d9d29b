"""The safe base of every administration screen, and the only place that works around Flask-Admin.

Everything is shut until a screen opens it. `visible()` is the wall: list, count, search, filter choices, details,
actions and exports all go through it (style.md traps 3 to 6, R47).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, current_app, request, url_for
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from sqlalchemy.orm import Query
from werkzeug.datastructures import MultiDict

from app.actor import current_actor
from app.admin.guard import AdminOnly, Screen, whole_number
from app.extensions import db
from app.services.access import Actor
from app.templating import ADMINISTRATION

from .columns import Column
from .exports import Export
from .filters import ListFilter
from .listing import BulkAction, Page, Wish, read_query

MOST_TICKED = 1_000  # a page holds at most 100 rows; more ticks than this come from no page of ours
FEW_HITS = 500  # so many ids fit in one statement; more hits are dense enough to be found in order


class ListScreen(AdminOnly, ModelView):
    """A list of rows with filters, sort, pages, selection and exports; what more it does, a screen adds by itself.

    A screen names `columns`, `filters` and `default_sort`, and says with `visible()` which rows exist for the actor.
    """

    # Flask-Admin's own ways to write: no method, so no route (Z-005, Z-170, Z-178; traps 1, 3, 4, 6).
    create_view = edit_view = delete_view = details_view = action_view = ajax_lookup = ajax_update = None
    can_create = can_edit = can_delete = can_view_details = False
    list_template = "admin/model/list.html"
    page_size = 25
    page_size_options = (12, 25, 50, 100)
    can_set_page_size = True

    title: Any = ""
    intro: Any = ""  # one sentence below the title
    noun: Any = ""  # in the caption: "Leerlingen - 1 t/m 25 (van 1.468)"
    crumb: Any = ""  # the part of the menu this screen is in
    empty: Any = ""  # what an empty list says
    empty_hint: Any = ""  # and what to do then
    row_word: Any = ""  # "View" or "Edit": the last column, a link to `row_url`
    row_icon = "chevron-right"
    carried: tuple[tuple[str, str], ...] = ()  # what every action of this list posts along
    file_name = "lijst"
    columns: tuple[Column, ...] = ()
    filters: tuple[ListFilter, ...] = ()
    default_sort: tuple[str, bool] = ("name", False)  # (column, descending)
    row_actions: tuple[BulkAction, ...] = ()

    # -- what a screen says about its rows ----------------------------------------------------------------------

    def visible(self, actor: Actor) -> sa.ColumnElement[bool]:
        """The condition that holds for the rows that exist for this actor. Every way to a row goes through it."""
        raise NotImplementedError

    def source(self) -> sa.Select:
        """The rows without any condition; a screen adds the joins that `visible`, filters and sort need."""
        return sa.select(self.model)

    def loaded(self, statement: sa.Select) -> sa.Select:
        """The same rows with what the cells need loaded along."""
        return statement

    def beside(self, rows: list[Any], wish: Wish) -> Any:
        """What the cells show besides the row itself: looked up once for all rows of a page."""
        return None

    def row_url(self, row: Any) -> str | None:
        """Where a click on the row leads."""
        return None

    def badges(self, row: Any) -> list[tuple[Any, str]]:
        """(words, tint) beside the name of a row; only for what deviates."""
        return []

    def row_label(self, row: Any) -> str:
        """The row in words, for its tick and its link."""
        return str(row)

    def extra(self, wish: Wish, found: Page) -> Mapping[str, Any]:
        """More values for the template of the list."""
        return {}

    # -- the wall, also where Flask-Admin itself asks -------------------------------------------------------------

    def _refresh_cache(self) -> None:
        """Nothing is scaffolded from the model: what a screen does not name does not exist (trap 5, trap 27)."""

    def scaffold_auto_joins(self) -> list[Any]:
        return []

    def get_query(self) -> Query:
        return db.session.query(self.model).where(self.model.id.in_(self._ids(self.reachable())))

    def get_count_query(self) -> Query:
        return db.session.query(sa.func.count(self.model.id)).where(self.model.id.in_(self._ids(self.reachable())))

    def get_one(self, id: object) -> Any:
        """The row, or None: the same for absent, for not allowed and for "abc" (R52, trap 14)."""
        number = whole_number(id)
        if number is None:
            return None
        chosen = self.loaded(self.reachable()).where(self.model.id == number)
        return db.session.scalar(chosen)

    def one_or_404(self, id: object) -> Any:
        row = self.get_one(id)
        if row is None:
            abort(404)
        return row

    def reachable(self) -> sa.Select:
        """Every row that exists for who asks."""
        return self.source().where(self.visible(current_actor()))

    def found(self, wish: Wish) -> sa.Select:
        """Every row that the filters of this wish find."""
        return self.within(self.asked(wish))

    def asked(self, wish: Wish) -> list[sa.ColumnElement[bool]]:
        """The conditions of the filters of this wish."""
        conditions = [chosen.condition(wish) for chosen in self.filters]
        return [condition for condition in conditions if condition is not None]

    def within(self, asked: list[sa.ColumnElement[bool]]) -> sa.Select:
        """The rows for which all this holds, of those that exist for who asks."""
        return self.source().where(*asked, self.visible(current_actor()))

    def in_order(self, asked: list[sa.ColumnElement[bool]], wish: Wish) -> sa.Select:
        """The same rows, for going through them in order; a screen may know a shorter way to say which they are."""
        return self.within(asked)

    def sorted(self, statement: sa.Select, wish: Wish, backwards: bool = False) -> sa.Select:
        """In the order of this wish, the id last, so that no row is on two pages."""
        column = next((one for one in self.columns if one.name == wish.sort and one.sort), None)
        keys = [*(column.sort if column else ()), self.model.id]
        down = wish.descending != backwards
        return statement.order_by(*[key.desc() if down else key.asc() for key in keys])

    def _ids(self, statement: sa.Select) -> sa.Select:
        return statement.with_only_columns(self.model.id, maintain_column_froms=True).order_by(None)

    def count(self, found: sa.Select) -> int:
        statement = found.with_only_columns(sa.func.count(), maintain_column_froms=True)
        return db.session.scalar(statement.order_by(None)) or 0

    def page(self, wish: Wish) -> Page:
        """The rows of one page. The last pages are read from the end: OFFSET costs what it skips.

        A few hits are sorted; many are dense enough to be found by going through all in order.
        """
        asked = self.asked(wish)
        found = self.within(asked)
        total, few = self._hits(found, wish)
        page = Page.of(wish, total)
        if not page.size:
            return page
        from_end = page.skipped > page.total // 2
        skip = page.total - page.skipped - page.size if from_end else page.skipped
        if total <= FEW_HITS:
            chosen = self.source().where(self.model.id.in_(self._ids(found) if few is None else few))
        else:
            chosen = self.in_order(asked, wish)
        # First the ids, which an index alone can answer; then the rows of those ids, with all that goes along.
        chosen = self.sorted(chosen, wish, backwards=from_end).offset(skip).limit(page.size)
        ids = chosen.with_only_columns(self.model.id, maintain_column_froms=True).subquery()
        rows = self.loaded(self.source()).where(self.model.id.in_(sa.select(ids)))
        return page.filled(list(db.session.scalars(self.sorted(rows, wish))))

    def _hits(self, found: sa.Select, wish: Wish) -> tuple[int, list[int] | None]:
        """(number of rows, their ids when they are few and known).

        A filter is asked once, for the number and the rows. A typed search is counted: its trigrams find it again.
        """
        if not any(one.is_typed and one.name in wish.values for one in self.filters):
            few = list(db.session.scalars(self._ids(found).limit(FEW_HITS + 1)))
            if len(few) <= FEW_HITS:
                return len(few), few
        return self.count(found), None

    def allowed_ids(self, raw_ids: Iterable[object]) -> list[int]:
        """Those of these ids that exist for who asks, each once; anything else is left out (trap 4)."""
        numbers = {number for number in map(whole_number, list(raw_ids)[:MOST_TICKED]) if number}
        if not numbers:
            return []
        chosen = self._ids(self.reachable()).where(self.model.id.in_(numbers)).order_by(self.model.id)
        return list(db.session.scalars(chosen))

    def chosen_ids(self, form: MultiDict[str, str] | None = None) -> list[int]:
        """What a posted form is about: the ticked rows (`rowid`), or with `everything` all rows that the filters in
        `query` find, over all pages and counted anew on the server (trap 31)."""
        form = request.form if form is None else form
        if form.get("everything") != "1":
            return self.allowed_ids(form.getlist("rowid"))
        wish = self.wish(read_query(form.get("query", "")))
        return list(db.session.scalars(self._ids(self.found(wish)).order_by(self.model.id)))

    # -- pages -----------------------------------------------------------------------------------------------------

    def wish(self, args: Mapping[str, str]) -> Wish:
        """What this address asks for; whatever cannot be understood counts as not asked."""
        return Wish.read(args, self.filters, self.columns, self.default_sort, self.page_size, self.page_size_options)

    @expose("/")
    def index_view(self) -> str:
        wish = self.wish(request.args)
        found = self.page(wish)
        more = dict(self.extra(wish, found))  # noqa: S610 (not Django)
        return self.render(
            self.list_template,
            title=self.title,
            crumbs=[(ADMINISTRATION.label, url_for("admin.index")), (self.crumb, None), (self.title, None)],
            screen=self,
            wish=wish,
            found=found,
            columns=[column.in_words() for column in self.columns if column.shown],
            beside=self.beside(found.rows, wish),
            chips=[chip for chip in (one.chip(wish) for one in self.filters) if chip],
            **more,
        )

    def way_to(self, here: Any) -> list[tuple[Any, str | None]]:
        """The breadcrumb of a page below this list."""
        above = [(ADMINISTRATION.label, url_for("admin.index")), (self.crumb, None)]
        return [*above, (self.title, url_for(f"{self.endpoint}.index_view")), (here, None)]

    @expose("/export/<any(csv, xlsx):kind>/")
    def export(self, kind: str) -> Response:
        """Exactly the list on screen, all pages, in the same order (Z-015, part 7 nr 26)."""
        return Export(self, self.wish(request.args), kind).response()


def screen_named(endpoint: str) -> ListScreen:
    """The list screen with this endpoint ("pupils"), so that one screen can ask another who is in its list."""
    (admin,) = current_app.extensions["admin"]
    return next(view for view in admin._views if view.endpoint == endpoint)


__all__ = ["AdminOnly", "ListScreen", "Screen", "screen_named", "whole_number"]
