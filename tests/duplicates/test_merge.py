"""Merging two persons into one, and splitting them again exactly (issue 3 part 2)."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.extensions import Base, transaction
from app.models import (
    AccessBlock,
    Account,
    AuditLine,
    Enrolment,
    GroupPupil,
    Guardianship,
    LoginSession,
    Merge,
    NotTheSame,
    Person,
    PersonKey,
    PersonKind,
    PersonLocation,
    Pin,
    Role,
)
from app.services.accounts.plan import taken_usernames
from app.services.combinations import PLACE_SETS, renew_combinations
from app.services.duplicates.merge import not_the_same
from app.services.duplicates.merges import list_merges
from app.services.duplicates.rows import TIES
from tests.duplicates.duplicates_world import (
    NOW,
    actor,
    everything,
    family,
    lindelaan,
    merge_them,
    sannes,
    split_them,
)

__all__ = ["actor", "family", "lindelaan", "merge_them", "sannes", "split_them"]


@pytest.fixture
def rich(session, family, sannes, make_person, make_account):
    """All that can hang on a pupil, on both: some of it the same."""
    kept, other = sannes
    a, b, c = family.group("2A"), family.group("2B"), family.group("1A", 2025)
    parent, father, teacher = (make_person(PersonKind.GUARDIAN), make_person(PersonKind.GUARDIAN), None)
    teacher = make_person(PersonKind.STAFF)
    family.key(kept, "k1", number="100001")
    family.key(other, "k2", number="100002")
    family.key(other, "e2", "eckid")
    family.key(other, "x2", "edexml", absorbed=True)
    family.enrol(other, 2025, c)
    for person, group in ((kept, a), (other, a), (other, b), (other, c)):
        family.join(person, group)
    for person in sannes:
        family.mentor(person, teacher)
        family.child(parent, person, "moeder" if person is kept else "tante")
    family.child(father, other)
    family.pin(kept)
    family.pin(other, value="y@school.example")
    family.pin(other, "first_name", "Sanne")
    family.block(father, other)
    family.block(parent, kept, date(2026, 12, 1))
    family.block(parent, other)
    family.two(kept, make_person())
    family.two(other, make_person())
    family.in_batch(other)
    make_account(other, username="sannevandenberg", last_login_at=NOW)
    family.done()
    return kept.id, other.id


def test_every_row_that_names_a_person_is_known_to_the_merge():
    named = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.c
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    elsewhere = {("account", "person_id"), ("merge", "kept_id")}  # accounts.py; a merge of before stays with its person
    assert named == {(tie.table.__tablename__, tie.column) for tie in TIES} | elsewhere


def test_who_stays_gets_all_that_the_other_had(session, rich, merge_them):
    kept, other = rich

    merge_them(kept, other)

    of_kept = sa.select(sa.func.count()).where
    assert session.scalar(of_kept(GroupPupil.person_id == kept)) == 3
    assert session.scalar(of_kept(Enrolment.person_id == kept)) == 2
    assert session.scalar(of_kept(Guardianship.pupil_id == kept)) == 2
    assert session.scalar(of_kept(Pin.person_id == kept)) == 2
    assert session.scalars(sa.select(AccessBlock.until).where(AccessBlock.pupil_id == kept)).all() == [None, None]
    keys = session.execute(sa.select(PersonKey.key, PersonKey.absorbed).where(PersonKey.person_id == kept))
    assert dict(keys.all()) == {"k1": False, "k2": True, "e2": True, "x2": True}
    account = session.scalar(sa.select(Account).where(Account.username == "sannevandenberg"))
    person = session.get_one(Person, kept)
    assert (account.person_id, account.is_active, person.has_account) == (kept, True, True)
    assert account.place_set_id == person.place_set_id is not None


def test_nothing_hangs_on_the_other_any_more(session, rich, merge_them, actor):
    kept, other = rich

    merge_them(kept, other)

    for tie in TIES:
        column = tie.table.__table__.c[tie.column]
        assert not session.scalar(sa.select(sa.func.count()).where(column == other)), tie
    empty = session.get_one(Person, other)
    assert (empty.institution_id, empty.email, empty.number, empty.birth_date) == (None, None, None, None)
    assert (empty.search_key, empty.has_account, empty.place_set_id) == ("", False, None)


def test_merge_then_split_gives_the_very_same_tables(session, rich, merge_them, split_them):
    before = everything(session)

    assert split_them(merge_them(*rich)) == []

    assert everything(session) == before


def test_the_other_way_round_too(session, rich, merge_them, split_them):
    before = everything(session)

    assert split_them(merge_them(*reversed(rich))) == []

    assert everything(session) == before


def test_a_merge_of_merges_is_split_in_the_same_order_back(
    session, rich, merge_them, split_them, make_person, lindelaan
):
    third = make_person(PersonKind.PUPIL, lindelaan, first_name="Sanne", last_name="Berg").id
    before = everything(session)
    first = merge_them(*rich)
    second = merge_them(third, rich[0])

    with pytest.raises(Conflict, match="eerst"):
        split_them(first)
    split_them(second)
    split_them(first)

    assert everything(session) == before


def test_nobody_else_gets_the_id_of_who_was_merged(session, sannes, merge_them, split_them, make_person):
    kept, other = (one.id for one in sannes)
    number = merge_them(kept, other)

    newcomer = make_person().id
    split_them(number)

    assert newcomer not in (kept, other)
    assert session.get_one(Person, other).number == "100002"


def test_who_left_is_back_when_the_other_is_at_school(session, sannes, merge_them, split_them):
    kept, other = sannes
    kept.left_on = date(2026, 9, 1)
    session.commit()

    number = merge_them(kept.id, other.id)
    assert session.get_one(Person, kept.id).left_on is None
    split_them(number)
    assert session.get_one(Person, kept.id).left_on == date(2026, 9, 1)


def test_two_who_left_are_seen_from_the_locations_of_both(
    session, family, sannes, merge_them, split_them, make_location
):
    kept, other = sannes
    haven = make_location("Havenkwartier")
    session.add(PersonLocation(person_id=other.id, location_id=haven.id, institution_id=other.institution_id))
    kept.left_on = other.left_on = date(2026, 9, 1)
    renew_combinations(session, other.institution_id, {PLACE_SETS: [other.id]})
    session.commit()
    before = everything(session)

    number = merge_them(kept.id, other.id)
    places = sa.select(PersonLocation.location_id).where(PersonLocation.person_id == kept.id)
    assert haven.id in set(session.scalars(places))
    split_them(number)

    assert everything(session) == before


# -- accounts ---------------------------------------------------------------------------------------------------------


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


# -- what changed since -----------------------------------------------------------------------------------------------


def test_what_a_run_took_away_since_is_skipped_and_named(session, rich, merge_them, split_them):
    kept, other = rich
    number = merge_them(kept, other)
    with transaction():
        session.execute(sa.delete(GroupPupil).where(GroupPupil.person_id == kept))
        session.execute(sa.delete(Guardianship).where(Guardianship.pupil_id == kept))
        session.execute(sa.update(Person).where(Person.id == kept).values(email="nieuw@school.example", version=9))

    skipped = split_them(number)

    assert sorted(skipped) == sorted(
        ["groep 2A", "groep 2B", "groep 1A"] + [text for text in skipped if text.startswith("de koppeling met")]
    )
    assert session.get_one(Person, kept).email == "nieuw@school.example"
    assert session.get_one(Person, other).number == "100002"
    assert not session.scalar(sa.select(sa.func.count()).where(GroupPupil.person_id == other))


def test_two_administrators_at_once(session, sannes, merge_them, split_them):
    kept, other = (one.id for one in sannes)
    number = merge_them(kept, other)

    with pytest.raises(Conflict, match="samengevoegd"):
        merge_them(kept, other)
    with pytest.raises(Conflict, match="samengevoegd"):
        merge_them(other, kept)
    split_them(number)
    with pytest.raises(UnknownName):
        split_them(number)
    with pytest.raises(Conflict, match="gewijzigd"):
        merge_them(kept, other, **{str(kept): 1})
    session.rollback()


def test_a_pair_that_is_two_is_written_down_once(session, sannes, actor):
    ids = [one.id for one in sannes]
    for pair in (ids, ids[::-1]):
        with transaction():
            not_the_same(session, NOW, actor, pair)

    assert session.execute(sa.select(NotTheSame.first_id, NotTheSame.second_id)).all() == [tuple(sorted(ids))]


def test_each_merge_and_split_is_in_the_log_of_both_r89(session, sannes, merge_them, split_them, actor):
    kept, other = (one.id for one in sannes)
    split_them(merge_them(kept, other))

    lines = session.execute(
        sa.select(AuditLine.action, AuditLine.subject_id, AuditLine.actor_name)
        .where(AuditLine.subject_kind == "person")
        .order_by(AuditLine.id)
    )
    assert sorted(map(tuple, lines)) == sorted(
        (action, id, actor.name) for action in ("persons-merged", "persons-split") for id in (kept, other)
    )


# -- reach ------------------------------------------------------------------------------------------------------------


def test_both_must_be_within_reach_r47(session, sannes, make_person, make_location, merge_them, split_them, actor):
    kept, other = sannes
    far = make_person(PersonKind.PUPIL, make_location("Havenkwartier"))
    with pytest.raises(UnknownName):
        merge_them(kept.id, far.id)
    session.rollback()
    everywhere = Actor_everywhere(actor, session)
    number = merge_them(kept.id, far.id, by=everywhere)

    with pytest.raises(UnknownName):
        split_them(number)
    session.rollback()
    assert list_merges(session, actor) == []
    assert [line.id for line in list_merges(session, everywhere)] == [number]


def Actor_everywhere(actor, session):
    from dataclasses import replace

    from app.models import Location

    return replace(actor, locations=frozenset(session.scalars(sa.select(Location.id))))


def test_two_kinds_are_never_one(session, sannes, make_person, merge_them, family):
    parent = make_person(PersonKind.GUARDIAN)
    family.child(parent, sannes[0])
    family.done()
    with pytest.raises(UnknownName):
        merge_them(sannes[0].id, parent.id)
    session.rollback()
