"""Nobody learns from a stopwatch who has an account (R12, R36): the branches of the login and of Wachtwoord vergeten.

200 timed attempts of each branch through the test client, in turns, so that all feel the same load. A row holds the
median of a branch beside that of the branch it is compared with; `ratio` is the larger by the smaller, at most 1.1.
Throttled is not among those of the login: it is decided before anybody is looked up, and costs no hash (R12).
"""

import logging
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from app.extensions import db, transaction
from app.models import Account, Institution, Person, PersonKind, Role, Seat, Throttle
from app.services.login import hashing, recovery
from app.services.login.credentials import issue_secret
from tests.bench.bench_lists import database
from tests.bench.rows import Row, seconds
from tests.conftest import token_of
from tests.databases import make_app

TURNS, WARM, LIMIT = 200, 3, 1.1
PASSWORD, WRONG = "vier losse woorden samen", "vier andere woorden samen"
ADDRESS = "127.0.0.1"
FORM_ADDRESS = "x@school.example"


@dataclass(frozen=True)
class Branch:
    """One way that a form can go: what is typed, and what must have happened before (not timed)."""

    name: str
    fields: dict[str, str]
    before: Callable[[], None] = lambda: None


def measure(turns: int = TURNS, warm: int = WARM) -> list[Row]:
    """A row for every branch but the first of each form. `warm`: turns before those that count."""
    with tempfile.TemporaryDirectory() as folder, database(Path(folder), turns) as url, quiet():
        app = make_app(url, Path(folder), PROPAGATE_EXCEPTIONS=False)
        with app.app_context():
            upgrade()
            expired = make_people(app.config["SECRET_KEY"])
            db.session.remove()
        rows = [*timed(app, "/login", "login", login_branches(expired), turns, warm)]
        rows += timed(app, "/wachtwoord/vergeten", "forgotten", forgotten_branches(), turns, warm)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        return rows


@contextmanager
def quiet() -> Iterator[None]:
    """Without a line in the log for each of thousands of refusals."""
    logger = logging.getLogger("app.auth")
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(logging.NOTSET)


def login_branches(expired: str) -> list[Branch]:
    def fields(username: str, password: str, brin: str = "99ZZ") -> dict[str, str]:
        return {"username": username, "password": password, "institution": brin}

    return [
        Branch("wrong password", fields("bekend", WRONG)),
        Branch("unknown name", fields("bestaatniet", WRONG)),
        Branch("blocked", fields("geblokkeerd", PASSWORD)),
        Branch("inactive", fields("inactief", PASSWORD)),
        Branch("expired secret", fields("verlopen", expired)),
        Branch("not activated", fields("verlopen", PASSWORD)),
        Branch("wrong institution", fields("bekend", PASSWORD, "99YY")),
    ]


def forgotten_branches() -> list[Branch]:
    def fields(username: str, email: str | None = None) -> dict[str, str]:
        return {"username": username, "email": email or f"{username}@school.example"}

    return [
        Branch("known", fields("bekend")),
        Branch("unknown name", fields("bestaatniet")),
        Branch("another address", fields("bekend", "iemand@anders.example")),
        Branch("inactive", fields("inactief")),
        Branch("no address on file", fields("zonder")),
        Branch("throttled", fields("bekend"), before=use_up_questions),
    ]


def timed(app: Flask, address: str, form: str, branches: list[Branch], turns: int, warm: int) -> Iterator[Row]:
    times: dict[str, list[float]] = {branch.name: [] for branch in branches}
    client = app.test_client()
    order = random.Random(1)  # noqa: S311 - no turn comes always behind the same one
    for turn in range(warm + turns):
        for branch in order.sample(branches, len(branches)):
            token = token_of(client.get(address).text)
            with app.app_context():
                start_clean()
                branch.before()
                db.session.remove()
            took = seconds(lambda sent=branch.fields | {"csrf_token": token}: client.post(address, data=sent))
            if turn >= warm:
                times[branch.name].append(took)
    first, *others = branches
    floor = median(times[first.name])
    for branch in others:
        ours = median(times[branch.name])
        ratio = max(ours, floor) / min(ours, floor)
        yield Row(f"{form}: {branch.name} / {first.name}, {turns} times", ours, floor, ratio, LIMIT)


def start_clean() -> None:
    with transaction():
        db.session.execute(sa.delete(Throttle))
        db.session.execute(sa.update(Account).values(failures_in_a_row=0))


def use_up_questions() -> None:
    question = recovery.Question("bekend", "bekend@school.example", ADDRESS)
    with transaction():
        for _time in range(recovery.BY_PAIR.failures):
            recovery.admit_question(db.session, datetime.now(UTC), question)


def make_people(secret_key: str) -> str:
    """Two schools and somebody for each branch; gives the expired password."""
    now, hashed = datetime.now(UTC), hashing.hash_password(PASSWORD)
    with transaction():
        schools = [Institution(brin=brin, name=f"School {brin}", created_at=now) for brin in ("99ZZ", "99YY")]
        db.session.add_all(schools)
        db.session.flush()

        def make(username: str, email: str | None = None, **values: object) -> Account:
            person = Person(
                institution_id=schools[0].id,
                kind=PersonKind.PUPIL,
                last_name=username,
                email=email,
                created_at=now,
            )
            person.remake_keys()
            db.session.add(person)
            db.session.flush()
            standard = {"role": Role.PUPIL, "seat": Seat.OWN, "password_hash": hashed, "created_at": now}
            account = Account(institution_id=schools[0].id, person_id=person.id, username=username, **standard | values)
            db.session.add(account)
            db.session.flush()
            return account

        make("bekend", "bekend@school.example")
        make("geblokkeerd", "geblokkeerd@school.example", blocked=True)
        make("inactief", "inactief@school.example", active=False)
        make("zonder")
        late = make("verlopen", "verlopen@school.example", password_hash=None)
        return issue_secret(db.session, now - timedelta(days=15), secret_key, late, "first").password
