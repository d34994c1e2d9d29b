"""The choices of a school about its exchange with other systems (`Institution.exchange`), kept part by part.

It is one value in the database, written whole: two who change other parts of it at once would lose one of the two.
So whoever writes asks for the school locked, which reads it again. No other file writes it.
"""

from typing import Any

from sqlalchemy.orm import Session

from app.models import Institution


def locked_school(session: Session, institution_id: int | None) -> Institution:
    """The school as it is now, while nobody else changes its choices. The caller commits."""
    session.flush()
    lock = {"key_share": True}  # rows that refer to the school may come meanwhile
    return session.get_one(Institution, institution_id, with_for_update=lock, populate_existing=True)


def keep_choice(school: Institution, name: str, value: Any) -> None:
    """Writes one part down; the others stay as they are. `school`: from locked_school."""
    school.exchange = (school.exchange or {}) | {name: value}
