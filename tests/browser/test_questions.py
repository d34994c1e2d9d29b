"""Deleting asks first, in a dialog of our own; without script a page asks (R62, Z-147, Z-150, Z-215)."""

import pytest
from playwright.sync_api import expect

from app.models import Account, Person, PersonKind
from tests.browser.panel_world import broken, open_panel, served

__all__ = ["open_panel", "served"]  # fixtures


@pytest.fixture
def victim(make_person, make_account):
    return make_account(make_person(PersonKind.OTHER, hand_made=True, last_name="Weg"))


@pytest.fixture(params=["account", "person"])
def place(request, victim):
    """(address of the record, address that deletes, the row)."""
    if request.param == "account":
        address = f"/beheer/accounts/{victim.id}/"
        return address, f"{address}verwijderen/", (Account, victim.id)
    address = f"/beheer/overige-betrokkenen/{victim.person_id}/"
    return address, f"{address}verwijderen/", (Person, victim.person_id)


def is_there(session, row):
    session.rollback()
    found = session.get(*row) is not None
    session.rollback()  # an open transaction would make the browser wait
    return found


def test_cancel_sends_nothing_and_ok_sends_one_form_r62(session, open_panel, place):
    address, action, row = place
    page = open_panel()
    page.goto(address)
    page.locator("a.btn-danger").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.innerText") == "Annuleren"
    dialog.get_by_role("button", name="Annuleren").click()
    page.locator("a.btn-danger").click()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.seen.posts == []
    assert is_there(session, row)
    page.locator("a.btn-danger").click()
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_url(lambda url: address not in url)
    assert page.seen.posts == [action]
    assert not is_there(session, row)
    assert broken(page) == []


def test_without_script_a_page_asks_r62(session, open_panel, place):
    address, action, row = place
    page = open_panel(java_script_enabled=False)
    page.goto(address)
    page.locator("a.btn-danger").click()
    assert page.url.split("?")[0].endswith(action)
    assert page.seen.posts == []
    assert is_there(session, row)
    page.locator("main button[type=submit].btn-danger").click()
    page.wait_for_url(lambda url: address not in url)
    assert page.seen.posts == [action]
    assert not is_there(session, row)
