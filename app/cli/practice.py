"""`practice load`: a made-up school with accounts to try everything out (contract.md)."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask_babel import gettext as _

from app.clock import now
from app.extensions import db, transaction
from app.models import Institution
from app.services.accounts.practice import add_practice_accounts, known_accounts, practice_institution
from app.services.login.hashing import hash_password

from .answer import MACHINE, Answer, Commands, answers
from .roster_runs import run_files

practice = Commands("practice", help="The practice school.")
MOST_PUPILS = 100_000


@practice.command("load")
@click.option("--pupils", type=click.IntRange(1, MOST_PUPILS), default=1500, show_default=True)
@click.option("--institution", "brin", default="99ZZ", show_default=True, help="The BRIN of the practice school.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes another school.")
@answers
def load(pupils: int, brin: str, seed: int) -> Answer:
    """A made-up school, with an account of each role."""
    return load_school(pupils, brin, seed)


def load_school(pupils: int = 1500, brin: str = "99ZZ", seed: int = 1) -> Answer:
    """The practice school with its accounts; what is there already stays."""
    with transaction():
        institution_id = practice_institution(db.session, now(), brin).id
    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder) / "practice.json"
        description.write_text(json.dumps({"pupils": pupils, "seed": seed}))
        # Another seed is another school: here that is the wish, not a mistake of a source.
        done = run_files(institution_id, "practice", [description], {}, approve=True)
    if done.exit_code:
        return done
    with transaction():
        institution = db.session.get_one(Institution, institution_id)
        add_practice_accounts(db.session, now(), MACHINE, institution, hash_password)
        accounts = [asdict(account) for account in known_accounts(db.session, institution)]
    return Answer(dict(done.data) | {"accounts": accounts}, [*done.text, *_lines(accounts)])  # type: ignore[arg-type]


def practice_accounts() -> Iterator[str]:
    """The accounts of the practice school, which is loaded first when there is no school at all; for `make run`."""
    schools = db.session.scalars(sa.select(Institution).order_by(Institution.id)).all()
    if not schools:
        yield from _lines(load_school().data["accounts"])  # type: ignore[call-overload]
        return
    for school in schools:
        if school.is_practice:
            yield from _lines([asdict(account) for account in known_accounts(db.session, school)])
    db.session.rollback()


def _lines(accounts: list[dict[str, Any]]) -> Iterator[str]:
    yield _("Accounts of the practice school:")
    for account in accounts:
        yield f"  {account['username']:<24} {account['password'] or _('(own password)')}"
