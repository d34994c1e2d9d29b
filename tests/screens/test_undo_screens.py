"""The screens of undoing a run, and 'Waarom?' on the page of a person."""

import re

import pytest
import sqlalchemy as sa

from app.extensions import transaction
from app.models import AccountLocation, Location, RunJournal, SyncRun
from app.services.reach import recompute_reach
from app.work.runs import do_run
from tests.history.history_world import first, history, second
from tests.screens.sync_world import SYNC, form_of, other_school, text_of

__all__ = ["history", "other_school"]


@pytest.fixture
def everywhere(session, history, administrator):
    """The administrator reaches all locations of the school; gives the undoable run."""
    history.run(first())
    run = history.run(second())
    couple(session, administrator, "99ZZ01", "99ZZ02")
    return run


def couple(session, account, *codes):
    """Couple this account to exactly these locations."""
    session.execute(sa.delete(AccountLocation).where(AccountLocation.account_id == account.id))
    for place in session.scalars(sa.select(Location).where(Location.code.in_(codes))).all():
        session.add(AccountLocation(institution_id=place.institution_id, account_id=account.id, location_id=place.id))
    session.commit()
    recompute_reach(session, account.institution_id)
    session.commit()


def ask(client, run, **limits):
    """Sends the form; the number of the run that was made."""
    address = f"{SYNC}{run}/terugdraaien/"
    sent = client.post(address, data=form_of(client, address, **limits))
    assert sent.status_code == 302, text_of(sent)
    return int(re.search(r"/(\d+)/$", sent.location)[1])


def test_from_the_page_of_a_run_to_the_preview_and_back_again(admin_client, everywhere, history, session):
    page = admin_client.get(f"{SYNC}{everywhere}/")
    assert "Terugdraaien…" in text_of(page)
    assert f"{SYNC}{everywhere}/terugdraaien/" in page.get_data(as_text=True)

    undo = ask(admin_client, everywhere)
    do_run(undo)
    shown = text_of(admin_client.get(f"{SYNC}{undo}/?what=changed"))
    assert f"Terugdraaien van run {everywhere}. Er is nog niets gewijzigd." in shown
    assert "leerling 100001 Achternaam Bergman Berg" in shown, shown
    assert "Verwijderd" in shown
    admin_client.post(f"{SYNC}{undo}/besluit/", data=form_of(admin_client, f"{SYNC}{undo}/", decision="apply"))
    do_run(undo)

    assert history.status(undo) == "applied"
    assert history.person("100001").last_name == "Berg"
    done = text_of(admin_client.get(f"{SYNC}{undo}/"))
    assert f"Run {undo} draait run {everywhere} terug." in done
    before = text_of(admin_client.get(f"{SYNC}{everywhere}/"))
    assert f"Deze run is teruggedraaid. Run {undo}" in before
    assert "Terugdraaien…" not in before
    session.rollback()


def test_a_doubled_form_asks_once_r124(admin_client, everywhere):
    address = f"{SYNC}{everywhere}/terugdraaien/"
    data = form_of(admin_client, address)
    one, two = (admin_client.post(address, data=data).location for _time in range(2))
    assert one == two


