"""The welcome screen: the last synchronisation, what waits for a decision, and what goes wrong slowly (R103)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.models import SourceConnection, SyncMessage, SyncRun
from tests.screens.test_welcome import NOW, welcome, widget


@pytest.fixture
def make_run(session, institution):
    def make(status="applied", messages=(), **values):
        slot = f"manual:{session.scalar(sa.select(sa.func.count()).select_from(SyncRun))}"
        standard = {"source": "somtoday", "trigger": "manual", "slot": slot, "created_at": NOW}
        run = SyncRun(institution_id=institution.id, status=status, **standard | values)
        session.add(run)
        session.flush()
        for severity in messages:
            told = {"severity": severity, "kind": "pupil", "key": "1", "code": "last-name-missing", "details": {}}
            session.add(SyncMessage(institution_id=institution.id, run_id=run.id, **told))
        session.commit()
        return run

    return make


def test_the_last_run_is_told_with_its_messages(admin_client, make_run):
    make_run(counts={"pupils": {"seen": 1468}}, messages=("warning", "error", "info"), started_at=NOW)
    make_run("discarded")
    text = widget(welcome(admin_client), "w-run")
    assert "Succesvol: Ja" in text
    assert "1.468 leerlingen, 2 meldingen" in text


@pytest.mark.parametrize(("status", "words"), [("failed", "Succesvol: Nee"), ("running", "Nu bezig")])
def test_a_run_that_is_not_applied_is_told_as_it_is(admin_client, make_run, status, words):
    make_run(status)
    assert words in widget(welcome(admin_client), "w-run")


def test_a_run_that_failed_says_why(admin_client, make_run):
    make_run("failed", reason="Somtoday geeft geen antwoord. Er is niets gewijzigd.")
    assert "Somtoday geeft geen antwoord. Er is niets gewijzigd." in widget(welcome(admin_client), "w-run")


def test_an_access_that_ends_leads_to_the_page_of_its_source(admin_client, session, institution):
    about = {"settings": {}, "changed_at": NOW, "ends_on": NOW.date() + timedelta(days=9)}
    session.add(SourceConnection(institution_id=institution.id, source="zermelo", **about))
    session.commit()
    page = welcome(admin_client)
    assert "De toegang tot Zermelo eindigt op" in page
    assert 'href="/beheer/bronnen/zermelo/"' in page


def test_a_held_run_asks_for_a_decision_with_its_reason(admin_client, make_run):
    run = make_run("held", reason="In Oost ontbreken 206 van de 214 leerlingen. Er is niets gewijzigd.")
    page = welcome(admin_client)
    assert "is aangehouden" in page
    assert "In Oost ontbreken 206 van de 214 leerlingen. Er is niets gewijzigd." in page
    assert "Er is nog niets gewijzigd." not in page  # it was said
    assert f"/beheer/synchronisatie/{run.id}" in page


def test_a_run_that_waits_stays_in_sight_when_another_source_was_read_since(admin_client, make_run):
    waits = make_run("held", reason="In Oost ontbreken 206 van de 214 leerlingen. Er is niets gewijzigd.")
    make_run(counts={"pupils": {"seen": 1468}}, source="zermelo")
    make_run(counts={"pupils": {"seen": 3}}, trigger="undo", undo_of=waits.id)
    page = welcome(admin_client)

    assert f'href="/beheer/synchronisatie/{waits.id}/"' in page
    assert "1.468 leerlingen" in widget(page, "w-run")  # an undo is no synchronisation


def test_the_next_weekly_run_is_named_only_when_something_is_connected(admin_client, session, institution):
    assert "Volgende:" not in welcome(admin_client)
    session.add(SourceConnection(institution_id=institution.id, source="somtoday", settings={}, changed_at=NOW))
    session.commit()
    assert "Volgende: zo" in welcome(admin_client)
