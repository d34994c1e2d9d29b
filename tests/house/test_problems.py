"""When something goes wrong: one sentence for the user, the details in the log, and the process lives on (R70)."""

import json
import logging
import re

import pytest
from flask import abort, render_template_string
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, TooMany, UnknownName
from app.extensions import db as database
from app.logs import QuietFormatter
from app.models import Institution
from app.pages.problems import PROBLEMS, READABLE

pytestmark = pytest.mark.once

STATEMENT = "INSERT INTO person"
SECRET = "Sanne van den Berg 012345"
NUMBER = re.compile(rf"[{READABLE}]{{4}}-[{READABLE}]{{4}}")


@pytest.fixture
def app_settings():
    return {"PROPAGATE_EXCEPTIONS": False, "HELPDESK": "helpdesk@school.example"}


@pytest.fixture
def client(admin_client):
    """Somebody who is logged in, for a stranger is led to the login before any page can break."""
    return admin_client


@pytest.fixture
def stranger(app):
    return app.test_client()


@pytest.fixture
def broken(app):
    """Adds a page that fails as told; gives its address."""

    def broken(view):
        app.add_url_rule("/stuk", "stuk", view, methods=["GET"])
        return "/stuk"

    return broken


def fail():
    raise RuntimeError(SECRET)


def page_of_a_failure(answer, log):
    """The text of a 500 page, checked for all that every such page must do."""
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "Er ging iets mis aan onze kant" in text
    assert "Er is niets half opgeslagen" in text
    assert SECRET not in text
    assert "Traceback" not in text
    assert "RuntimeError" not in text
    number = NUMBER.search(text).group()
    assert number in log.text
    return text


def test_an_exception_in_a_view_gives_a_number_that_is_in_the_log_r70(app, client, broken, caplog):
    text = page_of_a_failure(client.get(broken(fail)), caplog)
    assert "Foutnummer" in text
    assert "helpdesk@school.example" in text
    assert client.get("/healthz-nothing").status_code == 404  # the process lives, the next request is fine


def test_an_exception_in_a_template_gives_the_same_page_r70(app, client, broken, caplog):
    page_of_a_failure(client.get(broken(lambda: render_template_string("{{ 1 // 0 }}"))), caplog)


def test_an_exception_before_the_view_gives_the_same_page_r70(app, stranger, caplog):
    app.before_request(fail)
    page_of_a_failure(stranger.get("/login"), caplog)


def test_an_exception_in_a_page_for_strangers_gives_the_same_page_r70(app, stranger, caplog):
    app.view_functions["auth.login"] = fail
    page_of_a_failure(stranger.get("/login"), caplog)


def test_an_exception_after_the_view_gives_the_same_page_r70(app, client, broken, caplog):
    @app.teardown_request
    def fail_at_the_end(_error):
        raise RuntimeError(SECRET)

    answer = client.get(broken(lambda: "fine"))
    page_of_a_failure(answer, caplog)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"  # R63 holds for the last resort too
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_exception_in_the_error_page_itself_is_caught_r70(app, client, broken, caplog, monkeypatch):
    monkeypatch.setattr(app.jinja_env, "get_template", lambda name: fail())
    page_of_a_failure(client.get(broken(fail)), caplog)


def test_a_failing_database_gives_the_page_and_no_sql(app, client, session, broken, caplog):
    def insert_twice():
        database.session.add_all([Institution(brin="99ZZ", name=SECRET) for _again in range(2)])
        database.session.flush()

    text = page_of_a_failure(client.get(broken(insert_twice)), caplog)
    assert "INSERT" not in text
    assert "institution" not in text


def test_the_log_holds_the_stack_and_not_the_words_of_an_exception_r91():
    try:
        try:
            fail()
        except RuntimeError as cause:
            raise IntegrityError(STATEMENT, {"name": SECRET}, cause) from cause
    except IntegrityError as error:
        about = (type(error), error, error.__traceback__)
        line = QuietFormatter("%(message)s").format(logging.LogRecord("app", 40, __file__, 1, "problem", (), about))
    assert "sqlalchemy.exc.IntegrityError" in line
    assert "builtins.RuntimeError" in line
    assert "test_problems.py" in line
    assert SECRET not in line
    assert STATEMENT not in line


