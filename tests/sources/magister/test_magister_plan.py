"""Magister against the plan and a database: what fails or is not told costs nobody a place, group or guardian."""

import pytest
import sqlalchemy as sa

from app.models import Group, Guardianship, Person
from app.roster import Kind
from tests.roster.roster_world import codes as plan_codes
from tests.roster.roster_world import counts, imported, plan
from tests.runs.run_world import Writes, count, known_of, take_in
from tests.sources.magister import magister_world
from tests.sources.magister.magister_world import ALL

player, pauses, source, fetch = (
    magister_world.player,
    magister_world.pauses,
    magister_world.source,
    magister_world.fetch,
)
__all__ = ["known_of", "take_in"]


def rows(plan):
    return {name: found for name, found in plan.rows.items() if found.new or found.changed or found.gone}


@pytest.mark.parametrize("layout", ["", ALL, "verzorgers=ouders"])
def test_the_same_school_twice_changes_nothing(fetch, layout):
    assert rows(plan(fetch(layout=layout), imported(fetch(layout=layout)))) == {}


@pytest.mark.parametrize(
    "names",
    [("Klas",), ("Personeelslid.Volledige_naam",), ("Email", "Tussenv", "Geslacht", "geb_datum_str"), ("Voorletters",)],
)
def test_fields_that_are_told_no_more_change_nothing(player, fetch, names):
    known = imported(fetch())
    for one in (*player.school.leerlingen, *player.school.personeel):
        for name in names:
            one.pop(name, None)

    assert rows(plan(fetch(), known)) == {}


def test_groups_never_vanish_by_questions_that_fail(player, fetch):
    known = imported(fetch())
    numbers = [one["stamnr_str"] for one in player.school.leerlingen]
    for failing in (numbers[:1], numbers[:20], numbers):
        player.faults.dead = {f"getleerlinggroepen/{number}" for number in failing}
        assert rows(plan(fetch(), known)) == {}
    player.faults.dead = set()
    for function in ("getleerlinggroepen", "getpersoneelgroepvakken", "getpersoneelklasvakken", "getactiveempoyees"):
        player.faults.forbidden = {function}
        assert rows(plan(fetch(), known)) == {}


def test_a_group_that_nobody_is_in_any_more_goes(player, fetch):
    known = imported(fetch())
    name = next(one["groep"] for groups in player.school.leerling_groepen.values() for one in groups)
    for groups in (*player.school.leerling_groepen.values(), *player.school.groep_vakken.values()):
        groups[:] = [one for one in groups if name not in (one.get("groep"), one.get("Klas"))]

    assert counts(plan(fetch(), known), "groups")["gone"] == 1


def test_lists_that_tell_no_teaching_groups_take_none_away(player, fetch):
    """A school that goes from the functions to lists of people only (koppelingen.md, Magister 8)."""
    known = imported(fetch())
    for row in player.school.layouts["leerlingen actief"]:
        row["LASTNAME"] = next(
            one["Achternaam"] for one in player.school.leerlingen if one["stamnr_str"] == row["STAMNR"]
        )

    later = plan(fetch(layout=ALL), known)

    assert counts(later, "groups").get("gone", 0) == 0
    assert not later.rows["group_pupil"].gone
    assert not later.rows["group_staff"].gone
    assert ("warning", "roster", "", "kind-not-told") in plan_codes(later)


def test_a_location_that_is_off_costs_nobody_anything_z228(fetch):
    known = imported(fetch(layout="verzorgers=ouders"))

    assert rows(plan(fetch(layout="verzorgers=ouders", switched_off=frozenset({"havenkwartier"})), known)) == {}


def test_who_cannot_be_read_is_not_gone_z244(player, fetch):
    known = imported(fetch(layout=ALL))
    nameless, to_come, _left = player.school.layouts["leerlingen actief"][:3]
    nameless["LASTNAME"] = ""
    to_come["studiebegindatum"] = "1-12-2026"

    assert rows(plan(fetch(layout=ALL), known)) == {}


def test_who_has_left_and_who_is_missing_are_gone(player, fetch):
    known = imported(fetch(layout=ALL))
    listed = player.school.layouts["leerlingen actief"]
    listed[0]["vertrekdatum"] = "1-10-2026"
    del listed[1]

    later = plan(fetch(layout=ALL), known)

    assert counts(later, "pupils")["gone"] == 2
    left = {values["left_on"].isoformat() for _person, values in later.rows["person"].changed if "left_on" in values}
    assert "2026-10-02" in left


@pytest.mark.parametrize("about", ["ouders", "personeel"])
@pytest.mark.parametrize("how", ["forbidden", "empty"])
def test_a_list_that_is_not_there_costs_nobody_anything(player, fetch, about, how):
    known = imported(fetch(layout=ALL))
    setattr(player.faults, how, {about})

    assert rows(plan(fetch(layout=ALL), known)) == {}


def test_a_guardian_who_is_told_no_more_loses_the_link(player, fetch):
    known = imported(fetch(layout=ALL))
    del player.school.verzorgers[0]

    later = plan(fetch(layout=ALL), known)

    assert len(later.rows["guardianship"].gone) == 1


def test_a_mentor_of_a_class_who_is_replaced_loses_it(player, fetch):
    known = imported(fetch(layout=ALL))
    listed = player.school.layouts["leerlingen actief"]
    old, name = listed[0]["PMENTORCODE"], listed[0]["CLASS"]
    new = next(one["Code"] for one in player.school.personeel if one["Code"] != old)
    for row in listed:
        if row["CLASS"] == name:
            row["PMENTORCODE"] = new

    later = plan(fetch(layout=ALL), known)

    assert len(later.rows["mentor"].gone) == len(later.rows["mentor"].new) == sum(r["CLASS"] == name for r in listed)
    assert len(later.rows["group_staff"].gone) == 1


def test_a_school_on_a_database_first_unchanged_changed(db, session, player, fetch, take_in):
    first = take_in(fetch(layout="verzorgers=ouders"))
    people = count(session, Person)
    assert people == 60 + 90 + first.counts[Kind.STAFF].new
    bond = session.scalar(sa.select(Guardianship).order_by(Guardianship.guardian_id, Guardianship.pupil_id))
    assert (bond.relation is not None, bond.receives_post is not None) == (True, True)
    groups = count(session, Group)
    session.rollback()

    with Writes(db.engine) as writes:
        assert take_in(fetch(layout="verzorgers=ouders")).is_empty
    assert writes.seen == []

    player.school.leerlingen[0]["Achternaam"] = "Vernieuwd"
    player.faults.dead = {f"getleerlinggroepen/{player.school.leerlingen[1]['stamnr_str']}"}
    later = take_in(fetch(layout="verzorgers=ouders"))
    assert later.counts[Kind.PUPILS].changed == 1
    assert session.scalar(sa.select(Person.last_name).where(Person.number == "100001")) == "Vernieuwd"
    assert (count(session, Person), count(session, Group)) == (people, groups)
