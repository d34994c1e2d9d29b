"""Usernames that somebody had: nobody else gets them, for an old letter or a note must not open another's account."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import FormerUsername


def give_up_usernames(
    session: Session, now: datetime, institution_id: int | None, had: Iterable[tuple[str, int]]
) -> None:
    """Remember these usernames with the persons who had them. The caller commits."""
    people = {username.lower(): person_id for username, person_id in had}
    known = set(session.scalars(sa.select(FormerUsername.username).where(FormerUsername.username.in_(list(people)))))
    rows = [
        {"username": name, "institution_id": institution_id, "person_id": person_id, "given_up_at": now}
        for name, person_id in people.items()
        if name not in known
    ]
    if rows:
        session.execute(sa.insert(FormerUsername), rows)


def take_back(session: Session, usernames: Iterable[str]) -> None:
    """Somebody has these usernames again: they are no former ones any more."""
    names = [name.lower() for name in usernames]
    session.execute(sa.delete(FormerUsername).where(FormerUsername.username.in_(names)))
