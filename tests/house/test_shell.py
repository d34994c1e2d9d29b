"""The frame around every page: the menu by role, the status line, the notices, and nothing of Flask-Admin's bundle."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest

from app.models import PersonKind, Role
from tests.screens.screens_world import LISTS, here, lindelaan

pytestmark = pytest.mark.once

__all__ = ["here", "lindelaan"]  # fixtures
BUNDLED = re.compile(
    r"bootstrap4|bootstrap\.min|jquery|select2|x-editable|moment\.|fa_|font-?awesome|flask-admin|admin/static"
)
USED = {"password_hash": "unused", "activated_at": datetime.now(UTC)}


def every_page(here):
    yield from ["/", "/nieuws/", "/informatief/", "/handleiding/", "/wachtwoord/wijzigen", "/beheer/"]
    yield from [
        *LISTS.values(),
        "/beheer/accounts/",
        "/beheer/accounts/nieuw/",
        "/beheer/uitreiking/",
        "/beheer/mails/",
        "/beheer/contactpersonen/",
        "/beheer/instellingen/",
        "/beheer/synchronisatie/",
    ]
    yield from [f"{LISTS[screen]}{id}/" for screen, id in here.items() if screen in LISTS and screen != "locations"]
    yield from [
        f"{LISTS['staff']}nieuw/",
        f"{LISTS['others']}nieuw/",
        f"{LISTS['others']}{here['others']}/verwijderen/",
    ]
    yield from [
        f"/beheer/accounts/{here['accounts']}/",
        f"{LISTS['pupils']}?everything=1",
        f"{LISTS['pupils']}?search=qq",
    ]


def pages(client, here):
    for address in every_page(here):
        answer = client.get(address)
        assert answer.status_code == 200, address
        yield address, answer


def elements(text):
    return html5lib.parse(text, namespaceHTMLElements=False).iter()


def test_every_page_is_sound_html_with_one_heading_and_a_title(admin_client, here):
    parser = html5lib.HTMLParser(strict=True)
    for address, answer in pages(admin_client, here):
        parser.parse(answer.text)
        found = [element.tag for element in elements(answer.text)]
        assert found.count("h1") == 1, address
        assert found.count("main") == 1, address
        ids = re.findall(r'\sid="([^"]+)"', answer.text)
        assert len(ids) == len(set(ids)), (address, sorted(id for id in ids if ids.count(id) > 1))


def test_no_page_has_inline_code_and_every_script_has_the_nonce_of_its_answer_r63_r64(admin_client, here):
    for address, answer in pages(admin_client, here):
        nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1]
        for element in elements(answer.text):
            assert not [name for name in element.attrib if name.startswith("on") or name == "style"], address
            assert not element.attrib.get("href", "").lower().startswith("javascript:"), address
            assert element.tag != "style", address
            if element.tag == "script":
                assert element.attrib["nonce"] == nonce, address
                assert element.attrib["src"].startswith("/static/js/"), address
                assert not (element.text or "").strip(), address


def test_nothing_of_flask_admins_bundle_is_on_any_page_and_all_files_are_ours(admin_client, here):
    for address, answer in pages(admin_client, here):
        assert not BUNDLED.search(answer.text), address
        for element in elements(answer.text):
            link = element.attrib.get("src") or (element.attrib.get("href") if element.tag in ("link", "use") else None)
            if link and not link.startswith("data:"):
                assert link.startswith("/static/"), (address, link)
                with admin_client.get(urlsplit(link).path) as file:
                    assert file.status_code == 200, link


@pytest.mark.parametrize(
    "file", ["bootstrap/bootstrap4/js/bootstrap.min.js", "vendor/jquery.min.js", "vendor/select2/select2.min.js", ""]
)
@pytest.mark.parametrize("place", ["/beheer/static/", "/admin/static/", "/static/admin/"])
def test_flask_admins_static_files_are_not_served(admin_client, place, file):
    assert admin_client.get(place + file).status_code == 404


def test_every_form_that_posts_carries_the_csrf_token_r59(admin_client, here):
    for address, answer in pages(admin_client, here):
        for form in (element for element in elements(answer.text) if element.tag == "form"):
            if form.attrib.get("method", "get").lower() == "post":
                rows = form.attrib.get("data-list") is None or "rowid" in answer.text
                hidden = [field.attrib.get("name") for field in form.iter("input")]
                assert "csrf_token" in hidden or not rows, address


def test_every_field_has_a_label(admin_client, here):
    for address, answer in pages(admin_client, here):
        labels = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', answer.text))
        for element in elements(answer.text):
            kind = element.attrib.get("type", "text")
            if element.tag in ("select", "textarea") or (element.tag == "input" and kind not in ("hidden", "submit")):
                named = element.attrib.get("aria-label") or element.attrib.get("id") in labels
                assert named, (address, element.attrib)


def main_menu(page):
    part = re.search(r'<nav class="mainmenu".*?</nav>', page, re.S)[0]
    return re.findall(r"<a [^>]*>([^<]+)</a>", part)


def test_an_administrator_has_home_beheer_informatief_and_handleiding_z033(admin_client, here):
    page = admin_client.get(LISTS["pupils"]).text
    assert main_menu(page) == ["Home", "Beheer", "Informatief", "Handleiding"]
    assert re.search(r'<li><a href="/beheer/" aria-current="true">Beheer</a></li>', page)
    for name in ("Nieuws", "Wijzig wachtwoord", "Uitloggen"):  # Z-043
        assert name in re.search(r'<details class="menu user">.*?</details>', page, re.S)[0]
    assert 'method="post" action="/logout"' in page


@pytest.mark.parametrize("role", [Role.STAFF, Role.CARE_MANAGER, Role.PUPIL, Role.GUARDIAN, Role.OTHER])
def test_nobody_else_has_beheer_z038_part_7_nr_11(log_in, make_person, make_account, role):
    kinds = {Role.PUPIL: PersonKind.PUPIL, Role.GUARDIAN: PersonKind.GUARDIAN, Role.OTHER: PersonKind.OTHER}
    account = make_account(make_person(kinds.get(role, PersonKind.STAFF)), role, **USED)
    page = log_in(account).get("/").text
    informative = ["Informatief"] if role in (Role.STAFF, Role.CARE_MANAGER) else []  # Z-040
    assert main_menu(page) == ["Home", *informative, "Handleiding"]
    assert "subnav" not in page
    assert log_in(account).get("/beheer/").status_code == 403


@pytest.mark.parametrize("role", [Role.NATIONAL, Role.ROOT])
def test_national_and_root_have_no_beheer_z079(log_in, make_person, make_account, role):
    account = make_account(make_person(PersonKind.STAFF, institution_id=None), role, **USED)
    assert "Beheer" not in main_menu(log_in(account).get("/").text)


def test_the_status_line_says_who_where_and_which_page_z037(admin_client, here):
    page = admin_client.get(LISTS["groups"]).text
    line = re.sub(r"<[^>]+>", "", re.search(r'<p class="statusline">.*?</p>', page)[0])
    assert line == "admin_vanderwal (applicatiebeheerder) De Zilverlinde 99ZZ BeheerGroepenPage"


def test_the_sub_navigation_leads_to_every_screen_z085_z091_z117(admin_client):
    page = admin_client.get("/beheer/").text
    part = re.search(r'<ul class="subnav">.*?</nav>', page, re.S)[0]
    assert re.findall(r'<a href="([^"]+)"', part) == [
        "/",
        *[LISTS[name] for name in ("pupils", "guardians", "staff", "others", "groups")],
        "/beheer/dubbele-personen/",
        "/beheer/correcties/",
        "/beheer/accounts/",
        "/beheer/uitreiking/",
        LISTS["locations"],
        "/beheer/synchronisatie/",
        "/beheer/bronnen/",
        "/beheer/mails/",
        "/beheer/contactpersonen/",
        "/beheer/instellingen/",
    ]
    assert [word.strip() for word in re.findall(r"<summary>([^<]+)", part)] == ["Personen", "Instelling"]


def test_a_practice_school_wears_a_ribbon(admin_client, session, institution):
    assert "Oefenschool" not in admin_client.get("/beheer/").text
    institution.is_practice = True
    session.commit()
    assert (
        '<span class="practice" title="Alle gegevens zijn verzonnen">Oefenschool</span>'
        in admin_client.get("/beheer/").text
    )


def test_every_administration_page_says_that_mail_is_not_connected(app, admin_client, here):
    for address, answer in pages(admin_client, here):
        assert ("E-mail is niet aangesloten." in answer.text) == address.startswith("/beheer/"), address
    app.config["MAIL_SERVER"] = "mail.example"
    assert "E-mail is niet aangesloten." not in admin_client.get("/beheer/").text


def test_the_footer_names_the_helpdesk_z083(app, admin_client):
    app.config["HELPDESK"] = "helpdesk@zicht.example"
    assert 'href="mailto:helpdesk@zicht.example"' in admin_client.get("/beheer/").text


def test_the_licences_lie_beside_what_is_vendored(app):
    folder = {path.name for path in (Path(app.root_path) / "static" / "vendor").iterdir()}
    assert {
        "tabler.min.css",
        "tabler-LICENSE.txt",
        "tabler-icons-LICENSE.txt",
        "inter.woff2",
        "inter-LICENSE.txt",
    } <= folder
