"""How far the details of accounts are: every state from queued to activated, counted and found (P-076)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Account, Enrolment, Group, IssuedSecret, Location, OutboxMail, PersonKind
from app.services.accounts.arrival import OPEN, Arrival, accounts_at, tallies
from tests.accounts.accounts_world import actor_of, made


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


def at(session, state, moment=None):
    chosen = accounts_at(state, moment or datetime.now(UTC))
    return set(session.scalars(sa.select(Account.id).where(chosen)))


def mail(session, **values):
    with transaction():
        session.execute(sa.update(OutboxMail).values(values))


def test_details_go_from_queued_to_sent_to_expired_and_a_password_ends_it(app, session, actor, make_account):
    account = make_account().id
    assert account in at(session, Arrival.NONE)
    made(app, actor, "reset", "staff", [account])
    assert at(session, Arrival.QUEUED) == {account}
    mail(session, state="failed")
    assert at(session, Arrival.REFUSED) == {account}
    mail(session, state="sent")
    assert at(session, Arrival.SENT) == {account}
    assert at(session, Arrival.EXPIRED, datetime.now(UTC) + timedelta(days=30)) == {account}
    assert account in at(session, OPEN)
    with transaction():
        session.execute(sa.update(Account).where(Account.id == account).values(activated_at=datetime.now(UTC)))
    assert account in at(session, Arrival.ACTIVATED)
    assert account not in at(session, OPEN)


def test_letters_and_screens_are_told_apart_and_the_newest_details_count(
    app, session, actor, make_account, make_person
):
    silent = make_account(make_person(PersonKind.STAFF, email=None)).id
    made(app, actor, "reset", "staff", [silent])
    assert at(session, Arrival.SHOWN) == {silent}
    made(app, actor, "print", "staff", [silent])
    assert at(session, Arrival.LETTER) == {silent}
    assert session.scalar(sa.select(sa.func.count()).select_from(IssuedSecret)) == 2


def test_counts_per_kind_location_and_class_are_of_usable_accounts_in_reach(
    app, session, actor, make_account, make_person, make_location
):
    here = session.scalar(sa.select(Location))
    group = Group(institution_id=here.institution_id, location_id=here.id, school_year=2026, name="2A", sort_key="2a")
    session.add(group)
    session.flush()
    pupils = [make_person(location=here) for _pupil in range(3)]
    session.execute(sa.update(Enrolment).values(group_id=group.id))
    session.commit()
    ids = [make_account(person).id for person in pupils]
    make_account(make_person(location=here), active=False)
    make_account(make_person(location=make_location("Havenkwartier")))
    made(app, actor, "reset", "pupil", ids[:2])
    found = tallies(session, datetime.now(UTC), actor)

    (kind,) = [tally for tally in found["kind"] if tally.filters == {"role": "pupil"}]
    assert dict(kind.counts) == {"queued": 2, "none": 1}
    (place,) = found["location"]
    assert (place.name, dict(place.counts)) == (here.name, {"queued": 2, "none": 1})
    (one,) = found["group"]
    assert (one.name, one.total, one.open) == ("2A", 3, 3)
    assert at(session, "nonsense") == set()
