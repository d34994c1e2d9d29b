"""The list of accounts on a phone: what to do with the ticked ones is in one menu, so the accounts come first."""

from app.models import Batch
from tests.browser.conftest import NARROW
from tests.browser.panel_world import broken, open_panel, served

__all__ = ["open_panel", "served"]  # fixtures


def test_bulk_actions_are_one_menu_on_a_phone_and_work_from_it(session, open_panel, picture):
    page = open_panel(viewport=NARROW)
    page.goto("/beheer/accounts/")
    picture(page, "phone-accounts")
    page.set_viewport_size(NARROW)
    strip = page.locator("[data-selection]")
    assert strip.bounding_box()["height"] < 100
    assert strip.locator("button:visible").count() == 0
    page.check("[data-pick]")
    strip.get_by_text("Acties").click()
    assert strip.locator("button.item:visible").count() == 9
    picture(page, "phone-actions")
    page.set_viewport_size(NARROW)
    strip.get_by_role("button", name="Wachtwoord resetten").click()
    page.wait_for_url("**/opdracht/**")
    assert session.query(Batch).one().task == "reset"
    session.rollback()
    assert broken(page) == []


def test_on_a_wide_screen_the_usual_ones_are_buttons_and_the_others_a_menu(open_panel):
    page = open_panel()
    page.goto("/beheer/accounts/")
    strip = page.locator("[data-selection]")
    assert strip.locator("button.btn:visible").count() == 3
    assert strip.locator("details.small-only").is_hidden()
    strip.get_by_text("Meer").click()
    assert strip.locator("button.item:visible").count() == 6
