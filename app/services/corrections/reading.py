"""Reading corrections for the screens: all pins and blocks in reach, with who made them, and what the source says.

Changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.models import AccessBlock, Account, Guardianship, Person, Pin
from app.models.names import full_name, search_words
from app.services.access import Actor
from app.services.reach import visible_persons
from app.services.runs.reading import Page, page_of

from .blocks import Why, blocks_in_reach
from .pinning import why_no_pin
from .pins import pin_of, told_of

LINES_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class PinLine:
    """A pin as a list shows it. `by`: None for a colleague out of reach, or whose account is gone.

    `told`: what the source said last, with `told_at` when that is known; None there means that it says nothing.
    """

    pin: Pin
    person: Person
    by: str | None
    told: str | None
    told_at: datetime | None

    def is_over(self, today: date) -> bool:
        return self.pin.until is not None and self.pin.until < today


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A block as a list shows it. `is_linked`: whether a roster tells the pair now."""

    block: AccessBlock
    guardian: Person
    pupil: Person
    by: str | None
    is_linked: bool

    @property
    def why(self) -> Why:
        return Why.of(self.block.reason)


def list_pins(session: Session, actor: Actor, search: str = "", wanted: int = 1) -> Page:
    """A page of the pins of persons in reach, by name; `search`: (part of) a name or number."""
    mine = [Pin.institution_id == actor.institution_id, visible_persons(actor), *_named(Person, search)]
    chosen = sa.select(Pin, Person).join(Person, Person.id == Pin.person_id).where(*mine)
    total, number, rows = _page(session, chosen, wanted, Person.sort_key, Person.id, Pin.field)
    makers = _makers(session, actor, {pin.made_by for pin, _person in rows})
    told = told_of(session, [person.id for _pin, person in rows])
    lines = [
        PinLine(pin, person, makers.get(pin.made_by), *told.get((person.id, pin.field), (None, None)))
        for pin, person in rows
    ]
    return Page(lines, total, number, LINES_A_PAGE)


def list_blocks(session: Session, actor: Actor, search: str = "", wanted: int = 1) -> Page:
    """A page of the blocks of pairs of which both are in reach, by the name of the pupil."""
    guardian, pupil = aliased(Person), aliased(Person)
    mine = [AccessBlock.institution_id == actor.institution_id, blocks_in_reach(actor)]
    found = [sa.or_(*either) for either in zip(_named(guardian, search), _named(pupil, search), strict=True)]
    pair = sa.exists().where(
        Guardianship.guardian_id == AccessBlock.guardian_id, Guardianship.pupil_id == AccessBlock.pupil_id
    )
    chosen = (
        sa.select(AccessBlock, guardian, pupil, pair)
        .join(guardian, guardian.id == AccessBlock.guardian_id)
        .join(pupil, pupil.id == AccessBlock.pupil_id)
        .where(*mine, *found)
    )
    total, number, rows = _page(session, chosen, wanted, pupil.sort_key, guardian.sort_key, AccessBlock.id)
    makers = _makers(session, actor, {row[0].made_by for row in rows})
    lines = [BlockLine(block, g, p, makers.get(block.made_by), linked) for block, g, p, linked in rows]
    return Page(lines, total, number, LINES_A_PAGE)


def _named(person: Any, search: str) -> list[sa.ColumnElement[bool]]:
    """Every typed word is in what a search of persons looks in."""
    return [person.search_key.contains(word, autoescape=True) for word in search_words(search)]


def _page(session: Session, chosen: sa.Select, wanted: int, *order: Any) -> tuple[int, int, list[Any]]:
    total = session.scalar(chosen.with_only_columns(sa.func.count(), maintain_column_froms=True)) or 0
    number = page_of(total, wanted, LINES_A_PAGE)
    part = chosen.order_by(*order).limit(LINES_A_PAGE).offset((number - 1) * LINES_A_PAGE)
    return total, number, list(session.execute(part).all())


def _makers(session: Session, actor: Actor, account_ids: Collection[int | None]) -> dict[int | None, str]:
    """The names of who made corrections, as far as in reach (R47)."""
    wanted = sorted(one for one in account_ids if one is not None)
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(Account.id, Person.first_name, Person.initials, Person.prefix, Person.last_name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_(wanted), sa.or_(visible_persons(actor), Account.id == actor.account_id))
    )
    return {row.id: full_name(row.last_name, row.first_name or row.initials, row.prefix) for row in rows}


@dataclass(frozen=True, slots=True)
class EmailPin:
    """What the page of a person says of the e-mail address: its pin, and whether this actor may pin it."""

    pin: Pin | None
    is_open: bool


def email_pin(session: Session, actor: Actor, person: Person) -> EmailPin:
    """The pin on the e-mail address of a person in reach."""
    return EmailPin(pin_of(session, person.id), why_no_pin(session, actor, person) is None)


def pin_line(session: Session, actor: Actor, pin: Pin, person: Person) -> PinLine:
    """One pin that was found in reach already."""
    told = told_of(session, [person.id]).get((person.id, pin.field), (None, None))
    return PinLine(pin, person, _makers(session, actor, {pin.made_by}).get(pin.made_by), *told)
