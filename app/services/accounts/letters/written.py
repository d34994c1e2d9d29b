"""The letters of a batch, in words: made once, and then nothing is left to make them from (R4, Z-102)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import format_date, format_time
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.clock import local
from app.errors import Conflict
from app.letters import Letter
from app.models import (
    Account,
    Batch,
    BatchItem,
    Enrolment,
    Group,
    Guardianship,
    Institution,
    IssuedSecret,
    Person,
    PersonKind,
)
from app.services.access import Actor
from app.services.accounts.batches.drafting import batch_in_reach
from app.services.accounts.batches.reach import in_reach_now
from app.services.accounts.batches.state import ENDED
from app.services.audit import record
from app.services.bulk import pieces
from app.services.corrections.blocks import may_see_pupil
from app.services.login.credentials import activation_token, readable_password
from app.services.reach import visible_persons

from .settings import LetterChoice, letter_choice


def print_letters(
    session: Session, now: datetime, actor: Actor, batch_id: int, secret_key: str, public_url: str
) -> list[Letter] | None:
    """The letters of this batch, sorted by group and name; None when they were made before. The caller commits.

    Only one caller ever gets them. Letters of persons who went out of reach lapse with the others (R47). Raises
    Conflict while the work is not done.
    """
    batch = batch_in_reach(session, actor, batch_id)
    if batch.state not in ENDED:
        raise Conflict(_("The work is not done yet. Wait a moment."))
    session.execute(sa.update(Batch).where(Batch.id == batch.id).values(done=Batch.done))  # one caller at a time
    mine = sa.select(BatchItem.secret_id).where(BatchItem.batch_id == batch.id, BatchItem.delivery == "letter")
    rows = _rows(session, now, actor, mine)
    if not rows:
        return None
    school = session.get_one(Institution, batch.institution_id)
    choice = letter_choice(session, batch.institution_id)
    written = _Writer(session, actor, school, choice, secret_key, public_url).letters(rows)
    wiped = sa.update(IssuedSecret).where(IssuedSecret.id.in_(mine)).values(nonce=None)
    session.execute(wiped.execution_options(synchronize_session=False))
    record(session, now, actor, "letters-printed", "batch", batch.id, {"count": len(written)}, batch.institution_id)
    return written


def letters_left(session: Session, now: datetime, batch: Batch) -> int:
    """How many letters of this batch can still be made."""
    return session.scalar(
        sa.select(sa.func.count())
        .select_from(BatchItem)
        .join(IssuedSecret, IssuedSecret.id == BatchItem.secret_id)
        .where(BatchItem.batch_id == batch.id, BatchItem.delivery == "letter", *_usable(now))
    )


def _usable(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return IssuedSecret.nonce.is_not(None), IssuedSecret.used_at.is_(None), IssuedSecret.expires_at > now


def _rows(session: Session, now: datetime, actor: Actor, secrets: sa.Select) -> list[Any]:
    return list(
        session.execute(
            sa.select(IssuedSecret, Account.username, Account.password_hash.is_not(None).label("is_active"), Person)
            .join(Account, Account.id == IssuedSecret.account_id)
            .join(Person, Person.id == Account.person_id)
            .where(IssuedSecret.id.in_(secrets), in_reach_now(actor), *_usable(now))
        )
    )


class _Writer:
    """Writes the letters of one school."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        school: Institution,
        choice: LetterChoice,
        secret_key: str,
        public_url: str,
    ) -> None:
        self._session, self._actor, self._school, self._choice = session, actor, school, choice
        self._secret_key, self._public_url = secret_key, public_url

    def letters(self, rows: list[Any]) -> list[Letter]:
        """By group and name; guardians stand at the group of a child of theirs."""
        people = [person for *_rest, person in rows]
        children = _children(self._session, self._actor, [p.id for p in people if p.kind is PersonKind.GUARDIAN])
        pupils = {p.id for p in people if p.kind is PersonKind.PUPIL}
        groups = _groups(self._session, pupils | {child.id for each in children.values() for child in each})

        def group_of(person: Person) -> tuple[str, str] | None:
            ids = [person.id, *(child.id for child in children.get(person.id, ()))]
            return min((groups[one] for one in ids if one in groups), default=None)

        placed = [(group_of(person), secret, username, active, person) for secret, username, active, person in rows]
        placed.sort(key=lambda row: (row[0] is None, row[0] or ("", ""), row[4].sort_key))
        return [
            self._letter(secret, username, active, person, group and group[1], children.get(person.id, []))
            for group, secret, username, active, person in placed
        ]

    def _letter(
        self,
        secret: IssuedSecret,
        username: str,
        is_active: bool,
        person: Person,
        group: str | None,
        children: list[Person],
    ) -> Letter:
        school, nonce = self._school.name, secret.nonce or ""
        is_link = secret.form == "link"
        code = _("Activation code") if is_link else _("Temporary password")
        own = self._choice.active if is_active else self._choice.opening
        return Letter(
            name=person.full_name,
            group=group,
            heading=_("A new password for your account") if is_active else _("Your account is ready"),
            opening=[_why(school, person, children, is_active), *_paragraphs(own)],
            rows=[
                (_("Address"), f"{self._public_url}/login"),
                (_("Username"), username),
                (_("Institution"), f"{school} ({self._school.brin})"),
                (code, readable_password(self._secret_key, nonce)),
            ],
            link=f"{self._public_url}/activeren/{activation_token(self._secret_key, nonce)}",
            scan=_("Scan this code to choose your password"),
            closing=[_how_long(secret.expires_at, is_active), *_paragraphs(self._choice.closing)],
        )


