"""Undoing a run: what it did goes back exactly, what changed since stays and is named."""

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, UnknownName
from app.extensions import transaction
from app.models import Account, Group, GroupPupil, Location, Person, RunJournal, SyncRun
from tests.history.history_world import (
    FIRST,
    GROUPS,
    GROUPS_AFTER,
    SECOND,
    first,
    history,
    log_of,
    second,
)
from tests.roster.roster_world import GROUP, HAVEN, LINDELAAN, TODAY, pupil, roster

__all__ = ["history"]  # a fixture


def test_an_undo_restores_every_row_exactly(history):
    history.run(first())
    before = history.whole()
    run = history.run(second())
    assert history.whole() != before

    undo = history.undo(run)

    assert history.status(undo) == "applied"
    assert history.whole() == before
    assert history.codes(undo) == []


def test_the_undo_of_a_first_import_leaves_nothing_behind(history):
    empty = history.whole()
    undo = history.undo(history.run(first()))

    assert history.whole() == empty
    assert history.counts(undo) == {
        "pupils": {"seen": 3, "gone": 3},
        "guardians": {"seen": 2, "gone": 2},
        "staff": {"seen": 2, "gone": 2},
        "groups": {"seen": 3, "gone": 3},
        "locations": {"seen": 2, "gone": 2},
    }


def test_an_undo_can_be_undone_exactly_and_that_too(history):
    history.run(first())
    before = history.whole()
    run = history.run(second())
    after = history.whole()

    undo = history.undo(run)
    again = history.undo(undo)
    assert history.whole() == after
    history.undo(again)
    assert history.whole() == before


def test_a_whole_school_is_made_again_by_the_undo_of_its_undo(history):
    run = history.run(first())
    after = history.whole()
    history.undo(history.undo(run))
    assert history.whole() == after


def test_after_an_undo_the_next_run_does_what_the_undone_one_did(history):
    history.run(first())
    run = history.run(second())
    counts = history.counts(run)
    history.undo(run)

    assert history.counts(history.run(second())) == counts


def test_a_run_is_undone_once_and_again_after_its_undo_was_undone(history):
    history.run(first())
    before = history.whole()
    run = history.run(second())
    undo = history.undo(run)

    with pytest.raises(Conflict) as refused:
        history.undo(run)
    assert refused.value.message == f"Deze run is al teruggedraaid, door run {undo}."
    assert history.whole() == before
    history.undo(undo)
    history.undo(run)
    assert history.whole() == before


def test_ids_of_who_was_deleted_go_to_nobody_else(history):
    history.run(first())
    run = history.run(second())
    gone = history.person("100004").id
    undo = history.undo(run)
    history.run(roster(*FIRST, pupil("100009", last_name="Later"), groups=GROUPS))

    assert history.person("100009").id != gone
    history.undo(undo)
    assert history.person("100004").id == gone


def test_what_a_later_run_changed_stays_and_is_named(history):
    history.run(first())
    run = history.run(second())
    third = [one for one in SECOND if getattr(one, "number", "") != "100001"]
    mine = SECOND[0]._replace(email="derde@leerling.example")
    history.run(roster(mine, *third, groups=GROUPS_AFTER, locations=(LINDELAAN, HAVEN._replace(name="De Haven"))))

    undo = history.undo(run)

    sanne = history.person("100001")
    assert (sanne.last_name, sanne.email) == ("Berg", "derde@leerling.example")
    assert history.codes(undo) == [("pupil", "100001", "undo-changed")]


def test_the_class_that_a_later_run_gave_stays_with_its_membership(session, history):
    history.run(first())
    run = history.run(roster(*FIRST[:2], FIRST[2]._replace(group_key="g2b"), *FIRST[3:], groups=GROUPS))
    third = (*GROUPS, GROUP._replace(key="g2d", name="2D"))
    history.run(roster(*FIRST[:2], FIRST[2]._replace(group_key="g2d"), *FIRST[3:], groups=third))
    before = history.whole()

    undo = history.undo(run)

    assert history.whole() == before
    assert history.codes(undo) == [("pupil", "100003", "undo-changed")] * len(history.codes(undo))
    mine = sa.select(Group.name).join(GroupPupil, GroupPupil.group_id == Group.id)
    assert session.scalars(mine.where(GroupPupil.person_id == history.person("100003").id)).all() == ["2D"]