def test_a_wrong_number_is_told_at_its_field(admin_client, everywhere):
    address = f"{SYNC}{everywhere}/terugdraaien/"
    answer = admin_client.post(address, data=form_of(admin_client, address, person="424242", kind="pupil"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Niemand heeft dit nummer." in page
    assert 'value="424242"' in page
    assert 'value="pupil" selected' in page


def test_the_limits_are_said_on_the_preview_and_afterwards(admin_client, everywhere):
    undo = ask(admin_client, everywhere, kind="guardian", location="99ZZ01")
    do_run(undo)
    page = text_of(admin_client.get(f"{SYNC}{undo}/"))
    assert "Beperkt: alleen vestiging 99ZZ01, alleen soort: verzorger." in page

    admin_client.post(f"{SYNC}{undo}/besluit/", data=form_of(admin_client, f"{SYNC}{undo}/", decision="apply"))
    do_run(undo)
    before = admin_client.get(f"{SYNC}{everywhere}/")
    assert f"Deels teruggedraaid: Run {undo}" in text_of(before)
    assert f'<a href="{SYNC}{undo}/">' in before.get_data(as_text=True)


def test_who_does_not_reach_every_location_is_told_so(session, admin_client, administrator, history):
    history.run(first())
    run = history.run(second())
    couple(session, administrator, "99ZZ01")
    form = text_of(admin_client.get(f"{SYNC}{run}/terugdraaien/"))
    assert "U hebt niet alle vestigingen van de school." in form
    assert "Havenkwartier" not in form
    undo = ask(admin_client, run)
    do_run(undo)
    page = text_of(admin_client.get(f"{SYNC}{undo}/"))
    assert "alleen de eigen vestigingen van wie het vroeg" in page
    assert "gegevens van vestigingen buiten uw bereik blijven zoals ze zijn" in page
    address = f"{SYNC}{run}/terugdraaien/"
    assert admin_client.post(address, data=form_of(admin_client, address, location="99ZZ02")).status_code == 404


def test_without_a_location_there_is_no_button(admin_client, history, session, administrator):
    run = history.run(first())
    couple(session, administrator)
    assert "Terugdraaien…" not in text_of(admin_client.get(f"{SYNC}{run}/"))
    assert admin_client.get(f"{SYNC}{run}/terugdraaien/").status_code == 302


def test_a_run_whose_journal_is_gone_says_so(admin_client, everywhere, session):
    with transaction():
        session.execute(sa.delete(RunJournal))
    page = text_of(admin_client.get(f"{SYNC}{everywhere}/"))
    assert "wordt 180 dagen bewaard" in page
    assert "Terugdraaien…" not in page


def test_a_run_of_another_school_is_no_page(admin_client, everywhere, session, other_school):
    with transaction():
        session.execute(sa.update(SyncRun).where(SyncRun.id == everywhere).values(institution_id=other_school.id))
    assert admin_client.get(f"{SYNC}{everywhere}/terugdraaien/").status_code == 404


# -- Waarom? -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "address"), [("100001", "leerlingen"), ("700001", "verzorgers"), ("50001", "medewerkers")]
)
def test_every_page_of_a_person_says_where_a_value_comes_from(admin_client, everywhere, history, number, address):
    person = history.person(number)
    page = admin_client.get(f"/beheer/{address}/{person.id}/").get_data(as_text=True)
    assert '<details class="card origins" id="waarom">' in page
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index('id="waarom"') :]))
    assert re.search(r"Somtoday Connect, op \d\d-\d\d-\d{4} \d\d:\d\d, run \d+", text)
    assert f'href="{SYNC}{everywhere}/"' in page


def test_what_is_linked_has_its_value_beside_where_it_comes_from(admin_client, everywhere, history):
    page = text_of(admin_client.get(f"/beheer/leerlingen/{history.person('100001').id}/"))
    told = page[page.index("Waarom?") :]
    assert "Vestiging De Haven Somtoday Connect" in told
    assert "Groep 2B plus Somtoday Connect" in told
    page = text_of(admin_client.get(f"/beheer/verzorgers/{history.person('700001').id}/"))
    assert "Leerling Bergman, Sanne van den Somtoday Connect" in page


def test_the_page_says_since_when_somebody_is_missing(admin_client, everywhere, history):
    left = history.person("100002")
    page = text_of(admin_client.get(f"/beheer/leerlingen/{left.id}/"))
    assert "Ontbreekt sinds 05-10-2026. Somtoday Connect, op" in page
    assert "Wat de laatste synchronisaties meldden" in page
    assert "Staat niet meer in het schoolsysteem." in page


def test_a_person_of_before_the_log_is_honest_about_it(admin_client, session, history, administrator, make_person):
    history.run(first())
    couple(session, administrator, "99ZZ01", "99ZZ02")
    page = text_of(admin_client.get(f"/beheer/overige-betrokkenen/{make_person(kind='other').id}/"))
    assert "onbekend (van voor" in page


def test_reading_why_changes_nothing(admin_client, everywhere, history):
    before = history.whole()
    admin_client.get(f"/beheer/leerlingen/{history.person('100001').id}/")
    assert history.whole() == before
