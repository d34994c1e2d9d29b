"""Nieuw account maken voor…, and what is done to many accounts: chosen, checked, started once, shown once."""

import re

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.models import Account, AuditLine, Batch, IssuedSecret, OutboxMail, PersonKind, Role
from tests.accounts.accounts_world import audit, work
from tests.screens.account_screens_world import (
    ACCOUNTS,
    count,
    elsewhere,
    fresh,
    here,
    other_school,
    page,
    post,
    pupil,
    stranger,
    text_of,
    valid,
)
from tests.screens.lists_world import make_administrator, make_school

__all__ = ["elsewhere", "here", "other_school", "pupil", "stranger"]  # fixtures
CHECK = f"{ACCOUNTS}check/"
NEW_PUPILS = {"task": "create", "kind": "pupil", "list": "new"}
PASSWORD = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")


@pytest.fixture
def silent(make_person, here):
    """A pupil without e-mail address."""
    return make_person(location=here, first_name="Elif", last_name="Kaya", email=None)


def drafted(client, *ids, **fields) -> str:
    """The address of the check page of a fresh draft."""
    response = post(client, CHECK, **NEW_PUPILS | {"rowid": list(ids)} | fields)
    assert response.status_code == 303, text_of(response)
    return response.location


def made(app, client, *ids, **fields) -> str:
    """The address of a batch that was checked, started and done."""
    address = drafted(client, *ids, **fields).partition("?")[0]
    post(client, f"{address}start/", address)
    work(app)
    return address


def test_the_check_page_says_who_gets_what_and_makes_nothing_z096_z101_z135(admin_client, pupil, silent):
    address = drafted(admin_client, pupil.id, silent.id)
    words = page(admin_client, address)
    assert "Controleer voordat u 2 accounts maakt" in words
    assert "Er is nog niets gemaakt en nog niets verstuurd." in words
    assert "Adsiz, Özlem ozlemadsiz Ö wordt o ozlem@leerling.example" in words
    assert "Kaya, Elif elifkaya op uw scherm" in words
    assert "U maakt 2 accounts en verstuurt 1 e-mail. Terug 2 accounts maken" in words
    assert count(Account) == 1
    assert db.session.scalars(sa.select(Batch.state)).all() == ["draft"]


def test_who_is_skipped_is_named_with_the_reason(admin_client, session, pupil, silent, make_account):
    make_account(pupil)
    silent.left_on = silent.created_at.date()
    session.commit()
    address = drafted(admin_client, pupil.id, silent.id, list="")  # from the list of all pupils
    words = page(admin_client, address)
    assert "2 worden overgeslagen" in words
    assert "Adsiz, Özlem heeft al een account" in words
    assert "Kaya, Elif is van school" in words
    assert "Niets te doen" in words
    assert "accounts maken" not in words


def test_from_choosing_to_passwords_on_screen_once_z098_to_z103_z112(app, admin_client, pupil, silent):
    address = drafted(admin_client, pupil.id, silent.id).partition("?")[0]
    response = post(admin_client, f"{address}start/", address)
    assert "2 accounts worden gemaakt" in page(admin_client, response.location)
    assert '<noscript><meta http-equiv="refresh"' in admin_client.get(response.location).text
    assert "Wacht op zijn beurt" in page(admin_client, response.location)
    work(app)
    words = page(admin_client, address)
    assert "Er staat 1 wachtwoord voor u klaar. U ziet het maar één keer" in words
    assert not PASSWORD.search(words)
    first = post(admin_client, f"{address}resultaat/", address)
    valid(first)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-store"
    assert "Kopieer dit direct: u ziet dit wachtwoord maar één keer" in text_of(first)
    assert "elifkaya" in text_of(first)
    assert len(PASSWORD.findall(text_of(first))) == 1  # the other one goes by mail (Z-099)
    assert db.session.scalars(sa.select(OutboxMail.recipient)).all() == ["ozlem@leerling.example"]


