"""Choosing, checking and starting a batch, and its passwords on screen, once (Z-094 to Z-105, R4, R51, R124)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.errors import Conflict, InvalidInput, NotAllowed, UnknownName
from app.extensions import transaction
from app.models import Account, Batch, BatchItem, IssuedSecret, Location, OutboxMail, Person, PersonKind, Role
from app.services.access import Actor
from app.services.accounts.batches.drafting import batch_in_reach, draft_batch, start_batch
from app.services.accounts.batches.state import batch_state, check_lines, skipped_in
from app.services.login.credentials import looks_issued, outstanding_secret
from app.services.login.hashing import verify_password
from tests.accounts.accounts_world import NOW, actor_of, audit, made, shown, started, usernames, work


@pytest.fixture
def actor(administrator):
    return actor_of(administrator)


@pytest.fixture
def pupils(make_person, session, administrator):
    """Makes pupils at the location of the administrator, with these first names."""
    place = session.scalar(sa.select(Location))

    def make(*names, left_on=None, **more):
        values = {"location": place, "last_name": "Wit", "initials": None} | more
        people = [make_person(first_name=name, **values) for name in names]
        for person in people:
            person.left_on = left_on
        session.commit()
        return [person.id for person in people]

    return make


def test_the_check_page_shows_who_gets_which_username_and_who_is_skipped_z096_z135(
    session, actor, pupils, make_account
):
    inne, left, having = *pupils("Inne"), *pupils("Weg", left_on=NOW.date()), *pupils("Heeft")
    silent = pupils("Stil", email=None)
    make_account(session.get(Person, having))
    batch = draft_batch(session, NOW, actor, "create", "pupil", [silent[0], inne, left, having], "key")
    state = batch_state(session, batch)
    assert (state.total, state.chosen, state.by_mail, state.on_screen) == (4, 2, 1, 1)
    assert [line.username for line in check_lines(session, batch, 0, 50)] == ["innewit", "stilwit"]
    assert [(line.name, line.reason) for line in skipped_in(session, actor, batch)] == [
        ("Wit, Heeft", "heeft al een account"),
        ("Wit, Weg", "is van school"),
    ]


def test_two_of_the_same_name_see_different_usernames_before_anything_is_made_part7_nr21(session, actor, pupils):
    batch = draft_batch(session, NOW, actor, "create", "pupil", pupils("Inne", "Inne"), "key")
    lines = check_lines(session, batch, 0, 50)
    assert [line.username for line in lines] == ["innewit", "innewit2"]
    assert lines[1].note == "innewit is bezet"
    assert usernames() == ["admin_vanderwal"]


def test_a_draft_makes_nothing_and_a_worker_leaves_it_alone(app, session, actor, pupils):
    with transaction():
        batch = draft_batch(session, datetime.now(UTC), actor, "create", "pupil", pupils("Inne"), "key")
    work(app)
    assert session.get(Batch, batch.id).state == "draft"
    assert usernames() == ["admin_vanderwal"]


def test_a_batch_starts_once_and_a_doubled_form_finds_the_first_r124(app, session, actor, pupils):
    ids = pupils("Inne", "Noor")
    first, second = started(actor, "create", "pupil", ids, "key"), started(actor, "create", "pupil", ids, "key")
    assert first == second
    assert len(audit("batch-create")) == 1
    work(app)
    assert started(actor, "create", "pupil", ids, "key") == first
    assert work(app) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(BatchItem)) == 2


def test_one_person_out_of_reach_refuses_the_whole_choice_r51(session, actor, pupils, make_person, make_location):
    elsewhere = make_person(location=make_location("Havenkwartier")).id
    with pytest.raises(UnknownName):
        draft_batch(session, NOW, actor, "create", "pupil", [*pupils("Inne"), elsewhere], "key")
    with pytest.raises(UnknownName):
        draft_batch(session, NOW, actor, "create", "pupil", [10**9], "key")
    assert session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 0


def test_nobody_chosen_is_a_clear_refusal(session, actor):
    with pytest.raises(InvalidInput, match="Kies eerst ten minste één regel"):
        draft_batch(session, NOW, actor, "create", "pupil", [], "key")


def test_only_an_administrator_makes_accounts_z054(session, institution):
    for role in set(Role) - {Role.ADMINISTRATOR}:
        stranger = Actor("x", 1, institution.id, role, frozenset({1}))
        with pytest.raises(NotAllowed):
            draft_batch(session, NOW, stranger, "create", "pupil", [1], "key")


def test_another_administrator_does_not_see_my_batch_because_it_shows_passwords_r52(
    app, session, actor, pupils, make_account, make_location
):
    batch_id = made(app, actor, "create", "pupil", pupils("Inne", email=None))
    other = actor_of(make_account(role=Role.ADMINISTRATOR, locations=[make_location()]))
    with pytest.raises(UnknownName):
        batch_in_reach(session, other, batch_id)
    with pytest.raises(UnknownName):
        shown(other, batch_id)
    with pytest.raises(UnknownName):
        start_batch(session, NOW, other, batch_id)
    with pytest.raises(Conflict):  # nor by sending my form key
        draft_batch(session, NOW, other, "create", "pupil", pupils("Noor"), session.get(Batch, batch_id).form_key)


def test_who_has_an_address_gets_mail_and_who_has_none_is_shown_z099_z100_z101(app, session, actor, pupils):
    ids = pupils("Inne") + pupils("Stil", email=None) + pupils("Fout", email="geen adres") + pupils("Leeg", email="")
    batch_id = made(app, actor, "create", "pupil", ids)
    state = batch_state(session, session.get(Batch, batch_id))
    assert (state.finished, state.failed, state.made, state.by_mail, state.on_screen) == (True, False, 4, 1, 3)
    mail = session.scalars(sa.select(OutboxMail)).one()
    assert (mail.template, mail.state) == ("account-new", "waiting")
    assert {line.username for line in shown(actor, batch_id)} == {"stilwit", "foutwit", "leegwit"}


def test_the_passwords_are_shown_once_only_z102_z105(app, session, actor, pupils):
    batch_id = made(app, actor, "create", "pupil", pupils("Stil", email=None))
    (line,) = shown(actor, batch_id)
    assert looks_issued(line.password)
    secret = outstanding_secret(session, datetime.now(UTC), line.account_id)
    assert verify_password(secret.password_hash, line.password)
    assert secret.nonce is None  # nothing is left to make it from
    assert shown(actor, batch_id) is None
    assert batch_state(session, session.get(Batch, batch_id)).shown
    assert len(audit("secrets-shown")) == 1


def test_the_clear_text_is_in_no_table_and_no_database_file_r4_r91(app, session, actor, pupils, tmp_path):
    batch_id = made(app, actor, "create", "pupil", pupils("Stil", email=None))
    password = shown(actor, batch_id)[0].password
    session.rollback()
    for table in Account.metadata.sorted_tables:
        for row in session.execute(sa.select(table)):
            assert password not in str(row), table.name
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or password.encode() not in file.read_bytes(), file


def test_passwords_cannot_be_seen_before_the_work_is_done(app, session, actor, pupils):
    batch_id = started(actor, "create", "pupil", pupils("Stil", email=None))
    with pytest.raises(Conflict):
        shown(actor, batch_id)
    work(app)
    assert len(shown(actor, batch_id)) == 1


def test_a_secret_that_lapsed_meanwhile_is_not_shown_any_more_r5(app, session, actor, pupils):
    batch_id = made(app, actor, "create", "pupil", pupils("Stil", email=None))
    with transaction():
        session.execute(sa.update(IssuedSecret).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert shown(actor, batch_id) == []


def test_two_children_may_share_the_address_of_a_parent(app, session, actor, pupils):
    made(app, actor, "create", "pupil", pupils("Inne", "Noor", email="ouder@school.example"))
    mails = session.scalars(sa.select(OutboxMail)).all()
    assert [mail.recipient for mail in mails] == ["ouder@school.example"] * 2
    assert len({mail.account_id for mail in mails}) == 2


def test_the_role_follows_from_the_kind_of_person_z088(app, session, actor, make_person):
    for kind in (PersonKind.STAFF, PersonKind.OTHER):
        made(app, actor, "create", kind, [make_person(kind).id])
    roles = session.scalars(sa.select(Account.role).where(Account.username != "admin_vanderwal"))
    assert set(roles) == {Role.STAFF, Role.OTHER}


def test_the_result_says_who_was_skipped_and_why(app, session, actor, pupils):
    batch_id = made(app, actor, "create", "pupil", pupils("Inne") + pupils("Weg", left_on=NOW.date()))
    (line,) = skipped_in(session, actor, session.get(Batch, batch_id))
    assert (line.name, line.code, line.reason) == ("Wit, Weg", "has-left", "is van school")
