"""What browsers report about the Content-Security-Policy (R61): counted and logged, and of nobody's data."""

import json
import re

import pytest
import sqlalchemy as sa

from app.extensions import db as database
from app.headers import REPORTS
from app.pages import reports
from tests.databases import make_app
from tests.login.auth_world import owner, try_login  # noqa: F401 - a fixture

pytestmark = pytest.mark.once
OLD, NEW = "application/csp-report", "application/reports+json"
SECRET = "geheime-leerling"  # stands wherever a browser may send what it knows


def old_report(path="/beheer/leerlingen/", **more):
    """As Chromium sends it for report-uri."""
    told = {
        "document-uri": f"http://localhost{path}?search={SECRET}",
        "referrer": f"http://localhost/{SECRET}",
        "violated-directive": "script-src-elem",
        "effective-directive": "script-src-elem",
        "original-policy": f"default-src 'none'; script-src 'nonce-{SECRET}'",
        "blocked-uri": f"https://evil.example/{SECRET}",
        "line-number": 14,
        "source-file": f"http://localhost/{SECRET}",
        "script-sample": SECRET,
    }
    return {"csp-report": told | more}


def new_report(path="/beheer/leerlingen/", **more):
    """As Chromium sends it for report-to."""
    told = {
        "documentURL": f"http://localhost{path}?search={SECRET}",
        "blockedURL": SECRET,
        "effectiveDirective": "img-src",
        "lineNumber": 7,
        "sample": SECRET,
        "sourceFile": SECRET,
    }
    return {"age": 6, "type": "csp-violation", "url": SECRET, "user_agent": SECRET, "body": told | more}


@pytest.fixture
def send(client, caplog):
    """Sends it; (status, the lines of the log)."""

    def send(body, kind=OLD, **request):
        caplog.clear()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = client.post(REPORTS, data=data, content_type=kind, **request)
        assert SECRET not in caplog.text
        return answer.status_code, [line.getMessage() for line in caplog.records if line.name == reports.__name__]

    return send


def told(lines):
    return [re.sub(r"CSP report \d+ \(\d+ sent away\): ", "", line) for line in lines]


def test_both_kinds_of_report_are_taken_and_only_directive_pattern_and_line_are_logged_r61(send):
    status, lines = send(old_report())
    assert (status, lines) == (204, ["CSP report 1 (0 sent away): script-src-elem on /beheer/leerlingen/, line 14"])
    status, lines = send([new_report(), new_report("/activeren/" + SECRET)], NEW)
    assert (status, told(lines)) == (
        204,
        ["img-src on /beheer/leerlingen/, line 7", "img-src on /activeren/<token>, line 7"],
    )
    assert lines[1].startswith("CSP report 3 "), "each is counted"


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/beheer/accounts/12/", "/beheer/accounts/<int(max=2147483647):id>/"),
        ("/nergens/" + SECRET, "elsewhere"),
        ("/login", "/login"),
        ("/logout", "/logout"),
        ("//evil.example/", "elsewhere"),
    ],
)
def test_a_path_is_told_as_its_pattern(send, path, pattern):
    assert told(send(old_report(path))[1])[0].startswith(f"script-src-elem on {pattern}")


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"effective-directive": "img-src\nCSP report 9: x"}, "another on /login, line 14"),
        ({"effective-directive": SECRET}, "another on /login, line 14"),
        ({"effective-directive": None, "violated-directive": f"style-src {SECRET}"}, "style-src on /login, line 14"),
        ({"effective-directive": ["img-src"]}, "another on /login, line 14"),
        ({"line-number": SECRET}, "script-src-elem on /login, line unknown"),
        ({"line-number": True}, "script-src-elem on /login, line unknown"),
        ({"line-number": 10**30}, "script-src-elem on /login, line unknown"),
        ({"document-uri": f"http://evil.example/{SECRET}"}, "script-src-elem on elsewhere, line 14"),
        ({"document-uri": "http://[" + SECRET}, "script-src-elem on elsewhere, line 14"),
        ({"document-uri": {"x": SECRET}}, "script-src-elem on elsewhere, line 14"),
    ],
)
def test_whatever_is_told_the_log_has_words_of_ours_r95(send, more, line):
    assert told(send(old_report("/login", **more))[1]) == [line]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", OLD, 400),
        (b"{", OLD, 400),
        (b"\xff\xfe", NEW, 400),
        (b"[" * 15_000, NEW, 400),
        (b"9" * 5_000, NEW, 400),
        (b"{}", "application/json", 415),
        (b"{}", "text/plain", 415),
        (b"{}", None, 415),
        (b"[" + b" " * reports.LARGEST + b"]", NEW, 413),
        (b"[]", NEW, 204),
        (b"{}", OLD, 204),
        (b"3", OLD, 204),
        (b'{"csp-report": []}', OLD, 204),
        (b'[{"type": "deprecation", "body": {}}, 7, null]', NEW, 204),
    ],
)
def test_what_is_no_report_is_refused_or_passed_by_and_never_our_mistake_r61_r65(send, body, kind, status):
    assert send(body, kind) == (status, [])