def test_reload_back_and_a_typed_address_show_no_password_again_z102_z105_r4(app, admin_client, silent):
    address = made(app, admin_client, silent.id)
    password = PASSWORD.search(text_of(post(admin_client, f"{address}resultaat/", address)))[0]
    again = post(admin_client, f"{address}resultaat/")
    typed = admin_client.get(f"{address}resultaat/")
    for response, status in ((again, 410), (typed, 410), (admin_client.get(address), 200)):
        assert response.status_code == status
        valid(response)
        assert "De wachtwoorden zijn al getoond" in text_of(response)
        assert not PASSWORD.search(text_of(response))
    assert password not in admin_client.get(f"{ACCOUNTS}export/csv/", buffered=True).text
    assert db.session.scalars(sa.select(IssuedSecret.nonce)).all() == [None]


def test_a_get_shows_nothing_and_does_not_use_the_one_time_up(app, admin_client, silent):
    address = made(app, admin_client, silent.id)
    assert admin_client.get(f"{address}resultaat/").status_code == 303
    assert PASSWORD.search(text_of(post(admin_client, f"{address}resultaat/", address)))


def test_a_doubled_start_makes_every_account_once_r124(app, admin_client, pupil, silent):
    address = drafted(admin_client, pupil.id, silent.id).partition("?")[0]
    answers = {post(admin_client, f"{address}start/").location for _press in range(3)}
    assert answers == {address}
    work(app)
    post(admin_client, f"{address}start/")
    work(app)
    assert count(Account) == 3
    assert len(audit("batch-create")) == 1


def test_the_work_of_one_administrator_is_not_shown_to_another(app, admin_client, silent, log_in, make_account, here):
    address = made(app, admin_client, silent.id)
    other = log_in(make_account(role=Role.ADMINISTRATOR, locations=[here], activated_at=silent.created_at))
    assert other.get(address).status_code == 404
    assert post(other, f"{address}resultaat/").status_code == 404
    assert "Opdrachten - 0" in page(other, f"{ACCOUNTS}opdrachten/")
    assert PASSWORD.search(text_of(post(admin_client, f"{address}resultaat/", address)))


def test_two_administrators_at_once_make_one_account_per_person(app, admin_client, silent, log_in, make_account, here):
    other = log_in(make_account(role=Role.ADMINISTRATOR, locations=[here], activated_at=silent.created_at))
    addresses = [(client, drafted(client, silent.id).partition("?")[0]) for client in (admin_client, other)]
    for client, address in addresses:
        post(client, f"{address}start/")
    work(app)
    assert count(Account) == 3
    assert "1 overgeslagen Kaya, Elif heeft al een account" in page(other, addresses[1][1])


def test_work_that_was_left_is_found_again_under_accounts(app, admin_client, silent):
    address = made(app, admin_client, silent.id)
    response = admin_client.get(f"{ACCOUNTS}opdrachten/")
    valid(response)
    assert f'<a href="{address}">Accounts maken</a>' in response.text
    assert "1 Klaar 1 wachtwoorden nog niet bekeken" in text_of(response)
    assert f'href="{ACCOUNTS}opdrachten/"' in admin_client.get(ACCOUNTS).text


@pytest.mark.parametrize("foreign", ["stranger", "other_school"])
def test_one_row_of_elsewhere_refuses_the_whole_choice_r47_r51(request, admin_client, pupil, foreign):
    account = request.getfixturevalue(foreign)
    response = post(admin_client, CHECK, **NEW_PUPILS | {"rowid": [pupil.id, account.person_id]})
    absent = post(admin_client, CHECK, **NEW_PUPILS | {"rowid": [pupil.id, 999_999_999]})
    assert response.status_code == absent.status_code == 404
    assert "Er is niets gedaan. Kies opnieuw." in text_of(response)
    assert text_of(response) == text_of(absent)
    assert post(admin_client, CHECK, task="reset", rowid=account.id).status_code == 404
    assert post(admin_client, CHECK, task="block", rowid=account.id).status_code == 404
    assert count(Batch) == 0
    assert not fresh(Account, account.id).blocked
    assert [line.details["allowed"] for line in audit("refused")] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    "fields",
    [{}, {"task": "demote"}, {"task": "create"}, {"task": "create", "kind": "root"}, {"task": "create", "kind": "x"}],
)
def test_a_form_that_is_not_ours_is_refused(admin_client, pupil, fields):
    assert post(admin_client, CHECK, rowid=pupil.id, **fields).status_code == 400
    assert count(Batch) == 0


