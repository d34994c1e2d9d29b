"""What every answer of the login pages carries, and what a form must bring (R22, R49, R59 to R61, R63)."""

import base64
import itertools
import re
from http.cookies import SimpleCookie

import pytest
import sqlalchemy as sa

from app.extensions import db as database
from tests.conftest import token_of
from tests.databases import make_app
from tests.login.auth_world import clock, hash_of, is_welcome, owner, try_login  # noqa: F401 - fixtures

pytestmark = pytest.mark.once

PAGES = ["/login", "/wachtwoord/vergeten", "/activeren/", "/activeren/x", "/wachtwoord/wijzigen", "/logout", "/x"]
FORMS = ["/login", "/login/instelling", "/logout", "/wachtwoord/vergeten", "/wachtwoord/wijzigen", "/activeren/"]
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
]
STRANGE = ["\0", b"\xed\xa0\x80", b"\xff\xfe", "9" * 30, "{{7*7}}", "💥" * 99, "<b>x</b>"]
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


@pytest.fixture
def secure_app(app):
    """The same school behind TLS."""
    url, home = app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"]
    other = make_app(url, home, SECURE=True, PUBLIC_URL="https://localhost")
    yield other
    with other.app_context():
        database.engine.dispose()


def test_every_answer_has_every_header_also_refusals_r63(client, institution):
    for address, method in itertools.product(PAGES, ("GET", "POST", "PUT")):
        answer = client.open(address, method=method)
        assert answer.status_code < 500
        assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED, (method, address)
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Server" not in answer.headers
        assert "charset=utf-8" in answer.headers["Content-Type"]


def test_a_file_has_them_too_and_may_be_kept_r63(client):
    with client.get("/static/zicht.css") as file:
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" not in file.headers["Cache-Control"]


def test_over_tls_a_browser_stays_on_tls_for_a_year_r63(secure_app, institution):
    answer = secure_app.test_client().get("/login", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_trace_is_not_answered_r63(client):
    assert client.open("/login", method="TRACE").status_code == 405


@pytest.mark.parametrize("address", ["/login", "/wachtwoord/vergeten", "/activeren/"])
def test_scripts_run_by_a_nonce_that_is_new_each_time_and_nothing_is_inline_r61(client, institution, address):
    pages = [client.get(address) for _time in range(2)]
    policies = [page.headers["Content-Security-Policy"] for page in pages]
    assert policies[0] != policies[1]
    assert policies[0].startswith("default-src 'none'; ")
    assert "unsafe" not in policies[0]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policies[0])[1]
    text = pages[0].text
    assert re.findall(r'<script[^>]*nonce="([^"]*)"', text) == [nonce] * text.count("<script")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)


def cookies_of(answer):
    return [SimpleCookie(text) for text in answer.headers.getlist("Set-Cookie")]


def test_every_cookie_is_bound_to_this_host_and_hidden_from_scripts_r22(secure_app, owner):
    client = secure_app.test_client()
    page = client.get("/login", base_url="https://localhost")
    fields = {"username": "Jdevries", "password": "vier losse woorden samen", "institution": "99ZZ", "remember": "1"}
    fields["csrf_token"] = token_of(page.text)
    answer = client.post("/login", data=fields, base_url="https://localhost")
    assert answer.status_code == 303
    seen = {}
    for cookie in [*cookies_of(page), *cookies_of(answer)]:
        for name, morsel in cookie.items():
            seen[name] = morsel
            assert name.startswith("__Host-")
            told = [morsel[name] for name in ("secure", "httponly", "samesite", "path")]
            assert told == [True, True, "Lax", "/"]
            assert not morsel["domain"]
            assert len(morsel.OutputString()) < 4_096
    assert set(seen) == {"__Host-zicht", "__Host-zicht-device", "__Host-zicht-remembered"}
    for name, morsel in seen.items():
        for part in [morsel.value, *re.split(r"[.%]", morsel.value)]:
            plain = part.encode() + base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
            assert b"Jdevries" not in plain, name
            assert b"99ZZ" not in plain, name


def test_a_form_without_our_token_is_refused_r59(log_in, client, owner):
    for browser, address in itertools.product((client, log_in(owner)), FORMS):
        answer = browser.post(address, data={"username": "Jdevries", "email": "x"})
        assert answer.status_code == 400 or answer.location == "/login", address


def test_the_token_of_another_session_is_refused_r59(app, client, institution):
    foreign = token_of(app.test_client().get("/login").text)
    client.get("/login")
    for address in FORMS:
        answer = client.post(address, data={"csrf_token": foreign})
        assert answer.status_code == 400 or answer.location == "/login", address


def test_a_form_sent_by_another_site_is_refused_r59(client, owner):
    for headers in FOREIGN:
        assert try_login(client, headers=headers).status_code == 403
    assert is_welcome(try_login(client, headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}))


def contents(session):
    """Every table but sessions and counters, as text."""
    tables = [table for table in database.metadata.sorted_tables if table.name not in ("login_session", "throttle")]
    return {table.name: sorted(map(str, session.execute(sa.select(*table.c)))) for table in tables}


def test_looking_changes_nothing_r60(client, log_in, owner, session):
    before = contents(session)
    for browser in (client, log_in(owner)):
        for address in PAGES:
            browser.get(address)
            browser.head(address)
            browser.get(f"{address}?username=Jdevries&password=x&new_password=y&csrf_token=z")
    assert contents(session) == before


def test_no_value_of_a_field_is_our_mistake_r65(client, institution):
    names = ("username", "password", "institution", "remember", "next", "email", "new_password", "repeat_password")
    for value, address in itertools.product(STRANGE, FORMS):
        token = token_of(client.get("/login").text)
        answer = client.post(address, data=dict.fromkeys(names, value) | {"csrf_token": token})
        assert answer.status_code < 500, (address, value)
        assert "<b>x</b>" not in answer.text
