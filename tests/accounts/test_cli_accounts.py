"""`accounts create` and `accounts reset` to the letter of contract.md (Z-099 to Z-105, Z-132)."""

import json

import pytest
import sqlalchemy as sa

from app.models import Account, Batch, IssuedSecret, OutboxMail, PersonKind
from app.services.login.credentials import looks_issued, outstanding_secret
from app.services.login.hashing import verify_password
from tests.accounts.accounts_world import NOW, audit, usernames


@pytest.fixture
def run(app, session):
    def run(*arguments):
        session.rollback()
        return app.test_cli_runner().invoke(args=[*arguments])

    return run


@pytest.fixture
def answer(run):
    """Runs `accounts ...` for the school with --json; its one answer, after this exit code."""

    def answer(verb, *arguments, ends=0, school="99ZZ"):
        result = run("accounts", verb, "--institution", school, *arguments, "--json")
        assert result.exit_code == ends, result.output
        assert result.stdout.count("\n") == 1
        return json.loads(result.stdout)

    return answer


def test_accounts_for_all_of_a_kind_by_mail_and_on_screen_z099_z101(session, answer, make_person):
    make_person(first_name="Inne", last_name="Wit", number="012345")
    make_person(first_name="Stil", last_name="Wit", number="012346", email=None)
    make_person(PersonKind.STAFF)
    said = answer("create", "--kind", "pupil", "--all")
    assert said["status"] == "done"
    assert said["batch"] == session.scalar(sa.select(Batch.id))
    assert said["skipped"] == []
    assert isinstance(said["seconds"], float)
    mailed, shown = said["created"]
    assert mailed == {"username": "innewit", "kind": "pupil", "number": "012345", "delivery": "mail", "password": None}
    assert (shown["username"], shown["number"], shown["delivery"]) == ("stilwit", "012346", "screen")
    account = session.scalars(sa.select(Account).where(Account.username == "stilwit")).one()
    secret = session.scalars(sa.select(IssuedSecret).where(IssuedSecret.account_id == account.id)).one()
    assert verify_password(secret.password_hash, shown["password"])
    assert secret.nonce is None  # in this one answer only
    assert audit("account-created")[0].actor_name == "command"


def test_a_second_time_there_is_nobody_left(session, answer, make_person):
    make_person()
    answer("create", "--kind", "pupil", "--all")
    assert answer("create", "--kind", "pupil", "--all") | {"seconds": 0} == {
        "batch": None,
        "status": "done",
        "created": [],
        "skipped": [],
        "seconds": 0,
    }


def test_the_numbered_ones_only_and_who_cannot_is_skipped_with_a_code(session, answer, make_person, make_account):
    having, left = make_person(number="000001"), make_person(number="000002")
    make_account(having)
    left.left_on = NOW.date()
    make_person(number="000003", first_name="Inne", last_name="Wit")
    make_person(number="000004")
    said = answer("create", "--kind", "pupil", "--number", "000001", "--number", "000002", "--number", "000003")
    assert [line["username"] for line in said["created"]] == ["innewit"]
    assert said["skipped"] == [
        {"kind": "pupil", "number": "000001", "reason": "has-account"},
        {"kind": "pupil", "number": "000002", "reason": "has-left"},
    ]


def test_more_numbers_may_follow_one_option(answer, make_person):
    make_person(number="1", first_name="A", last_name="Wit")
    make_person(number="2", first_name="B", last_name="Wit")
    assert len(answer("create", "--kind", "pupil", "--number", "1", "2")["created"]) == 2


def test_a_dry_run_shows_the_usernames_and_writes_nothing(session, answer, make_person):
    make_person(first_name="Inne", last_name="Wit", number="012345", email=None)
    said = answer("create", "--kind", "pupil", "--all", "--dry-run")
    assert (said["batch"], said["status"]) == (None, "preview")
    assert said["created"] == [
        {"username": "innewit", "kind": "pupil", "number": "012345", "delivery": "screen", "password": None}
    ]
    for table in (Account, Batch, IssuedSecret, OutboxMail):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--kind", "pupil"), "óf --all op, óf --number"),
        (("--kind", "pupil", "--all", "--number", "000001"), "óf --all op, óf --number"),
        (("--kind", "pupil", "--number", "999999"), "Hier niet bekend: 999999"),
        (("--kind", "pupil", "--number", "000001", "--number", "\x00"), "Hier niet bekend"),
        (("--kind", "pupil", "--number", "\udcff"), "Hier niet bekend"),
        (("--kind", "guardian", "--number", "000001"), "Hier niet bekend: 000001"),
        (("--kind", "parent", "--all"), "parent"),
        (("--all",), "--kind"),
    ],
)
def test_wrong_usage_and_unknown_numbers_end_with_2_and_make_nothing(answer, make_person, arguments, why):
    make_person(number="000001")
    assert why in answer("create", *arguments, ends=2)["error"]
    assert usernames() == []


@pytest.mark.parametrize("school", ["77XX", "99ZZ00", "\x00", "\udcff"])
def test_an_unknown_school_ends_with_2(answer, institution, school):
    assert "bestaat niet" in answer("create", "--kind", "pupil", "--all", school=school, ends=2)["error"]


def test_a_person_of_another_school_is_unknown_here(session, answer, make_person, institution):
    from app.services.institutions import add_institution

    add_institution(session, NOW, "88YY", "Elders")
    session.commit()
    make_person(number="000001")
    answer("create", "--kind", "pupil", "--number", "000001", school="88YY", ends=2)


def test_a_reset_answers_as_a_creation_does_z132_z145(session, answer, make_account, make_person):
    account = make_account(make_person(PersonKind.OTHER, email=None, number=None), username="cruimschotel")
    mailed = make_account(make_person(PersonKind.STAFF, number="M1"), username="Jdevries")
    said = answer("reset", "--username", "cruimschotel", "--username", "Jdevries")
    lines = {line["username"]: line for line in said["created"]}
    assert lines["Jdevries"] == {
        "username": "Jdevries",
        "kind": "staff",
        "number": "M1",
        "delivery": "mail",
        "password": None,
    }
    assert looks_issued(lines["cruimschotel"]["password"])
    for one in (account, mailed):
        assert outstanding_secret(session, NOW.replace(year=2020), one.id)


def test_a_blocked_account_is_skipped_by_a_reset_part7_nr20(answer, make_account):
    make_account(username="jdevries", blocked=True)
    said = answer("reset", "--username", "jdevries")
    assert [line["reason"] for line in said["skipped"]] == ["blocked"]
    assert said["created"] == []


@pytest.mark.parametrize("name", ["JDEVRIES", "root", "nobody", "admin_national"])
def test_a_username_counts_by_its_case_and_those_above_are_unknown_z020_r50(answer, make_account, name):
    from app.models import Role

    make_account(username="jdevries")
    make_account(username="root", role=Role.ROOT)
    make_account(username="admin_national", role=Role.NATIONAL)
    assert "Hier niet bekend" in answer("reset", "--username", name, ends=2)["error"]


def test_for_people_the_answer_is_a_table_that_says_to_copy_z103(run, make_person):
    make_person(first_name="Stil", last_name="Wit", number="012346", email=None)
    said = run("accounts", "create", "--institution", "99ZZ", "--kind", "pupil", "--all").stdout
    assert "012346\tstilwit\t" in said
    assert "1 account." in said
    assert "Kopieer de wachtwoorden direct" in said
