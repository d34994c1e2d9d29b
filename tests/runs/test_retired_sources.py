"""A school goes from one source to another: whom only the old one knew leaves, through the gate, and can be undone."""

import sqlalchemy as sa

from app.extensions import transaction
from app.models import AuditLine, Institution, Person, SyncMessage
from app.roster import Kind
from app.services.access import Actor
from app.services.history.undo_run import Wanted, conclude_undo, request_undo
from app.services.runs.retired import retire_source
from app.services.runs.work import take_run
from tests.duplicates.duplicates_world import actor, lindelaan, merge_them
from tests.history.history_world import history
from tests.roster.roster_world import TODAY, pupil, staff
from tests.runs.retired_world import NEW, OLD, exchange, left, many, of_source, retire, runs
from tests.runs.run_world import NOW

__all__ = ["actor", "history", "lindelaan", "merge_them", "retire", "runs"]


def test_whom_only_the_old_source_knew_leaves_once_it_is_not_used_any_more(runs, session, retire):
    runs.run(of_source(OLD, *many(100_000, 40), staff()))
    told = of_source(NEW, *many(100_001, 39), staff())

    runs.run(told)
    assert left(session) == set()
    assert retire()
    run = runs.run(told)

    assert run.status == "applied"
    assert left(session) == {"100000"}
    said = sa.select(SyncMessage.key, SyncMessage.code).where(SyncMessage.run_id == run.id)
    assert ("100000", "gone-with-source") in [tuple(row) for row in session.execute(said)]
    line = session.scalars(sa.select(AuditLine).where(AuditLine.action == "source-retired")).one()
    assert line.details == {"source": OLD}
    assert not retire()


def test_when_there_are_many_they_wait_for_a_decision_and_nothing_else_does_r103(runs, session, retire):
    runs.run(of_source(OLD, *many(100_000, 60)))
    retire()
    told = of_source(NEW, *many(100_030, 30), *many(200_000, 5))

    run = runs.run(told)
    assert (run.status, left(session)) == ("held", set())
    assert run.reason == "30 van de 60 leerlingen ontbreken in de levering. Er is niets gewijzigd."
    runs.decide(run, "approve")
    assert runs.carry_out(run.id, told).status == "applied"
    assert len(left(session)) == 30


def test_an_undo_brings_them_back_and_the_next_run_says_it_again(history, session, institution):
    history.run(of_source(OLD, *many(100_000, 9)))
    school = institution.id
    with transaction():
        retire_source(session, NOW, Actor("command", institution_id=school), OLD)
    before = history.whole()
    told = of_source(NEW, *many(100_001, 8))
    gone = history.run(told)
    assert left(session) == {"100000"}

    history.undo(gone)
    assert history.whole() == before
    assert exchange(session, institution)["retired"].keys() == {OLD}
    history.run(told)
    assert left(session) == {"100000"}


def test_an_undo_of_the_old_source_does_not_bring_it_into_use(runs, session, institution, retire):
    run = runs.run(of_source(OLD, *many(100_000, 9)))
    retire()
    actor = Actor("command", institution_id=institution.id)
    with transaction():
        undo = request_undo(session, runs.later(), actor, run.id, Wanted(person="100000")).id
    with transaction():
        hold = take_run(session, runs.later(), undo)
    with transaction():
        conclude_undo(session, runs.later(), hold, TODAY)

    assert exchange(session, institution)["retired"].keys() == {OLD}


# -- who is not one of them -------------------------------------------------------------------------------------------


def test_who_is_known_to_a_third_source_stays(runs, session, retire):
    runs.run(of_source(OLD, *many(100_000, 9)))
    runs.run(of_source("magister", *many(100_000, 1)))
    retire()
    runs.run(of_source(NEW, *many(100_001, 8)))

    assert left(session) == set()


def test_a_source_that_comes_later_in_the_order_marks_nobody_as_left(runs, session, institution, retire):
    runs.run(of_source(OLD, *many(100_000, 9), staff()))
    with transaction():
        order = {kind.value: ["magister", NEW] for kind in Kind}
        session.get_one(Institution, institution.id).exchange = {"authority": order}
    retire()
    told = (*many(100_001, 8), staff())
    runs.run(of_source(NEW, *told))
    assert left(session) == set()

    runs.run(of_source("magister", *told))
    assert left(session) == {"100000"}


def test_two_old_sources_are_old_together(runs, session, retire):
    runs.run(of_source(OLD, *many(100_000, 9)))
    runs.run(of_source("oneroster-csv", *many(100_000, 9)))
    told = of_source(NEW, *many(100_001, 8))
    retire()
    runs.run(told)
    assert left(session) == set()

    retire("oneroster-csv")
    runs.run(told)
    assert left(session) == {"100000"}


def test_who_was_merged_with_somebody_of_the_old_source_stays_as_long_as_the_new_one_tells(
    runs, session, merge_them, retire
):
    twin = pupil("2222", group_key=None)
    runs.run(of_source(OLD, *many(100_000, 9)))
    runs.run(of_source(NEW, *many(100_001, 8), twin))
    one, other = (session.scalar(sa.select(Person.id).where(Person.number == n)) for n in ("2222", "100000"))
    session.rollback()
    merge_them(one, other)
    retire()
    runs.run(of_source(NEW, *many(100_001, 8), twin))
    assert left(session) == set()

    # The old source still told the half that it knew; that counts for nothing now.
    runs.run(of_source(NEW, *many(100_001, 8)))
    assert left(session) == {"2222"}
