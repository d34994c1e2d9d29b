"""What the machine found, each as a story of its own."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import GroupPupil
from tests.exchange.machine_school import GROUPS
from tests.exchange.machine_world import World
from tests.roster.roster_world import HAVEN, LINDELAAN, pupil, roster, staff


def test_a_class_that_comes_by_way_of_who_was_merged_is_in_the_log_r108(app, session):
    world = World(session)
    one, other = pupil("1", group_key="2A"), pupil("2", group_key="2A")
    world.run(roster(one, other, groups=GROUPS))
    ids = world.ids()
    world.merge(ids["pupil", "k1"], ids["pupil", "k2"])

    run_id = world.run(roster(one, other._replace(group_key="2B"), groups=GROUPS))

    assert world.read().groups == {(("pupil", "k1"), "2A"), (("pupil", "k1"), "2B")}
    assert world.log(run_id) == {("pupil", "k1"): [("roster-changed", {"teaching_groups": [None, "2B"]})]}


@pytest.mark.parametrize(("kept", "other"), [("k1", "k2"), ("k2", "k1")])
def test_a_split_shows_who_left_from_where_they_were_r47(app, session, kept, other):
    world = World(session)
    stays, leaves = pupil("1", group_key="2A"), pupil("2", group_key="3A", location_key="L2")
    world.run(roster(stays, leaves, groups=GROUPS))
    world.run(roster(stays, groups=GROUPS))
    ids, whole = world.ids(), world.whole()

    world.split(world.merge(ids["pupil", kept], ids["pupil", other]))

    assert world.whole() == whole
    assert world.read().people["pupil", "k2"].spots == {"99ZZ02"}


def test_a_split_takes_from_who_left_the_places_that_the_merge_gave_r47(app, session):
    """A teacher without groups was seen from no location when leaving."""
    world = World(session)
    child, stays = pupil("1", group_key="2A"), staff("1", group_keys=("2A",))
    leaves = staff("2", last_name="Smit", group_keys=("3A",))
    for teachers in (stays, leaves), (stays, leaves._replace(group_keys=())), (stays,):
        world.run(roster(child, *teachers, groups=GROUPS))
    ids, whole = world.ids(), world.whole()

    world.split(world.merge(ids["staff", "m2"], ids["staff", "m1"]))

    assert world.whole() == whole
    assert world.read().people["staff", "m2"].spots == set()


def test_who_left_since_a_merge_is_seen_after_the_split(app, session):
    """Both went to the same location meanwhile: what the other takes along is not taken from who stays."""
    world = World(session)
    one, twin = pupil("1", group_key="2A"), pupil("2", group_key="3A", location_key="L2")
    others = pupil("3", group_key="2A")
    world.run(roster(one, twin, others, groups=GROUPS))
    ids = world.ids()
    merge_id = world.merge(ids["pupil", "k1"], ids["pupil", "k2"])
    world.run(roster(one._replace(group_key="3A", location_key="L2"), twin, others, groups=GROUPS))
    world.run(roster(others, groups=GROUPS))

    world.split(merge_id)

    assert {mark[1]: (about.here, *about.spots) for mark, about in world.read().people.items()} == {
        "k1": (False, "99ZZ02"),
        "k2": (False, "99ZZ02"),
        "k3": (True, "99ZZ01"),
    }


def test_an_undo_takes_from_who_leaves_again_the_places_of_the_return_r102(app, session):
    """A teacher without groups was seen from no location when leaving, and came back with a group."""
    world = World(session)
    child, teacher = pupil("1", group_key="2A"), staff("1", group_keys=("2A",))
    for people in (child, teacher), (child, teacher._replace(group_keys=())), (child,):
        world.run(roster(*people, groups=GROUPS))
    whole = world.whole()
    run_id = world.run(roster(child, teacher, groups=GROUPS))

    world.undo(run_id)

    assert world.whole() == whole


def test_an_undo_leaves_the_places_that_a_split_needs(app, session):
    """Who was merged is at their location again, also when the run that made it was undone meanwhile (R102)."""
    world = World(session)
    one, twin = pupil("1", group_key="3A", location_key="L2"), pupil("2", group_key="2A")
    world.run(roster(one, groups=GROUPS[3:], locations=(HAVEN,)))
    run_id = world.run(roster(one._replace(group_key="2A", location_key="L1"), twin, groups=GROUPS))
    merge_id = world.merge(*(world.ids()["pupil", key] for key in ("k1", "k2")))
    world.undo(run_id)

    world.split(merge_id)

    school = world.read()
    assert school.groups == {(("pupil", "k1"), "3A"), (("pupil", "k2"), "2A")}
    spots = {key: set(one.spots) for (_kind, key), one in school.people.items()}
    assert spots == {"k1": {"99ZZ02"}, "k2": {"99ZZ01"}}


def test_an_undo_brings_nobody_back_to_a_location_that_is_no_more_r102(app, session):
    """They came back elsewhere, and stay in sight of the administrators there."""
    world = World(session)
    stays, child = pupil("1", group_key="2A"), pupil("2", group_key="2A")
    world.run(roster(stays, child, groups=GROUPS[:2], locations=(LINDELAAN,)))
    moved = world.run(roster(stays, child._replace(group_key="3A", location_key="L2"), groups=GROUPS))
    world.run(roster(stays, groups=GROUPS))
    back = world.run(roster(stays, child, groups=GROUPS))
    world.undo(moved)

    world.undo(back)

    about = world.read().people["pupil", "k2"]
    assert (about.here, set(about.spots)) == (False, {"99ZZ01"})


@pytest.mark.parametrize("away", ["2B", None])
def test_who_is_in_the_class_again_stays_there_when_the_run_between_is_undone_r102(app, session, away):
    world = World(session)
    stays, child = pupil("1", group_key="2A"), pupil("2", group_key="2A")
    world.run(roster(stays, child, groups=GROUPS))
    run_id = world.run(roster(stays, child._replace(group_key=away), groups=GROUPS))
    world.run(roster(stays, child, groups=GROUPS))
    whole = world.whole()

    world.undo(run_id)

    assert world.whole() == whole


@pytest.mark.parametrize("is_new", [True, False])
def test_who_leaves_by_an_undo_leaves_the_groups_of_later_too_r102(app, session, is_new):
    world = World(session)
    stays, child, teacher = pupil("1", group_key="2A"), pupil("2", group_key="2A"), staff("1", group_keys=("2A",))
    mentored = child._replace(group_keys=("wi",), mentor_keys=("m1",))
    for people in [(stays,)] if is_new else [(stays, child), (stays,)]:
        world.run(roster(*people, groups=GROUPS))
    run_id = world.run(roster(stays, child, groups=GROUPS))
    world.run(roster(stays, mentored, teacher, groups=GROUPS))

    world.undo(run_id)

    school = world.read()
    assert not school.people["pupil", "k2"].here
    assert (school.groups, school.mentors) == ({(("pupil", "k1"), "2A"), (("staff", "m1"), "2A")}, set())


def test_who_stays_is_known_again_after_the_other_alone_was_told_r105(app, session):
    """The data of the other are heard as long as it is told alone; then the own record speaks again."""
    world = World(session)
    one, twin = pupil("1", group_key="2A"), pupil("2", last_name="Smit", birth_date=date(2012, 4, 3), group_key="2A")
    world.run(roster(one, twin, groups=GROUPS))
    ids = world.ids()
    world.merge(ids["pupil", "k1"], ids["pupil", "k2"])
    before = world.read()
    world.run(roster(twin, groups=GROUPS))
    assert world.read().people["pupil", "k1"].last == "Smit"

    world.run(roster(one, twin, groups=GROUPS))

    assert world.read() == before


def test_who_was_back_by_a_merge_alone_leaves_again_after_a_run_that_was_undone(app, session):
    world = World(session)
    one, twin = pupil("1", group_key="2A"), pupil("2", group_key="2B")
    world.run(roster(one, twin, groups=GROUPS))
    world.run(roster(twin, groups=GROUPS))
    ids, whole = world.ids(), world.whole()
    merge_id = world.merge(ids["pupil", "k1"], ids["pupil", "k2"])
    world.undo(world.run(roster(twin._replace(email="nieuw@school.example"), groups=GROUPS)))

    world.split(merge_id)

    assert world.whole() == whole


def test_after_a_split_each_is_in_the_class_of_the_own_enrolment(app, session):
    """A run moved the merged person: that is who is at the school; who was back by the merge alone is in no class."""
    world = World(session)
    one, twin = pupil("1", group_key="2A"), pupil("2", group_key="2B")
    world.run(roster(one, twin, groups=GROUPS))
    world.run(roster(twin, groups=GROUPS))
    ids = world.ids()
    merge_id = world.merge(ids["pupil", "k1"], ids["pupil", "k2"])
    alike = {name: getattr(one, name) for name in ("number", "email")}
    world.run(roster(twin._replace(group_key="3A", location_key="L2", **alike), groups=GROUPS))

    world.split(merge_id)

    school = world.read()
    assert school.groups == {(("pupil", "k2"), "3A")}
    assert {mark[1]: (about.here, *about.spots) for mark, about in school.people.items()} == {
        "k1": (False, "99ZZ01"),
        "k2": (True, "99ZZ02"),
    }


def test_a_class_that_the_enrolment_told_before_is_in_the_log_r108(app, session):
    """A pupil who was in no group, whose enrolment named the class all the same, comes into it."""
    world = World(session)
    one, twin = pupil("1", group_key="2A"), pupil("2", group_key="2B")
    world.run(roster(one, twin, groups=GROUPS))
    ids = world.ids()
    with transaction():
        session.execute(sa.delete(GroupPupil).where(GroupPupil.person_id == ids["pupil", "k1"]))

    run_id = world.run(roster(one, twin, groups=GROUPS))

    assert world.log(run_id) == {("pupil", "k1"): [("roster-changed", {"teaching_groups": [None, "2A"]})]}
