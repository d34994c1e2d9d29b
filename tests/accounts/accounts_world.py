"""Actors and batches for the tests of accounts: what the screens do with the services, without the screens."""

import itertools
import secrets
from datetime import UTC, datetime

import sqlalchemy as sa

from app.extensions import db, transaction
from app.models import (
    Account,
    AuditLine,
    Batch,
    BatchItem,
    Guardianship,
    IssuedSecret,
    Location,
    OutboxMail,
    Person,
    PersonKind,
    Role,
)
from app.services.access import Actor
from app.services.accounts.batches.drafting import draft_batch, start_batch
from app.services.accounts.batches.showing import reveal_secrets
from app.services.reach import locations_of, recompute_reach
from app.work.batches import work_on_batches

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEY = "test-" * 10
keys = itertools.count(1)


def actor_of(account: Account) -> Actor:
    """The actor that this account is on screen."""
    reach = locations_of(db.session, account)
    return Actor(account.username, account.id, account.institution_id, Role(account.role), reach)


def started(actor: Actor, task: str, kind: str, ids, form_key: str | None = None) -> int:
    """A batch that was drafted and started, as after the check page; its id."""
    with transaction():
        batch = draft_batch(db.session, datetime.now(UTC), actor, task, kind, ids, form_key or secrets.token_hex(8))
        start_batch(db.session, datetime.now(UTC), actor, batch.id)
        return batch.id


def work(app) -> int:
    """The worker comes by once."""
    return work_on_batches(app.config)


def made(app, actor: Actor, task: str, kind: str, ids) -> int:
    """A batch that a worker has done; its id."""
    batch_id = started(actor, task, kind, ids)
    work(app)
    return batch_id


def shown(actor: Actor, batch_id: int):
    """What the administrator sees who asks for the result."""
    with transaction():
        return reveal_secrets(db.session, datetime.now(UTC), actor, batch_id, KEY)


def placed(make_person, kind: PersonKind, location: Location) -> Person:
    """A person of this kind in reach of who has this location: a guardian through a child, a pupil by enrolment."""
    if kind is not PersonKind.GUARDIAN:
        return make_person(kind, location=location if kind is PersonKind.PUPIL else None)
    child, guardian = make_person(location=location), make_person(kind)
    link = {"guardian_id": guardian.id, "pupil_id": child.id, "institution_id": location.institution_id}
    with transaction():
        db.session.execute(sa.insert(Guardianship), [link])
        recompute_reach(db.session, location.institution_id)
    return db.session.get(Person, guardian.id)


def usernames() -> list[str]:
    return sorted(db.session.scalars(sa.select(Account.username)))


def audit(action: str) -> list[AuditLine]:
    return list(db.session.scalars(sa.select(AuditLine).where(AuditLine.action == action).order_by(AuditLine.id)))


def reasons(batch_id: int) -> list[str]:
    chosen = sa.select(BatchItem.reason).where(BatchItem.batch_id == batch_id, BatchItem.state == "skipped")
    return list(db.session.scalars(chosen.order_by(BatchItem.id)))


def faults(batch_id: int) -> list[str]:
    """Everything that is lost or double in the work of this batch; [] when all is well."""
    session, wrong = db.session, []
    batch = session.get(Batch, batch_id, populate_existing=True)
    items = session.scalars(sa.select(BatchItem).where(BatchItem.batch_id == batch_id)).all()
    done = [item for item in items if item.state == "done"]
    if batch.done != len([item for item in items if item.state != "waiting"]):
        wrong.append(f"progress {batch.done} of {len(items)}")
    for item in done:
        counted = {
            "secrets": session.scalar(_count(IssuedSecret, IssuedSecret.account_id == item.account_id)),
            "mails": session.scalar(_count(OutboxMail, OutboxMail.account_id == item.account_id)),
            "audit": session.scalar(
                _count(AuditLine, AuditLine.subject_id == item.account_id, AuditLine.action == "account-created")
            ),
        }
        wanted = {"secrets": 1, "mails": 1 if item.delivery == "mail" else 0, "audit": 1}
        if counted != wanted:
            wrong.append(f"item {item.id}: {counted} instead of {wanted}")
    accounts = session.scalar(_count(Account, Account.person_id.in_([item.person_id for item in items])))
    if accounts != len(done):
        wrong.append(f"{accounts} accounts for {len(done)} done items")
    return wrong


def _count(model, *conditions):
    return sa.select(sa.func.count()).select_from(model).where(*conditions)
