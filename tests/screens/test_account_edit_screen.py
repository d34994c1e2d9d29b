"""One account on screen: changed, given a new password, deleted."""

import html
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.models import Account, OutboxMail, Person, PersonKind, Role
from tests.accounts.accounts_world import work
from tests.screens.account_screens_world import (
    ACCOUNTS,
    count,
    elsewhere,
    fresh,
    here,
    landlord,
    other_school,
    page,
    post,
    pupil,
    stranger,
    text_of,
    valid,
)

__all__ = ["elsewhere", "here", "landlord", "other_school", "pupil", "stranger"]  # fixtures
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def teacher(make_person, make_account):
    """A staff member without groups, with an account."""
    jaap = make_person(
        PersonKind.STAFF, first_name="Jaap", prefix="de", last_name="Bruijn", email="jaap@school.example"
    )
    return make_account(jaap, username="j.debruijn", password_hash="unused")


def address(account) -> str:
    return f"{ACCOUNTS}{account.id}/"


def save(client, account, **changes):
    """The form of this account as a browser sends it, with changes; a value of None is left out."""
    account = fresh(Account, account.id)
    fields = {"version": account.version, "username": account.username}
    fields |= {name: "y" for name in ("active", "blocked") if getattr(account, name)}
    if account.role is Role.STAFF:
        fields["role"] = "staff"
    fields |= changes
    return post(client, address(account), address(account), **{k: v for k, v in fields.items() if v is not None})


def test_the_pencil_opens_the_account_with_its_owner_z134_z151(admin_client, teacher):
    words = page(admin_client, address(teacher))
    assert f'href="{address(teacher)}" aria-label="Bewerken: j.debruijn"' in admin_client.get(ACCOUNTS).text
    assert "Account van Jaap de Bruijn Medewerker. Nooit ingelogd." in words
    assert "BeheerAccountPage" in words


def test_username_and_flags_are_saved_each_by_itself_z136_z138_z140_z141(admin_client, teacher):
    assert save(admin_client, teacher, username=" J.deBruijn ", blocked="y").status_code == 302
    saved = fresh(Account, teacher.id)
    assert (saved.username, saved.active, saved.blocked) == ("J.deBruijn", True, True)
    save(admin_client, teacher, active=None)
    saved = fresh(Account, teacher.id)
    assert (saved.active, saved.blocked) == (False, True)
    words = page(admin_client, address(teacher))
    assert "Gebruikersnaam gewijzigd van j.debruijn in J.deBruijn. Geblokkeerd" in words
    assert "Inactief gemaakt" in words
    assert "door admin_vanderwal" in words


def test_the_way_back_leads_to_the_list_with_its_filter(admin_client, teacher):
    found = admin_client.get(f"{ACCOUNTS}?role=staff&sort=email").text
    response = admin_client.get(html.unescape(re.search(r'href="([^"]+)" aria-label="Bewerken', found)[1]))
    back = f"{ACCOUNTS}?role=staff&amp;sort=email"
    assert f'href="{back}">Annuleren' in response.text
    away = re.search(r'action="([^"]+/verwijderen/[^"]*)"', response.text)[1]
    assert post(admin_client, html.unescape(away), version=teacher.version).location == html.unescape(back)


def test_a_strange_way_back_is_not_an_error_and_stays_here(admin_client, teacher):
    for typed in ("a%0d%0aX-Evil:%201", "//evil.example", "%C3%A9%00"):
        response = admin_client.get(f"{address(teacher)}?list={typed}")
        assert response.status_code == 200
        assert 'href="//' not in response.text
    away = f"{address(teacher)}verwijderen/?list=x%0d%0aX-Evil:%201"
    answer = post(admin_client, away, version=teacher.version)
    assert answer.location.startswith(f"{ACCOUNTS}?xX-Evil")
    assert "X-Evil" not in answer.headers


def test_a_taken_username_is_refused_with_a_reason_at_the_field_z137(admin_client, teacher, pupil, make_account):
    make_account(pupil, username="ozlem")
    response = save(admin_client, teacher, username="ozlem")
    assert response.status_code == 400
    valid(response)
    assert "Het account is niet opgeslagen Gebruikersnaam: Deze gebruikersnaam is al in gebruik" in text_of(response)
    assert 'aria-invalid="true"' in response.text
    assert fresh(Account, teacher.id).username == "j.debruijn"


