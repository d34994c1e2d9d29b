"""Which account stays when two persons become one, and what becomes of the other (Z-089, R26, R50)."""

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput, NotAllowed, UnknownName
from app.models import (
    Account,
    LoginSession,
    Merge,
    PersonKind,
    Role,
)
from app.services.accounts.plan import taken_usernames
from tests.duplicates.duplicates_world import (
    NOW,
    actor,
    everything,
    family,
    lindelaan,
    merge_them,
    rich,
    sannes,
    split_them,
)

__all__ = ["actor", "family", "lindelaan", "merge_them", "rich", "sannes", "split_them"]


@pytest.fixture
def two_accounts(session, sannes, make_account):
    return [make_account(one, username=f"sanne{place}", password_hash="x").id for place, one in enumerate(sannes)]


@pytest.mark.parametrize("stays", [0, 1])
def test_with_two_accounts_the_chosen_one_stays(session, sannes, two_accounts, merge_them, split_them, stays, client):
    kept, other = (one.id for one in sannes)
    before = everything(session)
    for id in two_accounts:
        values = {"data": {}, "created_at": NOW, "seen_at": NOW, "ends_at": NOW}
        session.add(LoginSession(id_hash=f"s{id}", account_id=id, **values))
    session.commit()

    number = merge_them(kept, other, [two_accounts[stays]])

    chosen, gone = (session.get_one(Account, two_accounts[place]) for place in (stays, 1 - stays))
    assert (chosen.person_id, chosen.is_active) == (kept, True)
    assert (gone.person_id, gone.is_active, gone.institution_id) == (other, False, None)
    assert gone.username in taken_usernames(session)
    assert gone.id not in set(session.scalars(sa.select(LoginSession.account_id)))
    split_them(number)
    assert everything(session) == before


def test_without_a_choice_of_account_nothing_is_merged(session, sannes, two_accounts, merge_them):
    with pytest.raises(InvalidInput, match="account"):
        merge_them(*(one.id for one in sannes))
    with pytest.raises(InvalidInput, match="account"):
        merge_them(*(one.id for one in sannes), two_accounts)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Merge.id))) == 0


def test_an_account_that_moves_to_another_address_logs_out_r26(session, sannes, make_account, merge_them):
    kept, other = sannes
    account = make_account(other)
    values = {"data": {}, "created_at": NOW, "seen_at": NOW, "ends_at": NOW}
    session.add(LoginSession(id_hash="s", account_id=account.id, **values))
    session.commit()

    merge_them(kept.id, other.id)

    assert session.scalars(sa.select(LoginSession.id_hash)).all() == []


def test_a_colleague_who_reaches_further_is_not_merged_r50(
    session, make_person, make_account, make_location, merge_them
):
    far = make_location("Havenkwartier")
    colleague = make_account(role=Role.ADMINISTRATOR, locations=[far])
    twin = make_person(PersonKind.STAFF)

    for pair in ((colleague.person_id, twin.id), (twin.id, colleague.person_id)):
        with pytest.raises((NotAllowed, UnknownName)):
            merge_them(*pair)
    session.rollback()


def test_the_own_administration_account_cannot_be_given_up(
    session, actor, administrator, make_person, make_account, merge_them
):
    twin = make_person(PersonKind.STAFF)
    second = make_account(twin, Role.ADMINISTRATOR)

    with pytest.raises(NotAllowed, match="eigen account"):
        merge_them(twin.id, administrator.person_id, [second.id])
    session.rollback()
