"""A guardian who may not see a pupil: what the block takes away, and what it leaves alone."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.extensions import transaction
from app.models import AccessBlock, Account, AuditLine, Guardianship, Person, PersonKind, PersonLocation, Role
from app.services.accounts.batches.drafting import draft_batch, start_batch
from app.services.accounts.tasks.create import plan_accounts
from app.services.corrections.blocking import adult_on, lift_block, lift_ended
from app.services.corrections.blocks import Why, may_see_pupil, shut_out
from app.services.corrections.reading import list_blocks
from app.services.housekeeping import tidy
from app.services.mail.delivery import family_of
from app.services.persons.page import children_of, guardians_of
from app.services.persons.reading import children_of_guardians
from app.work.batches import do_batch
from tests.corrections.correction_world import NOW, actions, actor, actor_of, block, lindelaan, make_pair
from tests.roster.roster_world import LINDELAAN, TODAY, guardian, pair, pupil, roster
from tests.runs.run_world import take_in

__all__ = ["actor", "block", "lindelaan", "make_pair", "take_in"]  # fixtures


def seen(session):
    """The pairs that give access."""
    return set(session.execute(sa.select(Guardianship.guardian_id, Guardianship.pupil_id).where(may_see_pupil())).all())


def test_a_block_takes_the_access_of_one_pair_alone(session, lindelaan, make_pair, block):
    pair = make_pair(lindelaan)
    sibling = make_pair(lindelaan, pair[0])
    parent = make_pair(lindelaan)
    block(pair)
    assert seen(session) == {sibling, parent}


def test_both_halves_stay_in_reach_and_show_the_block(session, lindelaan, make_pair, block, actor):
    pair = make_pair(lindelaan)
    block(pair)
    (child,), (parent,) = children_of(session, actor, pair[0]), guardians_of(session, actor, pair[1])
    assert child.block is parent.block is not None
    assert session.scalar(sa.select(PersonLocation.location_id).where(PersonLocation.person_id == pair[0]))
    assert str(children_of_guardians(session, actor, [pair[0]])[pair[0]][0]).endswith("(moeder, geblokkeerd)")


def test_the_log_says_who_blocked_whom_and_why_r89(session, lindelaan, make_pair, block, actor):
    pair = make_pair(lindelaan)
    block(pair, text="Zaak 12-345")
    line = session.scalar(sa.select(AuditLine).where(AuditLine.action == "access-blocked"))
    assert (line.subject_id, line.actor_name) == (pair[0], actor.name)
    assert line.details["pupil"] == [None, pair[1]]
    assert line.details["reason"] == "Uitspraak van de rechter. Zaak 12-345"


@pytest.mark.parametrize("everything", [True, False])
def test_who_may_see_nobody_gets_no_account(session, app, lindelaan, make_pair, block, actor, everything):
    pair = make_pair(lindelaan)
    if not everything:
        make_pair(lindelaan, pair[0])
    block(pair)
    plan = plan_accounts(session, NOW, actor, [pair[0]])
    assert [line.code for line in plan.skipped] == (["access-blocked"] if everything else [])
    assert [line.reason for line in plan.skipped] == (
        ["mag geen leerling zien: de toegang is geblokkeerd"] if everything else []
    )
    session.rollback()
    with transaction():
        batch = draft_batch(session, NOW, actor, "create", PersonKind.GUARDIAN, [pair[0]], "sleutel")
        batch_id = start_batch(session, NOW, actor, batch.id).id
    do_batch(batch_id, app.config["SECRET_KEY"])
    made = session.scalar(sa.select(sa.func.count()).select_from(Account).where(Account.person_id == pair[0]))
    assert made == (0 if everything else 1)


def test_who_was_blocked_before_the_pair_came_back_is_shut_out_meanwhile(session, lindelaan, make_pair, block):
    pair = make_pair(lindelaan)
    other = make_pair(lindelaan)
    block(pair)
    session.execute(sa.delete(Guardianship).where(Guardianship.guardian_id == pair[0]))
    session.commit()
    assert shut_out(session, [pair[0], other[0]]) == {pair[0]}


def test_the_block_stays_when_the_pair_vanishes_and_returns(session, take_in, lindelaan, block):
    told = roster(pupil(), guardian(), pair(), locations=(LINDELAAN._replace(code=lindelaan.code),))
    take_in(told)
    ids = session.execute(sa.select(Guardianship.guardian_id, Guardianship.pupil_id)).one()
    session.rollback()
    block(tuple(ids))
    take_in(roster(pupil(), locations=told.locations))
    assert session.scalar(sa.select(sa.func.count()).select_from(Guardianship)) == 0
    session.rollback()
    for _time in range(3):
        take_in(told)
    assert session.scalar(sa.select(sa.func.count()).select_from(Guardianship)) == 1
    assert seen(session) == set()


def test_letters_name_neither_a_pupil_whom_the_guardian_may_not_see_nor_where_that_pupil_may_be(
    session, lindelaan, make_pair, block
):
    pair, parent = make_pair(lindelaan, first_name="Sanne"), make_pair(lindelaan, first_name="Noor")
    make_pair(lindelaan, pair[0], first_name="Tim")
    block(pair)
    family = family_of(session, [SimpleNamespace(kind=PersonKind.GUARDIAN, person_id=one[0]) for one in (pair, parent)])
    assert family.children == {pair[0]: ["Tim"], parent[0]: ["Noor"]}
    assert family.places == {parent[0]: "Lindelaan"}


def test_lifting_gives_the_access_back(session, lindelaan, make_pair, block, actor):
    pair = make_pair(lindelaan)
    block_id = block(pair)
    with transaction():
        lift_block(session, NOW, actor, block_id, session.get_one(Person, pair[0]).version)
    assert seen(session) == {pair}
    assert actions(session, pair[0]) == ["access-blocked", "access-allowed"]


def test_of_two_administrators_the_second_is_told_r123(session, lindelaan, make_pair, block, actor):
    pair = make_pair(lindelaan)
    version = session.get_one(Person, pair[0]).version
    block_id = block(pair)
    with pytest.raises(Conflict):
        block(pair)
    with pytest.raises(Conflict), transaction():
        lift_block(session, NOW, actor, block_id, version)
    assert seen(session) == set()


def test_a_block_ends_after_its_last_day_not_on_it(session, lindelaan, make_pair, block):
    pair, other = make_pair(lindelaan), make_pair(lindelaan)
    block(pair, until=TODAY)
    block(other)
    for day, left in ((TODAY, {pair, other}), (TODAY + timedelta(days=1), {other})):
        with transaction():
            lift_ended(session, NOW, day)
        blocked = sa.select(AccessBlock.guardian_id, AccessBlock.pupil_id)
        assert set(session.execute(blocked).all()) == left
        session.rollback()
    assert actions(session, pair[0]) == ["access-blocked", "access-allowed"]


def test_the_clock_lifts_what_ended(session, lindelaan, make_pair, block):
    pair = make_pair(lindelaan)
    block(pair, until=TODAY)
    with transaction():
        tidy(session, NOW + timedelta(days=1))
    assert seen(session) == {pair}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "adult"}, "reason"),  # not 18 yet
        ({"code": "iets"}, "reason"),
        ({"code": "other"}, "text"),
        ({"code": "court", "text": "x" * 501}, "text"),
        ({"until": TODAY - timedelta(days=1)}, "until"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(session, lindelaan, make_pair, block, wrong, field):
    pair = make_pair(lindelaan, birth_date=date(2010, 1, 1))
    with pytest.raises(InvalidInput) as refused:
        block(pair, **wrong)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("born", "adult"), [(None, None), (date(2008, 10, 5), TODAY), (date(2008, 2, 29), date(2026, 3, 1))]
)
def test_the_day_on_which_a_pupil_turns_18(born, adult):
    assert adult_on(born) == adult


def test_an_adult_pupil_is_reason_enough(session, lindelaan, make_pair, block):
    block(make_pair(lindelaan, birth_date=date(2008, 10, 5)), "adult")


@pytest.mark.parametrize("stored", ["adult", "court\nZaak 12", "other\nOp verzoek", "losse tekst"])
def test_a_stored_reason_is_read_back(stored):
    why = Why.of(stored)
    assert why.stored() in (stored, f"other\n{stored}")


def test_a_pair_with_a_half_out_of_reach_is_not_blocked_and_not_listed(
    session, lindelaan, make_location, make_pair, block, actor, institution
):
    here = make_pair(lindelaan)
    there = make_pair(make_location("Oost"), here[0])  # the same guardian, a child elsewhere (part 7 nr 5)
    with pytest.raises(UnknownName):
        block(there)
    row = {"institution_id": institution.id, "reason": "court", "made_at": NOW}
    session.add(AccessBlock(guardian_id=there[0], pupil_id=there[1], **row))
    session.commit()
    block(here)
    assert [(line.guardian.id, line.pupil.id) for line in list_blocks(session, actor).rows] == [here]
    with pytest.raises(UnknownName):
        lift_block(session, NOW, actor, session.scalar(sa.select(sa.func.min(AccessBlock.id))), 1)


def test_a_pair_that_does_not_exist_is_not_blocked(lindelaan, make_pair, block):
    one, other = make_pair(lindelaan), make_pair(lindelaan)
    with pytest.raises(UnknownName):
        block((one[0], other[1]))


def test_who_does_not_administer_blocks_nobody(session, make_account, lindelaan, make_pair, block):
    manager = make_account(role=Role.CARE_MANAGER, locations=[lindelaan])
    with pytest.raises(NotAllowed):
        block(make_pair(lindelaan), by=actor_of(session, manager))


def test_a_list_finds_by_the_name_of_either(session, lindelaan, make_pair, block, actor):
    pair = make_pair(lindelaan, last_name="Zilver")
    block(pair)
    block(make_pair(lindelaan))
    page = list_blocks(session, actor)
    assert (page.total, {line.is_linked for line in page.rows}) == (2, {True})
    assert [line.pupil.id for line in list_blocks(session, actor, "zilver").rows] == [pair[1]]
    number = session.get_one(Person, pair[0]).number
    assert [line.pupil.id for line in list_blocks(session, actor, number).rows] == [pair[1]]
