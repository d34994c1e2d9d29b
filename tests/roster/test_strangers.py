"""The first delivery of a source beside people from another one: whom it does not know, and whom it would rename."""

import copy
from collections import defaultdict
from datetime import date

import pytest

from app.services.roster.gate import judge_plan
from app.services.roster.gate.causes import cause_of_doubt
from app.services.roster.gate.limits import STRICT
from tests.roster.roster_world import NOBODY, TODAY, imported, plan, pupil, roster


def school(count, start=100_000, place="L1"):
    return [pupil(f"{n}", location_key=place, group_key=None) for n in range(start, start + count)]


def of_another_source(*people):
    """What is known of these people to a source that never told them."""
    known = copy.deepcopy(imported(roster(*people, source="edexml")))
    known.keys, known.keyed, known.location_keys = {}, defaultdict(dict), {}
    return known


def judged(told, known):
    return judge_plan(plan(told, known), known, told, TODAY, STRICT)


def renumbered(people):
    return [one._replace(key=f"x{one.number}", number=f"9{one.number}") for one in people]


def test_a_new_source_that_knows_everybody_by_other_numbers_is_held_before_all_are_double_r103(app):
    known = of_another_source(*school(60))
    verdict = judged(roster(*renumbered(school(60))), known)

    assert verdict.doubt == "strangers"
    assert verdict.reason == (
        "Er zijn al 60 leerlingen, en deze eerste levering van de bron zou er 60 nieuwe bij zetten. "
        "Er is niets gewijzigd."
    )
    assert cause_of_doubt(verdict) == (
        "Waarschijnlijk kent deze bron de leerlingen onder andere nummers, of is het de levering van een andere school."
    )
    assert not verdict.may_go_on


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (school(60), school(60)),  # everybody is recognised
        (school(60), [*school(40), *renumbered(school(39))]),  # most are
        (school(60), renumbered(school(26))),  # a list of newcomers
        (school(25), renumbered(school(60))),  # hardly anybody was there
        (school(60), school(60, 300_000, "L2")),  # another location
        ((), school(60)),  # the very first import
    ],
)
def test_what_is_no_other_school_goes_on(app, known, told):
    places = {"locations": roster().locations[1:]} if told[0].location_key == "L2" else {}
    assert judged(roster(*told, **places), of_another_source(*known) if known else NOBODY).reason is None


def test_only_the_first_delivery_of_a_source_is_asked_this(app):
    known = imported(roster(*school(60)))
    assert judged(roster(*school(60), *renumbered(school(70))), known).reason is None


def test_names_that_shift_in_the_first_delivery_are_counted_of_whom_it_recognised(app):
    known = of_another_source(*school(60))
    shifted = [one._replace(birth_date=date(2012, 4, 3), last_name="Anders") for one in school(60)]
    told = roster(*(one._replace(birth_date=one.birth_date, first_name=one.number) for one in school(60)))

    assert judged(told, known).reason == (
        "60 van de 60 leerlingen krijgen een andere naam of geboortedatum. Er is niets gewijzigd."
    )
    part = next(part for part in judged(told, known).over if part.location_id)
    assert judged(told, known).weighed.tallies[part].before == 60
    # A tenth of a large school may marry.
    known = of_another_source(*school(260))
    told = roster(*shifted[:26], *school(260)[26:])
    assert judged(told, known).reason is None
