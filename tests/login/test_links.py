"""The link of a mail: opened at leisure, used once (R31 to R35), and only on our own host (R37)."""

import logging
import threading

import pytest
import sqlalchemy as sa

from app.models import Account, IssuedSecret, LoginSession, OutboxMail
from app.services.login import hashing
from tests.conftest import token_of
from tests.login.auth_world import (
    NEW_PASSWORD,
    audit_actions,
    change,
    follow_link,
    hash_of,
    is_logged_in,
    is_welcome,
    mails,
    masked,
    try_login,
)


def test_a_link_lapses_after_an_hour_or_fourteen_days_r31(app, client, owner, issue, clock, make_account, make_person):
    asked = issue(owner, "reset", asked_by_owner=True)
    given = issue(make_account(make_person(), username="nieuw"), "first")
    clock.forward(minutes=59)
    client.get(f"/activeren/{asked.token}")
    assert client.get("/activeren/").status_code == 200
    clock.forward(minutes=1, seconds=1)
    assert follow_link(app.test_client(), asked.token).status_code == 400
    assert client.get("/activeren/").status_code == 400, "also for who had opened it in time"
    clock.forward(days=13, hours=22)
    assert follow_link(client, given.token).location == "/login"


@pytest.fixture
def lapsed(app, session, issue, make_account, client):
    """(why, token) of links that work no more (R32)."""

    def of(name, **values):
        account = make_account(username=name, **{"password_hash": hash_of()} | values)
        return account, issue(account, "reset", asked_by_owner=True)

    tokens = {"nonsense": "x", "long": "x" * 3_000, "strange": "%00%F0"}
    used, secret = of("gebruikt")
    follow_link(app.test_client(), secret.token)
    tokens["used"] = secret.token
    newer, secret = of("nieuwer")
    issue(newer, "reset", asked_by_owner=True)
    tokens["newer one asked"] = secret.token
    changed, secret = of("gewijzigd")
    browser = app.test_client()
    browser_login = try_login(browser, "gewijzigd")
    assert is_welcome(browser_login)
    tokens["logged in"] = secret.token
    secret = issue(changed, "reset", asked_by_owner=True)
    change(browser)
    tokens["password changed"] = secret.token
    blocked, secret = of("geblokkeerd")
    blocked.blocked = True
    tokens["blocked"] = secret.token
    moved, secret = of("verhuisd")
    session.add(
        OutboxMail(
            account_id=moved.id,
            secret_id=secret.secret_row.id,
            template="password-forgotten",
            recipient="oud@adres.example",
            details={},
            message_id="1",
            state="sent",
            created_at=moved.created_at,
            next_at=moved.created_at,
        )
    )
    session.commit()
    tokens["e-mail changed"] = secret.token
    return tokens


def test_every_lapsed_link_is_refused_and_all_refusals_look_alike_r31_r32_r52(app, lapsed):
    seen = {}
    for why, token in lapsed.items():
        browser = app.test_client()
        opened = browser.get(f"/activeren/{token}")
        assert (opened.status_code, opened.location) == (303, "/activeren/"), why
        seen[why] = masked(browser.get("/activeren/"))
    seen["no link at all"] = masked(app.test_client().get("/activeren/"))
    assert all((status, body) == (400, seen["nonsense"][2]) for status, _headers, body in seen.values())
    assert "Deze link werkt niet meer" in seen["nonsense"][2]


def test_looking_uses_nothing_up_only_the_form_does_r33(app, owner, issue):
    token = issue(owner, "reset").token
    for _time in range(5):
        scanner = app.test_client()
        scanner.head(f"/activeren/{token}")
        scanner.get(f"/activeren/{token}", follow_redirects=True, headers={"Sec-Purpose": "prefetch"})
        scanner.head("/activeren/")
    assert scanner.post("/activeren/", data={"new_password": NEW_PASSWORD}).status_code == 400, "no CSRF token"
    assert follow_link(app.test_client(), token).location == "/login"


