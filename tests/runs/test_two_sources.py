"""Persons from one source and guardians from another, end to end from the command line."""

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import Guardianship, Institution, Person, PersonKind
from tests.runs.run_world import command, connected, count
from tests.screens.upload_world import FEED
from tests.sources.somtoday.somtoday_player import Player
from tests.sources.table.test_table_look import workbook

__all__ = ["command", "connected"]
SCHOOL = ("--institution", "99ZZ")


@pytest.fixture
def run(command):
    return lambda *arguments: command("roster", *arguments, *SCHOOL)


@pytest.fixture
def ordered(session, institution):
    def ordered(**order):
        with transaction():
            school = session.get_one(Institution, institution.id)
            school.exchange = (school.exchange or {}) | {"authority": order}

    return ordered


@pytest.fixture
def put(tmp_path):
    def put(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def numbers(session, count):
    chosen = sa.select(Person.number).where(Person.kind == PersonKind.PUPIL, Person.left_on.is_(None))
    return list(session.scalars(chosen.order_by(Person.id).limit(count)))


def families(session):
    """Who is guardian of which pupil, by number and name."""
    guardian, pupil = sa.orm.aliased(Person), sa.orm.aliased(Person)
    pairs = (
        sa.select(pupil.number, guardian.last_name, guardian.email)
        .join(Guardianship, Guardianship.pupil_id == pupil.id)
        .join(guardian, guardian.id == Guardianship.guardian_id)
        .where(guardian.left_on.is_(None))
    )
    return sorted(tuple(row) for row in session.execute(pairs))


def table_of_guardians(*rows):
    titles = ["Leerlingnummer", "Verzorgernummer", "Achternaam", "Voorletters", "E-mail", "Relatie"]
    return workbook(titles, *rows)


def test_pupils_from_edexml_and_their_guardians_from_a_table(run, put, session, ordered):
    ordered(pupils=["edexml"], staff=["edexml"], groups=["edexml"], guardians=["table"])
    edexml = put("school.xml", FEED)
    code, answer = run("import", edexml, "--source", "edexml")
    assert (code, answer["counts"]["pupils"]["new"] > 1) == (0, True)
    one, two, *_more = numbers(session, 2)
    pupils = count(session, Person, kind="pupil", left_on=None)
    told = [[one, "700001", "Dam", "C.", "c@x.nl", "moeder"], [two, "700001", "Dam", "C.", "c@x.nl", "moeder"]]
    told.append([two, "700002", "Ver", "A.", "a@x.nl", "vader"])

    code, answer = run("import", put("ouders.xlsx", table_of_guardians(*told)), "--source", "table")
    assert (code, answer["counts"]["guardians"]["new"], answer["counts"]["pupils"]["gone"]) == (0, 2, 0)
    wanted = sorted([(one, "Dam", "c@x.nl"), (two, "Dam", "c@x.nl"), (two, "Ver", "a@x.nl")])
    assert families(session) == wanted

    code, answer = run("import", edexml, "--source", "edexml")
    assert (code, answer["counts"]["pupils"]["unchanged"], answer["counts"]["guardians"]["gone"]) == (0, pupils, 0)
    assert families(session) == wanted
    code, answer = run("import", put("ouders.xlsx", table_of_guardians(*told[1:])), "--source", "table")
    assert code == 0
    # A table that tells no guardian of a pupil says nothing about that pupil.
    assert families(session) == wanted
    for row in told[:2]:
        row[4] = "nieuw@x.nl"
    run("import", put("ouders.xlsx", table_of_guardians(*told)), "--source", "table")
    assert families(session) == [(*pair[:2], pair[2].replace("c@x", "nieuw@x")) for pair in wanted]


def test_a_service_with_addresses_of_guardians_from_a_table(run, put, session, ordered, connected):
    """Somtoday goes first; the table fills what Somtoday leaves empty, week after week, and takes nobody away."""
    everything = ("pupils", "guardians", "staff", "groups", "locations")
    ordered(**dict.fromkeys(everything, ["somtoday", "table"]))
    with Player(pupils=60, guardians=90, staff=8) as player:
        for guardian in player.school.verzorgers:
            guardian.pop("emailadres", None)
        connected(player)
        assert run("sync")[0] == 0
        rows = session.execute(
            sa.select(Person.number, Person.last_name, Person.id).where(Person.kind == PersonKind.GUARDIAN).limit(3)
        ).all()
        pupil_of = dict(
            session.execute(
                sa.select(Guardianship.guardian_id, Person.number).join(Person, Person.id == Guardianship.pupil_id)
            ).all()
        )
        told = [[pupil_of[row.id], row.number, "Andersom", None, f"{row.number}@x.nl", None] for row in rows]
        told.append([told[0][0], "999999", "Stief", "S.", "stief@x.nl", "stiefvader"])

        code, answer = run("import", put("ouders.xlsx", table_of_guardians(*told)), "--source", "table")
        assert (code, answer["counts"]["guardians"]["new"], answer["counts"]["guardians"]["gone"]) == (0, 1, 0)
        for _week in range(2):
            code, answer = run("sync")
            assert code == 0
            assert answer["counts"]["guardians"]["changed"] == answer["counts"]["guardians"]["gone"] == 0

        after = {row.number: row for row in session.execute(sa.select(Person.number, Person.last_name, Person.email))}
        for row in rows:
            assert (after[row.number].last_name, after[row.number].email) == (row.last_name, f"{row.number}@x.nl")
        assert after["999999"].email == "stief@x.nl"
        assert count(session, Person, kind="guardian", left_on=None) == 91
