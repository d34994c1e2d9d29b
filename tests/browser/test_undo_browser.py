"""Undoing a run in a browser: from its page through the form to the preview, and 'Waarom?' on the page of a person."""

import sqlalchemy as sa
from playwright.sync_api import expect

from app.models import AccountLocation, Location
from app.services.reach import recompute_reach
from app.work.runs import do_run
from tests.browser.panel_world import broken, open_panel, served
from tests.history.history_world import first, history, second

__all__ = ["history", "open_panel", "served"]  # fixtures


def test_a_run_is_undone_and_a_person_says_why(session, open_panel, administrator, history, picture):
    history.run(first())
    run = history.run(second())
    places = session.scalars(sa.select(Location).where(Location.code != "99ZZ01")).all()
    session.add_all(
        AccountLocation(institution_id=one.institution_id, account_id=administrator.id, location_id=one.id)
        for one in places
    )
    session.commit()
    recompute_reach(session, administrator.institution_id)
    session.commit()
    page = open_panel()
    page.goto(f"/beheer/synchronisatie/{run}/")
    picture(page, "undo-1-run")
    page.get_by_role("link", name="Terugdraaien…").click()
    assert broken(page) == []
    picture(page, "undo-2-form")
    page.get_by_role("button", name="Laat zien wat teruggaat").click()
    undo = int(page.url.rstrip("/").rsplit("/", 1)[1])
    do_run(undo)
    session.rollback()
    for what in ("changed", "gone", "removed", "new"):
        page.goto(f"/beheer/synchronisatie/{undo}/?what={what}")
        assert broken(page) == []
        picture(page, f"undo-3-{what}")
    page.get_by_role("button", name="Toepassen").click()
    do_run(undo)
    session.rollback()
    page.goto(f"/beheer/synchronisatie/{undo}/")
    picture(page, "undo-4-done")
    for kind, number in (("leerlingen", "100001"), ("verzorgers", "700001"), ("medewerkers", "50001")):
        page.goto(f"/beheer/{kind}/{history.person(number).id}/")
        session.rollback()
        page.get_by_text("Waarom?").click()
        expect(page.locator("#waarom tbody tr").first).to_be_visible()
        assert broken(page) == []
        picture(page, f"undo-5-why-{kind}")
