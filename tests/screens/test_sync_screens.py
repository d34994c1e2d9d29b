"""Beheer > Instelling > Synchronisatie: the log, the run, its messages and the decision on it, within one's reach."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.models import Location, PersonKind, Role, SyncRun
from tests.screens.sync_world import NOW, SYNC, connect, counts, form_of, make_run, page, say, text_of

__all__ = ["make_run", "say"]


@pytest.fixture
def elsewhere(make_location):
    return make_location("Praktijkschool Oost")


# -- the list ------------------------------------------------------------------------------------------------------


def test_the_log_has_its_columns_and_dates_newest_first_z237_z238(admin_client, make_run):
    make_run(created_at=NOW, started_at=datetime(2017, 1, 22, 23, 0, tzinfo=UTC), counts=counts(pupils={"seen": 660}))
    make_run(created_at=NOW, started_at=datetime(2017, 2, 11, 23, 0, tzinfo=UTC), counts=counts(pupils={"seen": 1468}))
    words = text_of(admin_client.get(SYNC))
    for column in ("Datum", "Bron", "Gestart door", "Aantal leerlingen", "Succesvol", "Meldingen", "Details"):
        assert column in words
    assert "12-02-2017 00:00 EDEXML-bestand automatisch 1.468 Ja 0" in words[words.index("Datum") :]
    assert words.index("12-02-2017 00:00") < words.index("23-01-2017 00:00")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("applied", "Ja"),
        ("failed", "Nee mislukt"),
        ("discarded", "Nee weggegooid"),
        ("held", "Aangehouden"),
        ("preview", "Voorbeeld"),
        ("waiting", "Bezig"),
        ("running", "Bezig"),
    ],
)
def test_succesvol_is_ja_only_when_it_was_applied_part_7_nr_24(admin_client, make_run, say, status, said):
    run = make_run(status)
    say(run, "000001")
    say(run, "000002", severity="warning")
    assert f"automatisch - {said} 2" in text_of(admin_client.get(SYNC))


def test_the_log_goes_back_much_more_than_ten_weeks_in_pages_z241(admin_client, make_run):
    for week in range(30):
        make_run(started_at=NOW - timedelta(weeks=30 - week))
    assert "Synchronisaties - 1 t/m 12 (van 30)" in text_of(admin_client.get(SYNC))
    assert "Synchronisaties - 25 t/m 30 (van 30)" in text_of(admin_client.get(f"{SYNC}?page=3"))


@pytest.mark.parametrize("typed", ["0", "-1", "abc", "99999999999999999999", "1%00"])
def test_a_strange_page_number_is_not_an_error(admin_client, make_run, typed):
    make_run()
    assert "1 t/m 1 (van 1)" in text_of(admin_client.get(f"{SYNC}?page={typed}"))


def test_an_empty_log_says_what_to_do(admin_client):
    words = text_of(admin_client.get(SYNC))
    assert "Er is nog niets gesynchroniseerd" in words
    assert "Bestand inlezen" in words


def test_the_list_costs_the_same_number_of_queries_for_1_and_for_12_runs(admin_client, make_run, session, db):
    def cost():
        seen = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        admin_client.get(SYNC)
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    make_run()
    cost()  # the first page of a session does more
    one = cost()
    for _ in range(11):
        make_run()
    assert cost() == one


def test_a_colleague_is_named_only_within_reach_r47(
    admin_client, administrator, make_run, make_account, make_person, elsewhere
):
    far = make_person(PersonKind.STAFF, last_name="Verweg")
    colleague = make_account(far, Role.ADMINISTRATOR, [elsewhere])
    make_run(actor_id=colleague.id, trigger="manual")
    make_run(actor_id=administrator.id, trigger="manual")
    words = text_of(admin_client.get(SYNC))
    assert "een beheerder van een andere vestiging" in words
    assert "Verweg" not in words
    assert "EDEXML-bestand u -" in words[words.index("Datum") :]


# -- starting --------------------------------------------------------------------------------------------------------


def test_nu_synchroniseren_starts_one_run_however_often_it_is_clicked_z220_r124(admin_client, session, institution):
    connect(session, institution)
    form = form_of(admin_client, SYNC)
    answers = [admin_client.post(f"{SYNC}start/", data=form) for _ in range(3)]
    run = session.query(SyncRun).one()
    assert {answer.headers["Location"] for answer in answers} == {f"{SYNC}{run.id}/"}
    assert (run.source, run.trigger, run.status) == ("somtoday", "manual", "waiting")
    second = admin_client.post(f"{SYNC}start/", data=form_of(admin_client, SYNC), follow_redirects=True)
    assert "Er loopt al een synchronisatie. U ziet die nu." in text_of(second)
    assert session.query(SyncRun).count() == 1


def test_nothing_starts_without_a_connection_a_token_or_a_post_r59(admin_client, session, institution):
    form = form_of(admin_client, SYNC, form_key="a" * 24)
    assert admin_client.post(f"{SYNC}start/", data=form).status_code == 400
    connect(session, institution)
    assert admin_client.post(f"{SYNC}start/", data={"form_key": "a" * 24}).status_code == 400
    assert admin_client.post(f"{SYNC}start/", data=form | {"form_key": "../x"}).status_code == 400
    assert admin_client.get(f"{SYNC}start/").status_code == 405
    assert session.query(SyncRun).count() == 0


def test_progress_shows_stage_and_records_and_works_without_script(admin_client, make_run):
    run = make_run("running", stage="fetching", progress=1468)
    answer = admin_client.get(f"{SYNC}{run.id}/")
    words = text_of(answer)
    assert "Leest het schoolsysteem" in words
    assert "1.468 gegevens gelezen." in words
    assert '<noscript><meta http-equiv="refresh"' in answer.get_data(as_text=True)
    assert 'data-progress="' in answer.get_data(as_text=True)


def test_an_administrator_without_locations_can_read_the_first_file_of_the_school(log_in, make_account):
    client = log_in(make_account(role=Role.ADMINISTRATOR, password_hash="x", activated_at=NOW))
    assert client.get(SYNC).status_code == 200
    assert "U hebt nog geen eigen vestigingen" in text_of(client.get(SYNC))
    assert client.get(f"{SYNC}bestand/").status_code == 200


# -- one run -----------------------------------------------------------------------------------------------------------


def test_the_details_say_what_changed_and_that_all_went_well_z236(admin_client, make_run):
    make_run(counts=counts(pupils={"seen": 659}))
    pupils = {"seen": 697, "new": 38, "changed": 12, "unchanged": 647}
    words = page(admin_client, make_run(counts=counts(pupils=pupils)))
    assert "Koppeling succesvol." in words
    assert "697 38 meer dan vorige keer" in words
    assert "Leerlingen 38 12 647 0 0" in words
    assert "4,0 seconden" in words


def test_a_run_is_compared_with_the_one_before_of_the_same_source(admin_client, make_run):
    make_run(counts=counts(pupils={"seen": 1500}), source="somtoday")
    run = make_run(counts=counts(pupils={"seen": 5}), source="table")
    assert "vorige keer" not in page(admin_client, run)


def test_an_empty_table_of_messages_says_so_z242_z243(admin_client, make_run):
    words = page(admin_client, make_run())
    assert "Synchronisatie details - 0 t/m 0 (van 0)" in words
    assert "Er zijn geen gegevens gevonden" in words


def test_messages_name_the_pupil_and_say_what_is_wrong_z244(admin_client, session, make_run, make_person, say):
    pupil = make_person(location=session.query(Location).one(), last_name="Ferreira", first_name="Matilde")
    run = make_run()
    say(run, pupil.number, severity="warning", code="email-unreadable")
    say(run, "105329")
    words = page(admin_client, run)
    assert "Soort melding Melding" in words
    assert words.index("105329") < words.index(pupil.number)  # the worst first
    assert f"{pupil.number} Ferreira, Matilde Let op" in words
    assert f'href="/beheer/leerlingen/{pupil.id}/"' in admin_client.get(f"{SYNC}{run.id}/").get_data(as_text=True)


def test_messages_come_in_pages_and_can_be_filtered_by_kind_z242(admin_client, make_run, say):
    run = make_run()
    for number in range(30):
        say(run, f"9{number:05}", severity="warning" if number % 2 else "error")
    assert "Synchronisatie details - 1 t/m 25 (van 30)" in page(admin_client, run)
    assert "Synchronisatie details - 26 t/m 30 (van 30)" in page(admin_client, run, "?page=2")
    words = page(admin_client, run, "?severity=warning")
    assert "Synchronisatie details - 1 t/m 15 (van 15)" in words
    assert "900000" not in words
    assert "(van 30)" in page(admin_client, run, "?severity=nonsense")


def test_the_messages_as_a_file_hold_no_formula_r80(admin_client, make_run, say):
    run = make_run()
    say(run, "=HYPERLINK(1)")
    say(run, "900001", severity="info", code="gone")
    answer = admin_client.get(f"{SYNC}{run.id}/meldingen.csv")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="meldingen-run-{run.id}.csv"'
    assert lines[0] == "Soort;Nummer;Naam;Soort melding;Code;Veld;Waarde;Melding"
    assert lines[1].startswith("leerling;'=HYPERLINK(1);;Fout;")
    assert len(admin_client.get(f"{SYNC}{run.id}/meldingen.csv?severity=info").get_data().splitlines()) == 2


def test_a_message_about_a_field_tells_what_stood_there_on_the_page_and_in_the_file_z244(admin_client, make_run, say):
    run = make_run()
    say(run, "900001", severity="warning", code="date-unreadable", field="birth_date", value="=31-02-2013")
    words = page(admin_client, run)
    row = admin_client.get(f"{SYNC}{run.id}/meldingen.csv").get_data().decode("utf-8-sig").splitlines()[1]

    assert "Verbeter het in het schoolsysteem. In de bron staat: =31-02-2013" in words
    assert row.startswith("leerling;900001;;Let op;date-unreadable;geboortedatum;'=31-02-2013;Dit veld kan niet")


def test_a_failed_run_says_why_in_words(admin_client, make_run):
    words = page(admin_client, make_run("failed", reason="De bron gaf geen antwoord.", counts={}))
    assert "Waarom deze run niet is toegepast De bron gaf geen antwoord." in words
    assert "Aantal leerlingen -" in words
