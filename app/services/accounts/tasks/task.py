"""What every task is made of. First decided (`plan`, `look`: the same rules), then done (`do`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.models import Batch, BatchItem
from app.services.access import Actor
from app.services.accounts.plan import AccountPlan
from app.services.login.credentials import FreshSecret

type_Options = Mapping[str, Any]
PERSONS, ACCOUNTS = "persons", "accounts"
NO_OPTIONS: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Look:
    """Rows of a batch as they are now, locked: per item its person or account, and the code why nothing happens."""

    subjects: Mapping[int, Any]
    reasons: Mapping[int, str]


@dataclass(slots=True)
class Work:
    """One piece to do, in a transaction of its caller.

    `secrets` per item; `taken`: the usernames of the installation as far as known, to which new ones are added.
    """

    session: Session
    now: datetime
    batch: Batch
    starter: Actor
    chosen: Mapping[int, Any]
    secrets: Mapping[int, FreshSecret] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Task:
    """One sort of work. `of`: whether its rows are persons or accounts; `forms`: with what each item comes in.

    `forms(session, batch, items)` gives per item "password" or "link" for who gets a secret; None: nobody does.
    """

    code: str
    of: str
    plan: Callable[[Session, datetime, Actor, Sequence[int], type_Options], AccountPlan]
    look: Callable[[Session, Batch, list[BatchItem], Actor], Look]
    do: Callable[[Work], None]
    forms: Callable[[Session, Batch, Sequence[int]], Mapping[int, str]] | None = None
    shuts_out: bool = False  # its accounts cannot be used afterwards
