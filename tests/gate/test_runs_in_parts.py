"""Held runs that are applied in part: what an administrator leaves out stays as it is (R78, R89)."""

import threading
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed
from app.extensions import db, transaction
from app.models import Account, AuditLine, Institution, Person, Role, SyncMessage, SyncRun
from app.services.access import Actor
from app.services.runs.decisions import decide
from tests.gate.gate_world import HAVEN, HAVEN_GONE, HERE, keys_of, make_administrator, place, present, runs
from tests.roster.roster_world import pupil, roster
from tests.runs.run_world import count

__all__ = ["make_administrator", "runs"]


def test_a_held_run_keeps_its_parts_with_numbers_and_causes(session, runs):
    run = runs.run(HAVEN_GONE)
    haven, here = place(session, "99ZZ02"), place(session, "99ZZ01")

    assert run.status == "held"
    assert {row["part"]: (row["before"], row["struck"], row["over"]) for row in run.parts["found"]} == {
        "pupil.gone": (100, 40, True),
        f"pupil.gone.{haven}": (40, 40, True),
        "pupil.new": (100, 1, False),
        f"pupil.new.{here}": (60, 1, False),
        "pupil.changed": (100, 1, False),
        f"pupil.changed.{here}": (60, 1, False),
    }
    assert run.parts["causes"] == [
        "Vestiging 99ZZ02 (Havenkwartier): 40 van de 40 leerlingen ontbreken; "
        "waarschijnlijk staat de vestiging uit in de bron."
    ]
    assert next(line for line in run.changes if line["what"] == "gone")["parts"] == [f"pupil.gone.{haven}"]


def test_only_the_ticked_parts_are_applied_and_the_log_says_which_were_not_r89(session, runs):
    run = runs.run(HAVEN_GONE)
    before = present(session)
    runs.decide(run, "approve-parts", keys_of(run, over=False))
    run = runs.carry_out(run.id, HAVEN_GONE)

    assert run.status == "applied"
    assert present(session) == before | {"300000"}
    assert session.scalar(sa.select(Person.email).where(Person.number == "100059")) == "n@x.nl"
    assert (run.counts["pupils"]["new"], run.counts["pupils"]["gone"]) == (1, 0)
    assert run.parts["without"] == keys_of(run, over=True)
    line = session.scalar(sa.select(AuditLine).where(AuditLine.action == "roster-run-approved"))
    assert line.details == {"without": keys_of(run, over=True)}
    assert count(session, AuditLine, action="roster-gone") == 0
    assert "part-waits" in set(session.scalars(sa.select(SyncMessage.code).where(SyncMessage.run_id == run.id)))


def test_what_was_left_out_is_asked_again_by_the_next_run(session, runs):
    run = runs.run(HAVEN_GONE)
    runs.decide(run, "approve-parts", keys_of(run, over=False))
    runs.carry_out(run.id, HAVEN_GONE)
    again = runs.run(HAVEN_GONE)

    assert (again.status, again.counts["pupils"]["gone"], again.counts["pupils"]["new"]) == ("held", 40, 0)


def test_everything_is_applied_when_everything_is_approved(session, runs):
    run = runs.run(HAVEN_GONE)
    runs.decide(run, "approve")

    assert runs.carry_out(run.id, HAVEN_GONE).status == "applied"
    assert len(present(session)) == 61


@pytest.mark.parametrize("ticked", [(), ("pupil.gone",), ("staff.gone.1", "nonsense", "")])
def test_approving_in_part_wants_a_part_of_this_run(runs, ticked):
    run_id = runs.run(HAVEN_GONE).id
    with pytest.raises(InvalidInput) as wrong:
        runs.decide(run_id, "approve-parts", ticked)

    assert (wrong.value.field, runs.of(run_id).status) == ("parts", "held")


def test_what_is_applied_in_part_is_what_was_shown_r78(session, runs):
    run = runs.run(HAVEN_GONE)
    runs.decide(run, "approve-parts", keys_of(run, over=False))
    other = roster(*HERE, pupil("300001", group_key=None))
    run = runs.carry_out(run.id, other)

    assert (run.status, run.approved, run.parts["without"]) == ("held", False, [])
    assert run.reason.startswith("De gegevens zijn veranderd sinds ze getoond werden.")
    assert len(present(session)) == 100


def test_a_run_is_approved_once_whoever_comes_second_r124(session, runs):
    run_id, parts = runs.run(HAVEN_GONE).id, keys_of(runs.last(), over=False)
    runs.decide(run_id, "approve-parts", parts)
    for decision in ("approve", "approve-parts", "discard"):
        with pytest.raises(Conflict):
            runs.decide(run_id, decision, parts)

    assert count(session, AuditLine, action="roster-run-approved") == 1
    runs.carry_out(run_id, HAVEN_GONE)
    with pytest.raises(Conflict):
        runs.decide(run_id, "approve")