def _paragraphs(text: str) -> Iterable[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _why(school: str, person: Person, children: list[Person], is_active: bool) -> str:
    if is_active:
        return _("%(school)s made a new password for you. Your old one works until you use it.", school=school)
    if children:
        called = " & ".join(child.called or child.last_name for child in children)
        return _("%(school)s made an account for you, as a guardian of %(children)s.", school=school, children=called)
    if person.kind is PersonKind.GUARDIAN:
        return _("%(school)s made an account for you, because you are a guardian of a pupil.", school=school)
    return _("%(school)s made an account for you.", school=school)


def _how_long(until: datetime, is_active: bool) -> str:
    day, hour = format_date(local(until), "d MMMM y"), format_time(local(until), "HH.mm")
    if is_active:
        return _("It works once, until %(day)s %(hour)s. You then choose a password of your own.", day=day, hour=hour)
    return _(
        "The code works once, until %(day)s %(hour)s. You then choose a password of your own. Mind capitals.",
        day=day,
        hour=hour,
    )


def _children(session: Session, actor: Actor, guardian_ids: Collection[int]) -> dict[int, list[Person]]:
    """The children of these guardians who are at the school, in the order of their names.

    Only whom the guardian may see, and who prints the letter too (R47).
    """
    found: dict[int, list[Person]] = defaultdict(list)
    for part in pieces(guardian_ids):
        rows = session.execute(
            sa.select(Guardianship.guardian_id, Person)
            .join(Person, Person.id == Guardianship.pupil_id)
            .where(Guardianship.guardian_id.in_(part), Person.left_on.is_(None), may_see_pupil())
            .where(visible_persons(actor, PersonKind.PUPIL))
            .order_by(Person.sort_key)
        )
        for guardian_id, child in rows:
            found[guardian_id].append(child)
    return found


def _groups(session: Session, pupil_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """(sort key, name) of the home group of the newest year, by pupil."""
    found: dict[int, tuple[str, str]] = {}
    for part in pieces(pupil_ids):
        rows = session.execute(
            sa.select(Enrolment.person_id, Group.sort_key, Group.name)
            .join(Group, Group.id == Enrolment.group_id)
            .where(Enrolment.person_id.in_(part))
            .order_by(Enrolment.school_year)
        )
        found |= {person_id: (key, name) for person_id, key, name in rows}
    return found
