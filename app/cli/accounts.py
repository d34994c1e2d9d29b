"""`accounts create` and `accounts reset` (contract.md): the same batches as on screen, done here and now."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from app.clock import now
from app.errors import InvalidInput, UnknownName
from app.extensions import db, transaction
from app.models import Account, Person, PersonKind
from app.services.access import Actor
from app.services.accounts.batches.answers import batch_answer, preview_answer
from app.services.accounts.batches.drafting import batch_in_reach, draft_batch, start_batch
from app.services.accounts.plan import REASONS
from app.services.accounts.reading import visible_accounts, without_account
from app.services.accounts.tasks import TASKS
from app.services.bulk import pieces
from app.services.institutions import institution_of
from app.services.reach import visible_persons
from app.work.batches import do_batch

from .answer import MACHINE, REFUSED, Answer, Commands, answers

accounts = Commands("accounts", help="Accounts of persons.")
KINDS = click.Choice([kind.value for kind in PersonKind])


@accounts.command("create")
@click.option("--institution", "brin", required=True)
@click.option("--kind", required=True, type=KINDS)
@click.option("--all", "everybody", is_flag=True, help="Everybody of this kind without an account.")
@click.option("--number", "numbers", multiple=True, help="The number of a person; more may follow.")
@click.argument("more", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@answers
def create(
    brin: str, kind: str, everybody: bool, numbers: tuple[str, ...], more: tuple[str, ...], dry_run: bool
) -> Answer:
    """Accounts for persons without one."""
    wanted = [*numbers, *more]
    if everybody == bool(wanted):
        raise InvalidInput(_("Give either --all or --number."))
    actor = _actor(brin)
    ids = _without(actor, PersonKind(kind)) if everybody else _numbered(actor, PersonKind(kind), wanted)
    return _do(actor, "create", PersonKind(kind), ids, dry_run)


@accounts.command("reset")
@click.option("--institution", "brin", required=True)
@click.option("--username", "usernames", multiple=True, required=True, help="A username; more may follow.")
@click.argument("more", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Only show what would happen.")
@answers
def reset(brin: str, usernames: tuple[str, ...], more: tuple[str, ...], dry_run: bool) -> Answer:
    """A new password; the old one keeps working until the new one is used."""
    actor = _actor(brin)
    kind, ids = _named(actor, [*usernames, *more])
    return _do(actor, "reset", kind, ids, dry_run)


def _actor(brin: str) -> Actor:
    return Actor(MACHINE.name, institution_id=institution_of(db.session, brin).id)


def _do(actor: Actor, task: str, kind: PersonKind, ids: Sequence[int], dry_run: bool) -> Answer:
    begun = time.monotonic()
    if dry_run or not ids:
        answer = preview_answer(TASKS[task].plan(db.session, now(), actor, ids, {}), time.monotonic() - begun)
        return _answer(answer if dry_run else answer | {"status": "done"})
    with transaction():
        batch_id = draft_batch(db.session, now(), actor, task, kind, ids, f"command-{time.time_ns()}").id
        start_batch(db.session, now(), actor, batch_id)
    secret_key = current_app.config["SECRET_KEY"]
    do_batch(batch_id, secret_key)
    with transaction():
        batch = batch_in_reach(db.session, actor, batch_id)
        answer = batch_answer(db.session, now(), actor, batch, secret_key)
    return _answer(answer)


def _answer(answer: dict[str, Any]) -> Answer:
    return Answer(data=answer, text=_lines(answer), exit_code=REFUSED if answer["status"] == "failed" else 0)


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    for line in answer["created"]:
        how = _("by e-mail") if line["delivery"] == "mail" else line["password"] or _("on screen")
        yield f"{line['number'] or ''}\t{line['username']}\t{how}"
    for line in answer["skipped"]:
        yield f"{line['number'] or ''}\t{_('skipped')}: {REASONS[line['reason']]}"
    count = len(answer["created"])
    yield ngettext("%(num)s account.", "%(num)s accounts.", count)
    if any(line["password"] for line in answer["created"]):
        yield _("Copy the passwords directly: you see them only once.")


def _without(actor: Actor, kind: PersonKind) -> list[int]:
    chosen = sa.select(Person.id).where(without_account(kind), Person.left_on.is_(None), visible_persons(actor, kind))
    return list(db.session.scalars(chosen))


def _numbered(actor: Actor, kind: PersonKind, numbers: Sequence[str]) -> list[int]:
    found: dict[str, list[int]] = {}
    for part in pieces(_readable(numbers)):
        chosen = sa.select(Person.number, Person.id).where(Person.kind == kind, Person.number.in_(part))
        for row in db.session.execute(chosen.where(visible_persons(actor, kind)).order_by(Person.id)):
            found.setdefault(row.number, []).append(row.id)
    _all_known(numbers, found)
    return [person_id for ids in found.values() for person_id in ids]


def _named(actor: Actor, usernames: Sequence[str]) -> tuple[PersonKind, list[int]]:
    found = {
        row.username: (row.kind, row.id)
        for part in pieces(_readable(usernames))
        for row in db.session.execute(
            sa.select(Account.username, Account.id, Person.kind)
            .join(Person, Person.id == Account.person_id)
            .where(Account.username.in_(part), visible_accounts(actor))
        )
    }
    _all_known(usernames, found)
    return found[usernames[0]][0], [account_id for _kind, account_id in found.values()]


def _readable(words: Sequence[str]) -> list[str]:
    """Each word once, without those that no database could hold, such as half a character."""
    return [word for word in dict.fromkeys(words) if word.isprintable()]


def _all_known(wanted: Sequence[str], found: dict[str, Any]) -> None:
    """Raises UnknownName with the first unknown ones; then nothing is done for the others either."""
    if unknown := [name for name in dict.fromkeys(wanted) if name not in found]:
        shown = [name if name.isprintable() else ascii(name) for name in unknown[:10]]
        raise UnknownName(_("Unknown here: %(names)s.", names=", ".join(shown)))
