"""Merging two persons into one, and splitting them again exactly."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.errors import Conflict
from app.extensions import Base
from app.models import (
    AccessBlock,
    Account,
    Enrolment,
    GroupPupil,
    Guardianship,
    Person,
    PersonKey,
    PersonKind,
    PersonLocation,
    Pin,
)
from app.services.combinations import PLACE_SETS, renew_combinations
from app.services.duplicates.rows import TIES
from tests.duplicates.duplicates_world import (
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