def test_who_was_marked_left_is_back_with_groups_and_mentors(history):
    history.run(first())
    before = history.whole()
    run = history.run(roster(*FIRST[1:3], *FIRST[4:5], *FIRST[6:], groups=GROUPS))
    assert history.person("100001").left_on == TODAY

    undo = history.undo(run)

    assert history.whole() == before
    assert history.counts(undo)["pupils"] == {"seen": 1, "changed": 1}
    assert log_of(history.session, history.person("100001").id)[-1][0::2] == ("roster-returned", undo)


def test_who_got_an_account_meanwhile_is_marked_as_left_and_keeps_it(session, history, make_account):
    history.run(first())
    run = history.run(second())
    account = make_account(person=history.person("100004"))
    undo = history.undo(run)

    new = history.person("100004")
    assert new.left_on == TODAY
    assert session.get(Account, account.id).person_id == new.id
    assert history.codes(undo) == [
        ("group", "2C", "undo-group-used"),
        ("pupil", "100004", "undo-kept-account"),
    ]
    again = history.run(second())
    assert history.counts(again)["pupils"]["changed"] >= 1  # known again by the key
    assert session.scalar(sa.select(sa.func.count()).where(Person.number == "100004")) == 1
    assert history.person("100004").left_on is None


def test_whom_a_later_run_changed_is_marked_as_left(history):
    history.run(first())
    run = history.run(second())
    mine = tuple(one._replace(last_name="Nieuwer") if getattr(one, "number", "") == "100004" else one for one in SECOND)
    history.run(roster(*mine, groups=GROUPS_AFTER, locations=(LINDELAAN, HAVEN._replace(name="De Haven"))))

    undo = history.undo(run)

    assert history.person("100004").left_on == TODAY
    assert ("pupil", "100004", "undo-kept-changed") in history.codes(undo)


def test_a_dry_run_writes_nothing_and_tells_the_same(history, session):
    history.run(first())
    run = history.run(second())
    before, runs = history.whole(), session.scalar(sa.select(sa.func.count(SyncRun.id)))

    plan = history.foresee(run)

    assert history.whole() == before
    assert session.scalar(sa.select(sa.func.count(SyncRun.id))) == runs
    undo = history.undo(run)
    assert {kind: {n: c for n, c in of.items() if c} for kind, of in plan.counted().items()} == history.counts(undo)


def test_a_preview_changes_nothing_until_it_is_applied_r78(history, session):
    history.run(first())
    run = history.run(second())
    before = history.whole()

    undo = history.undo(run, preview=True)

    assert (history.status(undo), history.whole()) == ("preview", before)
    shown = session.get_one(SyncRun, undo).changes
    assert {line["what"] for line in shown} == {"changed", "returned", "removed", "new"}
    session.rollback()


def test_a_run_without_a_journal_cannot_be_undone_any_more(history, session):
    run = history.run(first())
    with transaction():
        session.execute(sa.delete(RunJournal))
    with pytest.raises(Conflict) as refused:
        history.undo(run)
    assert "180 dagen" in refused.value.message


def test_a_run_that_changed_nothing_or_was_not_applied_has_nothing_to_undo(history):
    history.run(first())
    with pytest.raises(Conflict) as refused:
        history.undo(history.run(first()))
    assert refused.value.message == "Deze run heeft niets gewijzigd. Er is dus niets terug te draaien."
    with pytest.raises(UnknownName):
        history.undo(999)


def test_an_empty_location_goes_and_who_moved_there_is_back_where_they_were(history, session):
    history.run(roster(*FIRST, groups=GROUPS, locations=(LINDELAAN,)))
    whole = history.whole()
    run = history.run(roster(FIRST[0]._replace(location_key="L2", group_key=None), *FIRST[1:], groups=GROUPS))
    history.undo(run)

    assert session.scalars(sa.select(Location.code)).all() == ["99ZZ01"]
    assert history.whole() == whole
    history.run(roster(FIRST[0]._replace(location_key="L2", group_key=None), *FIRST[1:], groups=GROUPS))
    assert history.whole()["sets"] != []
    seen = {person for person, _location in history.whole()["sets"]}
    assert history.person("100001").id in seen


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"location": "99ZZ77"}, UnknownName),
        ({"person": "424242"}, InvalidInput),
        ({"kind": "cat"}, InvalidInput),
    ],
)
def test_a_limit_that_names_nothing_is_refused(history, wanted, error):
    run = history.run(first())
    with pytest.raises(error):
        history.undo(run, **wanted)
