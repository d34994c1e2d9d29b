"""Two administrators who shut each other out at the same moment: one remains, every time (R50, part 7 nr 16)."""

import threading

import sqlalchemy as sa

from app.errors import NotAllowed
from app.extensions import transaction
from app.models import Account, Location, Role
from app.services.accounts.changes import change_account
from tests.accounts.accounts_world import NOW, actor_of

ROUNDS = 20  # without the lock, one round of a few goes wrong


def test_of_two_administrators_who_block_each_other_at_once_one_remains_r50(app, db, administrator, make_account):
    other = make_account(role=Role.ADMINISTRATOR, locations=[db.session.scalar(sa.select(Location))])
    pairs = [(actor_of(administrator), other.id), (actor_of(other), administrator.id)]
    ready, usable = threading.Barrier(2, timeout=60), sa.select(Account.id).where(Account.role == Role.ADMINISTRATOR)
    refused, left = [], []

    def block_each_round(actor, account_id):
        with app.app_context():
            for _round in range(ROUNDS):
                version = db.session.scalar(sa.select(Account.version).where(Account.id == account_id))
                db.session.rollback()
                ready.wait()
                try:
                    with transaction():
                        change_account(db.session, NOW, actor, account_id, version, blocked=True)
                except NotAllowed as error:
                    refused.append(error)
                if ready.wait() == 0:
                    with transaction():
                        left.append(len(db.session.scalars(usable.where(~Account.blocked)).all()))
                        db.session.execute(sa.update(Account).values(blocked=False))
                ready.wait()

    db.session.rollback()
    threads = [threading.Thread(target=block_each_round, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert left == [1] * ROUNDS
    assert len(refused) == ROUNDS
