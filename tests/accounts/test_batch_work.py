"""Making the accounts of a batch: nothing lost or double, whoever races or dies (R4, R89, R102, R106, part 7 nr 20)."""

import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from app.extensions import db as database
from app.extensions import transaction
from app.models import Account, Batch, BatchItem, IssuedSecret, OutboxMail, Person, PersonKind, Role
from app.services.accounts.batches.drafting import draft_batch
from app.services.accounts.batches.pieces import write_piece
from app.services.accounts.batches.work import DRAFTS_LIVE, LEASE, MOST_TAKES, take_batch
from app.services.login.credentials import FreshSecret, activation_token
from app.work import batches
from app.work.batches import do_batch, work_on_batches
from tests.accounts import batch_worker
from tests.accounts.accounts_world import KEY, actor_of, audit, faults, made, reasons, shown, started, usernames, work
from tests.processes import Process, wait_until

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def many(session, institution):
    """So many other parties, every third without an address."""

    def make(count):
        people = [
            Person(
                institution_id=institution.id,
                kind=PersonKind.OTHER,
                first_name="Noor",
                last_name="Wit",
                email=f"p{n}@school.example" if n % 3 else None,
                hand_made=True,
                created_at=NOW,
                sort_key=f"wit\tnoor{n:03}",
                search_key="",
            )
            for n in range(count)
        ]
        session.add_all(people)
        session.commit()
        return [person.id for person in people]

    return make


def no_hashes(count):
    """Secrets as prepare_secrets makes them, without the work of hashing."""
    return [FreshSecret(f"n{n}", f"p{n}", activation_token(KEY, f"n{n}"), "hash") for n in range(count)]


def in_threads(app, *jobs):
    """Run the jobs at the same moment, each with a database session of its own; what they raised."""
    raised, ready = [], threading.Barrier(len(jobs))

    def run(job):
        with app.app_context():
            ready.wait()
            try:
                job()
            except Exception as error:
                raised.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_every_account_comes_with_secret_mail_and_audit_line_z099_r89(app, session, actor, many):
    batch_id = made(app, actor, "create", "other", many(5))
    assert faults(batch_id) == []
    assert usernames() == ["admin_vanderwal", "noorwit", "noorwit2", "noorwit3", "noorwit4", "noorwit5"]
    line = audit("account-created")[0]
    assert (line.actor_name, line.details["username"]) == ("admin_vanderwal", [None, "noorwit"])


def test_while_hashes_are_made_no_transaction_is_open_r4(app, session, actor, many, monkeypatch):
    seen = []

    def watching(secret_key, forms):
        for fresh in no_hashes(len(forms)):
            seen.append(session().in_transaction())
            yield fresh

    monkeypatch.setattr(batches, "prepare_secrets", watching)
    made(app, actor, "create", "other", many(60))
    assert len(seen) == 60
    assert not any(seen)


def test_who_gets_nothing_costs_no_hash(app, session, actor, many, make_account, monkeypatch):
    ids = many(3)
    make_account(session.get(Person, ids[0]))
    counted = []
    monkeypatch.setattr(
        batches, "prepare_secrets", lambda key, forms: counted.append(len(forms)) or iter(no_hashes(len(forms)))
    )
    batch_id = made(app, actor, "create", "other", ids)
    assert counted == [2]
    assert reasons(batch_id) == ["has-account"]
    assert session.get(Batch, batch_id).done == 3


def test_two_administrators_at_once_make_one_account_per_person_r34(app, db, actor, many, make_account, make_location):
    ids = many(12)
    other = actor_of(make_account(role=Role.ADMINISTRATOR, locations=[make_location()]))
    mine, theirs = started(actor, "create", "other", ids), started(other, "create", "other", ids)
    db.session.rollback()
    raised = in_threads(app, lambda: do_batch(mine, KEY), lambda: do_batch(theirs, KEY))
    assert raised == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account).where(Account.seat == "own")) == 12
    skipped = reasons(mine) + reasons(theirs)
    assert skipped == ["has-account"] * 12
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 8


def test_two_schools_at_once_with_the_same_names_get_different_usernames_part7_nr21(app, db, actor, many):
    first, second = many(6), many(6)
    one, two = started(actor, "create", "other", first), started(actor, "create", "other", second)
    db.session.rollback()
    assert in_threads(app, lambda: do_batch(one, KEY), lambda: do_batch(two, KEY)) == []
    assert faults(one) == faults(two) == []
    assert len(set(usernames())) == 13


