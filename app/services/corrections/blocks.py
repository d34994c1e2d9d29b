"""Blocks: a guardian who may not see a pupil, whatever a roster says of the pair (18 or older, a decision of a court).

A block takes away what the pair gives the guardian: `may_see_pupil` is the one place that says so. It takes nothing
from administrators: from where they see a guardian follows from the children as before (part 7 nr 5), else nobody could
lift the block. It stays when the pair vanishes, so it holds again when the pair returns.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.errors import UnknownName
from app.models import AccessBlock, Guardianship, Person, PersonKind
from app.services.access import Actor
from app.services.bulk import pieces
from app.services.reach import visible_persons

REASONS: Final = {
    "adult": _l("The pupil is 18 or older"),
    "court": _l("Decision of a court"),
    "other": _l("Another reason"),
}


def may_see_pupil() -> sa.ColumnElement[bool]:
    """The condition on Guardianship: this pair gives the guardian access to the pupil.

    A block counts until it is lifted; `lift_ended` (blocking.py) does that after its last day.
    """
    blocked = sa.exists().where(
        AccessBlock.guardian_id == Guardianship.guardian_id, AccessBlock.pupil_id == Guardianship.pupil_id
    )
    return ~blocked.correlate(Guardianship)


def has_block(guardian_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The condition: this guardian may not see some pupil."""
    return sa.exists().where(AccessBlock.guardian_id == guardian_id)


def shut_out(session: Session, person_ids: Collection[int]) -> set[int]:
    """Which of these persons are guardians with a block, and without any pair that gives access."""
    found: set[int] = set()
    open_pair = sa.exists().where(Guardianship.guardian_id == AccessBlock.guardian_id).where(may_see_pupil())
    for piece in pieces(person_ids):
        blocked = sa.select(AccessBlock.guardian_id).where(AccessBlock.guardian_id.in_(piece), ~open_pair)
        found.update(session.scalars(blocked))
    return found


@dataclass(frozen=True, slots=True)
class Why:
    """Why access is blocked: a code of REASONS, and words beside it."""

    code: str
    text: str = ""

    @classmethod
    def of(cls, stored: str) -> "Why":
        """The reason as a row keeps it."""
        code, _line, text = stored.partition("\n")
        return cls(code, text) if code in REASONS else cls("other", stored)

    def stored(self) -> str:
        return f"{self.code}\n{self.text}" if self.text else self.code

    def __str__(self) -> str:
        if self.code == "other":
            return self.text
        return f"{REASONS[self.code]}. {self.text}" if self.text else str(REASONS[self.code])


def block_of(session: Session, guardian_id: int, pupil_id: int) -> AccessBlock | None:
    """The block of this pair, when there is one."""
    return session.scalar(
        sa.select(AccessBlock).where(AccessBlock.guardian_id == guardian_id, AccessBlock.pupil_id == pupil_id)
    )


def block_in_reach(session: Session, actor: Actor, block_id: int) -> AccessBlock:
    """The block of a pair of which both are in reach. Raises UnknownName (R52)."""
    block = session.scalar(sa.select(AccessBlock).where(AccessBlock.id == block_id, blocks_in_reach(actor)))
    if block is None:
        raise UnknownName(_("This correction does not exist any more."))
    return block


def blocks_in_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition on AccessBlock: guardian and pupil are both in reach (part 7 nr 5)."""
    halves = ((AccessBlock.guardian_id, PersonKind.GUARDIAN), (AccessBlock.pupil_id, PersonKind.PUPIL))
    return sa.and_(*(half.in_(sa.select(Person.id).where(visible_persons(actor, kind))) for half, kind in halves))


def sees_only(session: Session, guardian_id: int, pupil_id: int) -> bool:
    """Whether this pupil is the only one whom the guardian may see."""
    others = sa.select(Guardianship.pupil_id).where(
        Guardianship.guardian_id == guardian_id, Guardianship.pupil_id != pupil_id, may_see_pupil()
    )
    return session.scalar(others.limit(1)) is None
