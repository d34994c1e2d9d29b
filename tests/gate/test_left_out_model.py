"""Random weeks of a school of which random parts are left out: who is in them stays, and the rest loses nothing."""

import random

import pytest

from app.services.roster.gate.weighed import weigh
from app.services.roster.plan.parts import EVERYWHERE, parts_of
from tests.roster.roster_world import NOBODY, after, hand_made, plan
from tests.roster.test_roster_model import Town


def links_of(school, ref):
    """All that is known of somebody, as one value."""
    guardians = {pupil: of[ref] for pupil, of in school.guardians.items() if ref in of}
    mentored = {pupil for pupil, members in school.mentors.items() if ref in members}
    return (
        school.persons[ref],
        school.enrolments.get(ref),
        set(school.pupil_groups.get(ref, ())),
        set(school.staff_groups.get(ref, ())),
        dict(school.guardians.get(ref, {})),
        set(school.mentors.get(ref, ())),
        guardians,
        mentored,
    )


def seen(school):
    """The people of a school by key, without ids."""
    return {key: school.persons[held.person_id][1:] for key, held in school.keys.items() if not key[1].startswith("#")}


@pytest.mark.parametrize("seed", range(25))
def test_random_parts_wait_and_nobody_is_changed_by_half(seed):
    town, known, dice = Town(seed), hand_made(NOBODY, "hand"), random.Random(seed)
    known = after(known, plan(town.week(), known))
    for _week in range(15):
        told = town.week()
        weighed = weigh(known, plan(told, known))
        choices = [part for part in weighed.tallies if part.location_id is not EVERYWHERE]
        out = set(dice.sample(choices, dice.randint(0, len(choices))))
        rest = weighed.without(out)
        partly = after(known, rest)

        waits = {
            change.ref
            for change in weighed.plan.changes
            if change.kind != "group" and not out.isdisjoint(parts_of(change, weighed.places or None))
        }
        waits |= set().union(*(people for part, people in weighed.lost.items() if part in out))
        for ref in waits & known.persons.keys():
            assert links_of(partly, ref)[:4] == links_of(known, ref)[:4]
        assert not {change.ref for change in rest.changes if change.kind != "group"} & waits
        for kind, of in rest.counted().items():
            assert min(of.values()) >= 0
            assert of["seen"] == of["new"] + of["changed"] + of["unchanged"] + of["skipped"], kind

        at_once, later = after(known, weighed.plan), after(partly, plan(told, partly))
        assert seen(later) == seen(at_once)
        assert plan(told, later).is_empty
        known = later
