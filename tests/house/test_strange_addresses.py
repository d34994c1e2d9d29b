"""No address and no form field of the administration is answered with a 5xx or with SQL (R65)."""

import re

import pytest

from app.admin.lists.screen import ListScreen
from tests.screens.screens_world import LISTS, here, lindelaan

__all__ = ["here", "lindelaan"]  # fixtures
STRANGE = [
    "100000000000000000000",
    "-1",
    "0",
    "1,2",
    "abc",
    "%00",
    "a%00b",
    "%ED%A0%80",  # half a character
    "%FF%FE",
    "NaN",
    "' OR 1=1 --",
    "{{7*7}}",
    "%25%25",
    "x" * 20_000,
    "٣",
    "",
]
NAMES = ["page", "page_size", "sort", "desc", "search", "everything", "unknown"]
LEAKS = re.compile(r"Traceback|SELECT .+ FROM|INSERT INTO|[Ss][Qq][Ll][Aa]lchemy|psycopg|sqlite3")


def tried(client, address, **more):
    answer = client.open(address, **more)
    assert answer.status_code < 500, (address[:200], answer.status_code)
    if answer.mimetype == "text/html":
        assert not LEAKS.search(answer.text), address[:200]
    answer.close()
    return answer


@pytest.fixture
def app_settings():
    """Behind the CSRF check every form must stand by itself; errors are answered as in production."""
    return {"WTF_CSRF_ENABLED": False, "PROPAGATE_EXCEPTIONS": False}


def administration(app):
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/beheer/")]


@pytest.mark.parametrize("screen", [*LISTS.values(), "/beheer/accounts/", "/beheer/mails/"])
def test_no_value_of_a_list_address_is_an_error_r65(app, admin_client, here, screen):
    views = [view for view in app.extensions["admin"][0]._views if isinstance(view, ListScreen)]
    view = next(view for view in views if f"{view.url}/" == screen)
    for name in [*NAMES, *(one.name for one in view.filters)]:
        for value in STRANGE:
            tried(admin_client, f"{screen}?{name}={value}")
        tried(admin_client, f"{screen}?{name}=1&{name}=abc&{name}[]=2")
    sorts = [column.name for column in view.columns]
    for sort in sorts:
        assert tried(admin_client, f"{screen}?sort={sort}&desc=1&page=99999").status_code == 200


def test_no_typed_id_and_no_form_field_is_an_error_r65(app, admin_client, here):
    fields = ["version", "account", "location", "rowid", "kind", "task", "query", "everything", "flag", "form_key"]
    for rule in administration(app):
        for value in ["100000000000000000000", "-1", "0", "abc", "1,2", "%00", "999999999"]:
            address = re.sub(r"<[^>]+>", value, rule.rule)
            tried(admin_client, address)
            if "POST" in rule.methods:
                tried(admin_client, address, method="POST", data=dict.fromkeys(fields, value))
                tried(admin_client, address, method="POST", data={name: ["1", "abc", value] for name in fields})
                tried(admin_client, address, method="POST", data=b"\xff\xfe\x00", content_type="application/json")


def test_forms_of_persons_take_any_text_without_an_error_r65(admin_client, here):
    for value in ["\x00", "a\x00b", "'", "<script>", "x" * 100_000, "\ud7ff", " ", "=1+1"]:
        for screen in ("staff", "others"):
            typed = dict.fromkeys(["number", "first_name", "prefix", "last_name"], value) | {"email": value}
            answer = tried(admin_client, f"{LISTS[screen]}nieuw/", method="POST", data=typed)
            assert answer.status_code in (303, 400)


def test_a_page_beyond_the_last_is_the_last_one(admin_client, here):
    assert "1 t/m 1 (van 1)" in admin_client.get(f"{LISTS['pupils']}?page=999999999999").text


def test_a_school_year_or_page_in_other_digits_counts_as_not_asked(admin_client, here):
    assert "1 t/m 1 (van 1)" in admin_client.get(f"{LISTS['pupils']}?page=٣&page_size=²").text
