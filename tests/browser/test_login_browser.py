"""The login in a real browser: the list follows the username, pasting works, nothing is left after the logout."""

import os
import shutil
import threading

import pytest
from werkzeug.serving import make_server

from tests.login.auth_world import NEW_PASSWORD, PASSWORD, hash_of, owner, second_school  # noqa: F401 - fixtures

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="no Chromium on this machine")


@pytest.fixture
def address(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(address):
    """A page of a browser that notes what it complains about."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = browser.new_context(base_url=address, permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        yield page
        browser.close()


def test_from_the_username_to_the_logout(page, owner, second_school):
    page.goto("/")
    assert page.url.endswith("/login")
    assert page.locator("#institution option").count() == 3
    page.fill("#username", "Jdevries")
    page.wait_for_selector("[data-found]:visible")  # Z-024
    assert page.locator("#institution option").all_inner_texts() == ["De Zilverlinde (99ZZ)"]
    page.evaluate("text => navigator.clipboard.writeText(text)", PASSWORD)
    page.focus("#password")
    page.keyboard.press("Control+V")  # R8: pasting is free
    assert page.input_value("#password") == PASSWORD
    page.click("[data-reveal=password]")
    assert page.get_attribute("#password", "type") == "text"
    page.check("#remember")
    page.click("button[type=submit]")
    page.wait_for_url("**/")
    page.goto("/wachtwoord/wijzigen")
    assert "ProfielWijzigWachtwoordPage" in page.content()
    page.locator("form[action='/logout']").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/login")
    assert page.evaluate("document.activeElement.id") == "password"  # Z-028
    assert page.input_value("#username") == "Jdevries"  # Z-053
    page.go_back()
    assert "ProfielWijzigWachtwoordPage" not in page.content()  # R29
    assert page.complaints == []  # R61: nothing broke the policy


def test_a_slip_in_the_repetition_is_told_before_anything_is_sent(page, owner):
    page.goto("/login")
    page.fill("#username", "Jdevries")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/")
    page.goto("/wachtwoord/wijzigen")
    for name, text in {"current": PASSWORD, "new": NEW_PASSWORD, "repeat": "iets anders"}.items():
        page.fill(f"#{name}_password", text)
    page.click("button.btn-primary[type=submit]")
    message = page.locator("#repeat_password").evaluate("field => field.validationMessage")
    assert message == "De twee nieuwe wachtwoorden zijn niet gelijk."
    assert page.input_value("#current_password") == PASSWORD, "nothing that was typed is lost"
    page.fill("#repeat_password", NEW_PASSWORD)
    page.click("button.btn-primary[type=submit]")
    page.wait_for_url("**/")
    assert "Uw wachtwoord is gewijzigd." in page.content()
    assert page.complaints == []


def test_without_script_all_institutions_are_in_the_list_and_the_login_works(page, owner, second_school):
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    page.goto("/login")
    plain.goto(page.url)
    assert plain.locator("#institution option").count() == 3
    assert not plain.locator("[data-reveal]").is_visible()
    plain.fill("#username", "Jdevries")
    plain.select_option("#institution", "99ZZ")
    plain.fill("#password", PASSWORD)
    plain.click("button[type=submit]")
    plain.wait_for_url("**/")
    assert "Uitloggen" in plain.content()
