"""After the login one goes to a page of ours, whatever the address asks (R20). The list joins Django's and PyPI's."""

from urllib.parse import quote

import pytest

from app.own_page import own_page
from tests.conftest import token_of
from tests.login.auth_world import some_address, try_login

pytestmark = pytest.mark.once

BAD = [
    "http://example.com",
    "http:///example.com",
    "https://example.com",
    "ftp://example.com",
    r"\\example.com",
    r"\\\example.com",
    r"/\\/example.com",
    r"\\\example.com",
    r"\\example.com",
    r"\\//example.com",
    r"/\/example.com",
    r"\/example.com",
    r"/\example.com",
    "http:///example.com",
    r"http:/\//example.com",
    r"http:\/example.com",
    r"http:/\example.com",
    'javascript:alert("XSS")',
    "\njavascript:alert(x)",
    "java\nscript:alert(x)",
    "\x08//example.com",
    r"http://otherserver\@example.com",
    r"http:\\testserver\@example.com",
    r"http://testserver\me:pass@example.com",
    r"http://testserver\@example.com",
    r"http:\\testserver\confirm\me@example.com",
    "http:999999999",
    "ftp:9999999999",
    "\n",
    "http://[2001:cdba:0000:0000:0000:0000:3257:9652/",
    "http://2001:cdba:0000:0000:0000:0000:3257:9652]/",
    "///example.com",
    "/\t/example.com/",
]
MORE = ["//example.com", "////example.com", "/%09/example.com", "/%2f%2fexample.com", "/ /example.com", "/é", "x", ""]
GOOD = [
    "/",
    "/beheer/accounts/",
    "/beheer/accounts/?search=jansen&page=2",
    "/beheer/leerlingen/#inhoud",
    "/informatief/",
    "/nieuws/",
    "/handleiding/",
]
# Pages that exist, but where nobody should be sent after the login.
NOT_AFTER_LOGIN = ["/login", "/logout", "/wachtwoord/vergeten", "/activeren/abc", "/static/zicht.css", "/healthz", "/x"]


def encodings(url):
    """As it is, and percent-encoded once and twice."""
    return url, quote(url, safe=""), quote(quote(url, safe=""), safe="")


def test_the_list_is_the_one_of_the_requirement_r20():
    assert len(BAD) == 33


def test_a_bad_address_leads_to_the_start_page_r20(app):
    with app.test_request_context():
        for url in [*BAD, *MORE]:
            assert [own_page(text) for text in encodings(url)] == ["/"] * 3, url


def test_an_own_page_is_kept_with_its_question_r20(app):
    with app.test_request_context():
        assert [own_page(url) for url in GOOD] == GOOD


def test_pages_before_the_login_are_no_aim_of_it_r20(app):
    with app.test_request_context():
        assert {own_page(url) for url in NOT_AFTER_LOGIN} == {"/"}


def test_the_login_page_carries_only_good_addresses_on_r20(client, institution):
    for url in [*BAD, *MORE]:
        for text in encodings(url):
            page = client.get("/login", query_string={"next": text})
            assert page.status_code == 200
            assert 'name="next"' not in page.text
    assert 'name="next" value="/beheer/accounts/"' in client.get("/login?next=/beheer/accounts/").text


def test_a_login_never_leaves_the_house_r20(app, owner):
    for url in ("//example.com", "https://example.com/", r"/\example.com", "/%2f%2fexample.com"):
        assert try_login(app.test_client(), next=url).location == "/"
    assert try_login(app.test_client(), next="/nieuws/").location == "/nieuws/"


def test_who_is_logged_in_already_is_led_on_but_not_away_r20(log_in, owner):
    visitor = log_in(owner)
    for url in BAD:
        answer = visitor.get("/login", query_string={"next": url})
        assert (answer.status_code, answer.location) == (302, "/")
    assert visitor.get("/login?next=/nieuws/").location == "/nieuws/"


def test_logging_out_leads_to_the_login_whatever_is_asked_r20(log_in, owner):
    visitor = log_in(owner)
    token = token_of(visitor.get("/wachtwoord/wijzigen").text)
    fields = {"csrf_token": token, "next": "//example.com", "url": "//example.com"}
    assert visitor.post("/logout?next=//example.com", data=fields).location == "/login"


def test_a_stranger_is_led_to_the_login_and_back_to_the_page_r20_r46(client, institution):
    answer = client.get("/beheer/accounts/?search=a%20b")
    assert answer.location == "/login?next=/beheer/accounts/?search%3Da%2520b"
    assert client.get("/beheer/onbekend/").status_code == 404


def test_a_stranger_s_form_is_not_sent_a_second_time_after_the_login(app, client, institution):
    public = ("auth.", "health.", "reports.", "static")
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    for rule in rules:
        if not rule.endpoint.startswith(public):
            assert client.post(some_address(rule)).location == "/login", rule