@pytest.mark.parametrize("typed", ["", "   ", "a b", "root", "x" * 101])
def test_an_unusable_username_is_refused(admin_client, teacher, typed):
    assert save(admin_client, teacher, username=typed).status_code == 400
    assert fresh(Account, teacher.id).username == "j.debruijn"


def test_a_staff_member_becomes_care_manager_and_the_page_asks_for_a_location_z113_z114_z142(admin_client, teacher):
    response = save(admin_client, teacher, role="care_manager")
    assert response.status_code == 302
    response = admin_client.get(response.location)
    words = text_of(response)
    assert fresh(Account, teacher.id).role is Role.CARE_MANAGER
    assert "Controleer of er een vestiging is gekoppeld" in words
    assert "Er is nog geen vestiging gekoppeld" in words
    assert f'<a href="/beheer/medewerkers/{teacher.person_id}/"' in response.text
    assert "Rol gewijzigd van Medewerker in (Zorg)manager" in words


@pytest.mark.parametrize("role", ["root", "administrator", "national", "pupil", "", "x"])
def test_every_other_role_is_refused_on_the_server_z078_z142(admin_client, teacher, role):
    assert save(admin_client, teacher, role=role).status_code == 400
    assert fresh(Account, teacher.id).role is Role.STAFF


def test_a_care_manager_never_becomes_a_staff_member_again_part_7_nr_15(admin_client, make_person, make_account):
    manager = make_account(make_person(PersonKind.STAFF), role=Role.CARE_MANAGER)
    assert 'name="role"' not in admin_client.get(address(manager)).text
    save(admin_client, manager, role="staff")
    assert fresh(Account, manager.id).role is Role.CARE_MANAGER


def test_fields_that_the_form_does_not_have_are_ignored_r49(admin_client, pupil, make_account):
    account = make_account(pupil, username="ozlem", password_hash="before")
    before = {name: getattr(account, name) for name in ("institution_id", "person_id", "password_hash", "role", "seat")}
    extra = {
        "id": "9",
        "institution_id": "9",
        "person_id": "9",
        "password_hash": "x",
        "role": "root",
        "seat": "administration",
    }
    assert save(admin_client, account, username="ozlem2", **extra).status_code == 302
    saved = fresh(Account, account.id)
    assert saved.username == "ozlem2"
    assert {name: getattr(saved, name) for name in before} == before


def test_the_second_of_two_administrators_sees_both_values_r123(admin_client, teacher):
    old = teacher.version
    save(admin_client, teacher, username="jaap")
    response = save(admin_client, teacher, username="bruijn", version=old)
    assert response.status_code == 409
    valid(response)
    assert "Gebruikersnaam jaap bruijn" in text_of(response)
    assert fresh(Account, teacher.id).username == "jaap"
    now = fresh(Account, teacher.id).version
    assert f'name="version" value="{now}"' in response.text  # who compared may save after all
    assert save(admin_client, teacher, username="bruijn", version=now).status_code == 302


def test_accounts_of_elsewhere_cannot_be_reached_by_a_typed_id_r47_r52(admin_client, stranger, other_school, landlord):
    rows = [(account.id, account.version) for account in (stranger, other_school, landlord)] + [(999_999_999, 1)]
    for id, version in rows:
        for path in ("", "wachtwoord/", "verwijderen/"):
            typed = {"version": version, "username": "gekaapt", "active": "y"}
            assert post(admin_client, f"{ACCOUNTS}{id}/{path}", **typed).status_code == 404
    assert count(Account) == 4
    assert {fresh(Account, id).username for id, _version in rows[:3]}.isdisjoint({"gekaapt"})


