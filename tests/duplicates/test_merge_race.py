"""Two administrators who merge the same two at the same moment: one does, the other hears of it (R123)."""

import threading

import pytest
import sqlalchemy as sa

from app.errors import AppError, Conflict
from app.extensions import transaction
from app.models import Merge, Person
from app.services.duplicates.merge import merge
from app.services.duplicates.split import split
from tests.duplicates.duplicates_world import NOW, actor, everything, lindelaan, sannes

__all__ = ["actor", "lindelaan", "sannes"]
ROUNDS = 8


@pytest.mark.parametrize("crossed", [False, True])
def test_of_two_who_merge_at_once_one_does(app, db, session, sannes, actor, crossed):
    ids = [one.id for one in sannes]
    before = everything(session)
    ready, refused, merges, split_by = threading.Barrier(2, timeout=60), [], [], []

    def merge_each_round(kept, other):
        with app.app_context():
            for _round in range(ROUNDS):
                rows = db.session.execute(sa.select(Person.id, Person.version).where(Person.id.in_(ids)))
                versions = dict(rows.all())
                db.session.rollback()
                ready.wait()
                try:
                    with transaction():
                        merge(db.session, NOW, actor, kept, other, versions)
                except Conflict as late:
                    refused.append(late.message)
                if ready.wait() == 0:
                    merges.append(db.session.scalar(sa.select(sa.func.count(Merge.id))))
                number = db.session.scalar(sa.select(Merge.id))
                db.session.rollback()
                ready.wait()
                try:
                    with transaction():
                        split(db.session, NOW, actor, number)
                except AppError as late:
                    split_by.append(late.message)
                ready.wait()

    pairs = [ids, ids[::-1] if crossed else ids]
    threads = [threading.Thread(target=merge_each_round, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert merges == [1] * ROUNDS
    assert len(refused) == len(split_by) == ROUNDS
    assert everything(session) == before
