"""A colleague with more locations on screen: shown, with the reason why nothing can be changed (R9, R47, R50)."""

import dataclasses
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.admin.accounts.history import story
from app.models import Account, AuditLine, Batch, Group, GroupStaff, Institution, Person, PersonKind, Role
from app.services.accounts.reading import Happening
from tests.screens.account_screens_world import ACCOUNTS, elsewhere, fresh, here, page, post, text_of

__all__ = ["elsewhere", "here"]  # fixtures
FURTHER = "Deze applicatiebeheerder heeft vestigingen die u niet hebt."
TYPED = {"number": "B1", "first_name": "Bea", "prefix": "", "last_name": "Bos", "email": "boef@elders.example"}


@pytest.fixture
def colleague(make_person, make_account, here, elsewhere):
    person = make_person(PersonKind.STAFF, hand_made=True, number="B1", first_name="Bea", last_name="Bos")
    return make_account(person, Role.ADMINISTRATOR, [here, elsewhere], username="admin_bos")


def test_the_page_says_why_and_offers_nothing_r50(admin_client, colleague):
    address = f"{ACCOUNTS}{colleague.id}/"
    assert FURTHER in page(admin_client, address)
    html = admin_client.get(address).text
    assert f"{ACCOUNTS}{colleague.id}/verwijderen/" not in html
    for button in ("Opslaan", "Nieuw wachtwoord genereren", "Verwijder"):
        (before,) = [part for part in html.split("<button")[1:] if button in part.split("</button>")[0]]
        assert "disabled" in before.split(">")[0], button


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("", {"version": "1", "username": "anders", "active": "y"}),
        ("", {"version": "1", "username": "admin_bos", "active": "y", "blocked": "y"}),
        ("wachtwoord/", {"form_key": "k"}),
        ("verwijderen/", {"version": "1"}),
    ],
)
def test_a_direct_request_is_refused_in_one_sentence_r50_r9(admin_client, session, colleague, path, fields):
    answer = post(admin_client, f"{ACCOUNTS}{colleague.id}/{path}", **fields)
    assert answer.status_code == 403
    assert FURTHER in text_of(answer)
    found = fresh(Account, colleague.id)
    assert (found.username, found.blocked) == ("admin_bos", False)
    assert session.scalar(sa.select(Batch)) is None


def test_the_e_mail_address_stays_and_the_page_says_why_r50(admin_client, colleague):
    address = f"/beheer/medewerkers/{colleague.person_id}/"
    assert FURTHER in page(admin_client, address)
    answer = post(admin_client, f"{address}wijzigen/", address, version="1", **TYPED)
    assert answer.status_code == 403
    assert FURTHER in text_of(answer)
    assert fresh(Person, colleague.person_id).email != "boef@elders.example"
    same = TYPED | {"email": fresh(Person, colleague.person_id).email, "last_name": "Bosch"}
    assert post(admin_client, f"{address}wijzigen/", address, version="1", **same).status_code == 303


def test_in_bulk_the_colleague_is_skipped_with_the_reason_r50(admin_client, colleague):
    for task in ("block", "reset", "delete"):
        check = post(admin_client, f"{ACCOUNTS}check/", task=task, rowid=colleague.id)
        assert "heeft vestigingen die u niet hebt" in page(admin_client, check.location)


def test_the_history_names_no_colleague_and_no_location_out_of_reach_r47(
    admin_client, session, administrator, make_account, elsewhere, here
):
    account, stranger = (
        make_account(),
        make_account(role=Role.ADMINISTRATOR, locations=[elsewhere], username="admin_ver"),
    )
    lines = [
        (stranger, "locations-coupled", {"locations": [[], [elsewhere.code, here.code]]}),
        (administrator, "account-changed", {"blocked": [False, True]}),
        (None, "password-issued", {}),
    ]
    for actor, action, details in lines:
        session.add(
            AuditLine(
                institution_id=account.institution_id,
                at=account.created_at,
                actor_id=actor.id if actor else None,
                actor_name=actor.username if actor else "command",
                action=action,
                subject_kind="account",
                subject_id=account.id,
                details=details,
            )
        )
    session.commit()
    words = page(admin_client, f"{ACCOUNTS}{account.id}/")
    assert "admin_ver" not in words
    assert elsewhere.code not in words
    assert "door een collega van een andere vestiging" in words
    assert here.code in words
    assert f"door {administrator.username}" in words
    assert "door een opdracht op de server" in words


def test_the_groups_of_an_owner_are_of_the_newest_year_of_the_own_school(
    admin_client, session, make_account, make_person, here
):
    """Another school that fetched its next year already says nothing about this one."""
    far = Institution(brin="98XX", name="Ander", created_at=here_moment(session))
    session.add(far)
    session.flush()
    person = make_person(PersonKind.STAFF)
    own = {"institution_id": here.institution_id}
    group = Group(location_id=here.id, school_year=2026, name="2A", sort_key="2a", **own)
    theirs = Group(location_id=here.id, school_year=2030, name="9Z", sort_key="9z", institution_id=far.id)
    session.add_all([group, theirs])
    session.flush()
    session.add(GroupStaff(group_id=group.id, person_id=person.id, **own))
    session.commit()
    assert "Groepen 2A" in page(admin_client, f"{ACCOUNTS}{make_account(person).id}/")


def here_moment(session):
    return session.scalar(sa.select(Institution.created_at))


def test_the_history_says_in_words_that_a_machine_did_it(app):
    line = Happening("account-created", {}, datetime(2026, 9, 1, tzinfo=UTC), "command")

    assert story(line).by == "een opdracht op de server"
    assert story(dataclasses.replace(line, by="admin_devries")).by == "admin_devries"