def test_one_body_does_not_fill_the_log(send):
    small = {"type": "csp-violation", "body": {}}
    assert len(send([small] * 300, NEW)[1]) == reports.MOST_LINES


def test_a_flood_is_sent_away_and_counted_r61(client, send, monkeypatch):
    moment = [1_000.0]
    monkeypatch.setattr(reports.time, "monotonic", lambda: moment[0])
    assert {send(old_report())[0] for _time in range(reports.PER_MINUTE)} == {204}
    answers = [client.post(REPORTS, data=b"{}", content_type=OLD) for _time in range(7)]
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(429, "60")}
    moment[0] += 60
    assert send(old_report())[1][0].startswith(f"CSP report {reports.PER_MINUTE + 1} (7 sent away): ")


def test_it_needs_no_session_no_token_and_no_database_r61(app, send):
    queries = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *more: queries.append(more[2]))
    assert send(old_report())[0] == 204
    assert queries == []


def test_a_report_is_no_sign_of_the_user_and_also_taken_before_a_password_was_chosen_r24_r18(
    app,
    log_in,
    owner,  # noqa: F811 - the fixture
):
    client = log_in(owner, must_change=True)
    queries = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *more: queries.append(more[2]))
    answer = client.post(REPORTS, data=json.dumps(old_report()), content_type=OLD)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    assert queries == []


def test_what_a_browser_sends_passes_the_wall_against_other_sites_and_theirs_does_not_r59(send):
    own = [
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "report"},  # report-uri
        {"Origin": "http://localhost"},  # report-to comes without Sec-Fetch-Site
        {"Origin": "null"},
        {},
    ]
    assert [send(old_report(), headers=headers)[0] for headers in own] == [204] * 4
    foreign = [{"Origin": "https://evil.example"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}]
    assert [send(old_report(), headers=headers)[0] for headers in foreign] == [403] * 2


def test_every_page_says_where_to_report_and_over_tls_in_both_ways_r61(app, client, institution):
    plain = client.get("/login").headers
    assert plain["Content-Security-Policy"].endswith(f"; report-uri {REPORTS}")
    assert "Reporting-Endpoints" not in plain, "over plain HTTP a browser would report nothing at all"
    url, home = app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"]
    secure = make_app(url, home, SECURE=True, PUBLIC_URL="https://localhost")
    safe = secure.test_client().get("/login", base_url="https://localhost").headers
    assert safe["Content-Security-Policy"].endswith(f"; report-uri {REPORTS}; report-to zicht")
    assert safe["Reporting-Endpoints"] == f'zicht="{REPORTS}"'
    with secure.app_context():
        database.engine.dispose()
