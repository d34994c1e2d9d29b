"""An undo is limited on request to a location, a kind or a person, and always to the reach of who asks for it."""

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed
from app.extensions import transaction
from app.models import AccountLocation, Location, Person, Role, SyncRun
from app.services.access import Actor
from app.services.history.undo_run import KINDS, Wanted, request_undo
from app.services.reach import locations_of, recompute_reach
from tests.history.history_world import FIRST, GROUPS, first, history, second
from tests.roster.roster_world import guardian, pair, pupil, roster, staff

__all__ = ["history"]
HERE_AND_THERE = (
    *FIRST,
    pupil("100005", last_name="Ver", location_key="L2", group_key=None),
    guardian("700005", last_name="Ver"),
    pair("700005", "100005"),
    pair("700005", "100002"),
)


def changed(people, **values):
    """The same people, each with another e-mail address."""
    return [
        one._replace(email=f"anders-{one.number}@x.example", **values) if hasattr(one, "email") else one
        for one in people
    ]


def emails(session):
    session.rollback()
    rows = session.execute(sa.select(Person.number, Person.email))
    return {number for number, email in rows if email and email.startswith("anders")}


@pytest.fixture
def both(history):
    """A run that gives everybody another e-mail address."""
    history.run(roster(*HERE_AND_THERE, groups=GROUPS))
    return history.run(roster(*changed(HERE_AND_THERE), groups=GROUPS))


def test_one_person_by_number_with_the_links(history):
    history.run(first())
    run = history.run(second())
    before = history.person("100003").left_on, history.person("700001").email
    undo = history.undo(run, person="100001")

    sanne = history.person("100001")
    assert (sanne.last_name, sanne.left_on) == ("Berg", None)
    assert (history.person("100003").left_on, history.person("700001").email) == before
    assert history.counts(undo)["pupils"] == {"seen": 1, "changed": 1}


def test_a_number_that_two_kinds_have_needs_the_kind_too(history):
    history.run(roster(pupil("100001"), staff("100001"), groups=GROUPS))
    run = history.run(roster(pupil("100001", last_name="Anders"), staff("100001", last_name="Anders"), groups=GROUPS))
    with pytest.raises(InvalidInput) as unclear:
        history.undo(run, person="100001")
    assert unclear.value.field == "kind"
    history.undo(run, person="100001", kind="pupil")
    names = sa.select(Person.kind, Person.last_name)
    assert sorted(map(tuple, history.session.execute(names))) == [("pupil", "Berg"), ("staff", "Anders")]


@pytest.mark.parametrize("kind", ["pupil", "guardian", "staff"])
def test_one_kind(both, history, session, kind):
    everybody = emails(session)
    undo = history.undo(both, kind=kind)

    kinds = dict(session.execute(sa.select(Person.number, Person.kind)).all())
    assert emails(session) == {number for number in everybody if kinds[number] != kind}
    assert set(history.counts(undo)) == {{"pupil": "pupils", "guardian": "guardians"}.get(kind, kind)}


def test_one_location_with_who_is_seen_from_there(both, history, session):
    everybody = emails(session)
    history.undo(both, location="99ZZ02")

    assert emails(session) == everybody - {"100005", "700005"}


def test_parts_add_up_to_the_whole(history):
    history.run(first())
    before = history.whole()
    run = history.run(second())
    for kind in KINDS:
        history.undo(run, kind=kind)
    assert history.whole() == before


def test_groups_alone_come_back_with_whoever_is_not_elsewhere(history):
    history.run(first())
    run = history.run(second())
    history.undo(run, kind="group")
    history.undo(run)
    assert history.codes(history.session.scalar(sa.select(sa.func.max(SyncRun.id)))) == []


@pytest.fixture
def administrator_of(session, make_person, make_account):
    """An administrator of one location, as an actor."""

    def make(code):
        place = session.scalar(sa.select(Location).where(Location.code == code))
        account = make_account(role=Role.ADMINISTRATOR, person=make_person(number=None, kind="staff"))
        session.add(AccountLocation(institution_id=place.institution_id, account_id=account.id, location_id=place.id))
        session.commit()
        recompute_reach(session, place.institution_id)
        session.commit()
        return Actor(account.username, account.id, place.institution_id, account.role, locations_of(session, account))

    return make


def test_an_administrator_undoes_only_within_the_own_locations(both, history, session, administrator_of):
    everybody = emails(session)
    undo = history.undo(both, administrator_of("99ZZ02"))

    assert emails(session) == everybody - {"100005"}  # the guardian has a child at the other location too
    ((kind, key, code),) = history.codes(undo)
    assert (kind, key, code) == ("roster", "", "undo-elsewhere")


def test_who_moved_away_is_not_fetched_back_from_a_location_out_of_reach(history, administrator_of):
    history.run(first())
    run = history.run(roster(FIRST[0]._replace(location_key="L2", group_key=None), *FIRST[1:], groups=GROUPS))
    before = history.whole()
    history.undo(run, administrator_of("99ZZ01"))

    after = history.whole()
    assert [after[name] for name in ("enrolment", "group_pupil")] == [
        before[name] for name in ("enrolment", "group_pupil")
    ]


def test_the_reach_is_that_of_the_moment_of_carrying_out(both, history, session, administrator_of):
    actor = administrator_of("99ZZ02")
    everybody = emails(session)
    undo = history.undo(both, actor, preview=True)
    with transaction():
        session.execute(sa.delete(AccountLocation).where(AccountLocation.account_id == actor.account_id))
        session.execute(sa.update(SyncRun).where(SyncRun.id == undo).values(status="waiting", preview=False))
    history.again(undo)

    assert history.status(undo) == "preview"  # it does something else now, so it is shown again
    assert emails(session) == everybody


def test_without_a_location_nothing_is_undone(both, history, session, administrator_of):
    actor = administrator_of("99ZZ02")
    nowhere = Actor(actor.name, actor.account_id, actor.institution_id, actor.role, frozenset())
    with pytest.raises(NotAllowed):
        history.undo(both, nowhere)


def test_one_run_at_a_time_also_when_it_is_an_undo_r106(both, session, history):
    with transaction():
        session.execute(sa.update(SyncRun).where(SyncRun.id == both).values(status="applied"))
        session.add(
            SyncRun(
                institution_id=history.school,
                source="somtoday",
                trigger="weekly",
                slot="x",
                status="waiting",
                created_at=history.moment,
            )
        )
    assert (
        request_undo(session, history.later(), Actor("command", institution_id=history.school), both, Wanted()) is None
    )
    session.rollback()


def test_an_undo_of_another_school_is_not_there(both, history):
    with pytest.raises(InvalidInput):
        history.undo(both, Actor("admin_elders", 1, 999, Role.ADMINISTRATOR, frozenset({1})))


def test_an_undo_whose_run_was_undone_meanwhile_is_not_carried_out(both, history):
    shown = history.undo(both, preview=True)
    history.undo(both)
    before = history.whole()
    with pytest.raises(Conflict):
        history.again(shown)
    assert history.whole() == before
