"""What changed since a merge, two administrators at once, the log, and who may (R47, R89, R123)."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.errors import Conflict, UnknownName
from app.extensions import transaction
from app.models import (
    AuditLine,
    Enrolment,
    Group,
    GroupPupil,
    Guardianship,
    Location,
    NotTheSame,
    Person,
    PersonKind,
)
from app.services.duplicates.merge import not_the_same
from app.services.duplicates.merges import list_merges
from tests.duplicates.duplicates_world import (
    NOW,
    actor,
    family,
    lindelaan,
    merge_them,
    rich,
    sannes,
    split_them,
)

__all__ = ["actor", "family", "lindelaan", "merge_them", "rich", "sannes", "split_them"]


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


def test_without_its_class_an_enrolment_is_put_back_all_the_same(session, sannes, family, merge_them, split_them):
    kept, other = (one.id for one in sannes)
    group = family.group("2A")
    session.execute(sa.update(Enrolment).where(Enrolment.person_id == other).values(group_id=group))
    family.done()
    number = merge_them(kept, other)
    with transaction():
        session.execute(sa.delete(Group).where(Group.id == group))

    assert split_them(number) == []

    assert session.execute(sa.select(Enrolment.person_id, Enrolment.group_id).order_by(Enrolment.person_id)).all() == [
        (kept, None),
        (other, None),
    ]
    assert session.get_one(Person, other).place_set_id == session.get_one(Person, kept).place_set_id is not None


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


def test_both_must_be_within_reach_r47(session, sannes, make_person, make_location, merge_them, split_them, actor):
    kept, other = sannes
    far = make_person(PersonKind.PUPIL, make_location("Havenkwartier"))
    with pytest.raises(UnknownName):
        merge_them(kept.id, far.id)
    session.rollback()
    everywhere = everywhere_in(session, actor)
    number = merge_them(kept.id, far.id, by=everywhere)

    with pytest.raises(UnknownName):
        split_them(number)
    session.rollback()
    assert list_merges(session, actor) == []
    assert [line.id for line in list_merges(session, everywhere)] == [number]


def everywhere_in(session, actor):
    return replace(actor, locations=frozenset(session.scalars(sa.select(Location.id))))


def test_two_kinds_are_never_one(session, sannes, make_person, merge_them, family):
    parent = make_person(PersonKind.GUARDIAN)
    family.child(parent, sannes[0])
    family.done()
    with pytest.raises(UnknownName):
        merge_them(sannes[0].id, parent.id)
    session.rollback()
