"""What the machine found, each as a story of its own."""

from tests.exchange.machine_school import GROUPS
from tests.exchange.machine_world import World
from tests.roster.roster_world import pupil, roster


def test_a_class_that_comes_by_way_of_who_was_merged_is_in_the_log_r108(app, session):
    world = World(session)
    one, other = pupil("1", group_key="2A"), pupil("2", group_key="2A")
    world.run(roster(one, other, groups=GROUPS))
    ids = world.ids()
    world.merge(ids["pupil", "k1"], ids["pupil", "k2"])

    run_id = world.run(roster(one, other._replace(group_key="2B"), groups=GROUPS))

    assert world.read().groups == {(("pupil", "k1"), "2A"), (("pupil", "k1"), "2B")}
    assert world.log(run_id) == {("pupil", "k1"): [("roster-changed", {"teaching_groups": [None, "2B"]})]}