def test_a_log_line_stays_one_line_r95():
    record = logging.LogRecord("app", logging.INFO, __file__, 1, "name %s", ("a\r\nb\x1b[31m\u2028c",), None)
    assert QuietFormatter("%(message)s").format(record) == "name a\\x0d\\x0ab\\x1b[31m\\u2028c"


def test_the_log_names_the_page_and_not_its_address_r35(app, client, caplog):
    app.add_url_rule("/link/<token>", "link", lambda token: fail())
    client.get("/link/the-one-time-token?password=x")
    assert "problem" in caplog.text
    assert "[GET]" in caplog.text
    assert "the-one-time-token" not in caplog.text.split("Traceback")[0]


@pytest.mark.parametrize("status", sorted(PROBLEMS))
def test_every_refusal_has_a_page_of_its_own_in_dutch(app, client, broken, status):
    answer = client.get(broken(lambda: abort(status)))
    assert answer.status_code == status
    assert str(PROBLEMS[status].title) in answer.get_data(as_text=True)
    assert 'href="/"' in answer.get_data(as_text=True)
    assert answer.headers["Content-Security-Policy"]


def test_a_status_without_words_of_its_own_gets_those_of_its_family(client, broken):
    text = client.get(broken(lambda: abort(418))).get_data(as_text=True)
    assert "Er is niets gewijzigd" in text


def test_a_page_that_does_not_exist_says_so(client, stranger):
    for visitor in (client, stranger):
        answer = visitor.get("/nergens")
        assert answer.status_code == 404
        assert "Deze pagina bestaat niet, of is niet van uw vestiging" in answer.get_data(as_text=True)


def test_a_wrong_method_keeps_its_allow_header(client):
    answer = client.delete("/handleiding/", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code in (400, 405)  # the CSRF check may speak first
    assert client.open("/handleiding/", method="TRACE").status_code == 405


def test_a_form_without_its_token_is_refused_with_what_to_do_r59(app, client, broken):
    def old_form():
        raise CSRFError("The CSRF token is missing.")

    answer = client.get(broken(old_form))
    assert answer.status_code == 400
    assert "Dit formulier is verlopen" in answer.get_data(as_text=True)
    assert "CSRF" not in answer.get_data(as_text=True)


def test_a_host_that_is_not_ours_is_refused_with_a_page_r37(stranger):
    answer = stranger.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("error", "status"),
    [(UnknownName("Dit bestaat niet."), 404), (Conflict("Iemand was eerder."), 409), (TooMany("Wacht even.", 90), 429)],
)
def test_an_expected_error_shows_its_own_sentence(client, broken, error, status):
    def refuse():
        raise error

    answer = client.get(broken(refuse))
    assert answer.status_code == status
    assert error.message in answer.get_data(as_text=True)
    if status == 429:
        assert answer.headers["Retry-After"] == "90"


def test_a_sentence_with_tags_is_shown_as_text_r64(client, broken):
    def refuse():
        raise UnknownName("<img src=x onerror=alert(1)>")

    assert "<img" not in client.get(broken(refuse)).get_data(as_text=True)


def test_a_script_that_asks_for_json_gets_json(client, broken, caplog):
    answer = client.get(broken(fail), headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert NUMBER.fullmatch(json.loads(answer.data)["reference"])


def test_the_health_addresses_stay_json(app, stranger):
    app.view_functions["health.healthz"] = fail
    answer = stranger.get("/healthz")
    assert answer.status_code == 500
    assert answer.is_json
    assert NUMBER.fullmatch(answer.json["reference"])


def test_redirects_are_no_problem(client):
    assert client.get("/handleiding").status_code == 308


def test_the_last_resort_lets_errors_through_in_tests(app, client, broken):
    app.config["PROPAGATE_EXCEPTIONS"] = None
    with pytest.raises(RuntimeError):
        client.get(broken(fail))
