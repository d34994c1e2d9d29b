"""The filters of the list of accounts (Z-093, Z-118 to Z-123)."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from app.actor import current_actor
from app.admin.lists.filters import ChoiceFilter, ListFilter, could_have_words, has_words
from app.admin.lists.listing import Wish
from app.admin.lists.screen import whole_number
from app.admin.persons.screen import groups_named, offered
from app.clock import now
from app.extensions import db
from app.models import Account, AccountLocation, Enrolment, GroupPupil, GroupStaff, Person, PersonKind, Role
from app.services.access import MANAGED
from app.services.accounts.arrival import OPEN, WORDS, accounts_at
from app.services.reach import seen_from
from app.services.trigrams import could_contain

ROLES = tuple(role for role in Role if role in MANAGED)


def _by_username(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    typed = value.lower()
    return sa.and_(
        could_contain(db.session, Account, [typed], Account.id),
        sa.func.lower(Account.username).contains(typed, autoescape=True),
    )


def _by_name(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    owner = aliased(Person)
    called_so = sa.exists().where(owner.id == Account.person_id, has_words(value, owner)).correlate(Account)
    return sa.and_(could_have_words(value, Account.person_id), called_so)


def _owner(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Accounts of the persons of the institution for whom this holds. All kinds are named: the indexes go by kind."""
    here = Person.institution_id == current_actor().institution_id
    return Account.person_id.in_(sa.select(Person.id).where(here, Person.kind.in_(PersonKind), condition))


def _by_role(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Account.role == Role(value) if value in ROLES else sa.false()


def _at_location(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    """Administrators by what is coupled to this account; everybody else by where the person is."""
    place = {whole_number(value) or 0} & set(_reach())
    coupled = sa.select(AccountLocation.account_id).where(AccountLocation.location_id.in_(place))
    administers = Account.role == Role.ADMINISTRATOR
    return sa.or_(
        sa.and_(~administers, seen_from(place, Account)),
        sa.and_(administers, Account.id.in_(coupled)),
    )


def _in_group(value: str, wish: Wish) -> sa.ColumnElement[bool]:
    """Pupils and staff of the groups with this name, teaching groups too."""
    groups = groups_named(value, wish)
    members = [
        sa.select(link.person_id).where(link.group_id.in_(groups)) for link in (Enrolment, GroupPupil, GroupStaff)
    ]
    return Account.person_id.in_(sa.union_all(*members))


def _reach() -> list[int]:
    return sorted(current_actor().locations or {0})


def _active(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return Account.active.is_(value == "1")


NOTABLE = {  # what an administrator looks for now and then
    "blocked": (_l("Blocked"), lambda: Account.blocked),
    "unused": (_l("Never logged in"), lambda: Account.last_login_at.is_(None)),
    "left": (_l("Left"), lambda: _owner(Person.left_on.is_not(None))),
    "silent": (_l("No e-mail address"), lambda: _owner(Person.email.is_(None))),
}


def _notable(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return NOTABLE[value][1]() if value in NOTABLE else sa.false()


def _notable_choices(_wish: Wish) -> Sequence[tuple[str, Any]]:
    return [(value, label) for value, (label, _condition) in NOTABLE.items()]


def _arrived(value: str, _wish: Wish) -> sa.ColumnElement[bool]:
    return accounts_at(value, now())


def _arrival_choices(_wish: Wish) -> Sequence[tuple[str, Any]]:
    return [(OPEN, _("No password chosen yet")), *((state.value, word) for state, word in WORDS.items())]


FILTERS = (
    ListFilter("username", _l("Username"), _by_username),
    ListFilter("name", _l("(Part of) name"), _by_name),
    ChoiceFilter("role", _l("Role"), _by_role, choices=lambda wish: [(role.value, role.label) for role in ROLES]),
    ChoiceFilter("location", _l("Location"), _at_location, choices=lambda wish: offered(wish).locations),
    ChoiceFilter("group", _l("Group"), _in_group, choices=lambda wish: offered(wish).groups),
    ChoiceFilter("active", _l("Active"), _active, "1", choices=lambda wish: [("1", _("Active")), ("0", _("Inactive"))]),
    ChoiceFilter("arrival", _l("Handing out"), _arrived, choices=_arrival_choices),
    ChoiceFilter("notable", _l("Particulars"), _notable, choices=_notable_choices),
)
