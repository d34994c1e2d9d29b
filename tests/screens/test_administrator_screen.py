"""Nieuwe applicatiebeheerder: the form, what it makes, and the reminder of the location."""

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.models import Account, AuditLine, OutboxMail, Person, PersonKind, Role
from tests.accounts.accounts_world import work
from tests.screens.account_screens_world import ACCOUNTS, count, page, post, text_of, valid

NEW_ADMINISTRATOR = f"{ACCOUNTS}applicatiebeheerder/"
PETRA = {
    "username": "admin_zon",
    "first_name": "Petra",
    "prefix": "",
    "last_name": "Zon",
    "email": "petra@school.example",
}


def test_the_form_of_a_new_administrator_explains_itself_z155_to_z159(admin_client):
    words = page(admin_client, NEW_ADMINISTRATOR)
    assert (
        "Bij het aanmaken van het applicatiebeheerder account wordt er ook een nieuwe medewerker toegevoegd. "
        "De gebruikersnaam wordt gebruikt om ook het medewerkersnummer te vullen."
    ) in words
    assert (
        "Gebruik bij voorkeur admin_<achternaam>. Dit wordt tevens het medewerkersnummer voor de gekoppelde medewerker"
    ) in words
    for label in ("Gebruikersnaam", "Voornaam", "Voorvoegsel", "Achternaam", "E-mailadres", "Annuleren", "Opslaan"):
        assert label in words
    assert "BeheerApplicatiebeheerderPage" in words


def test_a_new_administrator_is_a_staff_member_too_and_needs_a_location_z154_z161_to_z166(app, admin_client):
    extra = {"role": "root", "institution_id": "9", "number": "x", "kind": "pupil"}
    response = post(admin_client, NEW_ADMINISTRATOR, NEW_ADMINISTRATOR, **PETRA, **extra)
    assert response.status_code == 303
    account = db.session.scalars(sa.select(Account).where(Account.username == "admin_zon")).one()
    person = db.session.get(Person, account.person_id)
    assert (account.role, person.kind, person.number) == (Role.ADMINISTRATOR, PersonKind.STAFF, "admin_zon")
    answer = admin_client.get(response.location)
    words = text_of(answer)
    assert "Koppel nu een vestiging" in words
    assert "Er is nog geen vestiging gekoppeld. Zonder vestiging ziet dit account niets." in words
    assert f'href="/beheer/medewerkers/{person.id}/"' in answer.text
    assert "admin_zon" in page(admin_client)  # still found, although without location (Z-166)
    work(app)
    assert db.session.scalars(sa.select(OutboxMail)).one().recipient == "petra@school.example"


@pytest.mark.parametrize("field", ["username", "first_name", "last_name", "email"])
def test_every_field_but_the_prefix_must_be_filled_in_z160(admin_client, field):
    response = post(admin_client, NEW_ADMINISTRATOR, NEW_ADMINISTRATOR, **PETRA | {field: " "})
    assert response.status_code == 400
    valid(response)
    assert "Vul dit veld in." in text_of(response)
    assert count(Account) == 1


@pytest.mark.parametrize(
    ("field", "typed"), [("email", "petra"), ("username", "admin_"), ("username", "admin_vanderwal")]
)
def test_what_cannot_be_used_is_said_at_the_field(admin_client, field, typed):
    response = post(admin_client, NEW_ADMINISTRATOR, NEW_ADMINISTRATOR, **PETRA | {field: typed})
    assert response.status_code == 400
    assert f'id="{field}-error"' in response.text
    assert count(AuditLine) == 0
