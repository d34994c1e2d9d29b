"""Staff and other parties made by hand, and the locations of managers and administrators, on screen."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.models import Account, AccountLocation, AuditLine, Mentor, Person, PersonKind, Role
from app.services.reach import recompute_reach
from tests.conftest import token_of
from tests.screens.screens_world import LISTS, here, lindelaan

__all__ = ["here", "lindelaan"]  # fixtures
STAFF, OTHERS = LISTS["staff"], LISTS["others"]
TYPED = {"number": "M777", "first_name": "Marloes", "prefix": "den", "last_name": "Boer", "email": "m@school.example"}


def post(client, page, action, **fields):
    """Sends a form of this page; `action` is where it goes."""
    return client.post(action, data={"csrf_token": token_of(client.get(page).text)} | fields)


def coupled(session, account):
    chosen = sa.select(AccountLocation.location_id).where(AccountLocation.account_id == account.id)
    return set(session.scalars(chosen))


@pytest.fixture
def manager(make_person, make_account):
    person = make_person(PersonKind.STAFF, first_name="Marloes", prefix="den", last_name="Boer")
    return make_account(person, Role.CARE_MANAGER)


@pytest.fixture
def newcomer(make_person, make_account):
    person = make_person(PersonKind.STAFF, first_name="Irene", last_name="Bruijnes", hand_made=True)
    return make_account(person, Role.ADMINISTRATOR, password_hash="unused", activated_at=datetime.now(UTC))


def test_a_staff_member_is_added_with_the_button_new_staff_member_z106_z110_z111(admin_client, session):
    page = admin_client.get(STAFF).text
    assert page.count("Nieuwe medewerker") == 2  # at the top, and at the bottom as Z-110 says
    answer = post(admin_client, f"{STAFF}nieuw/", f"{STAFF}nieuw/", **TYPED)
    person = session.scalar(sa.select(Person).where(Person.number == "M777"))
    assert answer.status_code == 303
    assert answer.location == f"{STAFF}{person.id}/"
    assert (person.kind, person.hand_made, person.full_name) == (PersonKind.STAFF, True, "Marloes den Boer")
    assert "Boer, Marloes den" in admin_client.get(f"{STAFF}?origin=hand").text


def test_the_form_advises_to_use_it_for_a_care_manager_only_z107_z108(admin_client):
    page = admin_client.get(f"{STAFF}nieuw/").text
    assert "Alleen voor een (zorg)manager" in page
    assert "kan niet aan leerlingen of groepen gekoppeld worden" in page


@pytest.mark.parametrize("missing", ["number", "first_name", "last_name", "email"])
def test_every_field_but_the_prefix_must_be_filled_z111(admin_client, session, missing):
    answer = post(admin_client, f"{STAFF}nieuw/", f"{STAFF}nieuw/", **TYPED | {missing: " "})
    assert answer.status_code == 400
    assert f'id="{missing}-error"' in answer.text
    assert session.scalar(sa.select(Person).where(Person.last_name == "Boer")) is None


def test_a_number_that_exists_is_refused_at_its_field(admin_client, make_person):
    make_person(PersonKind.STAFF, number="M777")
    answer = post(admin_client, f"{STAFF}nieuw/", f"{STAFF}nieuw/", **TYPED)
    assert answer.status_code == 400
    assert 'id="number-error"' in answer.text


def test_a_hand_made_staff_member_can_be_changed_and_one_from_the_roster_cannot_z005(
    admin_client, session, make_person
):
    own = make_person(PersonKind.STAFF, hand_made=True, last_name="Oud")
    roster = make_person(PersonKind.STAFF, last_name="Bron")
    page = f"{STAFF}{own.id}/"
    assert post(admin_client, page, f"{page}wijzigen/", version="1", **TYPED).status_code == 303
    assert session.get(Person, own.id, populate_existing=True).last_name == "Boer"
    refused = post(admin_client, page, f"{STAFF}{roster.id}/wijzigen/", version="1", **TYPED | {"number": "M778"})
    assert refused.status_code == 403
    assert session.get(Person, roster.id, populate_existing=True).last_name == "Bron"
    assert "wijzigen/" not in admin_client.get(f"{STAFF}{roster.id}/").text


def test_two_who_change_the_same_person_do_not_overwrite_each_other_r123(admin_client, session, make_person):
    person = make_person(PersonKind.STAFF, hand_made=True)
    page = f"{STAFF}{person.id}/"
    assert post(admin_client, page, f"{page}wijzigen/", version="1", **TYPED).status_code == 303
    late = post(admin_client, page, f"{page}wijzigen/", version="1", **TYPED | {"last_name": "Laat"})
    assert late.status_code == 409
    assert session.get(Person, person.id, populate_existing=True).last_name == "Boer"


def test_locations_are_coupled_at_the_top_right_with_a_privacy_warning_z115_z180_z191(
    admin_client, session, manager, lindelaan, make_location
):
    second = make_location("Havenkwartier")
    page = f"{STAFF}{manager.person_id}/"
    text = admin_client.get(page).text
    assert "Privacy (AVG)." in text
    assert text.index("k-places1") > text.index("k-person")
    answer = post(
        admin_client, page, f"{page}vestigingen/", account=str(manager.id), location=[str(lindelaan.id), str(second.id)]
    )
    assert answer.status_code == 303
    assert coupled(session, manager) == {lindelaan.id, second.id}
    line = session.scalar(sa.select(AuditLine).where(AuditLine.action == "locations-coupled"))
    assert (line.actor_name, line.subject_id) == ("admin_vanderwal", manager.id)
    assert post(admin_client, page, f"{page}vestigingen/", account=str(manager.id)).status_code == 303
    assert coupled(session, manager) == set()


def test_other_roles_get_no_location_by_hand_also_not_by_direct_request_z109_part_7_nr_25(
    admin_client, session, make_person, make_account, lindelaan
):
    account = make_account(make_person(PersonKind.STAFF))
    page = f"{STAFF}{account.person_id}/"
    assert "vestigingen/" not in re.findall(r'action="([^"]+)"', admin_client.get(page).text)
    answer = post(
        admin_client, f"{STAFF}nieuw/", f"{page}vestigingen/", account=str(account.id), location=str(lindelaan.id)
    )
    assert answer.status_code == 403
    assert coupled(session, account) == set()


@pytest.mark.parametrize(
    "wrong", [{"account": "999999"}, {"account": "abc"}, {"location": "abc"}, {"location": "99999"}]
)
def test_a_made_up_account_or_location_changes_nothing_r52(admin_client, session, manager, wrong):
    page = f"{STAFF}{manager.person_id}/"
    answer = post(admin_client, page, f"{page}vestigingen/", **{"account": str(manager.id)} | wrong)
    assert answer.status_code == 404
    assert coupled(session, manager) == set()


@pytest.mark.parametrize("address", [*LISTS.values(), "/beheer/", "/beheer/leerlingen/export/csv/"])
def test_an_administrator_without_locations_gets_the_page_that_couples_z187_z189(log_in, newcomer, lindelaan, address):
    page = log_in(newcomer).get(address).text
    assert "U bent nog niet gekoppeld aan een vestiging" in page
    assert f'action="{STAFF}{newcomer.person_id}/vestigingen/"' in page
    assert "Lindelaan" in page


def test_with_that_page_a_new_administrator_couples_the_own_account_z190(log_in, session, newcomer, lindelaan, here):
    client = log_in(newcomer)
    own = f"{STAFF}{newcomer.person_id}/"
    answer = post(client, LISTS["pupils"], f"{own}vestigingen/", account=str(newcomer.id), location=str(lindelaan.id))
    assert (answer.status_code, answer.location) == (303, "/beheer/")
    assert coupled(session, newcomer) == {lindelaan.id}
    assert "eigennaam" in client.get(LISTS["pupils"]).text


def test_without_locations_only_the_own_record_opens_part_7_nr_2(log_in, newcomer, here):
    client = log_in(newcomer)
    assert "Irene Bruijnes" in client.get(f"{STAFF}{newcomer.person_id}/").text
    assert client.get(f"{STAFF}{here['staff']}/").status_code == 404


def test_a_new_administrator_without_locations_is_found_with_a_filter_z166(admin_client, newcomer, here):
    page = admin_client.get(f"{STAFF}?role=administrator&location=none").text
    assert "Bruijnes, Irene" in page
    assert "eigennaam" not in page


def test_staff_linked_to_pupils_alone_has_no_location_in_the_list_z176_z177(
    admin_client, session, here, make_person, lindelaan
):
    mentor = make_person(PersonKind.STAFF, last_name="Mentor")
    session.add(Mentor(institution_id=mentor.institution_id, pupil_id=here["pupils"], staff_id=mentor.id))
    session.flush()
    recompute_reach(session, mentor.institution_id, [mentor.id])
    session.commit()
    page = admin_client.get(f"{STAFF}?search=mentor").text
    assert "Mentor, Noor" in page
    assert 'title="Lindelaan"' not in page
    assert 'title="Lindelaan"' in admin_client.get(f"{STAFF}?search=eigennaam").text


def test_another_party_is_added_without_an_account_z195_z196(admin_client, session):
    answer = post(admin_client, f"{OTHERS}nieuw/", f"{OTHERS}nieuw/", first_name="Caroliene", last_name="Nagtegaal")
    person = session.scalar(sa.select(Person).where(Person.last_name == "Nagtegaal"))
    assert answer.location == f"{OTHERS}{person.id}/"
    assert session.scalar(sa.select(Account).where(Account.person_id == person.id)) is None
    page = admin_client.get(OTHERS).text
    assert "Overige betrokkenen - 1 t/m 1 (van 1)" in page  # Z-206
    assert "Nagtegaal, Caroliene" in page  # Z-208
    assert re.search(r'data-label="Vragenlijsten">0</td>', page)  # Z-207


def test_the_question_before_deleting_reads_as_written_z215(admin_client, make_person):
    person = make_person(PersonKind.OTHER, first_name="C.", last_name="Ruimschotel")
    page = admin_client.get(f"{OTHERS}{person.id}/verwijderen/").text
    assert "Weet u zeker dat u C. Ruimschotel wilt verwijderen?" in page
    assert "Dit verwijdert alle vragenlijsten zonder handelingsplannen en het bijbehorende account." in page


def test_deleting_another_party_deletes_the_account_too_z214_z216(admin_client, session, make_person, make_account):
    person = make_person(PersonKind.OTHER, last_name="Ruimschotel")
    account = make_account(person)
    ids, page = (person.id, account.id), f"{OTHERS}{person.id}/verwijderen/"
    assert post(admin_client, page, page, version="abc").status_code == 400
    assert post(admin_client, page, page, version="7").status_code == 409
    assert post(admin_client, page, page, version="1").status_code == 303
    session.expunge_all()
    assert (session.get(Person, ids[0]), session.get(Account, ids[1])) == (None, None)
