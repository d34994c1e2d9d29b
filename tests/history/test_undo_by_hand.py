"""What people did by hand, around an undo: pins, hand-made staff, merges. It stays, or comes back as it was."""

import threading

import sqlalchemy as sa

from app.extensions import db, transaction
from app.models import Guardianship, Merge, Person, PersonKey, Pin, Role
from app.services.access import Actor
from app.services.corrections.pinning import set_pin
from app.services.duplicates.merge import merge
from app.services.history.undo_run import Wanted, request_undo
from tests.history.history_world import FIRST, GROUPS, first, history, second
from tests.roster.roster_world import TODAY, guardian, pair, pupil, roster, staff

__all__ = ["history"]


def actor_of(account, places):
    return Actor(account.username, account.id, account.institution_id, Role.ADMINISTRATOR, frozenset(places))


def pin(session, history, actor, person):
    about = {"value": "vast@x.example", "reason": "zo is het"}
    set_pin(session, history.later(), TODAY, actor, person.id, person.version, **about)


def test_a_pin_that_a_run_dropped_is_there_again(history, session, administrator):
    history.run(first())
    actor = actor_of(administrator, {1, 2, 3})
    person = history.person("100001")
    with transaction():
        pin(session, history, actor, person)
    before = history.whole()
    run = history.run(roster(FIRST[0]._replace(email="vast@x.example"), *FIRST[1:], groups=GROUPS))
    assert session.scalar(sa.select(sa.func.count(Pin.id))) == 0

    history.undo(run)

    assert history.whole() == before
    assert session.scalar(sa.select(Pin.reason)) == "zo is het"
    session.rollback()


def test_a_pin_set_after_the_run_stays_with_its_value(history, session, administrator):
    history.run(first())
    run = history.run(second())
    person = history.person("100001")
    with transaction():
        pin(session, history, actor_of(administrator, {1, 2, 3}), person)
    undo = history.undo(run)
    assert history.person("100001").email == "vast@x.example"
    assert history.codes(undo) == [("pupil", "100001", "undo-changed")]


def test_a_hand_made_member_loses_only_the_link_with_the_source(history, session, make_person):
    history.run(first())
    made = make_person(kind="staff", number="50009", hand_made=True, last_name="Hand", email="h@x.example")
    before = history.whole()
    run = history.run(roster(*FIRST, staff("50009", last_name="Anders", group_keys=("g2b",)), groups=GROUPS))
    assert session.scalar(sa.select(PersonKey.person_id).where(PersonKey.number == "50009")) == made.id

    history.undo(run)

    assert history.whole() == before


def test_who_was_merged_meanwhile_stays_merged(history, session, administrator):
    history.run(first())
    run = history.run(
        roster(*FIRST, guardian("700009", last_name="Berg"), pair("700009"), pupil("100009"), groups=GROUPS)
    )
    kept, other = history.person("700001"), history.person("700009")
    with transaction():
        merge(
            *(session, history.later(), actor_of(administrator, {1, 2, 3}), kept.id, other.id),
            {kept.id: kept.version, other.id: other.version},
        )
    undo = history.undo(run)

    assert history.status(undo) == "applied"
    assert session.scalar(sa.select(sa.func.count(Merge.id))) == 1
    assert history.person("100009") is None
    pairs = session.execute(sa.select(Guardianship.guardian_id).where(Guardianship.guardian_id == kept.id)).all()
    assert len(pairs) == 1
    assert session.scalar(sa.select(Person.left_on).where(Person.id == kept.id)) is None
    session.rollback()


def test_ten_threads_undo_one_run_once_r106(app, history):
    history.run(first())
    run = history.run(second())
    history.session.rollback()
    made = []

    def ask():
        with app.app_context(), transaction():
            undo = request_undo(db.session, history.later(), Actor("command", institution_id=1), run, Wanted())
            made.append(undo and undo.id)

    threads = [threading.Thread(target=ask) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in made if one]) == 1
    assert len(made) == 10
