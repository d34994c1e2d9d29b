"""Free usernames for many persons of a school: by its schemes, none that somebody else has or had."""

from collections.abc import Collection, Container
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import FormerUsername
from app.services.bulk import pieces

from .plan import taken_usernames
from .schemes import schemes_of
from .tasks.rows import named
from .usernames import Choice, choose_username


class NameBook:
    """Gives out usernames, each once. What a person was called before is free for that person alone."""

    def __init__(
        self,
        session: Session,
        institution_id: int | None,
        people: Collection[int],
        year: int,
        taken: set[str] | None = None,
    ) -> None:
        self.taken = taken_usernames(session) if taken is None else taken
        self._schemes = schemes_of(session, institution_id)
        self._former = _former_names(session, people)
        self._numbers: dict[str, int] = {}
        self._year = year

    def choose(self, row: Any) -> Choice:
        """The username of this person; nobody else gets it from this book."""
        own = self._former.get(row.person_id)
        taken = _Except(self.taken, own) if own else self.taken
        choice = choose_username(named(row, self._year), taken, self._numbers, self._schemes.get(row.kind))
        self.taken.add(choice.username)
        return choice

    def is_free(self, username: str, person_id: int) -> bool:
        """Whether this person can have this username."""
        return username not in self.taken or username in self._former.get(person_id, ())


class _Except(Container[str]):
    """The taken usernames but for a few."""

    def __init__(self, taken: Container[str], free: Container[str]) -> None:
        self._taken, self._free = taken, free

    def __contains__(self, name: object) -> bool:
        return name in self._taken and name not in self._free  # type: ignore[operator]


def _former_names(session: Session, people: Collection[int]) -> dict[int, set[str]]:
    """What these persons were called before, in lower case."""
    found: dict[int, set[str]] = {}
    for part in pieces(people):
        rows = sa.select(FormerUsername.person_id, FormerUsername.username).where(FormerUsername.person_id.in_(part))
        for person_id, username in session.execute(rows):
            found.setdefault(person_id, set()).add(username)
    return found