def test_of_twenty_at_once_one_wins_r34(app, owner, issue, session):
    token = issue(owner, "reset").token
    browsers, answers = [], {}
    for number in range(20):
        browser = app.test_client()
        browser.get(f"/activeren/{token}")
        browsers.append((f"zin nummer {number} van de twintig", browser, token_of(browser.get("/activeren/").text)))

    def choose(password, browser, csrf):
        with app.app_context():
            fields = {"csrf_token": csrf, "new_password": password, "repeat_password": password}
            answers[password] = browser.post("/activeren/", data=fields).status_code

    threads = [threading.Thread(target=choose, args=each) for each in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers.values()) == [303] + [400] * 19
    assert audit_actions(session) == ["password-chosen"]
    assert [mail.template for mail in mails(session)] == ["password-changed"]
    (winner,) = [password for password, status in answers.items() if status == 303]
    stored = session.get(Account, owner.id, populate_existing=True).password_hash
    assert hashing.verify_password(stored, winner)


def test_a_new_password_logs_nobody_in_and_everybody_out_r38_r26(app, client, log_in, owner, issue, session):
    before = [log_in(owner) for _browser in range(2)]
    answer = follow_link(client, issue(owner, "reset").token)
    assert answer.location == "/login"
    assert not is_logged_in(client)
    assert [is_logged_in(browser) for browser in before] == [False, False]
    page = client.get("/login").text
    assert "Uw wachtwoord is ingesteld. U kunt er nu mee inloggen." in page
    assert 'value="Jdevries"' in page
    assert session.scalar(sa.select(sa.func.count()).where(LoginSession.account_id == owner.id)) == 0


def test_the_rules_of_passwords_count_here_too_and_the_link_stays_good_r7(client, owner, issue, session):
    token = issue(owner, "reset").token
    assert "Dit wachtwoord is te kort." in follow_link(client, token, "kort").text
    assert "zijn niet gelijk" in follow_link(client, token, NEW_PASSWORD, "iets anders").text
    assert "Dit wachtwoord is makkelijk te raden." in follow_link(client, token, "DeZilverlinde2026").text
    assert follow_link(client, token).location == "/login"


def test_the_token_leaves_the_address_and_is_in_no_log_and_no_table_r35_r31(client, owner, issue, session, caplog):
    token = issue(owner, "reset").token
    with caplog.at_level(logging.DEBUG):
        opened = client.get(f"/activeren/{token}")
        page = client.get("/activeren/")
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert opened.headers["Cache-Control"] == "no-store"
    assert token not in page.text
    assert token not in caplog.text
    for table in (LoginSession, IssuedSecret):
        assert token not in str(session.execute(sa.select(*table.__table__.c)).all())


@pytest.mark.parametrize("name", ["werkzeug", "gunicorn.access"])
def test_access_logs_mask_the_token_and_what_stands_behind_a_login_r35_r16(app, name, caplog):
    with caplog.at_level(logging.INFO, name):
        logging.getLogger(name).info('127.0.0.1 - "GET /activeren/%s HTTP/1.1" 303', "geheimgeheim")
        logging.getLogger(name).info('"GET /login?username=jan&password=geheim HTTP/1.1" 200 "/login?password=geheim"')
        logging.getLogger(name).info('"GET /beheer/accounts/?search=x HTTP/1.1" 200')
    assert "geheim" not in caplog.text
    assert '"GET /activeren/*** HTTP/1.1" 303' in caplog.text
    assert "/beheer/accounts/?search=x" in caplog.text


HOSTS = [
    {"Host": "evil.example"},
    {"Host": "localhost:80@evil.example"},
    {"Host": "localhost evil.example"},
    {"Host": "local_host.evil.example"},
    {"Host": "EVIL.EXAMPLE"},
    {"Host": "evil.example."},
    {"Host": "localhost.evil.example"},
    {"Host": "localhost", "X-Forwarded-Host": "evil.example"},
    {"Host": "localhost", "X-Host": "evil.example"},
    {"Host": "localhost", "Forwarded": "host=evil.example"},
    {"Host": "localhost", "X-Original-URL": "http://evil.example/"},
    {"Host": "localhost:8000"},
]


def test_a_host_of_others_is_refused_or_ignored_r37(client):
    for headers in HOSTS:
        answer = client.get("/wachtwoord/vergeten", headers=headers)
        assert answer.status_code == (200 if headers["Host"] in ("localhost", "localhost:8000") else 400), headers
        assert "evil.example" not in answer.text.casefold()
