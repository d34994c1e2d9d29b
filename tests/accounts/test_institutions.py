"""New schools by command (Z-010, Z-011, Z-080, Z-081, R10, contract.md)."""

import json

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput, NotAllowed, UnknownName
from app.models import Account, AuditLine, Institution, IssuedSecret, OutboxMail, Person, Role
from app.services.access import Actor
from app.services.institutions import add_institution, create_institution, institution_of, list_institutions
from app.services.login.credentials import FreshSecret, looks_issued
from tests.accounts.accounts_world import KEY, NOW

MACHINE = Actor("command")
FRESH = (FreshSecret("n1", "p1", "t1", "h1"), FreshSecret("n2", "p2", "t2", "h2"))


@pytest.fixture
def run(app, session):
    """Runs a command with --json; its exit code and its one answer."""

    def run(*arguments):
        session.rollback()
        result = app.test_cli_runner().invoke(args=[*arguments, "--json"])
        return result.exit_code, json.loads(result.stdout)

    return run


def create(session, **values):
    wanted = {"brin": "99ZZ", "name": "De Linde", "admin_username": None, "admin_email": None} | values
    return create_institution(session, NOW, MACHINE, KEY, fresh=FRESH, **wanted)


def counts(session):
    tables = (Institution, Person, Account, IssuedSecret, OutboxMail, AuditLine)
    return [session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]


def test_a_new_institution_gets_its_first_administrator_by_mail_z010_z011(session, run):
    code, answer = run(
        *("institution", "create", "--brin", "99ZZ", "--name", "De Linde"),
        *("--admin-username", "admin_x", "--admin-email", "x@school.example"),
    )
    assert code == 0
    assert answer["institution"] == "99ZZ"
    assert answer["admin"] == {"username": "admin_x", "delivery": "mail", "password": None}
    assert answer["root"].keys() == {"username", "delivery", "password"}
    mail = session.scalars(sa.select(OutboxMail)).one()
    assert (mail.template, mail.recipient) == ("administrator-new", "x@school.example")
    assert session.get(IssuedSecret, mail.secret_id).nonce is not None  # the mail is made from it later


def test_root_is_made_once_and_its_password_is_in_that_one_answer_z081_r10(session, run):
    _code, first = run("institution", "create", "--brin", "99ZZ", "--name", "De Linde")
    assert (first["root"]["username"], first["root"]["delivery"], first["admin"]) == ("root", "screen", None)
    assert looks_issued(first["root"]["password"])
    assert session.scalars(sa.select(IssuedSecret.nonce)).all() == [None]
    _code, second = run("institution", "create", "--brin", "88YY", "--name", "Elders")
    assert second["root"] is None
    root = session.scalars(sa.select(Account).where(Account.role == Role.ROOT)).one()
    assert root.institution_id is None


def test_without_address_the_password_of_the_administrator_is_in_the_answer(run):
    _code, answer = run("institution", "create", "--brin", "99ZZ", "--name", "X", "--admin-username", "admin_x")
    assert answer["admin"]["delivery"] == "screen"
    assert looks_issued(answer["admin"]["password"])


WRONG = [
    ({"brin": "99ZZ"}, "bestaat al"),
    ({"brin": "99zz"}, "bestaat al"),
    ({"brin": "ZZ99"}, "twee cijfers en twee letters"),
    ({"brin": "99ZZ00"}, "twee cijfers en twee letters"),
    ({"brin": "٩٩ZZ"}, "twee cijfers en twee letters"),
    ({"brin": "88YY", "name": "  "}, "een naam"),
    ({"brin": "88YY", "admin_username": "admin_x"}, "al in gebruik"),
    ({"brin": "88YY", "admin_username": "Admin_X"}, "al in gebruik"),
    ({"brin": "88YY", "admin_username": "root"}, "gereserveerd"),
    ({"brin": "88YY", "admin_username": "geen naam"}, "Gebruik alleen letters"),
    ({"brin": "88YY", "admin_username": "admin_y", "admin_email": "geen"}, "geldig e-mailadres"),
    ({"brin": "88YY", "admin_email": "x@school.example"}, "gebruikersnaam"),
]


def test_what_exists_or_cannot_be_used_changes_nothing_and_ends_with_2(session, run):
    create(session, admin_username="admin_x")
    session.commit()
    before = counts(session)
    for wrong, why in WRONG:
        given = {"brin": "88YY", "name": "Elders"} | wrong
        options = [part for key, value in given.items() for part in (f"--{key.replace('_', '-')}", value)]
        code, answer = run("institution", "create", *options)
        assert code == 2
        assert why in answer["error"]
        assert counts(session) == before


def test_only_the_machine_makes_institutions_z010(session, administrator):
    by = Actor("admin_vanderwal", administrator.id, administrator.institution_id, Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        create_institution(session, NOW, by, KEY, brin="88YY", name="Elders", fresh=FRESH)


def test_every_step_is_an_audit_line_of_the_right_school_r89(session):
    made = create(session, admin_username="admin_x")
    lines = session.execute(sa.select(AuditLine.action, AuditLine.institution_id).order_by(AuditLine.id)).all()
    own = made.institution.id
    assert lines == [("institution-created", own), ("account-created", own), ("account-created", None)]


def test_the_list_shows_all_institutions_with_their_locations(run, session, make_location, institution):
    make_location("Lindelaan", code="99ZZ01", sync_on=False)
    make_location("Haven", code="99ZZ00")
    add_institution(session, NOW, "11AA", "Andere")
    session.commit()
    code, answer = run("institution", "list")
    assert code == 0
    assert [line["institution"] for line in answer] == ["11AA", "99ZZ"]
    assert answer[1]["locations"] == [
        {"code": "99ZZ00", "name": "Haven", "on": True},
        {"code": "99ZZ01", "name": "Lindelaan", "on": False},
    ]
    assert [len(places) for _school, places in list_institutions(session)] == [0, 2]


def test_an_unknown_institution_is_said_so(session):
    with pytest.raises(UnknownName, match="Instelling 77XX bestaat niet"):
        institution_of(session, "77XX")


def test_a_school_cannot_be_made_twice_at_once(session):
    add_institution(session, NOW, "99ZZ", "De Linde")
    with pytest.raises(InvalidInput):
        add_institution(session, NOW, "99ZZ", "De Linde")
