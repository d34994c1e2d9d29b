"""A held run in a browser: looked at, applied in part with a reason; and the roll-over that is planned."""

import sqlalchemy as sa
from playwright.sync_api import expect

from app.clock import today
from app.models import AccountLocation, Location, SyncRun
from app.services.reach import recompute_reach
from tests.browser.panel_world import broken, open_panel, served
from tests.gate.gate_world import HAVEN_GONE, WHOLE, Runs, present

__all__ = ["open_panel", "served"]  # fixtures


def test_a_held_run_is_applied_in_part(session, institution, open_panel, administrator, picture):
    runs = Runs(session, institution.id)
    runs.run(WHOLE, approved=True)
    for place in session.scalars(sa.select(Location).where(Location.code != "99ZZ01")).all():
        session.add(AccountLocation(institution_id=institution.id, account_id=administrator.id, location_id=place.id))
    session.commit()
    recompute_reach(session, institution.id)
    session.commit()
    run_id = runs.run(HAVEN_GONE).id
    session.rollback()
    page = open_panel()
    page.goto(f"/beheer/synchronisatie/{run_id}/")
    assert not page.get_by_label("Havenkwartier (99ZZ02)").is_checked()
    page.get_by_text("Namen").first.click()
    expect(page.get_by_text("leerling 200000")).to_be_visible()
    picture(page, "held-1-run")
    page.get_by_role("button", name="Alleen aangevinkte delen toepassen").click()
    expect(page.get_by_role("alert").get_by_text("Schrijf op waarom")).to_be_visible()
    page.get_by_label("Reden").fill("Haven staat nog uit in de bron")
    page.get_by_role("button", name="Alleen aangevinkte delen toepassen").click()
    assert broken(page) == ["Failed to load resource: the server responded with a status of 400 (BAD REQUEST)"]
    session.rollback()
    runs.carry_out(run_id, HAVEN_GONE)
    session.rollback()

    assert session.get_one(SyncRun, run_id, populate_existing=True).status == "applied"
    assert len(present(session)) == 101
    session.rollback()
    page.goto(f"/beheer/synchronisatie/{run_id}/")
    expect(page.get_by_text("Niet alles is toegepast")).to_be_visible()
    picture(page, "held-2-done")


def test_a_roll_over_is_planned(session, open_panel, picture):
    session.rollback()
    year = today().year + 1
    page = open_panel()
    page.goto("/beheer/synchronisatie/")
    page.get_by_role("link", name="Grenzen bekijken of wijzigen").click()
    page.get_by_label("Eerste dag").fill(f"{year}-07-20")
    page.get_by_label("Laatste dag").fill(f"{year}-08-20")
    page.get_by_label("Wat veilig is, gaat door").check()
    picture(page, "limits-1-form")
    page.get_by_role("button", name="Opslaan").click()

    expect(
        page.get_by_text(f"Er is een jaarovergang gepland van 20-07-{year} tot en met 20-08-{year}.")
    ).to_be_visible()
    expect(page.get_by_label("Wat veilig is, gaat door")).to_be_checked()
    assert broken(page) == []
