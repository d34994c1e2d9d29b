"""Where a value of a person came from: which run, when, or who; and what runs said of this person."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import AuditLine, Person, SyncMessage, SyncRun
from app.services.access import Actor
from app.services.history.why import why
from app.services.persons.changes import add_staff, change_staff
from tests.history.history_world import FIRST, GROUPS, first, history, second
from tests.roster.roster_world import TODAY, pupil, roster

__all__ = ["history"]


@pytest.fixture
def origins(history, session):
    """(field -> run) of the person with this number, as the machine sees it."""

    def origins(number):
        told = told_of(history, session, number)
        return {name: origin and origin.run and origin.run.id for name, origin in told.origins}

    return origins


def told_of(history, session, number):
    return why(session, Actor("command", institution_id=history.school), history.person(number))


def test_every_value_names_the_run_that_wrote_it_last(history, origins):
    one = history.run(first())
    two = history.run(second())

    found = origins("100001")
    assert {name for name, run in found.items() if run == two} == {
        *("last_name", "email", "location", "group", "mentors", "teaching_groups"),
    }
    assert set(found.values()) == {one, two}


def test_an_undo_is_where_the_value_comes_from_now(history, origins):
    history.run(first())
    undo = history.undo(history.run(second()))
    assert origins("100001")["last_name"] == undo


def test_since_when_somebody_is_missing_and_which_run_said_so(history, session):
    history.run(first())
    run = history.run(second())
    left = told_of(history, session, "100002").left
    assert (left.run.id, history.person("100002").left_on) == (run, TODAY)
    assert told_of(history, session, "100001").left is None


def test_what_is_older_than_the_log_is_unknown(history, session):
    history.run(first())
    with transaction():
        session.execute(sa.delete(AuditLine))
    history.run(second())
    told = told_of(history, session, "100001")
    found = dict(told.origins)
    assert found["birth_date"] is None
    assert found["email"] is not None
    assert told.known_since is not None


def test_who_was_made_by_hand_names_the_administrator(history, session, administrator, make_location):
    here = frozenset({make_location().id})
    actor = Actor("admin", administrator.id, history.school, administrator.role, here)
    with transaction():
        member = add_staff(
            session,
            history.moment,
            actor,
            number="60001",
            first_name="Bo",
            prefix=None,
            last_name="Vos",
            email="b@x.example",
        )
        member_id, version = member.id, member.version
    with transaction():
        change_staff(
            *(session, history.moment + timedelta(days=1), actor, member_id, version),
            number="60001",
            first_name="Bo",
            prefix=None,
            last_name="Vos",
            email="c@x.example",
        )
    told = dict(why(session, Actor("command", institution_id=history.school), session.get(Person, member_id)).origins)
    assert (told["last_name"].action, told["email"].action) == ("person-created", "person-changed")
    assert told["last_name"].by_account
    assert told["email"].at - told["last_name"].at == timedelta(days=1)


def test_what_the_newest_runs_said_of_a_number_or_key(history, session):
    history.run(first())
    nobody = roster(*FIRST[1:], groups=GROUPS)
    run = history.run(nobody)
    for key, code in (("100001", "location-missing"), ("k100001", "no-link"), ("100002", "number-twice")):
        _say(session, history, run, key, code)
    said = told_of(history, session, "100001").said
    assert [one.run.id for one in said] == [run] * len(said)
    texts = [one.text for one in said]
    assert "De vestiging ontbreekt. Vul die aan in het schoolsysteem." in texts
    assert len(texts) == 3  # "gone" of the run itself, and two of these


def test_what_a_run_said_that_was_thrown_away_is_not_told(history, session):
    history.run(first())
    run = history.run(roster(*FIRST[1:], groups=GROUPS))
    with transaction():
        session.execute(sa.update(SyncRun).where(SyncRun.id == run).values(status="discarded"))
    assert told_of(history, session, "100001").said == []


def _say(session, history, run, key, code):
    with transaction():
        session.add(
            SyncMessage(
                institution_id=history.school,
                run_id=run,
                severity="error",
                kind="pupil",
                key=key,
                code=code,
                details={},
            )
        )


def test_a_key_that_is_the_number_of_another_says_nothing_here(history, session):
    history.run(roster(pupil("1", key="2"), pupil("2", key="1", last_name="Vos"), groups=GROUPS))
    run = session.scalar(sa.select(sa.func.max(SyncRun.id)))
    _say(session, history, run, "2", "location-missing")
    assert [one.text for one in told_of(history, session, "1").said] == []
    assert len(told_of(history, session, "2").said) == 1
