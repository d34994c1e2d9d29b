"""The main job in a browser: a new school, its roster, accounts for everybody, mails, and a pupil who logs in."""

import re
from pathlib import Path

from tests.browser.conftest import NARROW
from tests.mail.mail_world import text_of

FEED = Path(__file__).parents[1] / "sources" / "edexml" / "feeds" / "EDEXML.Voorbeeld.2.1.xml"
OWN_PASSWORD = "vier blauwe stoelen op zolder"
SECRET = re.compile(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b")


def make_school(site):
    made = site.test_cli_runner().invoke(
        args=["institution", "create", "--brin", "99ZZ", "--name", "Schoolvereniging De Zilverlinde"]
        + ["--admin-username", "admin_devries", "--admin-email", "p.devries@school.example"]
    )
    assert made.exit_code == 0, made.output


def wait_for_mail(page, postbox, address):
    for _ in range(150):
        for recipients, message in reversed(postbox.mails):
            if address in recipients:
                return message
        page.wait_for_timeout(100)
    raise AssertionError(f"no mail for {address}")


def log_in(page, username, password):
    page.goto("/login")
    page.fill("#username", username)
    page.fill("#password", password)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_load_state()


def choose_own_password(page, password=OWN_PASSWORD):
    assert page.url.endswith("/wachtwoord/wijzigen"), page.url  # Z-041, R18
    page.fill("#new_password", password)
    page.fill("#repeat_password", password)
    page.get_by_role("button", name="Wachtwoord wijzigen").click()
    page.wait_for_url("**/")


def test_from_an_empty_machine_to_a_pupil_who_logs_in(site, postbox, open_page, picture):
    """Z-010, Z-011, Z-041, Z-094 to Z-100, Z-165, Z-187 to Z-190, Z-237, Z-245."""
    make_school(site)
    admin = open_page()
    secret = SECRET.search(text_of(wait_for_mail(admin, postbox, "p.devries@school.example")))[0]
    log_in(admin, "admin_devries", secret)
    picture(admin, "01-first-password")
    choose_own_password(admin)
    picture(admin, "02-welcome-empty")

    admin.goto("/beheer/synchronisatie/")
    admin.get_by_role("link", name="Bestand inlezen").first.click()
    admin.set_input_files("input[type=file]", FEED)
    picture(admin, "03-upload")
    admin.locator("main button[type=submit]").click()
    admin.get_by_role("button", name="Toepassen").wait_for(timeout=20_000)
    assert "Nieuw" in admin.locator("main").inner_text()
    picture(admin, "04-preview")
    admin.get_by_role("button", name="Toepassen").click()
    admin.get_by_text("Succesvol").first.wait_for(timeout=20_000)
    picture(admin, "05-run")

    admin.goto("/beheer/leerlingen/")
    picture(admin, "06-no-location-yet")  # Z-187, Z-189
    for box in admin.locator("main input[type=checkbox]").all():
        box.check()
    picture(admin, "07-couple-locations")
    admin.get_by_role("button", name="Koppelen").click()
    admin.wait_for_load_state()

    admin.goto("/beheer/leerlingen/")
    assert admin.locator("tbody tr").count() >= 2
    picture(admin, "08-pupils")
    admin.goto("/beheer/accounts/")
    picture(admin, "09-accounts")
    admin.get_by_role("link", name="Nieuw account maken voor").click()
    admin.locator("a.choice").first.wait_for()
    picture(admin, "10-kinds")
    admin.locator("a.choice", has_text="Leerlingen").click()
    admin.check("[data-pick-all]")
    picture(admin, "11-choose")
    admin.get_by_role("button", name="Account(s) maken").click()
    admin.wait_for_url("**/opdracht/**")
    picture(admin, "12-check")
    admin.locator("main form button[type=submit].btn-primary").click()
    admin.get_by_text("U ziet dit wachtwoord maar één keer").or_(admin.get_by_text("maar één keer")).first.wait_for(
        timeout=30_000
    )
    picture(admin, "13-result")
    once = SECRET.findall(admin.locator("#once").inner_text())
    assert once
    row = admin.locator("#once tbody tr").first
    username, password = row.locator(".secret").all_inner_texts()
    admin.reload()
    assert not SECRET.search(admin.locator("main").inner_text())  # Z-102
    admin.complaints.clear()  # the reloaded page is 410, which a browser reports

    pupil = open_page(NARROW)
    log_in(pupil, username, password)
    choose_own_password(pupil, "een fiets met drie zadels")
    picture(pupil, "14-pupil-welcome")
    again = open_page()
    log_in(again, username, password)
    assert "Inloggen" in again.title()  # the first secret worked once (R5)
    again.complaints.clear()
    log_in(again, username, "een fiets met drie zadels")
    assert again.url == site.url + "/"
