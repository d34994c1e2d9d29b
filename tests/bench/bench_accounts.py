"""Accounts with passwords through a whole batch, beside the bare argon2 hashing of as many passwords on all cores.

The batch does all of it: usernames, secrets, mails, audit lines and progress, in pieces that may be interrupted.
"""

import os
import secrets
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask_migrate import upgrade

from app.clock import now
from app.extensions import db, transaction
from app.models import Account, Institution, Person, PersonKind
from app.services.access import Actor
from app.services.accounts.batches.drafting import draft_batch, start_batch
from app.services.accounts.batches.state import batch_state, check_lines
from app.services.login.hashing import CORES
from app.work.batches import do_batch
from tests.bench.rows import Row, compared, seconds
from tests.databases import make_app

ACCOUNTS, TURNS, LIMIT = int(os.environ.get("BENCH_ACCOUNTS", "2000")), 5, 1.2
LINKS, CHECKED = 5_000, 20_000
NAMES = ("Sanne", "Daan", "Fleur", "Levi", "Amina", "Mees", "Zofia", "Magnus", "Elif", "Minh")
SURNAMES = ("Jansen", "Berg", "Wit", "Kaya", "Øster", "Dąbrowska", "Hart", "Nguyễn", "Vries", "Bos")


def measure() -> list[Row]:
    """Batches against hashing alone, in turns, so that both feel the same load; links; a large check page."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{Path(folder) / 'accounts.db'}", Path(folder))
        with app.app_context():
            upgrade()
            rows = [_compare(_school("99ZZ"), app.config["SECRET_KEY"])]
            rows += [_links(_school("99YY", sign_in="link"), app.config["SECRET_KEY"]), _check_page(_school("99XX"))]
            db.session.remove()
            db.engine.dispose()
    return rows


def _school(brin: str, sign_in: str = "password") -> Actor:
    with transaction():
        chosen = {"delivery": {"sign_in": {"pupil": sign_in}}}
        school = Institution(brin=brin, name="De Zilverlinde", accounts=chosen, created_at=now())
        db.session.add(school)
        db.session.flush()
        return Actor("bench", institution_id=school.id)


def _links(actor: Actor, secret_key: str) -> Row:
    """5,000 accounts by activation link: rows, mails in the outbox and audit included."""
    ids = _people(actor.institution_id, LINKS, 0)
    took = seconds(lambda: _batch(actor, ids, secret_key))
    return Row(f"accounts: {LINKS} by activation link (s) / 5 s", took, 5.0, took / 5.0, 1.0)


def _check_page(actor: Actor) -> Row:
    """From the press of the button to the check page of 20,000 people."""
    ids = _people(actor.institution_id, CHECKED, 0)

    def check() -> None:
        with transaction():
            batch = draft_batch(db.session, now(), actor, "create", "pupil", ids, secrets.token_hex(8))
            batch_state(db.session, batch)
            assert len(check_lines(db.session, batch, 0, 50)) == 50

    took = median(seconds(check) for _turn in range(TURNS))
    return Row(f"accounts: check page of {CHECKED} people (s) / 2 s", took, 2.0, took / 2.0, 1.0)


def _compare(actor: Actor, secret_key: str) -> Row:
    share = ACCOUNTS // TURNS
    ours, floor = [], []
    for turn in range(TURNS):
        ids = _people(actor.institution_id, share, turn)
        floor.append(seconds(lambda: _bare(share)))
        ours.append(seconds(lambda people=ids: _batch(actor, people, secret_key)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == share * TURNS
    return compared(f"accounts: {ACCOUNTS} with passwords, batch / bare argon2", ours, floor, LIMIT)


def _bare(count: int) -> None:
    hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)
    with ThreadPoolExecutor(CORES) as pool:
        for _hash in pool.map(hasher.hash, [secrets.token_urlsafe(12) for _password in range(count)]):
            pass


def _batch(actor: Actor, ids: list[int], secret_key: str) -> None:
    with transaction():
        batch_id = draft_batch(db.session, now(), actor, "create", "pupil", ids, secrets.token_hex(8)).id
        batch = start_batch(db.session, now(), actor, batch_id)
    do_batch(batch_id, secret_key)
    state = batch_state(db.session, batch)
    assert (state.finished, state.made) == (True, len(ids))
    db.session.rollback()


def _people(institution_id: int, count: int, turn: int) -> list[int]:
    with transaction():
        people = [
            Person(
                institution_id=institution_id,
                kind=PersonKind.PUPIL,
                number=f"{turn:02}{number:04}",
                first_name=NAMES[number % 10],
                last_name=SURNAMES[number // 10 % 10],
                email=f"p{turn}-{number}@school.example" if number % 5 else None,
                created_at=now(),
            )
            for number in range(count)
        ]
        for person in people:
            person.remake_keys()
        db.session.add_all(people)
        db.session.flush()
        return [person.id for person in people]
