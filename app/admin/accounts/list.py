"""Beheer > Instelling > Accounts: the list (Z-092, Z-116 to Z-134), with everything that can be done from it."""

from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.actor import current_actor
from app.admin.lists.columns import Column
from app.admin.lists.listing import BulkAction, Wish
from app.admin.lists.screen import ListScreen
from app.extensions import db
from app.models import Account, Person
from app.services.access import HAS_LOCATIONS_BY_HAND, MANAGED, Actor
from app.services.accounts.reading import AccountNotes, count_without_account, notes_of_accounts, visible_accounts
from app.services.reach import visible_persons

from .administrator import NewAdministrator
from .batches import AccountBatches
from .choice import new_list
from .edit import EditAccount, list_query
from .filters import FILTERS
from .words import Badge


def _role(account: Account, _beside: Any) -> str | Badge:
    """Only the roles with wide rights stand out (Z-130)."""
    label = account.role.label
    return Badge(label, "t-blue", "shield-lock") if account.role in HAS_LOCATIONS_BY_HAND else label


COLUMNS = (  # Z-126 to Z-130
    Column("username", _l("Username"), lambda account, _b: account.username, (Account.username,), "cut", said=False),
    Column("owner", _l("Owner"), lambda account, _b: account.person.list_name, (Person.sort_key,), "name"),
    Column("role", _l("Role"), _role, (Account.role,), "badge", said=False),
    Column(
        "email",
        _l("E-mail"),
        lambda account, _b: account.person.email,
        cell="cut",
        said=False,
        missing=_l("no e-mail"),
    ),
    Column(
        "locations",
        _l("Locations"),
        lambda account, b: ", ".join(b.locations.get(account.id, ())),
        cell="cut",
        said=False,
    ),
    Column("group", _l("Group"), lambda account, b: b.groups.get(account.id)),
    Column("blocked", _l("Blocked"), lambda account, _b: account.blocked, cell="no"),
    Column("active", _l("Active"), lambda account, _b: account.active, cell="yes"),
)


def _action(label: Any, icon: str, task: str, **more: Any) -> BulkAction:
    return BulkAction(label, icon, "accounts.check", ("task", task), **more)


ACTIONS = (  # Z-113, Z-132, Z-138, Z-140, Z-146; the last ones in a menu
    _action(_l("Reset password for selected accounts"), "key", "reset"),
    _action(_l("Remind"), "mail", "remind"),
    _action(_l("Print letters"), "printer", "print"),
    _action(_l("Make active"), "user-check", "activate", rare=True),
    _action(_l("Make inactive"), "user-off", "deactivate", rare=True),
    _action(_l("Block"), "ban", "block", rare=True),
    _action(_l("Unblock"), "lock-open", "unblock", rare=True),
    _action(_l("Make (care) manager"), "shield-lock", "care-manager", rare=True),
    _action(_l("Delete"), "trash", "delete", rare=True),
)


class AccountScreen(EditAccount, AccountBatches, NewAdministrator, ListScreen):
    """All accounts within reach. What is done to them is in the other parts of this screen."""

    title = _l("Manage accounts")
    noun = _l("Accounts")
    crumb = _l("Institution")
    empty = _l("No accounts found")
    empty_hint = _l("Make accounts for persons with the button at the top right.")
    file_name = "accounts"
    page_name = "BeheerAccountsPage"
    list_template = "admin/accounts/list.html"
    row_word = _l("Edit")
    row_icon = "pencil"
    columns = COLUMNS
    filters = FILTERS
    default_sort = ("owner", False)
    row_actions = ACTIONS

    def __init__(self) -> None:
        super().__init__(Account, db, name="accounts", endpoint="accounts", url="accounts")

    def visible(self, actor: Actor) -> sa.ColumnElement[bool]:
        return visible_accounts(actor)

    def sorted(self, statement: sa.Select, wish: Wish, backwards: bool = False) -> sa.Select:
        # The owners only where the order needs them, and those of the institution alone: they have an index in order.
        if wish.sort == "owner":
            here = Person.institution_id == current_actor().institution_id
            statement = statement.join(Person, Person.id == Account.person_id).where(here)
        return super().sorted(statement, wish, backwards)

    def in_order(self, asked: list[sa.ColumnElement[bool]], wish: Wish) -> sa.Select:
        if wish.sort != "owner":
            return self.within(asked)
        # The same wall, said of the owners: SQLite then goes from them to the accounts, and has nothing to sort.
        managed = Account.role.in_(sorted(MANAGED))
        return self.source().where(*asked, managed, visible_persons(current_actor()))

    def loaded(self, statement: sa.Select) -> sa.Select:
        return statement.options(joinedload(Account.person, innerjoin=True))

    def beside(self, rows: list[Account], wish: Wish) -> AccountNotes:
        return notes_of_accounts(db.session, current_actor(), rows)

    def row_url(self, row: Account) -> str:
        return url_for(".edit_view", id=row.id, list=list_query())

    def row_label(self, row: Account) -> str:
        return row.username

    def badges(self, row: Account) -> list[tuple[Any, str]]:
        """Only what deviates: who left although the account is there, and who never logged in."""
        found = [(_("Left"), "t-amber")] if row.person.left_on else []
        return found + ([] if row.last_login_at else [(_("Never logged in"), "")])

    @expose("/nieuw/")
    def new(self) -> str:
        """The four kinds with their numbers (Z-095): the pop-up of the list shows the same."""
        lines = count_without_account(db.session, current_actor())
        return self.render(
            "admin/accounts/new.html",
            title=_("New account for…"),
            page_name="BeheerAccountsMakenPage",
            crumbs=self._crumbs(_("New account for…")),
            kinds=[(line, url_for(f"{new_list(line.kind)}.index_view")) for line in lines],
        )

    def _crumbs(self, here: Any) -> list[tuple[Any, str | None]]:
        """The way to a page below this list."""
        above = [(_("Administration"), url_for("admin.index")), (self.crumb, None)]
        return [*above, (_("Accounts"), url_for(".index_view")), (here, None)]