def test_nothing_chosen_leads_back_to_the_list_with_its_filter(admin_client):
    response = post(admin_client, CHECK, **NEW_PUPILS, query="search=kaya")
    assert response.location == f"{ACCOUNTS}nieuw/leerlingen/?search=kaya"
    assert "Kies eerst minstens één regel." in page(admin_client, response.location)


def test_the_way_back_never_leaves_this_site(admin_client, pupil):
    address = drafted(admin_client, pupil.id).partition("?")[0]
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert "evil" not in admin_client.get(address, query_string={"back": evil}).text


def test_everything_the_filter_finds_works_for_3000_persons_r67(app, session, log_in):
    school = make_school(session, 3_000)
    client = log_in(make_administrator(session, school))
    post(client, CHECK, **NEW_PUPILS, everything="1", query="")
    assert "Controleer voordat u 3.000 accounts maakt" in page(client, f"{ACCOUNTS}opdracht/1/")
    assert "Wie krijgt welke gebruikersnaam - 51 t/m 100 (van 3.000)" in page(client, f"{ACCOUNTS}opdracht/1/?page=2")
    place = school.locations[0]
    post(client, CHECK, **NEW_PUPILS, everything="1", query=f"location={place}")
    assert session.scalars(sa.select(Batch.total).order_by(Batch.id)).all() == [3_000, 1_500]


def test_passwords_of_ticked_accounts_are_reset_after_a_check_z132(app, admin_client, pupil, silent, make_account):
    make_account(pupil, username="ozlem", password_hash="unused", activated_at=pupil.created_at)
    blocked = make_account(silent, username="elif", blocked=True)
    ids = db.session.scalars(sa.select(Account.id).where(Account.role == Role.PUPIL)).all()
    address = drafted(admin_client, *ids, task="reset")
    words = page(admin_client, address)
    assert "Controleer voordat u 1 wachtwoord reset" in words
    assert "Kaya, Elif het account is geblokkeerd" in words
    address = address.partition("?")[0]
    post(admin_client, f"{address}start/", address)
    work(app)
    assert "1 nieuw wachtwoord is gemaakt" in page(admin_client, address)
    assert db.session.scalars(sa.select(OutboxMail.template)).all() == ["account-reset"]
    assert fresh(Account, blocked.id).blocked


def test_failed_mails_come_first_in_the_result(app, admin_client, session, pupil, make_person, here):
    late = make_person(location=here, last_name="Zwart", first_name="Lot", email="lot@school.example")
    address = made(app, admin_client, pupil.id, late.id)
    mail = session.scalars(sa.select(OutboxMail).where(OutboxMail.recipient == "lot@school.example")).one()
    mail.state, mail.problem = "failed", "De mailserver weigert deze e-mail (550)."
    session.commit()
    words = page(admin_client, address)
    assert "2 e-mails 1 in de wachtrij 1 mislukt" in words
    assert words.index("Zwart, Lot") < words.index("Adsiz, Özlem")
    assert "Mislukt De mailserver weigert deze e-mail (550)." in words


@pytest.mark.parametrize(
    "path", [CHECK, *(f"{ACCOUNTS}opdracht/1/{step}/" for step in ("start", "resultaat", "opnieuw"))]
)
def test_without_the_csrf_token_nothing_happens_r59(admin_client, pupil, path):
    drafted(admin_client, pupil.id)
    lines = count(AuditLine)
    fields = NEW_PUPILS | {"rowid": pupil.id}
    assert admin_client.post(path, data=fields).status_code == 400
    assert (count(Batch), count(AuditLine)) == (1, lines)


def test_a_person_of_another_kind_is_not_in_the_list_that_was_posted(admin_client, make_person):
    teacher = make_person(PersonKind.STAFF)
    assert post(admin_client, CHECK, **NEW_PUPILS | {"rowid": teacher.id}).status_code == 404
