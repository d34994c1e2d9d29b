"""A mentor gives the own pupils a new password, and nobody else's (P-090)."""

import pytest
import sqlalchemy as sa

from app.extensions import db, transaction
from app.models import Account, Institution, IssuedSecret, Mentor, OutboxMail, PersonKind, Role
from app.services.login.credentials import looks_issued
from app.services.login.hashing import verify_password
from tests.accounts.accounts_world import NOW, audit
from tests.screens.account_screens_world import page, post, text_of

MINE = "/mijn-leerlingen/"


@pytest.fixture
def allowed(session, institution):
    session.get_one(Institution, institution.id).accounts = {"mentors": {"reset": True}}
    session.commit()


@pytest.fixture
def teacher(make_person, make_account):
    """The account of a staff member who chose a password."""
    return make_account(make_person(PersonKind.STAFF), Role.STAFF, password_hash="x", activated_at=NOW)


@pytest.fixture
def pupil_of(session, make_person, make_account):
    """The account of a pupil with this mentor."""

    def pupil_of(teacher, **values):
        person = make_person(**values)
        account = make_account(person)
        with transaction():
            own = {"pupil_id": person.id, "institution_id": person.institution_id}
            session.add(Mentor(staff_id=teacher.person_id, **own))
        return account.id

    return pupil_of


def test_the_new_password_of_an_own_pupil_goes_by_mail(log_in, teacher, pupil_of, allowed):
    account = pupil_of(teacher, last_name="Kaya")
    client = log_in(teacher)
    assert "Mijn leerlingen" in page(client, "/")
    assert "Kaya" in page(client, MINE)
    answer = post(client, f"{MINE}{account}/wachtwoord/", MINE)
    assert "gaat per e-mail naar" in text_of(answer)
    assert db.session.scalars(sa.select(OutboxMail.template)).all() == ["account-reset"]
    (line,) = audit("password-issued")
    assert (line.subject_id, line.actor_id, line.details["by"]) == (account, teacher.id, "mentor")


def test_without_an_address_the_mentor_sees_it_once_z102(log_in, teacher, pupil_of, allowed):
    account = pupil_of(teacher, email=None)
    client = log_in(teacher)
    words = text_of(post(client, f"{MINE}{account}/wachtwoord/", MINE)).split()
    (password,) = [word for word in words if looks_issued(word)]
    secret = db.session.scalar(sa.select(IssuedSecret))
    assert verify_password(secret.password_hash, password)
    assert secret.nonce is None
    assert password not in page(client, MINE)


def test_a_pupil_of_another_mentor_does_not_exist_for_this_one_r52(log_in, teacher, pupil_of, make_account, allowed):
    pupil_of(teacher)
    colleague = make_account(role=Role.STAFF)
    other, blocked = pupil_of(colleague), pupil_of(teacher)
    with transaction():
        db.session.execute(sa.update(Account).where(Account.id == blocked).values(blocked=True))
    client = log_in(teacher)
    for account in (other, blocked, colleague.id, 999_999):
        assert post(client, f"{MINE}{account}/wachtwoord/", MINE).status_code == 404
    assert db.session.scalar(sa.select(IssuedSecret)) is None


def test_a_school_that_does_not_allow_it_has_no_such_page(log_in, teacher, pupil_of):
    account = pupil_of(teacher)
    client = log_in(teacher)
    assert "Mijn leerlingen" not in page(client, "/")
    assert client.get(MINE).status_code == 403
    assert post(client, f"{MINE}{account}/wachtwoord/", "/").status_code == 403


def test_the_school_decides_on_the_page_of_the_first_login(admin_client, institution):
    address = "/beheer/instellingen/eerste-keer-inloggen/"
    ways = dict.fromkeys(("pupil", "guardian", "staff", "other"), "password")
    post(admin_client, address, address, without_email="screen", mentors="1", **ways)
    assert db.session.get(Institution, institution.id).accounts["mentors"] == {"reset": True}
    assert 'name="mentors" value="1" checked' in admin_client.get(address).text
