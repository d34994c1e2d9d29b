"""What happens by itself to accounts of who comes and goes, and what never does (domain.md 5.1, P-022)."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput
from app.extensions import transaction
from app.models import Account, Batch, ContactTask, Enrolment, Institution, Location, Person, PersonKind, Role
from app.services.accounts.policies.carry import carry_out_policies
from app.services.accounts.policies.chosen import choose_policies, policies_of
from app.services.accounts.policies.due import planned_closings
from tests.accounts.accounts_world import NOW, actor_of, audit, work

TODAY = date(2026, 11, 24)
CLOSE = {"arriving": "ask", "leaving": "deactivate", "days": "30"}
ASK = {"arriving": "ask", "leaving": "ask", "days": "30"}
PUPIL, GUARDIAN, STAFF = PersonKind.PUPIL, PersonKind.GUARDIAN, PersonKind.STAFF


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def here(session, administrator):
    return session.scalar(sa.select(Location))


@pytest.fixture
def choose(session, actor):
    def choose(pupil=ASK, guardian=ASK, staff=ASK):
        with transaction():
            return choose_policies(session, NOW, actor, {PUPIL: pupil, GUARDIAN: guardian, STAFF: staff})

    return choose


@pytest.fixture
def day(app, session):
    """A day goes by: what is due is started and done."""

    def day(today=TODAY):
        with transaction():
            started = carry_out_policies(session, NOW, today)
        work(app)
        return started

    return day


def left(session, person, on):
    with transaction():
        session.execute(sa.update(Person).where(Person.id == person).values(left_on=on))


def is_active(session, account):
    return session.get(Account, account, populate_existing=True).active


@pytest.fixture
def pupil(session, make_person, make_account, here):
    """(person, account) of a pupil."""
    person = make_person(location=here)
    return person.id, make_account(person).id


def test_a_leaver_keeps_the_account_for_so_many_days_and_then_it_is_inactive(session, pupil, choose, day):
    person, account = pupil
    choose(pupil=CLOSE)
    left(session, person, TODAY - timedelta(days=29))
    assert day() == 0
    assert day(TODAY + timedelta(days=1)) == 1
    assert not is_active(session, account)
    assert session.get(Account, account).closed_by == "left"
    assert audit("account-changed")[0].actor_name == "scheduler"
    assert day(TODAY + timedelta(days=2)) == 0, "once is enough"


def test_who_returns_gets_the_old_account_back_but_not_one_that_a_person_closed(
    session, pupil, choose, day, make_person, make_account, here
):
    person, account = pupil
    by_hand = make_account(make_person(location=here), active=False).id
    choose(pupil=CLOSE)
    left(session, person, TODAY - timedelta(days=40))
    day()
    left(session, person, None)
    day()
    assert is_active(session, account)
    assert session.get(Account, account).closed_by is None
    assert not is_active(session, by_hand)


def test_nothing_happens_between_1_august_and_the_new_enrolments(session, pupil, choose, day, make_person, here):
    person, account = pupil
    choose(pupil=CLOSE)
    left(session, person, date(2027, 7, 1))
    assert day(date(2027, 8, 15)) == 0
    assert is_active(session, account)
    make_person(location=here, school_year=2027)
    assert day(date(2027, 8, 15)) == 1
    assert not is_active(session, account)


def test_who_asks_gets_nothing_done_and_a_school_without_a_choice_neither(session, pupil, choose, day):
    person, account = pupil
    left(session, person, date(2026, 1, 1))
    assert day() == 0
    choose()
    assert day() == 0
    choose(pupil={**CLOSE, "leaving": "nothing"})
    assert day() == 0
    assert is_active(session, account)


def test_new_people_get_an_account_by_itself_when_they_can_be_mailed(session, choose, day, make_person, here):
    mailed = make_person(location=here).id
    silent = make_person(location=here, email=None).id
    gone = make_person(location=here, left_on=TODAY).id
    choose(pupil={**ASK, "arriving": "make"})
    assert day() == 1
    having = set(session.scalars(sa.select(Account.person_id)))
    assert mailed in having
    assert not {silent, gone} & having
    assert day() == 0


def test_an_account_with_a_task_waits_until_somebody_takes_over_p022(
    session, choose, day, make_person, make_account, actor
):
    person = make_person(STAFF)
    account = make_account(person).id
    choose(staff={**CLOSE, "days": "0"})
    left(session, person.id, TODAY - timedelta(days=1))
    with transaction():
        own = {"institution_id": actor.institution_id, "task": "privacy", "account_id": account, "since": NOW}
        session.add(ContactTask(**own))
    assert day() == 0
    (planned,) = planned_closings(session, actor, policies_of(session, actor.institution_id))
    assert planned.holds_task
    with transaction():
        session.execute(sa.delete(ContactTask))
    assert day() == 1
    assert not is_active(session, account)


def test_the_last_administrator_and_accounts_to_administer_with_are_never_struck(session, choose, day, administrator):
    left(session, administrator.person_id, date(2026, 1, 1))
    choose(staff={**CLOSE, "days": "0"})
    assert day() == 0
    assert session.scalar(sa.select(Account.active).where(Account.role == Role.ADMINISTRATOR))


def test_work_of_before_is_finished_first(session, pupil, choose, make_person, make_account, here):
    choose(pupil={**CLOSE, "days": "0"})
    left(session, pupil[0], TODAY - timedelta(days=1))
    for _hour in range(3):
        with transaction():
            carry_out_policies(session, NOW, TODAY)
    assert session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 1


@pytest.mark.parametrize(
    "wrong", [{"days": "-1"}, {"days": "366"}, {"days": "x"}, {"leaving": "erase"}, {"arriving": ""}]
)
def test_a_policy_that_cannot_be_is_refused(session, choose, wrong, institution):
    with pytest.raises(InvalidInput):
        choose(pupil=CLOSE | wrong)
    assert session.get(Institution, institution.id).accounts is None
    assert session.scalar(sa.select(Enrolment)) is None
