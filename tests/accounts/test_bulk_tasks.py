"""What is done to many accounts at once: who is skipped and why, and what is left afterwards (Z-132 to Z-153, R124)."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput, UnknownName
from app.extensions import transaction
from app.models import (
    Account,
    Batch,
    BatchItem,
    FormerUsername,
    Institution,
    IssuedSecret,
    LoginSession,
    OutboxMail,
    Person,
    PersonKind,
    Role,
)
from app.services.accounts.batches import pieces
from app.services.accounts.batches.drafting import draft_batch, retry_batch
from app.services.accounts.batches.state import batch_state, result_lines
from app.services.accounts.tasks.task import Task
from app.services.login.credentials import looks_issued
from app.services.login.hashing import verify_password
from tests.accounts.accounts_world import NOW, actor_of, audit, made, reasons, shown, started, work


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


def again(session, account_id):
    return session.get(Account, account_id, populate_existing=True)


@pytest.mark.parametrize(
    ("task", "before", "after"),
    [
        ("block", {"blocked": False}, {"blocked": True}),
        ("unblock", {"blocked": True}, {"blocked": False}),
        ("deactivate", {"active": True}, {"active": False}),
        ("activate", {"active": False, "closed_by": "left"}, {"active": True, "closed_by": None}),
    ],
)
def test_a_flag_of_many_is_set_in_the_background_and_is_in_the_log_z138_z140_r89(
    app, session, actor, make_account, task, before, after
):
    changing, so_already = make_account(**before), make_account(**{k: v for k, v in after.items() if k != "closed_by"})
    batch_id = made(app, actor, task, "staff", [changing.id, so_already.id])

    for name, value in after.items():
        assert getattr(again(session, changing.id), name) == value
    assert reasons(batch_id) == ["so-already"]
    (line,) = audit("account-changed")
    assert (line.subject_id, line.actor_name, line.details["batch"]) == (changing.id, "admin_vanderwal", batch_id)


def test_who_is_shut_out_is_logged_out_and_the_secrets_lapse_r17_r32(app, session, actor, make_account):
    account = make_account()
    made(app, actor, "reset", "staff", [account.id])
    with transaction():
        moment = datetime.now(UTC)
        values = {"data": {}, "created_at": moment, "seen_at": moment, "ends_at": moment}
        session.add(LoginSession(id_hash="x", account_id=account.id, **values))

    made(app, actor, "block", "staff", [account.id])

    assert session.scalar(sa.select(LoginSession)) is None
    assert session.scalar(sa.select(IssuedSecret.nonce)) is None


def test_oneself_and_the_last_administrator_stay_whatever_is_chosen_part7_nr16(app, session, actor, make_account):
    first, second = make_account(role=Role.ADMINISTRATOR), make_account(role=Role.ADMINISTRATOR)
    batch_id = made(app, actor, "deactivate", "staff", [actor.account_id, first.id, second.id])

    assert reasons(batch_id) == ["own-account"]
    usable = sa.select(Account.id).where(Account.role == Role.ADMINISTRATOR, Account.active)
    assert session.scalars(usable).all() == [actor.account_id]


def test_of_all_administrators_together_a_command_leaves_the_last_one_part7_nr16(app, session, actor, make_account):
    from app.services.access import Actor

    machine, other = Actor("command", institution_id=actor.institution_id), make_account(role=Role.ADMINISTRATOR)
    batch_id = made(app, machine, "delete", "staff", [actor.account_id, other.id])

    assert reasons(batch_id) == ["last-administrator"]
    assert session.scalar(sa.select(sa.func.count()).where(Account.role == Role.ADMINISTRATOR)) == 1


def test_deleted_accounts_leave_the_persons_and_nobody_else_gets_the_names_z147_z148(
    app, session, actor, make_account, make_person
):
    person = make_person(PersonKind.STAFF)
    account_id, person_id = make_account(person, username="Jdevries").id, person.id
    batch_id = made(app, actor, "delete", "staff", [account_id])

    assert session.scalar(sa.select(Account).where(Account.id == account_id)) is None
    assert session.get(Person, person_id) is not None
    assert session.scalars(sa.select(FormerUsername.username)).all() == ["jdevries"]
    (line,) = result_lines(session, actor, session.get(Batch, batch_id))
    assert (line.outcome, line.username) == ("done", "Jdevries")


def test_staff_become_care_manager_and_nobody_else_does_z113_z142(app, session, actor, make_account, make_person):
    staff, pupil = make_account(), make_account(make_person(PersonKind.OTHER))
    batch_id = made(app, actor, "care-manager", "staff", [staff.id, pupil.id])

    assert again(session, staff.id).role is Role.CARE_MANAGER
    assert reasons(batch_id) == ["no-staff"]


def test_only_who_never_chose_a_password_is_reminded_and_the_old_secret_lapses(app, session, actor, make_account):
    new, active = make_account(), make_account(activated_at=NOW, password_hash="x")
    made(app, actor, "reset", "staff", [new.id])
    batch_id = made(app, actor, "remind", "staff", [new.id, active.id])

    assert reasons(batch_id) == ["activated"]
    secrets = session.scalars(sa.select(IssuedSecret).order_by(IssuedSecret.id)).all()
    assert [secret.account_id for secret in secrets] == [new.id, new.id]
    assert secrets[0].nonce is None
    assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 2


def test_letters_keep_what_must_be_printed_and_mail_nothing(app, session, actor, make_account):
    account = make_account()
    batch_id = made(app, actor, "print", "staff", [account.id])

    secret = session.scalar(sa.select(IssuedSecret))
    assert (secret.channel, secret.nonce is not None) == ("letter", True)
    assert session.scalar(sa.select(OutboxMail)) is None
    assert batch_state(session, session.get(Batch, batch_id)).by_letter == 1
    assert shown(actor, batch_id) == []


def test_a_kind_with_links_gets_a_code_that_costs_no_slow_hash_and_works_r31(
    app, session, actor, make_person, institution
):
    session.get_one(Institution, institution.id).accounts = {"delivery": {"sign_in": {"other": "link"}}}
    session.commit()
    person = make_person(PersonKind.OTHER, email=None)
    batch_id = made(app, actor, "create", "other", [person.id])

    secret = session.scalar(sa.select(IssuedSecret))
    assert (secret.form, secret.password_hash[:8]) == ("link", "$sha256$")
    (line,) = shown(actor, batch_id)
    assert looks_issued(line.password)
    assert verify_password(secret.password_hash, line.password)
    assert not verify_password(secret.password_hash, line.password[:-1] + "x")


def test_who_logs_in_elsewhere_gets_an_account_without_a_secret(app, session, actor, make_person, institution):
    session.get_one(Institution, institution.id).accounts = {"delivery": {"sign_in": {"other": "elsewhere"}}}
    session.commit()
    person = make_person(PersonKind.OTHER)
    made(app, actor, "create", "other", [person.id])
    account = session.scalar(sa.select(Account).where(Account.person_id == person.id))

    assert session.scalar(sa.select(IssuedSecret)) is None
    assert session.scalar(sa.select(OutboxMail)) is None
    assert reasons(made(app, actor, "reset", "other", [account.id])) == ["single-sign-on"]


def test_one_bad_row_does_not_stop_the_others_and_is_done_again_on_request(
    app, session, actor, make_account, monkeypatch
):
    good, bad = make_account(), make_account()
    wrong = pieces.TASKS["block"]

    def failing(work):
        if any(row.account_id == bad.id for row in work.chosen.values()):
            raise RuntimeError("a fault of this row")
        wrong.do(work)

    broken = Task(wrong.code, wrong.of, wrong.plan, wrong.look, failing, shuts_out=True)
    monkeypatch.setitem(pieces.TASKS, "block", broken)
    batch_id = made(app, actor, "block", "staff", [good.id, bad.id])

    batch = session.get(Batch, batch_id, populate_existing=True)
    state = batch_state(session, batch)
    assert (state.made, state.failed_rows, state.to_retry, batch.state) == (1, 1, 1, "done")
    assert again(session, good.id).blocked

    monkeypatch.setitem(pieces.TASKS, "block", wrong)
    with transaction():
        retry = retry_batch(session, NOW, actor, batch_id, "again").id
    chosen = session.scalars(sa.select(BatchItem.account_id).where(BatchItem.batch_id == retry)).all()
    assert chosen == [bad.id]
    with pytest.raises(InvalidInput, match="niets mislukt"):
        retry_batch(session, NOW, actor, made(app, actor, "unblock", "staff", [good.id]), "none")


def test_one_account_out_of_reach_refuses_the_whole_choice_r51(
    session, actor, make_account, make_person, make_location
):
    elsewhere = make_account(make_person(location=make_location("Havenkwartier")))
    with pytest.raises(UnknownName):
        draft_batch(session, NOW, actor, "block", "staff", [make_account().id, elsewhere.id], "key")


def test_who_goes_out_of_reach_after_the_start_stays_as_they_are_r47(app, session, actor, make_account):
    account = make_account()
    batch_id = started(actor, "delete", "staff", [account.id])
    with transaction():
        session.execute(sa.update(Account).where(Account.id == actor.account_id).values(blocked=True))
    work(app)

    assert reasons(batch_id) == ["out-of-reach"]
    assert again(session, account.id) is not None