@pytest.fixture
def of_one_location(session, runs, make_administrator):
    """Makes the actor of an administrator who has this location only."""

    def of_one_location(code):
        account = make_administrator(f"admin_{code[-2:]}")
        return Actor(account.username, account.id, runs.school, Role.ADMINISTRATOR, frozenset({place(session, code)}))

    return of_one_location


def test_who_has_one_location_does_not_approve_what_is_too_much_at_another_r47(session, runs, of_one_location):
    run_id = runs.run(HAVEN_GONE).id
    here, haven = of_one_location("99ZZ01"), of_one_location("99ZZ02")
    run = runs.of(run_id)
    every, safe = keys_of(run), keys_of(run, over=False)
    for decision, ticked in (("approve", ()), ("approve-parts", every)):
        with pytest.raises(NotAllowed):
            runs.decide(run_id, decision, ticked, here)
    assert runs.of(run_id).status == "held"
    runs.decide(run_id, "approve", actor=haven)
    assert runs.of(run_id).status == "waiting"
    assert safe


def test_who_has_one_location_may_let_the_rest_go_on(session, runs, of_one_location):
    run = runs.run(HAVEN_GONE)
    runs.decide(run, "approve-parts", keys_of(run, over=False), of_one_location("99ZZ01"))

    assert runs.carry_out(run.id, HAVEN_GONE).status == "applied"


def test_a_delivery_that_is_doubted_as_a_whole_is_for_who_has_every_location(session, runs, of_one_location):
    old = roster(*HERE, *HAVEN[:39], made_on=date(2026, 9, 1))
    runs.run(roster(*HERE, *HAVEN, made_on=date(2026, 10, 1)))
    with transaction():
        session.execute(sa.update(SyncRun).values(made_on=date(2026, 10, 1)))
    run_id = runs.run(old).id
    with pytest.raises(NotAllowed):
        runs.decide(run_id, "approve", actor=of_one_location("99ZZ01"))

    assert runs.of(run_id).parts["doubt"] == "another-moment"


def test_who_decided_is_in_the_log(session, runs, make_administrator):
    account: Account = make_administrator("admin_beide")
    actor = Actor(account.username, account.id, runs.school, Role.ADMINISTRATOR)
    run = runs.run(HAVEN_GONE)
    runs.decide(run, "approve-parts", keys_of(run, over=False), actor, "Haven volgt morgen")
    lines = {line.action: line for line in session.scalars(sa.select(AuditLine))}

    assert lines["roster-run-approved"].actor_id == account.id
    assert lines["sync-reason"].details == {"reason": "Haven volgt morgen"}


def test_a_planned_roll_over_lets_more_go_on_its_days_only(session, runs):
    with transaction():
        window = {"begin": "2026-07-20", "end": "2026-08-20", "share": 45}
        session.get_one(Institution, runs.school).exchange = {"gate": {"window": window}}
    told = roster(*HERE, *HAVEN[:10])  # 30 of 40, and of all 100
    for day in (date(2026, 7, 19), date(2026, 8, 21), date(2027, 8, 1)):
        run = runs.run(told, today=day)
        assert run.status == "held"
        runs.decide(run, "discard")
    fewer = roster(*HERE, *HAVEN[:25])  # 15 of 40
    assert runs.run(roster(*HERE[:35], *HAVEN[:25]), today=date(2026, 7, 20)).status == "applied"
    assert runs.run(fewer, today=date(2026, 8, 20)).status == "applied"


def test_of_two_administrators_at_the_same_moment_one_decides_r124(app, session, runs, make_administrator):
    run_id = runs.run(HAVEN_GONE).id
    ticked = keys_of(runs.of(run_id), over=False)
    both = [make_administrator(f"admin_{name}").id for name in ("een", "twee")]
    school, outcomes = runs.school, []
    session.rollback()
    start = threading.Barrier(2)

    def choose(account_id, decision):
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    actor = Actor("admin", account_id, school, Role.ADMINISTRATOR)
                    decide(db.session, datetime.now(UTC), actor, run_id, decision, "Ja", ticked)
                outcomes.append(decision)
            except Conflict:
                outcomes.append("too late")

    threads = [
        threading.Thread(target=choose, args=args) for args in zip(both, ("approve-parts", "discard"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes)[-1] == "too late"
    assert runs.of(run_id).status == {"approve-parts": "waiting", "discard": "discarded"}[sorted(outcomes)[0]]