def test_two_workers_share_one_batch_without_doing_it_twice_r106(app, db, actor, many):
    batch_id = started(actor, "create", "other", many(6))
    db.session.rollback()
    assert in_threads(app, *[lambda: work_on_batches(app.config)] * 3) == []
    assert faults(batch_id) == []
    assert db.session.get(Batch, batch_id).fence == 1


def test_a_worker_that_was_taken_over_writes_nothing_any_more_r106(app, session, actor, many):
    batch_id = started(actor, "create", "other", many(2))
    items = session.scalars(sa.select(BatchItem.id).order_by(BatchItem.id)).all()
    with transaction():
        old = take_batch(session, NOW, batch_id)
    with transaction():
        assert take_batch(session, NOW + LEASE / 2, batch_id) is None  # the lease still counts
        new = take_batch(session, NOW + LEASE, batch_id)
    secrets = dict(zip(items, no_hashes(2), strict=True))
    with transaction():
        assert not write_piece(session, NOW + LEASE, old, items, secrets, set())
    assert usernames() == ["admin_vanderwal"]
    with transaction():
        assert write_piece(session, NOW + LEASE, new, items, secrets, set())
    assert usernames() == ["admin_vanderwal", "noorwit", "noorwit2"]


def test_a_piece_that_is_done_twice_is_done_once_r124(app, session, actor, many):
    batch_id = started(actor, "create", "other", many(2))
    items = session.scalars(sa.select(BatchItem.id).order_by(BatchItem.id)).all()
    with transaction():
        hold = take_batch(session, NOW, batch_id)
    secrets = dict(zip(items, no_hashes(2), strict=True))
    for _time in range(2):
        with transaction():
            write_piece(session, NOW, hold, items, secrets, set())
    assert len(usernames()) == 3
    assert session.scalar(sa.select(sa.func.count()).select_from(IssuedSecret)) == 2


def some_are_made(known):
    database.session.rollback()  # to see what others did
    return len(usernames()) > known


def test_killed_at_any_moment_the_next_worker_goes_on_where_it_stopped_r102(app, db, actor, many, tmp_path):
    batch_id = started(actor, "create", "other", many(40))
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    for wait in (0.02, 0.1, 0.2, 0.3, "until it made some"):
        known = len(usernames())
        db.session.rollback()
        db.engine.dispose()
        worker = Process(batch_worker.main, url, str(tmp_path))
        assert worker.line.recv() == "ready"
        if wait == "until it made some":
            wait_until(partial(some_are_made, known))
        else:
            time.sleep(wait)
        worker.close()
        assert faults(batch_id) == []
        with transaction():  # its lease runs out
            db.session.execute(sa.update(Batch).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
    work(app)
    assert faults(batch_id) == []
    batch = db.session.get(Batch, batch_id, populate_existing=True)
    assert (batch.state, batch.done) == ("done", 40)
    assert batch.fence > 1
    assert len(usernames()) == 41
    assert len(shown(actor, batch_id)) == 14


def test_a_worker_that_must_stop_gives_the_batch_back_at_once_r126(app, session, actor, many, monkeypatch):
    monkeypatch.setattr(batches, "SLOW_PIECE", 1)
    batch_id, answers = started(actor, "create", "other", many(4)), iter([True, True, True, False, False])
    assert work_on_batches(app.config, going=lambda: next(answers)) == 0
    batch = session.get(Batch, batch_id, populate_existing=True)
    assert (batch.state, batch.done) == ("waiting", 2)
    assert work(app) == 1
    assert faults(batch_id) == []
    assert len(usernames()) == 5


def test_a_batch_on_which_every_worker_dies_is_given_up_and_says_so(app, session, actor, many):
    batch_id = started(actor, "create", "other", many(1))
    past = datetime.now(UTC) - timedelta(seconds=1)
    with transaction():
        session.execute(sa.update(Batch).values(state="running", fence=MOST_TAKES, lease_until=past))
    work(app)
    assert session.get(Batch, batch_id).state == "failed"
    assert shown(actor, batch_id) == []


def test_a_draft_that_nobody_starts_is_forgotten_after_a_day(app, session, actor, many):
    with transaction():
        draft_batch(session, datetime.now(UTC) - DRAFTS_LIVE, actor, "create", "other", many(1), "key")
    work(app)
    assert session.scalar(sa.select(Batch)) is None
