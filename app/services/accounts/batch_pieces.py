"""One piece of a batch: accounts, secrets, mails, audit lines and progress, in one transaction of its caller.

The secrets come in ready-made: hashing takes long and is done while no transaction is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.models import Account, Batch, BatchItem, IssuedSecret, Person, PersonKind, Role, Seat
from app.services.access import ROLE_OF_KIND
from app.services.audit import record_many
from app.services.corrections.blocks import shut_out
from app.services.login.credentials import FreshSecret, Purpose, secret_row, supersede
from app.services.mail.outbox import NewMail, queue_mails

from .batch_reach import out_of_reach, starter_of
from .batch_work import Hold, keep_batch, waiting_items
from .plan import mail_address, named, slices, why_no_account, why_no_reset
from .usernames import choose_username


@dataclass(frozen=True, slots=True)
class Handed:
    """One account that gets this secret now."""

    item_id: int
    account_id: int
    username: str
    role: Role
    person: Person
    purpose: Purpose
    secret: FreshSecret

    @property
    def delivery(self) -> str:
        return "screen" if mail_address(self.person) is None else "mail"

    @property
    def template(self) -> str:
        if self.purpose == "reset":
            return "account-reset"
        return "administrator-new" if Seat.of(self.role) is Seat.ADMINISTRATION else "account-new"


def skip_useless(session: Session, now: datetime, hold: Hold) -> bool:
    """Skip the rows that will clearly get nothing, so that no hash is made for them; False: another took over."""
    batch = keep_batch(session, now, hold)
    if batch is None:
        return False
    for part in slices(waiting_items(session, hold)):
        items = _items(session, part)
        skipped = _skip(session, items, _look(session, batch, items)[1])
        session.execute(sa.update(Batch).where(Batch.id == batch.id).values(done=Batch.done + len(skipped)))
    return True


def write_piece(
    session: Session,
    now: datetime,
    hold: Hold,
    secrets: Mapping[int, FreshSecret],
    taken: set[str],
) -> bool:
    """Do these rows (item id: its secret); False when another worker took over: then stop. The caller commits.

    `taken`: the usernames of the installation as far as known; the new ones are added. Raises IntegrityError or
    OperationalError when somebody else was just faster: read `taken` anew, and call again with the same secrets.
    """
    batch = keep_batch(session, now, hold, len(secrets))
    if batch is None:
        return False
    items = _items(session, list(secrets))
    subjects, reasons = _look(session, batch, items)
    skipped = _skip(session, items, reasons)
    chosen = {item.id: subjects[item.id] for item in items if item.id not in skipped}
    if chosen:
        make = _make_accounts if batch.task == "create" else _known_accounts
        _hand_out(session, now, batch, make(session, now, chosen, secrets, taken))
    return True


def _items(session: Session, ids: Sequence[int]) -> list[BatchItem]:
    waiting = sa.select(BatchItem).where(BatchItem.id.in_(ids), BatchItem.state == "waiting")
    return list(session.scalars(waiting.order_by(BatchItem.id)))


def _look(session: Session, batch: Batch, items: list[BatchItem]) -> tuple[dict[int, Any], dict[int, str]]:
    """Per item its person (create) or account (reset), locked, so that two batches do not race; and why not."""
    if batch.task == "create":
        people = _lock_people(session, [item.person_id for item in items])
        having = set(_having(session, list(people)))  # asked after the lock: what another batch made is seen
        subjects: dict[int, Any] = {item.id: people[item.person_id] for item in items}
        shut = shut_out(session, list(people)) if batch.kind == PersonKind.GUARDIAN else ()
        found = {
            key: why_no_account(person, person.id in having, person.id in shut) for key, person in subjects.items()
        }
        known = {}
    else:
        accounts = _lock_accounts(session, [item.account_id for item in items if item.account_id])
        subjects = {item.id: accounts.get(item.account_id or 0) for item in items}
        found = {key: why_no_reset(account) if account else "is-gone" for key, account in subjects.items()}
        known = {key: account.id for key, account in subjects.items() if account}
    reasons = {key: code for key, code in found.items() if code}
    return subjects, reasons | out_of_reach(session, batch, {item.id: item.person_id for item in items}, known)


def _lock_people(session: Session, ids: list[int]) -> dict[int, Person]:
    chosen = sa.select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(key_share=True)
    return {person.id: person for person in session.scalars(chosen.execution_options(populate_existing=True))}


def _lock_accounts(session: Session, ids: list[int]) -> dict[int, Account]:
    chosen = sa.select(Account).options(joinedload(Account.person)).where(Account.id.in_(ids)).order_by(Account.id)
    locked = chosen.with_for_update(key_share=True, of=Account).execution_options(populate_existing=True)
    return {account.id: account for account in session.scalars(locked)}


def _having(session: Session, person_ids: list[int]) -> list[int]:
    own = sa.select(Account.person_id).where(Account.person_id.in_(person_ids), Account.seat == Seat.OWN)
    return list(session.scalars(own))


def _skip(session: Session, items: list[BatchItem], reasons: Mapping[int, str]) -> set[int]:
    rows = [{"key": item.id, "why": reasons[item.id]} for item in items if item.id in reasons]
    if rows:
        _update_items(session, {"state": "skipped", "reason": sa.bindparam("why")}, rows)
    return {row["key"] for row in rows}


def _make_accounts(
    session: Session,
    now: datetime,
    people: Mapping[int, Person],
    secrets: Mapping[int, FreshSecret],
    taken: set[str],
) -> list[Handed]:
    usernames = _free_names(session, people, taken)
    rows = [
        {
            "institution_id": person.institution_id,
            "person_id": person.id,
            "seat": Seat.OWN,
            "role": ROLE_OF_KIND[person.kind],
            "username": usernames[item_id],
            "created_at": now,
        }
        for item_id, person in people.items()
    ]
    insert = sa.insert(Account).returning(Account.id, Account.person_id)
    made = {row.person_id: row.id for row in session.execute(insert, rows)}
    return [
        Handed(
            item_id,
            made[person.id],
            usernames[item_id],
            ROLE_OF_KIND[person.kind],
            person,
            "first",
            secrets[item_id],
        )
        for item_id, person in people.items()
    ]


def _free_names(session: Session, people: Mapping[int, Person], taken: set[str]) -> dict[int, str]:
    """A username per item. What was taken since `taken` was read is found out here, not by an error."""
    lower = sa.func.lower(Account.username)
    while True:
        chosen: dict[int, str] = {}
        for item_id, person in people.items():
            chosen[item_id] = choose_username(named(person), taken).username
            taken.add(chosen[item_id])
        clash = set(session.scalars(sa.select(lower).where(lower.in_(list(chosen.values())))))
        if not clash:
            return chosen
        taken.difference_update(set(chosen.values()) - clash)


def _known_accounts(
    session: Session,
    now: datetime,
    accounts: Mapping[int, Account],
    secrets: Mapping[int, FreshSecret],
    _taken: set[str],
) -> list[Handed]:
    """The accounts that get a new secret; their earlier ones lapse (R32), the own password stays (part 7 nr 20)."""
    ids = [account.id for account in accounts.values()]
    had = set(session.scalars(sa.select(IssuedSecret.account_id).where(IssuedSecret.account_id.in_(ids))))
    supersede(session, now, ids)
    return [
        Handed(
            item_id,
            account.id,
            account.username,
            account.role,
            account.person,
            "reset" if account.id in had or account.password_hash else "first",
            secrets[item_id],
        )
        for item_id, account in accounts.items()
    ]


def _hand_out(session: Session, now: datetime, batch: Batch, handed: list[Handed]) -> None:
    """Store the secrets, queue the mails, note the items and write the audit lines; four statements for all."""
    rows = [
        secret_row(now, line.account_id, batch.institution_id, line.role, line.purpose, line.secret) for line in handed
    ]
    insert = sa.insert(IssuedSecret).returning(IssuedSecret.id, IssuedSecret.account_id)
    secret_ids = {row.account_id: row.id for row in session.execute(insert, rows)}
    mails = [
        NewMail(
            line.template, line.person.email or "", batch.institution_id, line.account_id, secret_ids[line.account_id]
        )
        for line in handed
        if line.delivery == "mail"
    ]
    queue_mails(session, now, mails)
    values = {
        "state": "done",
        "account_id": sa.bindparam("account"),
        "secret_id": sa.bindparam("secret"),
        "delivery": sa.bindparam("how"),
    }
    _update_items(session, values, [_done(line, secret_ids) for line in handed])
    action = "account-created" if batch.task == "create" else "password-issued"
    lines = [(line.account_id, _told(batch, line)) for line in handed]
    record_many(session, now, starter_of(session, batch), action, "account", lines, batch.institution_id)


def _done(line: Handed, secret_ids: Mapping[int, int]) -> dict[str, Any]:
    secret_id = secret_ids[line.account_id]
    return {"key": line.item_id, "account": line.account_id, "secret": secret_id, "how": line.delivery}


def _told(batch: Batch, line: Handed) -> dict[str, Any]:
    told: dict[str, Any] = {"delivery": line.delivery, "batch": batch.id}
    return told | ({"username": [None, line.username]} if batch.task == "create" else {})


def _update_items(session: Session, values: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    table = BatchItem.__table__
    session.connection().execute(sa.update(table).where(table.c.id == sa.bindparam("key")).values(values), rows)
