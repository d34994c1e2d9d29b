"""Held runs that pile up, and large ones: of every part some names, and of a service only the newest waits."""

import pytest

from app.services.runs.shown import MOST_LINES
from tests.gate.gate_world import HAVEN_GONE, Runs, runs, school
from tests.roster.roster_world import roster

__all__ = ["runs"]


def test_of_a_service_only_the_newest_held_run_waits(session, runs):
    first = runs.run(HAVEN_GONE).id
    second = runs.run(HAVEN_GONE)

    assert (second.status, runs.of(first).status) == ("held", "discarded")
    assert runs.of(first).reason == f"Een nieuwere run wacht op een besluit: run {second.id}."
    assert runs.of(first).changes is None


def test_files_wait_beside_each_other_for_each_may_hold_something_else(runs):
    ids = [runs.run(roster(source="edexml")).id for _twice in range(2)]

    assert [runs.of(one).status for one in ids] == ["held", "held"]


@pytest.fixture
def large(session, institution):
    runs = Runs(session, institution.id)
    runs.run(roster(*school(700), *school(30, "L2", 200_000)), approved=True)
    return runs


def test_however_many_lines_there_are_every_part_has_some(large):
    shifted = [one._replace(last_name=f"A{one.number}") for one in (*school(700), *school(30, "L2", 200_000))]
    run = large.run(roster(*shifted))

    assert (run.status, len(run.changes)) == ("held", MOST_LINES)
    assert run.reason == "730 van de 730 leerlingen krijgen een andere naam of geboortedatum. Er is niets gewijzigd."
    lines = {part["part"]: 0 for part in run.parts["found"] if part["part"].count(".") == 2}
    for line in run.changes:
        for part in line["parts"]:
            lines[part] += 1
    assert min(lines.values()) >= 10


def test_a_large_number_is_written_as_people_write_it(app):
    from app.services.roster.gate.words import numbers

    assert numbers(1496, 1501) == {"lost": "1.496", "before": "1.501"}
