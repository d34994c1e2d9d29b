"""A whole school from Somtoday: 1,468 pupils, 2,400 guardians, 150 staff; first, unchanged and changed run."""

import pytest
import sqlalchemy as sa

from app.models import AuditLine, Group, Guardianship, Person, PersonKind, PersonLocation
from tests.runs.run_world import Writes, ask, carry_out, connected, count
from tests.sources.somtoday.somtoday_player import Player

__all__ = ["ask", "carry_out", "connected"]


@pytest.fixture(scope="module")
def player():
    with Player() as player:
        yield player


def counts(answer, kind):
    return {name: number for name, number in answer["counts"][kind].items() if number}


def test_the_first_the_unchanged_and_the_changed_run(db, session, ask, carry_out, connected, player):
    connected(player)
    first = carry_out(ask("somtoday", "manual"))

    assert first["status"] == "applied"
    assert counts(first, "pupils") == {"seen": 1468, "new": 1468}
    assert counts(first, "guardians") == {"seen": 2400, "new": 2400}
    assert counts(first, "staff")["seen"] == 150
    assert count(session, Person, kind="pupil") == 1468
    assert session.scalar(sa.select(sa.func.count(sa.distinct(Guardianship.pupil_id)))) == 1468
    placed = sa.select(Person.id).join(PersonLocation, PersonLocation.person_id == Person.id)
    assert session.scalar(sa.select(sa.func.count()).select_from(placed.distinct().subquery())) == count(
        session, Person
    )
    lines = count(session, AuditLine)
    session.rollback()

    with Writes(db.engine) as writes:
        again = carry_out(ask("somtoday", "manual"))
    assert counts(again, "pupils") == {"seen": 1468, "unchanged": 1468}
    assert counts(again, "guardians") == {"seen": 2400, "unchanged": 2400}
    assert writes.of_people() == ["INSERT INTO audit_line"]
    assert count(session, AuditLine) == lines + 1
    session.rollback()

    number = change(player.school)
    changed = carry_out(ask("somtoday", "manual"))
    assert counts(changed, "pupils") == {"seen": 1466, "changed": 3, "unchanged": 1463, "gone": 2}
    moved = session.scalar(sa.select(Person).where(Person.kind == PersonKind.PUPIL, Person.number == number))
    assert (moved.last_name, moved.left_on) == ("Nieuwenhuis", None)


def change(school):
    """Two leave, one gets another name, one another address, one another class; gives the number of the renamed."""
    for pupil in school.leerlingen[:2]:
        school.remove_pupil(pupil["leerlingnummer"])
    renamed, mailed, moving = (school.leerlingen[index] for index in (10, 20, 30))
    renamed["achternaam"] = "Nieuwenhuis"
    mailed["emailadres"] = "ander@leerling.example"
    names = [group["naam"] for group in school.stamgroepen]
    here = moving["plaatsingen"][-1]["stamgroep"]["naam"]
    other = next(name for name in names if name != here and where(school, name) == moving["vestiging"]["uuid"])
    school.move_pupil(moving["leerlingnummer"], other)
    return str(renamed["leerlingnummer"])


def where(school, name):
    group = next(group for group in school.stamgroepen if group["naam"] == name)
    return group["leerlingen"][0]["vestiging"]["uuid"] if group["leerlingen"] else None


def test_the_groups_of_a_school_have_their_pupils_and_staff_z278(session, ask, carry_out, connected, player):
    connected(player)
    answer = carry_out(ask("somtoday", "manual"))

    assert answer["counts"]["groups"]["new"] == count(session, Group)
    assert not [message for message in answer["messages"] if message["severity"] == "error"]