def test_the_own_account_cannot_be_shut_out_part_7_nr_16(admin_client, administrator):
    words = page(admin_client, address(administrator))
    assert "Dit is uw eigen account. Vraag een andere applicatiebeheerder om dit te doen." in words
    for change in ({"blocked": "y"}, {"active": None}):
        assert save(admin_client, administrator, **change).status_code == 403
    version = fresh(Account, administrator.id).version
    assert post(admin_client, f"{address(administrator)}verwijderen/", version=version).status_code == 403
    assert save(admin_client, administrator, username="admin_wal").status_code == 302  # the name may change
    saved = fresh(Account, administrator.id)
    assert (saved.username, saved.active, saved.blocked) == ("admin_wal", True, False)


def test_deleting_asks_first_with_the_exact_consequences_z146_z150_z152_z153(admin_client, teacher):
    said = (
        "Let op: u verwijdert alleen het account. Jaap de Bruijn kan niet meer inloggen. "
        "De persoon blijft bestaan bij Personen, Medewerkers. Ingevulde vragenlijsten blijven zichtbaar."
    )
    assert said in page(admin_client, address(teacher))
    words = page(admin_client, f"{address(teacher)}verwijderen/")
    assert f"Account j.debruijn verwijderen? {said} Weet u het zeker? Annuleren OK, verwijder" in words
    assert fresh(Account, teacher.id) is not None


def test_only_the_account_is_deleted_the_person_stays_z147_z148(admin_client, teacher):
    id, person_id, version = teacher.id, teacher.person_id, teacher.version
    assert post(admin_client, f"{ACCOUNTS}{id}/verwijderen/", version=version + 1).status_code == 409
    response = post(admin_client, f"{ACCOUNTS}{id}/verwijderen/", version=version)
    assert "Account j.debruijn is verwijderd. De persoon blijft bestaan." in text_of(
        admin_client.get(response.location)
    )
    assert fresh(Account, id) is None
    assert fresh(Person, person_id) is not None
    assert post(admin_client, f"{ACCOUNTS}{id}/verwijderen/", version=version).status_code == 404  # a second press


@pytest.mark.parametrize("path", ["", "verwijderen/", "wachtwoord/"])
def test_without_the_csrf_token_nothing_changes_r59(admin_client, teacher, path):
    response = admin_client.post(f"{address(teacher)}{path}", data={"version": teacher.version, "username": "x1"})
    assert response.status_code == 400
    assert fresh(Account, teacher.id).username == "j.debruijn"
    assert count(OutboxMail) == 0


def test_a_new_password_goes_by_mail_once_for_a_double_press_z143_z144_r124(app, admin_client, teacher):
    assert "Het nieuwe wachtwoord gaat naar jaap@school.example." in page(admin_client, address(teacher))
    answers = [post(admin_client, f"{address(teacher)}wachtwoord/", form_key="the-same-page") for _press in range(2)]
    assert answers[0].location == answers[1].location
    work(app)
    mail = db.session.scalars(sa.select(OutboxMail)).one()
    assert (mail.template, mail.recipient) == ("account-reset", "jaap@school.example")
    words = page(admin_client, answers[0].location)
    assert "1 nieuw wachtwoord is gemaakt" in words
    assert "Nieuw wachtwoord gemaakt, per e-mail verstuurd" in page(admin_client, address(teacher))


def test_without_address_the_new_password_is_on_screen_once_z145(app, admin_client, make_person, make_account, here):
    account = make_account(make_person(location=here, email=None), username="zonder")
    address_of_work = post(admin_client, f"{address(account)}wachtwoord/").location
    work(app)
    first = post(admin_client, f"{address_of_work}resultaat/", address_of_work)
    assert "Kopieer dit direct" in text_of(first)
    assert 'class="secret"' in first.text
    assert post(admin_client, f"{address_of_work}resultaat/").status_code == 410


def test_an_account_that_cannot_be_used_gets_no_new_password_part_7_nr_20(app, admin_client, pupil, make_account):
    account = make_account(pupil, blocked=True)
    page_of_account = admin_client.get(address(account))
    assert "Een account dat inactief of geblokkeerd is, krijgt geen nieuw wachtwoord." in text_of(page_of_account)
    address_of_work = post(admin_client, f"{address(account)}wachtwoord/").location
    work(app)
    assert count(OutboxMail) == 0
    assert "het account is geblokkeerd" in page(admin_client, address_of_work)
