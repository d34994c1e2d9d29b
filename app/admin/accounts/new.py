"""Nieuw account maken voor…: per kind the persons without an account, to choose from (Z-096 to Z-098)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.admin.lists.columns import Column
from app.admin.lists.listing import BulkAction, Page, Wish
from app.admin.lists.screen import screen_named
from app.admin.persons.screen import ACCOUNT, HAS_ACCOUNT, PersonScreen
from app.models import Person, PersonKind
from app.services.access import Actor
from app.services.accounts.plan import mail_address
from app.services.accounts.reading import without_account

from .batch_words import STEPS
from .choice import NEW, PERSON_LISTS, new_list
from .words import NEW_FOR, ONLY_WITHOUT, WITHOUT_ACCOUNT, Badge


def _delivery(person: Person, _beside: Any) -> str | Badge:
    """Only who is not reached by mail stands out (Z-100, Z-101)."""
    return _("by e-mail") if mail_address(person) else Badge(_("on your screen"), "t-amber", "eye")


DELIVERY = Column("delivery", _l("Gets the details"), _delivery, cell="badge", said=False, exported=False)
MAKE = BulkAction(_l("Make account(s)"), "chevron-right", "accounts.check", ("task", "create"), primary=True)


class NewAccounts(PersonScreen):
    """The list of one kind of person as its own screen shows it, but only who has no account (Z-096)."""

    kind: ClassVar[PersonKind]
    crumb = _l("Institution")
    page_name = "BeheerAccountsMakenPage"
    list_template = "admin/accounts/choose.html"
    empty = _l("Everybody has an account")
    empty_hint = _l("There is nobody without an account here.")
    row_actions = (MAKE,)
    row_word = ""

    def __init__(self) -> None:
        self.title, self.noun, self.intro = NEW_FOR[self.kind], WITHOUT_ACCOUNT[self.kind], ONLY_WITHOUT[self.kind]
        self.place = new_list(self.kind)
        self.file_name = f"accounts/nieuw/{ADDRESSES[self.kind]}"
        super().__init__()

    @property
    def like(self) -> PersonScreen:
        """The screen of all persons of this kind: its columns and filters serve here too."""
        return screen_named(PERSON_LISTS[self.kind])

    @property
    def columns(self) -> tuple[Column, ...]:
        return (*[column for column in self.like.columns if column is not HAS_ACCOUNT], DELIVERY)

    @property
    def filters(self) -> tuple[Any, ...]:
        return tuple(one for one in self.like.filters if one is not ACCOUNT)

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        return (("kind", self.kind.value), ("list", NEW))

    def source(self) -> sa.Select:
        return self.like.source()

    def visible(self, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.and_(self.like.visible(actor), without_account(self.kind))

    def loaded(self, statement: sa.Select) -> sa.Select:
        return self.like.loaded(statement)

    def beside(self, rows: list[Person], wish: Wish) -> Any:
        return self.like.beside(rows, wish)

    def row_url(self, row: Person) -> str | None:
        return self.like.row_url(row)

    def extra(self, wish: Wish, found: Page) -> Mapping[str, Any]:
        return {"step_names": STEPS, "cancel_url": url_for("accounts.index_view")}


ADDRESSES = {
    PersonKind.PUPIL: "leerlingen",
    PersonKind.GUARDIAN: "verzorgers",
    PersonKind.STAFF: "medewerkers",
    PersonKind.OTHER: "overige-betrokkenen",
}


class NewForPupils(NewAccounts):
    kind = PersonKind.PUPIL


class NewForGuardians(NewAccounts):
    kind = PersonKind.GUARDIAN


class NewForStaff(NewAccounts):
    kind = PersonKind.STAFF


class NewForOthers(NewAccounts):
    kind = PersonKind.OTHER
