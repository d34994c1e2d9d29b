"""Whatever a run did, its undo restores every row, and the undo of the undo does it again."""

import random

from tests.history.history_world import history
from tests.roster.roster_world import GROUP, HAVEN, LINDELAAN, guardian, pair, pupil, roster, staff

__all__ = ["history"]
TURNS = 25
LAST = ("Berg", "Kaya", "Vos", "Özdemir", "De Wit")
GROUPS = tuple(
    GROUP._replace(key=f"g{n}", name=f"{n}A", is_home=n < 4, location_key="L1" if n % 2 else "L2") for n in range(6)
)
HOMES, TEACHING = [group.key for group in GROUPS[:4]], [group.key for group in GROUPS[4:]]


def some(draw, many, share=0.7):
    return [one for one in many if draw.random() < share]


def any_school(draw):
    """A school of which about two thirds of everything is there, with other values each time."""
    groups = [
        group._replace(name=group.name + draw.choice(("", "", "+")), location_key=draw.choice(("L1", "L2")))
        for group in some(draw, GROUPS, 0.8)
    ]
    told = {group.key for group in groups}
    members = [staff(f"5000{n}", **_staff(draw, told)) for n in some(draw, range(4))]
    pupils = [pupil(f"10000{n}", **_pupil(draw, told, members)) for n in some(draw, range(8))]
    guardians = [guardian(f"70000{n}", last_name=draw.choice(LAST)) for n in some(draw, range(6), 0.8)]
    pairs = [
        pair(
            parent.number, child.number, relation=draw.choice(("moeder", "vader", None)), rank=draw.choice((1, 2, None))
        )
        for child in pupils
        for parent in some(draw, guardians, 0.3)
    ]
    haven = HAVEN._replace(name=draw.choice(("Havenkwartier", "De Haven")))
    return roster(*members, *pupils, *guardians, *pairs, groups=tuple(groups), locations=(LINDELAAN, haven))


def _staff(draw, told):
    keys = tuple(some(draw, sorted(told), 0.4))
    return {"last_name": draw.choice(LAST), "group_keys": keys, "email": draw.choice((None, "a@x.example"))}


def _pupil(draw, told, members):
    return {
        "last_name": draw.choice(LAST),
        "location_key": draw.choice(("L1", "L2")),
        "group_key": draw.choice([key for key in HOMES if key in told] or [None]),
        "group_keys": tuple(some(draw, [key for key in TEACHING if key in told], 0.5)),
        "mentor_keys": tuple(some(draw, [one.key for one in members], 0.3)),
        "year_of_study": draw.choice((1, 2, 3)),
        "email": draw.choice((None, "p@x.example", "q@x.example")),
    }


def test_any_run_can_be_undone_and_done_again_exactly(history):
    draw = random.Random(20261124)  # noqa: S311 - a made-up school, no secret
    for turn in range(TURNS):
        before = history.whole()
        run = history.run(any_school(draw))
        after = history.whole()
        if before == after:
            continue
        undo = history.undo(run)
        assert history.whole() == before, turn
        assert history.codes(undo) == [], turn
        history.undo(undo)
        assert history.whole() == after, turn
