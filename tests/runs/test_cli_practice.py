"""`practice load` (contract.md): a made-up school and accounts that everybody may know."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.cli.practice import practice_accounts
from app.models import Account, AccountLocation, Institution, Location, Person, Role, SyncRun
from app.services.accounts.practice import PASSWORD
from app.services.login.credentials import looks_issued
from app.services.login.hashing import verify_password
from tests.runs.run_world import command, count

__all__ = ["command"]


@pytest.fixture
def load(command):
    return lambda *arguments: command("practice", "load", "--pupils", "30", *arguments)


def test_a_school_with_an_account_of_each_role(load, session, institution):
    code, answer = load()

    assert (code, answer["status"], answer["counts"]["pupils"]["new"]) == (0, "applied", 30)
    assert [(one["username"], one["role"]) for one in answer["accounts"]] == [
        ("admin_99zz", "administrator"),
        ("zorgmanager_99zz", "care_manager"),
        ("medewerker_99zz", "staff"),
        ("leerling_99zz", "pupil"),
        ("verzorger_99zz", "guardian"),
    ]
    assert {one["password"] for one in answer["accounts"]} == {PASSWORD}
    assert not looks_issued(PASSWORD)
    admin = session.scalar(sa.select(Account).where(Account.role == Role.ADMINISTRATOR))
    assert verify_password(admin.password_hash, PASSWORD)
    assert count(session, AccountLocation, account_id=admin.id) == count(session, Location) == 3
    assert session.scalar(sa.select(Institution.is_practice))


def test_loading_it_again_changes_nothing(load, session, institution):
    load()
    people = count(session, Person)
    code, answer = load()

    assert (code, answer["counts"]["pupils"]) == (
        0,
        {"seen": 30, "new": 0, "changed": 0, "unchanged": 30, "gone": 0, "skipped": 0},
    )
    assert (count(session, Person), count(session, Account)) == (people, 5)


def test_a_password_of_ones_own_is_not_told(load, session, institution):
    load()
    session.execute(sa.update(Account).values(password_changed_at=sa.func.current_timestamp()))
    session.commit()

    assert {one["password"] for one in load()[1]["accounts"]} == {None}


def test_the_institution_is_made_when_absent_and_another_seed_is_another_school(load, session, institution):
    load("--institution", "12ab")
    load("--institution", "13AB", "--seed", "2")

    names = [
        session.scalars(
            sa.select(Person.last_name).join(Institution).where(Institution.brin == brin, Person.kind == "pupil")
        ).all()
        for brin in ("12AB", "13AB")
    ]
    assert names[0] != names[1]
    assert count(session, Account) == 10


@pytest.mark.parametrize("sign", ["person", "account", "import"])
def test_a_real_school_gets_no_accounts_that_everybody_knows_r10(
    load, session, institution, make_person, make_account, sign
):
    if sign == "import":  # that brought nobody yet
        values = {"source": "edexml", "trigger": "file", "slot": "1", "status": "held", "created_at": datetime.now(UTC)}
        session.add(SyncRun(institution_id=institution.id, **values))
        session.commit()
    else:
        {"person": make_person, "account": make_account}[sign]()
    before = [count(session, table) for table in (Account, Person, SyncRun)]
    code, answer = load()

    assert (code, list(answer)) == (1, ["error"])
    assert [count(session, table) for table in (Account, Person, SyncRun)] == before
    assert not session.scalar(sa.select(Institution.is_practice))


@pytest.mark.parametrize("wrong", [("--institution", "9Z"), ("--pupils", "0"), ("--pupils", "veel"), ("--seed", "x")])
def test_wrong_usage_ends_with_2(load, session, institution, wrong):
    assert load(*wrong)[0] == 2
    assert count(session, Person) == 0


def test_make_run_tells_the_accounts_and_loads_only_into_an_empty_panel(app, session, institution):
    session.rollback()

    assert list(practice_accounts()) == []
    assert count(session, Person) == 0


def test_make_run_fills_an_empty_panel_and_tells_the_same_accounts_next_time(app, session):
    first = list(practice_accounts())
    people = count(session, Person)
    session.rollback()

    assert len(first) == 6
    assert first[1].split() == ["admin_99zz", PASSWORD]
    assert list(practice_accounts()) == first
    assert count(session, Person) == people > 4000
